"""The price list of the library `genai-prices`; there is no other here, but the user's own."""

from decimal import Decimal
from functools import cache
from typing import TYPE_CHECKING, Final, NamedTuple
from urllib.parse import urlsplit

from otel_training.pricing.call import Call, Cost, Reason, Tokens

if TYPE_CHECKING:
    from genai_prices.types import PriceCalculation

SOURCE: Final = "genai-prices"
_PROVIDERS: Final = {
    "azure.ai.inference": "azure", "azure.ai.openai": "azure", "gcp.gen_ai": "google", "x_ai": "x-ai",
}  # fmt: skip
"""The list's word for a provider, where it does not know OpenTelemetry's."""
_STANDARD: Final = frozenset({"", "auto", "default", "on_demand", "standard"})
"""Service tiers at the list's plain prices."""
_HALF: Final = frozenset({"anthropic"})
"""Who bills half in a batch, whatever the model; the list has it of the models and days alone that it knows."""


class _Quote(NamedTuple):
    calculation: "PriceCalculation | None"
    reason: str = ""
    share: int = 1  # the part of it that is due is one by this

    @property
    def model(self) -> str:
        """The model's name in the list."""
        calculation = self.calculation
        return "" if calculation is None else f"{calculation.provider.id}/{calculation.model.id}"


@cache
def list_version() -> str:
    """Return the version of the list, asked once: it is read from files; empty where it is not installed."""
    from importlib.metadata import PackageNotFoundError, version

    try:
        return version("genai-prices")
    except PackageNotFoundError:
        return ""


def provider_at(url: str) -> str:
    """Return who serves at an address, by the list; the host itself where that is nobody known, who has no price."""
    host = urlsplit(url).hostname or url
    if not list_version():
        return host
    from genai_prices.data_snapshot import get_snapshot

    try:
        return get_snapshot().find_provider(None, None, url).id
    except LookupError:
        return host


def price_by_list(call: Call, tokens: Tokens) -> Cost:
    """Return what a call costs by the list."""
    quote = _quote(call, tokens)
    if quote.calculation is None or quote.reason:
        return Cost(None, quote.reason, SOURCE, quote.model)
    price = quote.calculation.model_price
    # The list counts nothing for tokens that it has no price of, and takes an hour's writes for those of 5 minutes.
    lacks_hour = tokens.cache_write_1h and price.cache_write_1h_mtok is None and price.cache_write_mtok is not None
    if lacks_hour or (tokens.input and price.input_mtok is None) or (tokens.output and price.output_mtok is None):
        return Cost(None, Reason.NO_TOKEN_PRICE, SOURCE, quote.model)
    assumption = call.assumption or ("half in a batch" if quote.share > 1 else "")
    return Cost(quote.calculation.total_price / quote.share, "", SOURCE, quote.model, assumption)


def list_prices(call: Call) -> tuple[Cost, dict[tuple[str, int], Decimal]]:
    """Return which model of the list that is, and its prices, as `prices_of` does."""
    quote = _quote(call, Tokens())
    cost, prices = Cost(None, quote.reason, SOURCE, quote.model), dict[tuple[str, int], Decimal]()
    if quote.calculation is None or quote.reason:
        return cost, prices
    for name, price in vars(quote.calculation.model_price).items():
        if price is not None and name.endswith("_mtok"):
            prices[name, 0] = getattr(price, "base", price) / quote.share
            prices |= {(name, tier.start): tier.price / quote.share for tier in getattr(price, "tiers", ())}
    return cost, prices


def _quote(call: Call, tokens: Tokens) -> _Quote:
    if not list_version():
        return _Quote(None, Reason.NO_LIST)
    context = {"processing": "batch"} if call.is_batch else {"service_tier": call.service_tier}
    is_plain = not call.is_batch and call.service_tier in _STANDARD
    calculation = _calculate(call, tokens, {} if is_plain else context)
    if calculation is None:
        return _Quote(None, Reason.UNKNOWN_MODEL)
    # The list gives the plain price where it has none for a tier or a batch.
    variants = calculation.model.price_variants or () if calculation.model in calculation.provider.models else ()
    has_variant = any(
        variant.when == context and (variant.constraint is None or variant.constraint.active(call.time))
        for variant in variants
    )
    if is_plain or has_variant:
        return _Quote(calculation)
    if not call.is_batch:
        return _Quote(calculation, Reason.NO_TIER_PRICE)
    is_half = calculation.provider.id in _HALF
    return _Quote(calculation, share=2) if is_half else _Quote(calculation, Reason.NO_BATCH_PRICE)


def _calculate(call: Call, tokens: Tokens, context: dict[str, str]) -> "PriceCalculation | None":
    from genai_prices import Usage, calc_price

    usage = Usage(
        input_tokens=tokens.input, output_tokens=tokens.output, cache_read_tokens=tokens.cache_read,
        cache_write_tokens=tokens.cache_write, cache_write_1h_tokens=tokens.cache_write_1h,
        output_reasoning_tokens=tokens.thinking,
    )  # fmt: skip
    provider = _PROVIDERS.get(call.provider, call.provider) or None
    for model in call.models:
        try:
            return calc_price(
                usage, model, provider_id=provider, genai_request_timestamp=call.time, price_context=context
            )
        except LookupError:
            continue
    return None
