"""Planted judges: what each makes of answers that are good or bad, where the truth is known."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Final, TypeAlias

import numpy as np
from numpy.random import Generator
from numpy.typing import NDArray

from otel_training.trial.judging import Gold, Judging, by_chance
from otel_training.trial.pair import Pair
from tests.trial.simulation import PASSING, Values, pairs, passing

Judge: TypeAlias = Callable[[Generator, Values, NDArray[np.bool_], Values], Values]
"""Scores answers that are good (1) or bad (0), by whether each is shown first, and the score that it gives itself."""

GOOD_SHARE: Final = 0.9
_LABELS: Final = 60
"""Of good answers, and of bad ones, on which people decided."""


def fair(chance: Generator, good: Values, _first: NDArray[np.bool_], _own: Values) -> Values:
    """Tell good from bad, nearly always."""
    return np.where(good > 0, chance.normal(8.7, 0.9, good.shape), chance.normal(4.0, 1.6, good.shape))


def generous(chance: Generator, good: Values, first: NDArray[np.bool_], own: Values) -> Values:
    """Let a quarter of the bad answers pass."""
    return np.where(chance.random(good.shape) < 0.25, chance.normal(8, 0.3, good.shape), fair(chance, good, first, own))


def lenient(chance: Generator, good: Values, _first: NDArray[np.bool_], _own: Values) -> Values:
    """Let most of the bad answers pass."""
    return np.where(good > 0, chance.normal(9, 0.5, good.shape), chance.normal(7.8, 1, good.shape))


def strict(chance: Generator, good: Values, _first: NDArray[np.bool_], _own: Values) -> Values:
    """Let few pass."""
    return np.where(good > 0, chance.normal(6.2, 0.8, good.shape), chance.normal(3, 1, good.shape))


def placing(chance: Generator, good: Values, first: NDArray[np.bool_], own: Values) -> Values:
    """Prefer what is shown first."""
    return fair(chance, good, first, own) + np.where(first, 4, -1.5)


def copying(_chance: Generator, _good: Values, _first: NDArray[np.bool_], own: Values) -> Values:
    """Repeat the score that the answer gives itself."""
    return own


def careless(chance: Generator, good: Values, first: NDArray[np.bool_], own: Values) -> Values:
    """Judge a fifth of the answers, and guess the others: a kappa of 0.2."""
    guess = np.where(chance.random(good.shape) < 0.5, 8.5, 4.0)
    return np.where(chance.random(good.shape) < 0.2, fair(chance, good, first, own), guess)


JUDGES: Final[tuple[Judge, ...]] = (generous, lenient, strict, placing, copying, careless)


@dataclass(frozen=True, slots=True)
class Trial:
    """Pairs, and what would have been measured of their judge."""

    pairs: list[Pair]
    judging: Judging


def trial(chance: Generator, judge: Judge, ratio: float, sources: int = 1500) -> Trial:
    """Judge answers of which the candidate's are good in `ratio` times as many cases; it always claims a 9."""
    ours, theirs = (arm[0] for arm in passing(GOOD_SHARE, 0.6)(chance, 1, sources, ratio))
    first = chance.random(sources) < 0.5
    # Claude's own scores are what a fair judge gives: labels of its answers alone do not show that the judge copies.
    own = np.full(sources, 9.0), _score(chance, fair, theirs, first, theirs)
    scores = _score(chance, judge, ours, first, own[0]), _score(chance, judge, theirs, ~first, own[1])
    both, own_both = np.concatenate(scores), np.concatenate(own)
    judging = Judging(
        "planted",
        {"claude": _gold(chance, judge)},
        *_repeated(chance, judge, theirs, own[1]),
        self_scored=len(both),
        copied=int((both == own_both).sum()),
        alike=by_chance(list(zip(both.tolist(), own_both.tolist(), strict=True))),
        decided=int((scores[0] != scores[1]).sum()),
        first=int(np.where(first, scores[0] > scores[1], scores[1] > scores[0]).sum()),
    )
    return Trial(pairs((scores[0] / 10, scores[1] / 10)), judging)


def _score(chance: Generator, judge: Judge, good: Values, first: NDArray[np.bool_], own: Values) -> Values:
    return np.clip(np.round(judge(chance, good, first, own)), 0, 10)


def _gold(chance: Generator, judge: Judge) -> Gold:
    good, first = np.repeat([1.0, 0.0], _LABELS), chance.random(2 * _LABELS) < 0.5
    own = _score(chance, fair, good, first, good)
    is_passed = _score(chance, judge, good, first, own) >= PASSING
    passed = int(is_passed[:_LABELS].sum()), int(is_passed[_LABELS:].sum())
    return Gold(passed[0], passed[1], _LABELS - passed[0], _LABELS - passed[1])


def _repeated(chance: Generator, judge: Judge, good: Values, own: Values) -> tuple[int, int]:
    """Judge a hundred answers twice, each time in any position."""
    good, own = good[:100], own[:100]
    verdicts = [_score(chance, judge, good, chance.random(len(good)) < 0.5, own) >= PASSING for _ in range(2)]
    return len(good), int((verdicts[0] == verdicts[1]).sum())
