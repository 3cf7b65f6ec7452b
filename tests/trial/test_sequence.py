"""Bounds that hold however often one looks."""

import math

import numpy as np
import pytest
from scipy.stats import binom

from otel_training.trial.sample import Sample
from otel_training.trial.sequence import MOST, Bounds, bounds, gains_above, gains_below, log_growth, log_wealth
from tests.trial.simulation import World, discrete, normal, passing, peek, peek_by_extraction, rare, ties, tiny

pytestmark = pytest.mark.slow

RUNS = 300
MOST_PASSES = int(binom.ppf(0.999, RUNS, 0.05))
"""What a chance of 5 % exceeds once in a thousand times."""


def sample_of(candidate: list[float], baseline: list[float]) -> Sample:
    """A source each."""
    return Sample(np.array(candidate), np.array(baseline), np.ones(len(candidate)))


def test_wealth_is_what_divided_bets_become() -> None:
    """As computed in plain Python: large bets have more of the stake, by the root of their size."""
    gains, bets = [0.2, -1.0, 0.5], [0.02 * 49 ** (step / 11) for step in range(12)]
    shares = [math.sqrt(bet) / sum(map(math.sqrt, bets)) for bet in bets]
    expected = sum(share * math.prod(1 + bet * gain for gain in gains) for bet, share in zip(bets, shares, strict=True))

    assert pytest.approx(expected, abs=1e-12) == math.exp(log_wealth(log_growth(np.array(gains)).sum(-1)))


@pytest.mark.parametrize("floor", [0.0, 0.3])
def test_no_bet_loses_more_than_its_stake(floor: float) -> None:
    """At the worst pair of answers a gain is -1, whichever the ratio."""
    ends = np.array([0.0, 0.0, 1.0, 1.0]), np.array([0.0, 1.0, 0.0, 1.0])

    for ratio in (0.1, 0.9, 1.0, 2.0):
        assert pytest.approx(-1) == gains_above(*ends, ratio, floor).min()
        assert gains_below(*ends, ratio).min() >= -1


@pytest.mark.parametrize("world", [normal, discrete, ties, rare, tiny, passing(0.66, 0.5), passing(0.9, 0.8)])
def test_a_candidate_at_the_bar_seldom_passes_however_often_one_looks(world: World) -> None:
    """In 5 % of the runs at the most, looking at each source from 50 to 1,000."""
    passes = peek(world(np.random.default_rng(11), RUNS, 1000, 0.9), 0.05).any(1)

    assert passes.sum() <= MOST_PASSES


def test_extractions_of_one_source_claim_no_more_than_they_know() -> None:
    """Four extractions a source that are nearly alike: sources whose means still move are no reason to pass."""
    chance, runs = np.random.default_rng(12), 60

    passes = sum(peek_by_extraction(chance, 0.9, 0.05) for _ in range(runs))

    assert passes <= binom.ppf(0.999, runs, 0.05)


@pytest.mark.parametrize(("world", "ratio"), [(normal, 0.95), (discrete, 0.95), (passing(0.9, 0.5), 1.0)])
def test_a_good_candidate_passes(world: World, ratio: float) -> None:
    """With a chance of 95 % and more within 1,000 sources."""
    passes = peek(world(np.random.default_rng(13), RUNS, 1000, ratio), 0.05).any(1)

    assert passes.mean() >= 0.95


def test_bounds_enclose_the_ratio_and_decide_as_the_bets_do() -> None:
    """At each side, whatever the ratio."""
    for seed, ratio in enumerate((0.7, 0.88, 0.92, 1.05)):
        candidate, baseline = (arm[0] for arm in normal(np.random.default_rng(seed), 1, 400, ratio))
        sample = Sample(candidate, baseline, np.ones(400))
        sides = bounds(sample, 0.05, 0.9)

        assert sides.lower < candidate.mean() / baseline.mean() < sides.upper
        wealth = log_wealth(log_growth(gains_above(candidate, baseline, 0.9)).sum(-1))
        assert (wealth >= math.log(20)) == (sides.lower > 0.9)
        for side, gains in ((sides.lower, gains_above), (sides.upper, gains_below)):
            at_edge = log_wealth(log_growth(gains(candidate, baseline, side)).sum(-1))
            assert pytest.approx(math.log(20), abs=1e-3) == float(at_edge)


def test_equal_sources_count_as_many() -> None:
    """As though each stood by itself."""
    apart, together = sample_of([0.8] * 60, [0.8] * 60), Sample(np.array([0.8]), np.array([0.8]), np.array([60.0]))

    assert bounds(apart, 0.05, 0.9) == bounds(together, 0.05, 0.9)


def test_nothing_is_certain_of_nothing() -> None:
    """Nor of a baseline that is worth nothing, but that the candidate is worth more."""
    assert Bounds(0.0, math.inf) == bounds(sample_of([], []), 0.05, 0.9)
    assert Bounds(MOST, math.inf) == bounds(sample_of([1.0] * 100, [0.0] * 100), 0.05, 0.9)


def test_a_judge_that_gives_something_for_nothing_moves_the_bound() -> None:
    """What it gives for nothing does not count: as though both arms had that much less."""
    candidate, baseline = [0.9, 0.8] * 200, [0.9, 0.9] * 200
    plain, moved = (bounds(sample_of(candidate, baseline), 0.05, 0.9, floor) for floor in (0.0, 0.3))

    assert [pytest.approx(0.85 / 0.9 - 0.55 / 0.6, abs=0.01), plain.upper] == [plain.lower - moved.lower, moved.upper]
