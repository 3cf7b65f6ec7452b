"""The watch after a promotion: whether the candidate still keeps what it was promoted for.

Paired answers are looked at one after the other, as they come. Bets on a drop begin anew with each of them (Shin,
Ramdas and Rinaldo, E-detectors, arXiv 2203.03532): a drop is seen soon, however long all was well before it, and a
candidate that stays at the bar is demoted once in `PATIENCE` answers, on average, at the most often.
"""

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from typing import Final, TypeAlias

import numpy as np

from otel_training.trial import sample
from otel_training.trial.guardrails import SLOW_SHARE, Limits
from otel_training.trial.pair import Pair
from otel_training.trial.sample import Metric, of_both
from otel_training.trial.sequence import SHARES, log_growth

PATIENCE: Final = 500

Gain: TypeAlias = Callable[[Pair], float | None]
"""What a bet on a drop wins by a pair, -1 at the least; None where nobody can say."""


@dataclass(frozen=True, slots=True)
class Watch:
    """What the answers since the promotion say."""

    pairs: int
    """Up to the one that decided, if any did."""
    alarm: str
    """`score`, `passed`, `errors`, `fallback` or `slow`, where that is certain; empty where the candidate stays."""
    nearest: float
    """How far the nearest alarm is, 1 where it is raised."""


def watch(pairs: Iterable[Pair], bar: float, limits: Limits, longest: float | None = None) -> Watch:
    """Look at pairs in the order in which they came; `longest` is how many seconds an answer may take.

    Five things are watched, so that each has a fifth of the alarms.
    """
    gains = _gains(bar, limits, longest)
    wealth = {name: np.zeros(len(SHARES)) for name in gains}
    most, count = 0.0, 0
    for count, pair in enumerate(pairs, 1):
        for name, gain in gains.items():
            if (won := gain(pair)) is not None:
                wealth[name] = (1 + wealth[name]) * np.exp(log_growth(np.array([won]))[:, 0])
        nearest = max(wealth, key=lambda name: float(wealth[name] @ SHARES))
        most = float(wealth[nearest] @ SHARES) / (PATIENCE * len(gains))
        if most >= 1:
            return Watch(count, nearest, 1.0)
    return Watch(count, "", most)


def _gains(bar: float, limits: Limits, longest: float | None) -> dict[str, Gain]:
    def slow(pair: Pair) -> float | None:
        seconds = pair.candidate.seconds
        return None if seconds is None or longest is None else (seconds > longest) - SLOW_SHARE

    return {
        "score": _drop(sample.score, bar),
        "passed": _drop(sample.passed, bar),
        "errors": lambda pair: (pair.candidate.error - pair.baseline.error - limits.errors) / (1 + limits.errors),
        "fallback": lambda pair: pair.candidate.fallback - limits.fallback,
        "slow": slow,
    }


def _drop(metric: Metric, bar: float) -> Gain:
    measure = of_both(metric)

    def gain(pair: Pair) -> float | None:
        both = measure(pair)
        return None if both is None else bar * both[1] - both[0]

    return gain
