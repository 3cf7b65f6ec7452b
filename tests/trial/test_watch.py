"""The watch after a promotion."""

from collections.abc import Callable
from dataclasses import replace
from statistics import median

import numpy as np
import pytest

from otel_training.trial.guardrails import Limits
from otel_training.trial.pair import Observation, Pair
from otel_training.trial.sequence import SHARES, log_growth
from otel_training.trial.watch import PATIENCE, Watch, watch
from tests.trial.simulation import answer, stream

pytestmark = pytest.mark.slow

RUNS = 40


def watched(some: list[Pair]) -> Watch:
    """With the usual limits; an answer may take two seconds."""
    return watch(some, 0.9, Limits(), 2.0)


def test_a_drop_demotes_within_fifty_answers() -> None:
    """Half of the times, after 300 good ones: a candidate that keeps 70 % from then on."""
    chance = np.random.default_rng(51)
    watches = [watched([*stream(chance, 1.0, 300), *stream(chance, 0.7, 400)]) for _ in range(RUNS)]

    assert set() == {each.alarm for each in watches} - {"score", "passed"}
    assert all(each.pairs > 300 for each in watches)
    assert median(each.pairs - 300 for each in watches) <= 50


@pytest.mark.parametrize(("ratio", "most"), [(1.0, 0), (0.96, 1)])
def test_a_good_candidate_stays(ratio: float, most: int) -> None:
    """For as long as one looks."""
    chance = np.random.default_rng(52)
    watches = [watched(stream(chance, ratio, 600)) for _ in range(RUNS)]

    assert most >= sum(bool(each.alarm) for each in watches)
    assert all(each.alarm or (each.pairs == 600 and each.nearest < 1) for each in watches)


def test_a_candidate_at_the_bar_is_seldom_demoted() -> None:
    """At the most once in so many answers, on average."""
    chance = np.random.default_rng(53)

    assert PATIENCE <= np.mean([watched(stream(chance, 0.9, 2000)).pairs for _ in range(RUNS // 2)])


@pytest.mark.parametrize(
    ("alarm", "turn"),
    [
        ("fallback", lambda pair: replace(pair.candidate, fallback=True)),
        ("slow", lambda pair: replace(pair.candidate, seconds=2.5)),
        ("errors", lambda _: answer(None, passed=None, error=True)),
    ],
)
def test_a_guardrail_that_breaks_demotes(alarm: str, turn: Callable[[Pair], Observation]) -> None:
    """At half of the answers, within 50; one answer in fifty breaks nothing."""
    good = stream(np.random.default_rng(54), 1.0, 400)
    bad = [replace(pair, candidate=turn(pair)) for pair in good]
    broken = watched([*good[:300], *(pair for both in zip(good, bad, strict=True) for pair in both)])

    assert (alarm, True) == (broken.alarm, 300 < broken.pairs < 350)
    assert "" == watched([bad[at] if at % 50 == 0 else pair for at, pair in enumerate(good)]).alarm


def test_where_the_baseline_fails_as_often_nothing_is_raised() -> None:
    """Of the candidate only what it fails more often counts."""
    failed = answer(None, passed=None, error=True)
    good = stream(np.random.default_rng(55), 1.0, 400)
    both = [replace(pair, baseline=failed, candidate=failed) if at % 2 else pair for at, pair in enumerate(good)]

    assert "" == watched(both).alarm
    assert "errors" == watched([replace(pair, baseline=good[at].baseline) for at, pair in enumerate(both)]).alarm


def test_five_things_are_watched_with_a_fifth_of_the_alarms_each() -> None:
    """One fallback: what a bet on it has won, of all that an alarm takes."""
    (pair,) = stream(np.random.default_rng(56), 1.0, 1)
    seen = watched([replace(pair, candidate=replace(pair.baseline, fallback=True))])
    won = np.exp(log_growth(np.array([1 - Limits().fallback])))[:, 0] @ SHARES

    assert (1, "") == (seen.pairs, seen.alarm)
    assert pytest.approx(won / (5 * PATIENCE)) == seen.nearest


def test_what_nobody_knows_raises_no_alarm() -> None:
    """Neither does nothing."""
    unknown = [Pair("e", "s", {}, answer(None, passed=None), answer(None, passed=None, seconds=None))] * 500

    assert [(500, ""), (0, "")] == [(each.pairs, each.alarm) for each in (watched(unknown), watched([]))]
    assert (
        "" == watch([replace(unknown[0], candidate=answer(None, passed=None, seconds=9.0))] * 90, 0.9, Limits()).alarm
    )
