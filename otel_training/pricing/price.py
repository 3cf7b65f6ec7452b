"""The price of a call: the user's own, else the list's."""

from dataclasses import replace
from decimal import Decimal
from typing import Final

from otel_training.pricing.call import Call, Cost, Reason
from otel_training.pricing.overrides import SOURCE, Overrides, price_by_override
from otel_training.pricing.price_list import list_prices, list_version, price_by_list

_RESOLUTION: Final = Decimal("1e-12")
"""Of amounts in USD: finer than half of the cheapest token."""


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
    return (Cost(None, "", SOURCE, call.model), lines) if lines else list_prices(call)


def prices_version(overrides: Overrides) -> str:
    """Name the prices in force: as long as it is the same, no cost changes."""
    parts = {"genai-prices": list_version(), "prices.toml": overrides.digest}
    return ", ".join(f"{name} {version}" for name, version in parts.items() if version)
