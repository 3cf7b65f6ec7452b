"""How many more sources it takes."""

from typing import Any

import numpy as np
import pytest

from otel_training.trial.power import more
from otel_training.trial.sample import Sample
from tests.trial.simulation import World, normal, passing, peek


@pytest.mark.parametrize(("world", "ratio"), [(normal, 0.94), (normal, 0.96), (passing(0.9, 0.5), 0.99)])
def test_what_is_estimated_is_what_it_takes(world: World, ratio: float) -> None:
    """About as many as half of the runs have taken when they pass."""
    chance = np.random.default_rng(21)
    passes = peek(world(chance, 200, 1500, ratio), 0.05)
    taken = float(np.median(np.where(passes.any(1), passes.argmax(1) + 50, 1500)))

    candidate, baseline = (arm[0] for arm in world(chance, 1, 20_000, ratio))
    weights = np.full(20_000, 60 / 20_000)
    estimated: Any = more(Sample(candidate, baseline, weights), 0.05, 0.9)

    assert taken / 1.6 <= 60 + estimated <= taken * 1.6


def test_nothing_is_needed_where_it_is_decided() -> None:
    """Either way."""
    counts = np.array([400.0])

    assert (0, 0) == tuple(more(Sample(np.array([at]), np.array([0.8]), counts), 0.05, 0.9) for at in (0.8, 0.5))


def test_no_number_helps_at_the_bar() -> None:
    """Nor where the judge's error is larger than what the candidate is better, nor of nothing."""
    nothing, counts = np.array([]), np.array([9.0])

    assert [None, None, None] == [
        more(Sample(nothing, nothing, nothing), 0.05, 0.9),
        more(Sample(np.array([0.72]), np.array([0.8]), counts), 0.05, 0.9),
        more(Sample(np.array([0.73]), np.array([0.8]), counts), 0.05, 0.9, 0.5),
    ]


def test_it_is_an_estimate() -> None:
    """Of large numbers two digits are given."""
    candidate, baseline = (arm[0] for arm in normal(np.random.default_rng(1), 1, 100, 0.92))

    number: Any = more(Sample(candidate, baseline, np.ones(100)), 0.05, 0.9)

    assert (True, 0) == (number > 100, number % 10)
