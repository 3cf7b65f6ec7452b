"""The price of a call: the user's own, else the list's."""

from dataclasses import replace
from decimal import Decimal
from typing import Final

from otel_training.pricing.call import Call, Cost, Reason
from otel_training.pricing.overrides import SOURCE, Overrides, price_by_override
from otel_training.pricing.price_list import list_prices, list_version, price_by_list

_RESOLUTION: Final = Decimal("1e-12")  # of amounts in USD: finer than half of the cheapest token
_OWN: Final = f"in {SOURCE} in the data folder, and `prices share` it where the store shares one"
CURES: Final[dict[str, str]] = {
    "": "not priced yet: run this as a user who may write into the store",
    Reason.NO_ANSWER: "nothing to do: they failed before an answer came",
    Reason.NO_USAGE: "report them with `input_tokens` and `output_tokens`",
    Reason.NO_LIST: "pip install 'otel_training[prices]'",
    Reason.UNKNOWN_MODEL: f"pip install -U genai-prices, or give the model's price {_OWN}",
    Reason.NO_TIER_PRICE: f"give the price of its service tier {_OWN}",
    Reason.NO_BATCH_PRICE: f"give its price with `batch` {_OWN}",
    Reason.NO_TOKEN_PRICE: f"give the model's price {_OWN}",
    Reason.NO_DURATION: "time them by the client that is watched, or price tokens instead of hours",
}
"""What to do about calls whose cost is unknown, by the reason."""


def price_call(call: Call, overrides: Overrides) -> Cost:
    """Return what one call costs: each by itself, since a sum of tokens would reach the prices of long prompts."""
    tokens = call.usage.billed()
    if tokens is None and call.has_failed:
        return Cost(None, Reason.NO_ANSWER)
    if (price := overrides.of(call, tokens.input if tokens else 0)) is not None:
        cost = price_by_override(price, call, tokens)
    else:
        cost = Cost(None, Reason.NO_USAGE) if tokens is None else price_by_list(call, tokens)
    return cost if cost.amount is None else replace(cost, amount=cost.amount.quantize(_RESOLUTION))


def prices_of(call: Call, overrides: Overrides) -> tuple[Cost, dict[tuple[str, int], Decimal]]:
    """Return whose prices such calls have, and each: by its name, and for prompts above so many tokens."""
    lines = overrides.lines(call)
    if not lines:
        return list_prices(call)
    if call.is_batch and ("per_hour", 0) not in lines:
        if any(("batch", above) not in lines for _, above in lines):
            return Cost(None, Reason.NO_BATCH_PRICE, SOURCE, call.model), {}
        lines = {(name, at): usd * lines["batch", at] for (name, at), usd in lines.items() if name != "batch"}
    return Cost(None, "", SOURCE, call.model), lines


def prices_version(overrides: Overrides) -> str:
    """Name the prices in force: as long as it is the same, no cost changes."""
    parts = {"genai-prices": list_version(), "prices.toml": overrides.digest}
    return ", ".join(f"{name} {version}" for name, version in parts.items() if version)


def no_price(model: str, reason: str, host: str = "") -> str:
    """Say that a model has no price, why, and what to do; `host` is who serves it, where no list knows its prices."""
    if host and reason == Reason.UNKNOWN_MODEL:
        return f"No price of {model} at {host} is known: {CURES[Reason.NO_TOKEN_PRICE]}."
    return f"No price of {model} is known ({reason}): {CURES[reason]}."
