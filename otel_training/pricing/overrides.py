"""The user's own prices, from a file or a text: they win over the price list."""

import hashlib
from collections.abc import Iterable
from dataclasses import MISSING, dataclass, field, fields
from datetime import UTC, date, datetime
from decimal import Decimal
from fnmatch import fnmatchcase
from typing import Any, Final

from otel_training.folder import DataFolder
from otel_training.ownership import read_own
from otel_training.pricing.call import Call, Cost, PricesError, Reason, Tokens

SOURCE: Final = "prices.toml"
_MILLION: Final = 1_000_000


@dataclass(frozen=True, slots=True)
class Override:
    """One price, in USD; `mtok` is a million tokens."""

    model: str = ""  # a name, or a pattern such as `my-llama-*`
    provider: str = ""  # any, where it is empty; so is `service_tier`
    service_tier: str = ""
    effective_from: date = date.min
    prompt_above: int = 0  # holds for prompts with more tokens than this
    input_mtok: Decimal | None = None
    output_mtok: Decimal | None = None
    cache_read_mtok: Decimal | None = None
    """As `input_mtok` where it is not given; so is the next, and the one for an hour as that."""
    cache_write_mtok: Decimal | None = None
    cache_write_1h_mtok: Decimal | None = None
    batch: Decimal | None = None  # which part of the price a call in a batch costs, such as 0.5
    per_hour: Decimal | None = None
    """Of a machine, instead of tokens: a call costs the time that it took, shared by `parallel` calls at a time."""
    parallel: int = 1


@dataclass(frozen=True, slots=True)
class Overrides:
    """All prices of a file, and the digest by which a change of them is seen."""

    prices: tuple[Override, ...] = ()
    digest: str = ""
    text: str | None = field(default=None, compare=False)  # as it was written; None where there is no file

    def of(self, call: Call, prompt: int = 0) -> Override | None:
        """Return the price that fits: the latest in effect, of those for the longest prompts, of those the last."""
        day = call.time.astimezone(UTC).date()
        for model in call.models:
            fitting = [
                (price.effective_from, price.prompt_above, at)
                for at, price in enumerate(self.prices)
                if fnmatchcase(model.lower(), price.model.lower())
                and price.provider in ("", call.provider)
                and price.service_tier in ("", call.service_tier)
                and price.effective_from <= day
                and (not price.prompt_above or prompt > price.prompt_above)
            ]
            if fitting:
                return self.prices[max(fitting)[-1]]
        return None

    def lines(self, call: Call) -> dict[tuple[str, int], Decimal]:
        """Return the prices that such calls have: by their names, and for prompts above so many tokens."""
        lengths = sorted({0, *(price.prompt_above for price in self.prices)})
        fitting = [price for above in lengths if (price := self.of(call, above + 1)) and price.prompt_above == above]
        return {
            (name, price.prompt_above): value
            for price in fitting
            for name, default in _DEFAULTS.items()
            if default is None and (value := getattr(price, name)) is not None
        }


def read_overrides(folder: DataFolder) -> Overrides:
    """Read the file in the data folder, if there is one; raises `PricesError`, which names what is wrong in it."""
    path = folder.path / SOURCE
    try:
        text = read_own(path).decode("utf-8-sig")  # editors of Windows begin a file with a mark
    except FileNotFoundError:
        return Overrides()
    except (OSError, ValueError) as error:
        raise PricesError(f"{path} cannot be read ({error}): correct it.") from error
    return parse_overrides(text, str(path))


def parse_overrides(text: str, name: str) -> Overrides:
    """Read prices from the text of such a file, which errors call by its name; raises `PricesError`."""
    import tomllib  # a fiftieth of a second, for who has no such file

    try:
        prices = tuple(map(_read_price, _entries(**tomllib.loads(text, parse_float=Decimal))))
    except (ArithmeticError, AttributeError, TypeError, ValueError) as error:
        raise PricesError(f"{name} cannot be read ({error}): correct it.") from error
    return Overrides(prices, hashlib.sha256(text.encode()).hexdigest()[:8] if prices else "", text)


def price_by_override(price: Override, call: Call, tokens: Tokens | None) -> Cost:
    """Return what a call costs by the user's own price."""
    if price.per_hour is not None:
        if call.seconds is None:
            return Cost(None, Reason.NO_DURATION, SOURCE, price.model)
        return Cost(price.per_hour * Decimal(str(call.seconds)) / 3600 / price.parallel, "", SOURCE, price.model)
    if tokens is None:
        return Cost(None, Reason.NO_USAGE, SOURCE, price.model)
    if call.is_batch and price.batch is None:
        return Cost(None, Reason.NO_BATCH_PRICE, SOURCE, price.model)
    fresh = _first(price.input_mtok)
    write = _first(price.cache_write_mtok, fresh)
    amount = (
        (tokens.input - tokens.cache_read - tokens.cache_write) * fresh
        + tokens.cache_read * _first(price.cache_read_mtok, fresh)
        + (tokens.cache_write - tokens.cache_write_1h) * write
        + tokens.cache_write_1h * _first(price.cache_write_1h_mtok, write)
        + tokens.output * _first(price.output_mtok)
    ) / _MILLION
    share = _first(price.batch) if call.is_batch else 1
    return Cost(amount * share, "", SOURCE, price.model, call.assumption)


def _first(*prices: Decimal | None) -> Decimal:
    return next((price for price in prices if price is not None), Decimal(0))


def _entries(price: Any = (), **others: Any) -> Iterable[dict[str, Any]]:
    if others or not isinstance(price, (list, tuple)):
        raise ValueError(f"{', '.join(others) or 'price'} is no price: each of them begins with [[price]]")
    return price


def _read_price(entry: dict[str, Any]) -> Override:
    price = Override(**{key: _read_value(key, value) for key, value in entry.items()})
    if not price.model or (price.per_hour is None) == (price.input_mtok is None or price.output_mtok is None):
        raise ValueError(f"{price.model or 'a price'} needs a model, and either input_mtok and output_mtok or per_hour")
    return price


def _read_value(key: str, value: Any) -> Any:
    default = _DEFAULTS.get(key, MISSING)
    if default is MISSING:
        raise ValueError(f"{key} is none of {', '.join(_DEFAULTS)}")
    if isinstance(default, date):
        # TOML knows moments, too: a day is a day of UTC.
        return value.astimezone(UTC).date() if isinstance(value, datetime) else date.fromisoformat(str(value))
    if isinstance(default, str):
        return str(value)
    number = Decimal(str(value))
    if not number.is_finite() or number < (key == "parallel"):
        raise ValueError(f"{key} is {number}")
    return int(number) if isinstance(default, int) else number


_DEFAULTS: Final = {each.name: each.default for each in fields(Override)}
