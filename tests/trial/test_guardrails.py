"""What a candidate may not make worse."""

from decimal import Decimal
from typing import Any

import numpy as np
import pytest

from otel_training.trial.engagement import Votes, fewer_likes
from otel_training.trial.guardrails import SLOW_SHARE, Arm, Limits, arm, guard
from otel_training.trial.pair import Observation, Pair
from otel_training.trial.sample import Sample
from otel_training.trial.sequence import bounds
from tests.trial.simulation import answer

UNKNOWN = answer(8, cost=None, seconds=None)
FAILED = Observation(None, None, {}, Decimal(0), None, error=True)


def held(candidate: list[Observation], baseline: Observation, limits: Limits) -> dict[str, Any]:
    """The guardrails of a candidate whose baseline always answers the same."""
    pairs = [Pair(str(at), str(at), {}, baseline, each) for at, each in enumerate(candidate)]
    return {rail.name: rail for rail in guard(pairs, limits, arm([baseline] * len(candidate)), 0.05)}


def test_an_arm_is_summed_up() -> None:
    """Cost an example, seconds, and shares."""
    slow = answer(None, passed=None, cost=Decimal("0.03"), seconds=3.0, fallback=True)
    summary = arm([answer(8), slow, FAILED, answer(8, cost=Decimal(0))])

    assert Arm(Decimal("0.01"), 1.0, summary.p95, 1 / 4, 1 / 4, 1 / 4) == summary
    assert pytest.approx(2.8) == summary.p95
    assert Arm(None, None, None, 0.0, 0.0, 0.0) == arm([UNKNOWN])


@pytest.mark.parametrize(
    ("name", "bad"),
    [
        ("errors", FAILED),
        ("fallback", answer(8, fallback=True)),
        ("slow", answer(8, seconds=2.5)),
        ("cost", answer(8, cost=Decimal("0.2"))),
    ],
)
def test_what_is_certainly_too_much_breaks_its_guardrail_alone(name: str, bad: Observation) -> None:
    """The others hold."""
    good = answer(8, cost=Decimal("0.001"))
    rails = held([bad, good, good] * 300, answer(8), Limits())

    assert {"errors": "holds", "fallback": "holds", "slow": "holds", "cost": "holds", "likes": "open"} | {
        name: "broken"
    } == {rail.name: rail.state for rail in rails.values()}
    assert rails[name].lower > rails[name].limit


def test_what_the_baseline_does_as_well_breaks_nothing() -> None:
    """It fails as often."""
    pairs = [Pair(str(at), str(at), {}, FAILED, FAILED) for at in range(300)]
    errors, *_ = guard(pairs, Limits(), arm([FAILED] * 300), 0.05)

    assert (0.0, "open") == (errors.value, errors.state)


def test_figures_are_shown_as_shares() -> None:
    """Of errors how many more they are than the baseline's."""
    rails = held([FAILED] + [answer(8)] * 99, answer(8, cost=Decimal("0.02")), Limits())

    assert {"errors": 0.01, "fallback": 0.0, "slow": 0.0, "cost": 0.495} == {
        name: pytest.approx(rail.value) for name, rail in rails.items() if name != "likes"
    }
    for rail in list(rails.values())[:4]:
        assert rail.lower <= rail.value <= rail.upper


def test_each_of_five_has_a_fifth_of_the_error() -> None:
    """So that all that is said of them is certain together."""
    votes = {"baseline": Votes(60, 40), "candidate": Votes(55, 45)}
    pairs = [Pair(str(at), str(at), {}, answer(8), answer(8, seconds=2.5 if at < 3 else 1.9)) for at in range(60)]
    rails: Any = {rail.name: rail for rail in guard(pairs, Limits(), arm([answer(8)] * 60), 0.05, votes)}
    slow = bounds(Sample(np.array([1.0, 0.0]), np.ones(2), np.array([3.0, 57.0])), 0.01, SLOW_SHARE)

    assert (slow.lower, slow.upper) == (rails["slow"].lower, rails["slow"].upper)
    assert fewer_likes(votes, 0.01) == (rails["likes"].value, rails["likes"].lower, rails["likes"].upper)


def test_no_bound_is_beyond_what_a_share_can_be() -> None:
    """Of few examples nothing is certain, but that a share is at most 1, and the difference of two, too."""
    rails = held([answer(8), answer(8, seconds=2.5)], answer(8), Limits())

    assert {"errors": 1.0, "fallback": 1.0, "slow": 1.0, "cost": None, "likes": None} == {
        name: rail.upper for name, rail in rails.items()
    }
    assert all(-1 <= rails[name].lower <= rails[name].value for name in ("errors", "fallback", "slow", "cost"))


def test_what_nobody_knows_is_open() -> None:
    """Neither cost nor seconds are known; of few examples all is open."""
    rails = held([UNKNOWN] * 900, UNKNOWN, Limits())

    assert {"errors": "holds", "fallback": "holds", "slow": "open", "cost": "open", "likes": "open"} == {
        rail.name: rail.state for rail in rails.values()
    }
    assert {"open"} == {rail.state for rail in held([answer(8)] * 5, answer(8), Limits()).values()}


@pytest.mark.parametrize(("likes", "state"), [(580, "holds"), (500, "open"), (300, "broken")])
def test_what_readers_dismiss_breaks_a_guardrail(likes: int, state: str) -> None:
    """600 of 1,000 votes are likes of Claude's answers; a tenth less, at most, is kept."""
    votes = {"baseline": Votes(600, 400), "candidate": Votes(likes, 1000 - likes)}
    pairs = [Pair(str(at), str(at), {}, answer(8), answer(8)) for at in range(9)]
    rail: Any = guard(pairs, Limits(), arm([answer(8)] * 9), 0.05, votes)[-1]

    assert ("likes", 0.10, state) == (rail.name, rail.limit, rail.state)
    assert pytest.approx((600 - likes) / 1000) == rail.value
