"""Simulated trials: what both arms reach, many times, by a seed, where the true ratio is known."""

from collections.abc import Callable
from decimal import Decimal
from statistics import NormalDist
from typing import Any, Final, TypeAlias

import numpy as np
from numpy.random import Generator
from numpy.typing import NDArray

from otel_training.trial.pair import Observation, Pair
from otel_training.trial.sequence import gains_above, log_growth, log_wealth

Values: TypeAlias = NDArray[np.float64]
Arms: TypeAlias = tuple[Values, Values]
"""Candidate and baseline, a row a run, 0 to 1."""
World: TypeAlias = Callable[[Generator, int, int, float], Arms]
"""Makes so many runs of so many sources at a ratio."""

PASSING: Final = 7.0
_AT_ONCE: Final = 50


def alike(chance: Generator, runs: int, sources: int, rho: float = 0.5) -> Arms:
    """Return standard normal values of both arms that have a part in common: how hard the source is."""
    common, ours, theirs = chance.standard_normal((3, runs, sources))
    return np.sqrt(rho) * common + np.sqrt(1 - rho) * ours, np.sqrt(rho) * common + np.sqrt(1 - rho) * theirs


def normal(chance: Generator, runs: int, sources: int, ratio: float) -> Arms:
    """Scores of a fine judge: 7.6, and 1.5 and 1.8 around it."""
    ours, theirs = alike(chance, runs, sources)
    baseline = np.clip(0.76 + 0.15 * theirs, 0, 1)
    return _at(ratio, baseline, lambda shift: np.clip(0.76 + 0.18 * ours + shift, 0, 1)), baseline


def discrete(chance: Generator, runs: int, sources: int, ratio: float) -> Arms:
    """Whole scores, many of them 10."""
    ours, theirs = alike(chance, runs, sources)
    baseline = _whole(0.86 + 0.16 * theirs)
    return _at(ratio, baseline, lambda shift: _whole(0.86 + 0.19 * ours + shift)), baseline


def ties(chance: Generator, runs: int, sources: int, ratio: float) -> Arms:
    """All answers are as good as the other arm's, 8, but for a few that are worth nothing."""
    baseline = np.full((runs, sources), 0.8)
    return np.where(chance.random((runs, sources)) < 1 - ratio, 0, baseline), baseline


def rare(chance: Generator, runs: int, sources: int, ratio: float) -> Arms:
    """Most answers are worth 3, as the other arm's are; of the best, a part of the candidate's is worth nothing."""
    baseline = np.where(chance.random((runs, sources)) < 0.3, 1.0, 0.3)
    lost = (1 - ratio) * (0.3 + 0.7 * 0.3) / 0.3
    return np.where((baseline == 1) & (chance.random((runs, sources)) < lost), 0, baseline), baseline


def tiny(chance: Generator, runs: int, sources: int, ratio: float) -> Arms:
    """Scores that hardly differ."""
    ours, theirs = alike(chance, runs, sources)
    return 0.8 * ratio + 0.001 * ours, 0.8 + 0.001 * theirs


def passing(share: float, rho: float) -> World:
    """Return the world in which the baseline passes so often, and both pass together as far as `rho` says."""

    def world(chance: Generator, runs: int, sources: int, ratio: float) -> Arms:
        ours, theirs = alike(chance, runs, sources, rho)
        least = NormalDist().inv_cdf
        return (ours < least(share * ratio)).astype(float), (theirs < least(share)).astype(float)

    return world


def _at(ratio: float, baseline: Values, candidate: Callable[[float], Values]) -> Values:
    """Shift the candidate until it keeps the ratio."""
    low, high = -1.0, 1.0
    for _ in range(40):
        middle = (low + high) / 2
        low, high = (middle, high) if candidate(middle).mean() < ratio * baseline.mean() else (low, middle)
    return candidate(low)


def _whole(values: Values) -> Values:
    return np.clip(np.round(10 * values), 0, 10) / 10


def peek(arms: Arms, alpha: float, bar: float = 0.9, burn_in: int = 50) -> NDArray[np.bool_]:
    """Return, for each run and each source from `burn_in` on, whether the candidate would pass there."""
    paths = []
    for start in range(0, len(arms[0]), _AT_ONCE):
        candidate, baseline = (arm[start : start + _AT_ONCE] for arm in arms)
        growth = log_growth(gains_above(candidate, baseline, bar)).cumsum(-1)
        paths.append(log_wealth(np.moveaxis(growth, -2, -1))[:, burn_in - 1 :])
    return np.concatenate(paths) >= -np.log(alpha)


def peek_by_extraction(chance: Generator, ratio: float, alpha: float) -> bool:
    """Return whether a candidate passes at any look, of 200 sources with four extractions each, in any order."""
    ours, theirs = alike(chance, 1, 200)
    noise = chance.normal(0, 0.02, (2, 4, 200))
    arms = np.clip(0.76 * ratio + 0.12 * ours + noise[0], 0, 1), np.clip(0.76 + 0.1 * theirs + noise[1], 0, 1)
    is_seen, order = np.zeros((4, 200), bool), np.arange(800) % 200
    chance.shuffle(order)
    for at, source in enumerate(order, 1):
        is_seen[is_seen[:, source].sum(), source] = True
        if at % 40 == 0 and (begun := is_seen.any(0)).sum() >= 50:
            means = [np.average(arm[:, begun], axis=0, weights=is_seen[:, begun]) for arm in arms]
            if log_wealth(log_growth(gains_above(means[0], means[1], 0.9)).sum(-1)) >= -np.log(alpha):
                return True
    return False


def answer(score: float | None, *, passed: bool | None = True, **others: Any) -> Observation:
    """Return an answer that was judged."""
    return Observation(score, passed, **{"fields": {}, "cost": Decimal("0.01"), "seconds": 1.0, **others})


def pairs(
    scores: Arms, passes: Arms | None = None, slices: Callable[[int], dict[str, str]] = lambda _: {}
) -> list[Pair]:
    """Make pairs of one run's scores, 0 to 1: a source each."""
    is_passed = passes or tuple(10 * arm >= PASSING for arm in scores)
    (ours, theirs), (passed, others) = scores, is_passed
    return [
        Pair(
            str(at),
            f"source {at}",
            slices(at),
            answer(10 * float(theirs[at]), passed=bool(others[at])),
            answer(10 * float(ours[at]), passed=bool(passed[at])),
        )
        for at in range(len(ours))
    ]


def planted(chance: Generator, ratio: float, others: float = 1.0) -> tuple[Arms, Arms]:
    """Return one run's scores and passes of a thousand sources, a topic of 5 % of which keeps this ratio only."""
    metrics = []
    for world in (discrete, passing(0.9, 0.5)):
        arms, few = world(chance, 1, 1000, others), world(chance, 1, 50, ratio)
        for whole, part in zip(arms, few, strict=True):
            whole[0, ::20] = part[0]
        metrics.append((arms[0][0], arms[1][0]))
    return metrics[0], metrics[1]


def sliced(scores: Arms, passes: Arms) -> list[Pair]:
    """Make pairs of 20 topics and of three lengths."""
    return pairs(scores, passes, lambda at: {"topic": f"t{at % 20}", "length": f"l{at % 3}"})


def stream(chance: Generator, ratio: float, count: int) -> list[Pair]:
    """Return paired answers of a candidate that keeps this ratio, of scores and of passes."""
    both = [world(chance, 1, count, ratio) for world in (discrete, passing(0.9, 0.6))]
    scores, passes = ((ours[0], theirs[0]) for ours, theirs in both)
    return pairs(scores, passes)
