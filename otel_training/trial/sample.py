"""Samples: what both arms reached on each source, which is the unit that counts."""

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from statistics import fmean
from typing import Final, TypeAlias

import numpy as np
from numpy.typing import NDArray

from otel_training.trial.pair import Observation, Pair

Values: TypeAlias = NDArray[np.float64]
Metric: TypeAlias = Callable[[Observation], float | None]
"""What an observation is worth, 0 to 1; None where nobody can say."""
Measure: TypeAlias = Callable[[Pair], tuple[float, float] | None]
"""What candidate and baseline are worth in a pair; None where nobody can say of both."""

BEST: Final = 10.0
"""The highest score."""


@dataclass(frozen=True, slots=True)
class Sample:
    """Means of each source, 0 to 1; sources with equal means stand together, `counts` says how many they are."""

    candidate: Values
    baseline: Values
    counts: Values

    @property
    def sources(self) -> int:
        """How many sources there are."""
        return int(self.counts.sum())

    def mean(self, values: Values) -> float:
        """Return the mean over all sources."""
        return float(np.average(values, weights=self.counts)) if self.sources else np.nan


def score(observation: Observation) -> float | None:
    """Return the judge's score; an arm that failed answered nothing."""
    if observation.error:
        return 0.0
    return None if observation.score is None else observation.score / BEST


def passed(observation: Observation) -> float | None:
    """Return whether the judge would let it pass."""
    if observation.error:
        return 0.0
    return None if observation.passed is None else float(observation.passed)


def field(name: str) -> Metric:
    """Return the metric that is the agreement of a field with the reference."""
    return lambda observation: 0.0 if observation.error else observation.fields.get(name)


def of_both(metric: Metric) -> Measure:
    """Return the measure of a pair by what each side of it is worth."""

    def measure(pair: Pair) -> tuple[float, float] | None:
        candidate, baseline = metric(pair.candidate), metric(pair.baseline)
        return None if candidate is None or baseline is None else (candidate, baseline)

    return measure


def gather(pairs: Iterable[Pair], measure: Measure) -> Sample:
    """Take the mean of each source over its pairs that can be measured.

    Extractions of one source resemble each other: as one unit they claim no more than they know.
    """
    by_source: dict[str, list[tuple[float, float]]] = {}
    for pair in pairs:
        if (both := measure(pair)) is not None:
            by_source.setdefault(pair.source, []).append(both)
    means = np.array([[fmean(side) for side in zip(*values, strict=True)] for values in by_source.values()])
    values, counts = np.unique(means.reshape(-1, 2), axis=0, return_counts=True)
    return Sample(values[:, 0], values[:, 1], counts.astype(np.float64))
