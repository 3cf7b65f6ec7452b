"""What a saving stands on, and whether that still holds."""

import json
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from decimal import Decimal
from typing import Final

from otel_training.analysis.savings_rate import Plan, Rates, rates_of
from otel_training.errors import TrainingError
from otel_training.pricing.overrides import Overrides
from otel_training.pricing.price import prices_version
from otel_training.store.client import Row, Store, read_query

_MUCH: Final = 10  # a tenth as many calls again may cost something else


class SavingsError(TrainingError):
    """There is no saving to project, or to check."""


@dataclass(frozen=True, slots=True)
class Stamp:
    """Today's model, the prices and the calls of a saving."""

    baseline: str
    provider: str
    prices: str  # the version of all prices; `rates` are those that were projected with, of `date`
    rates: dict[str, dict[str, str]]
    date: str
    since: int
    until: int  # microseconds since 1970
    calls: int
    first: str
    last: str
    digest: str  # of the calls and what they cost


def read_calls(store: Store, baseline: str, window: Mapping[str, int], edges: Iterable[int] = ()) -> list[Row]:
    """Read the calls that a saving stands on: all, and by the length of their prompts."""
    return list(store.rows(read_query("savings_calls"), baseline=baseline, **window, edges=sorted(edges)))


def stamp_of(baseline: Row, overrides: Overrides, window: Mapping[str, int], calls: Row, rates: Rates) -> Stamp:
    """Stamp a saving of these calls."""
    return Stamp(
        baseline["name"],
        baseline["provider"],
        prices_version(overrides),
        {name: rate.written() for name, rate in rates._asdict().items()},
        datetime.fromtimestamp(window["until"] / 1e6, UTC).date().isoformat(),
        window["since"],
        window["until"],
        *(calls[name] for name in ("calls", "first", "last", "digest")),
    )


def read_former(text: bytes) -> tuple[Plan, Stamp]:
    """Read what a former saving stands on, from its JSON; raises `SavingsError` where there is none."""
    try:
        former = json.loads(text)
        plan, stamp = former["plan"], Stamp(**former["stamp"])
        amounts = {name: Decimal(plan[name]) for name in ("fallback", "training", "hosting") if plan[name]}
        return Plan(**{**plan, **amounts}), stamp
    except (ArithmeticError, AttributeError, KeyError, TypeError, ValueError) as error:
        raise SavingsError("That is no saving: give a file that `savings --json` wrote.") from error


def stale(store: Store, overrides: Overrides, former: tuple[Plan, Stamp], now: datetime) -> list[str]:
    """Say what is no longer as it was; nothing where a saving still holds."""
    plan, stamp = former
    until = int(now.timestamp() * 1e6)
    again, *_ = read_calls(store, stamp.baseline, {"since": stamp.since, "until": stamp.until})
    newer, *_ = read_calls(store, stamp.baseline, {"since": stamp.until, "until": until})
    since = until - (stamp.until - stamp.since)
    _, *models = store.rows(read_query("savings_models"), since=since, until=until)
    costliest = next((row["name"] for row in models if row["source_usd"]), stamp.baseline)
    version = prices_version(overrides)
    rates = rates_of(plan, overrides, stamp.baseline, stamp.provider, now)._asdict()
    reasons = []
    if not plan.baseline and costliest != stamp.baseline:
        reasons.append(f"{costliest} costs the most now, no longer {stamp.baseline}")
    if version != stamp.prices:
        reasons.append(f"the prices are those of {version}, no longer of {stamp.prices}")
    if changed := [name for name, rate in rates.items() if rate.written() != stamp.rates[name]]:
        reasons.append(f"the prices of the {' and the '.join(changed)} are others")
    if again["digest"] != stamp.digest:
        reasons.append(f"of its {stamp.calls} calls, or of what they cost, not all are as they were")
    if newer["calls"] * _MUCH >= stamp.calls:
        reasons.append(f"calls came in since: {newer['calls']}, beside its {stamp.calls}")
    return reasons
