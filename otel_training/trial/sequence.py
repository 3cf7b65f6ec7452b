"""Bounds of a ratio that hold however often one looks, for any data between 0 and 1.

Testing by betting (Waudby-Smith and Ramdas, Estimating means of bounded random variables by betting, arXiv 2010.09686):
who bets against "the mean gain is at most 0" becomes rich only where that is false; to own 1 / alpha of the stake at
any time has at most the chance alpha. The stake is divided among bets of several sizes. The normal approximation that
is used elsewhere passed 8 to 15 % of candidates at the bar where most answers tie and few are worthless.
"""

from collections.abc import Callable
from dataclasses import dataclass
from math import inf, log
from typing import Final

import numpy as np

from otel_training.trial.sample import Sample, Values

METHOD: Final = "betting"
MOST: Final = 4.0
"""Ratios beyond it are as good as none."""
_BETS: Final = np.geomspace(0.02, 0.98, 12)
SHARES: Final = np.sqrt(_BETS) / np.sqrt(_BETS).sum()
"""Of the stake: large bets find a large difference in few examples, small ones a small difference in many."""
_STEPS: Final = 24


def log_growth(gains: Values) -> Values:
    """Return how each bet (the axis before the last) grows by each gain (the last one); a gain is -1 or more."""
    return np.log1p(_BETS[:, None] * gains[..., None, :])


def log_wealth(growth: Values) -> Values:
    """Return what all bets (the last axis) have become together, from how each has grown."""
    return np.asarray(np.logaddexp.reduce(growth + np.log(SHARES), axis=-1))


def gains_above(candidate: Values, baseline: Values, ratio: float, floor: float = 0.0) -> Values:
    """Return what is won by a bet that the candidate keeps more than this ratio.

    Of a judge that gives `floor` where nothing is deserved, that much counts for neither.
    """
    undeserved = max(0.0, 1 - ratio) * floor
    return (candidate - ratio * baseline - undeserved) / (ratio + undeserved)


def gains_below(candidate: Values, baseline: Values, ratio: float) -> Values:
    """Return what is won by a bet that the candidate keeps less than this ratio."""
    return ratio * baseline - candidate


@dataclass(frozen=True, slots=True)
class Bounds:
    """What is certain of the ratio, each side by itself; `inf` where nothing is."""

    lower: float
    upper: float


def bounds(sample: Sample, alpha: float, bar: float, floor: float = 0.0) -> Bounds:
    """Return the bounds; that one is on the good side of `bar` is decided by the bet on the bar itself."""

    def is_above(ratio: float) -> bool:
        return _wins(gains_above(sample.candidate, sample.baseline, ratio, floor), sample, alpha)

    def is_not_below(ratio: float) -> bool:
        return not _wins(gains_below(sample.candidate, sample.baseline, ratio), sample, alpha)

    return Bounds(_edge(is_above, bar)[0], _edge(is_not_below, bar)[1])


def _wins(gains: Values, sample: Sample, alpha: float) -> bool:
    return bool(log_wealth((log_growth(gains) * sample.counts).sum(-1)) >= -log(alpha))


def _edge(holds: Callable[[float], bool], bar: float) -> tuple[float, float]:
    """Return a ratio at which something still holds, and the next at which it does not."""
    low, high = (bar, MOST) if holds(bar) else (0.0, bar)
    if holds(high):
        return high, inf
    for _ in range(_STEPS):
        middle = (low + high) / 2
        low, high = (middle, high) if holds(middle) else (low, middle)
    return low, high
