"""Whether as many sources came to each arm as were to come."""

from math import exp

import numpy as np
import pytest
from scipy.stats import dirichlet_multinomial, multinomial

from otel_training.trial.mismatch import ALARM, Assigned, mismatch

HALF = {"claude": 50.0, "candidate": 50.0}


@pytest.mark.parametrize(
    ("sources", "weights"),
    [
        ({"claude": 412, "candidate": 405}, HALF),
        ({"claude": 560, "candidate": 440}, HALF),
        ({"claude": 920, "candidate": 80}, {"claude": 9.5, "candidate": 0.5}),
        ({"claude": 470, "candidate": 240, "untuned": 310}, {"claude": 50.0, "candidate": 25.0, "untuned": 25.0}),
    ],
)
def test_it_is_scipys(sources: dict[str, int], weights: dict[str, float]) -> None:
    """To nine digits, of two arms and of three: how much less likely counts are by their shares than by others."""
    counts, shares = list(sources.values()), np.array(list(weights.values())) / sum(weights.values())
    expected = multinomial.logpmf(counts, sum(counts), shares) - dirichlet_multinomial.logpmf(
        counts, 30 * shares, sum(counts)
    )

    assert pytest.approx(min(1.0, exp(expected)), rel=1e-9) == mismatch([Assigned(weights, sources)])


@pytest.mark.parametrize(
    "sources",
    [{"claude": 600, "candidate": 400}, {"claude": 50}, {"claude": 50, "candidate": 50, "stopped": 1}],
)
def test_what_raises_an_alarm(sources: dict[str, int]) -> None:
    """A share that chance does not give, an arm that got nothing, one that was to get nothing."""
    assert (mismatch([Assigned(HALF | {"stopped": 0.0}, sources)]) or 0) < ALARM


@pytest.mark.parametrize(
    "assigned",
    [
        [], [Assigned({}, {})], [Assigned({"claude": 1.0}, {"claude": 9})], [Assigned(HALF, {"claude": 0})],
        [Assigned({"claude": 0.0, "candidate": 0.0}, {"claude": 9})],
    ],
)  # fmt: skip
def test_nothing_is_said_where_there_is_no_choice(assigned: list[Assigned]) -> None:
    """All sources went where they were to go."""
    assert mismatch(assigned) is None


def test_each_shares_stand_for_themselves() -> None:
    """What is missed under one is not made up for by what came too much under the next."""
    ramped = {"claude": 95.0, "candidate": 5.0}
    evened = [Assigned(ramped, {"claude": 450, "candidate": 50}), Assigned(HALF, {"claude": 275, "candidate": 225})]
    steady = [Assigned(ramped, {"claude": 475, "candidate": 25}), Assigned(HALF, {"claude": 250, "candidate": 250})]

    assert [True, False] == [(mismatch(each) or 0) < ALARM for each in (evened, steady)]


def test_looks_do_not_add_up() -> None:
    """Looked at after each 50 sources up to 5,000, healthy arms raise an alarm ever in less than 1 %.

    53 % in place of 50 are seen in most.
    """
    rng, looks = np.random.default_rng(8), 100
    ever = []
    for share in (0.5, 0.53):
        paths = rng.binomial(50, share, (300, looks)).cumsum(axis=1)
        seen = [
            any(mismatch([Assigned(HALF, {"claude": int(came), "candidate": 50 * at - int(came)})]) < ALARM  # type: ignore[operator]
                for at, came in enumerate(path, 1))
            for path in paths
        ]  # fmt: skip
        ever.append(sum(seen))

    assert ever[0] < 0.01 * 300
    assert ever[1] > 0.6 * 300
