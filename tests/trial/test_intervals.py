"""Intervals and tests for one look, beside SciPy's."""

import numpy as np
import pytest
from scipy import stats

from otel_training.trial.intervals import delta, fieller, p_value, paired
from otel_training.trial.sample import Sample

CHANCE = np.random.default_rng(5)
CANDIDATE, BASELINE = CHANCE.normal(0.72, 0.18, 300), CHANCE.normal(0.76, 0.15, 300)
PAIRED = paired(Sample(CANDIDATE, BASELINE, np.ones(300)))


def test_pairs_are_tested_as_scipy_tests_them() -> None:
    """Student's t of the differences."""
    expected = stats.ttest_1samp(CANDIDATE - 0.9 * BASELINE, 0, alternative="greater").pvalue

    assert pytest.approx(expected, rel=1e-9) == p_value(PAIRED, 0.9)


def test_equal_pairs_count_as_many() -> None:
    """As SciPy counts them one by one."""
    values, counts = (np.array([0.7, 0.9, 0.5]), np.array([0.8, 0.8, 0.7])), [3, 4, 5]
    apart = [np.repeat(value, counts) for value in values]
    means = paired(Sample(*values, np.array(counts, float)))

    expected = stats.ttest_1samp(apart[0] - 0.9 * apart[1], 0, alternative="greater").pvalue
    assert pytest.approx(expected, rel=1e-9) == p_value(means, 0.9)


def test_fieller_is_where_the_test_turns() -> None:
    """At each bound p is alpha."""
    lower, upper = fieller(PAIRED, 0.05) or (0.0, 0.0)

    assert [0.05, 0.95] == [pytest.approx(p_value(PAIRED, bar), abs=1e-9) for bar in (lower, upper)]


def test_intervals_agree_with_a_bootstrap() -> None:
    """BCa, to some thousandths."""

    def ratio(candidate: np.ndarray, baseline: np.ndarray, axis: int = -1) -> np.ndarray:
        return candidate.mean(axis) / baseline.mean(axis)

    arms, rng = (CANDIDATE, BASELINE), np.random.default_rng(6)
    bootstrap = stats.bootstrap(arms, ratio, paired=True, confidence_level=0.9, rng=rng)
    for interval in (delta(PAIRED, 0.05), fieller(PAIRED, 0.05)):
        assert pytest.approx(tuple(bootstrap.confidence_interval), abs=0.003) == interval


def test_what_cannot_be_said_is_not() -> None:
    """Of a baseline that may be 0 Fieller says nothing; of a candidate that is, the logarithm nothing."""
    noise = np.array([1.0, -1.0, 0.5])
    nothing = paired(Sample(np.zeros(3), np.ones(3), np.ones(3)))

    assert (None, None) == (fieller(paired(Sample(np.ones(3), noise, np.ones(3))), 0.05), delta(nothing, 0.05))


@pytest.mark.parametrize(("bar", "p"), [(0.875, 0.0), (1.25, 1.0), (1.0, 0.5)])
def test_values_without_a_variance(bar: float, p: float) -> None:
    """They are certain, but at the bar itself."""
    means = paired(Sample(np.array([0.5]), np.array([0.5]), np.array([9.0])))

    assert (p, (1.0, 1.0)) == (p_value(means, bar), delta(means, 0.05))
