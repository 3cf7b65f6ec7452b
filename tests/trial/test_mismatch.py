"""Whether as many sources came to each arm as were to come."""

import pytest
from scipy.stats import chisquare

from otel_training.trial.mismatch import ALARM, mismatch

HALF = {"claude": 50.0, "candidate": 50.0}


@pytest.mark.parametrize(
    ("assigned", "weights"),
    [
        ({"claude": 412, "candidate": 405}, HALF),
        ({"claude": 540, "candidate": 460}, HALF),
        ({"claude": 940, "candidate": 60}, {"claude": 95.0, "candidate": 5.0}),
        ({"claude": 480, "candidate": 250, "untuned": 290}, {"claude": 50.0, "candidate": 25.0, "untuned": 25.0}),
    ],
)
def test_it_is_scipys(assigned: dict[str, int], weights: dict[str, float]) -> None:
    """To nine digits, of two arms and of three."""
    total = sum(assigned.values())
    expected = [total * weight / sum(weights.values()) for weight in weights.values()]

    p = chisquare([assigned[arm] for arm in weights], expected).pvalue
    assert [pytest.approx(p, rel=1e-9), True] == [mismatch(assigned, weights), p > ALARM]


def test_what_raises_an_alarm() -> None:
    """A share that chance does not give, an arm that got nothing, one that was to get nothing."""
    found = [
        mismatch(assigned, HALF | {"stopped": 0.0})
        for assigned in (
            {"claude": 600, "candidate": 400},
            {"claude": 50},
            {"claude": 50, "candidate": 50, "stopped": 1},
        )
    ]

    assert [True, True, True] == [p is not None and p < ALARM for p in found]


@pytest.mark.parametrize(
    ("assigned", "weights"),
    [
        ({}, {}), ({"claude": 9}, {"claude": 1.0}), ({"claude": 0}, HALF),
        ({"candidate": 1}, {"claude": 95.0, "candidate": 5.0}), ({"claude": 5, "candidate": 4}, HALF),
    ],
)  # fmt: skip
def test_nothing_is_said_of_one_arm_or_of_few_sources(assigned: dict[str, int], weights: dict[str, float]) -> None:
    """All sources went where they were to go, or too few were to go to one arm."""
    assert mismatch(assigned, weights) is None


def test_arms_of_few_sources_count_as_one() -> None:
    """Two arms that were to get four of fifty sources each are one that was to get eight."""
    weights = {"claude": 84.0, "a": 8.0, "b": 8.0}
    p = mismatch({"claude": 20, "a": 15, "b": 15}, weights)
    assert pytest.approx(chisquare([20, 30], [42, 8]).pvalue, rel=1e-9) == p
