"""Parts: fields of the answer and slices of the traffic, the worst first."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from math import isfinite
from typing import Final, Literal, TypeAlias

from otel_training.trial import sample
from otel_training.trial.pair import Pair
from otel_training.trial.sample import Metric, Sample, gather, of_both
from otel_training.trial.sequence import bounds

LEAST: Final = 30
"""Sources below which a part says nothing."""
_METRICS: Final[dict[str, Metric]] = {"score": sample.score, "passed": sample.passed}

State: TypeAlias = Literal["bad", "open", "good", "likeness", "too few"]
"""`likeness` where the baseline's own answers are the reference: another answer is not a worse one."""
_ORDER: Final[dict[State, int]] = {"bad": 0, "open": 1, "good": 2, "likeness": 3, "too few": 4}


@dataclass(frozen=True, slots=True)
class Part:
    """The ratio of one metric in one part; bounds are certain for all parts together."""

    metric: str
    """`score`, `passed`, or a field of the answer."""
    slice: str
    """Such as `topic`; empty where it is everything."""
    value: str
    sources: int
    baseline: float | None
    candidate: float | None
    ratio: float | None
    lower: float | None
    upper: float | None
    state: State


def parts_of(pairs: Sequence[Pair], alpha: float, bar: float) -> list[Part]:
    """Compare by each field, and by each slice's values in score and pass rate."""
    samples = {key: gather(some, of_both(metric)) for key, some, metric in _parts(pairs)}
    enough = sum(each.sources >= LEAST for each in samples.values())
    parts = [_part(key, each, alpha / max(1, enough), bar) for key, each in samples.items()]
    return sorted(parts, key=lambda part: (_ORDER[part.state], 1.0 if part.ratio is None else part.ratio))


def _parts(pairs: Sequence[Pair]) -> Iterable[tuple[tuple[str, str, str], Sequence[Pair], Metric]]:
    fields = sorted({name for pair in pairs for side in (pair.baseline, pair.candidate) for name in side.fields})
    for name in fields:
        yield (name, "", ""), pairs, sample.field(name)
    by_value: dict[tuple[str, str], list[Pair]] = {}
    for pair in pairs:
        for key in pair.slices.items():
            by_value.setdefault(key, []).append(pair)
    for (name, value), some in sorted(by_value.items()):
        for metric, measure in _METRICS.items():
            yield (metric, name, value), some, measure


def _part(key: tuple[str, str, str], sample: Sample, alpha: float, bar: float) -> Part:
    candidate, baseline = (
        sample.mean(side) if sample.sources else None for side in (sample.candidate, sample.baseline)
    )
    ratio = candidate / baseline if candidate is not None and baseline else None
    if sample.sources < LEAST:
        return Part(*key, sample.sources, baseline, candidate, ratio, None, None, "too few")
    sides = bounds(sample, alpha, bar)
    state: State = "bad" if sides.upper < bar else "good" if sides.lower > bar else "open"
    if key[0] not in _METRICS and baseline == 1:
        state = "likeness"
    upper = sides.upper if isfinite(sides.upper) else None
    return Part(*key, sample.sources, baseline, candidate, ratio, sides.lower, upper, state)
