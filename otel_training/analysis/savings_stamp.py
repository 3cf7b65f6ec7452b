"""What a saving stands on, and whether that still holds."""

import json
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Final

from otel_training.errors import TrainingError
from otel_training.pricing.overrides import Overrides
from otel_training.pricing.price import prices_version
from otel_training.store.client import Row, Store, read_query

_MUCH: Final = 10
"""A tenth as many calls again may cost something else."""


class SavingsError(TrainingError):
    """There is no saving to project, or to check."""


@dataclass(frozen=True, slots=True)
class Stamp:
    """Today's model, the prices and the calls of a saving."""

    baseline: str
    is_chosen: bool
    """Whether its user named the model."""
    prices: str
    """Their version, in force on `date`."""
    date: str
    since: int
    until: int
    """Microseconds since 1970."""
    calls: int
    first: str
    last: str
    digest: str
    """Of the calls and what they cost."""


def read_calls(store: Store, baseline: str, window: Mapping[str, int], edges: Iterable[int] = ()) -> list[Row]:
    """Read the calls that a saving stands on: all, and by the length of their prompts."""
    return list(store.rows(read_query("savings_calls"), baseline=baseline, **window, edges=sorted(edges)))


def stamp_of(baseline: str, overrides: Overrides, window: Mapping[str, int], calls: Row, *, is_chosen: bool) -> Stamp:
    """Stamp a saving of these calls."""
    day = datetime.fromtimestamp(window["until"] / 1e6, UTC).date().isoformat()
    figures = {name: calls[name] for name in ("calls", "first", "last", "digest")}
    return Stamp(baseline, is_chosen, prices_version(overrides), day, window["since"], window["until"], **figures)


def read_stamp(text: bytes) -> Stamp:
    """Read the stamp of a former saving, from its JSON; raises `SavingsError` where there is none."""
    try:
        return Stamp(**json.loads(text)["stamp"])
    except (KeyError, TypeError, ValueError) as error:
        raise SavingsError("That is no saving: give a file that `savings --json` wrote.") from error


def stale(store: Store, overrides: Overrides, former: Stamp, now: int) -> list[str]:
    """Say what is no longer as it was; nothing where a saving still holds."""
    version = prices_version(overrides)
    again, *_ = read_calls(store, former.baseline, {"since": former.since, "until": former.until})
    newer, *_ = read_calls(store, former.baseline, {"since": former.until, "until": now})
    since = now - (former.until - former.since)
    _, *models = store.rows(read_query("savings_models"), since=since, until=now)
    costliest = next((row["name"] for row in models if row["source_usd"]), former.baseline)
    reasons = []
    if costliest != former.baseline and not former.is_chosen:
        reasons.append(f"{costliest} costs the most now, no longer {former.baseline}")
    if version != former.prices:
        reasons.append(f"the prices are those of {version}, no longer of {former.prices}")
    if again["digest"] != former.digest:
        reasons.append(f"of its {former.calls} calls, or of what they cost, not all are as they were")
    if newer["calls"] * _MUCH >= former.calls:
        reasons.append(f"calls came in since: {newer['calls']}, beside its {former.calls}")
    return reasons
