"""What readers made of each arm's answers."""

from dataclasses import replace
from typing import Any

import numpy as np
import pytest

import otel_training
from otel_training.dataset.share import share_of
from otel_training.folder import DataFolder, make_folder
from otel_training.pipeline import process
from otel_training.routing import route
from otel_training.routing.assign import assign
from otel_training.routing.state import Definition, Experiment, State, write_state
from otel_training.store.session import open_drained
from otel_training.trial.engagement import Votes, difference, fewer_likes, read_votes
from otel_training.trial.judging import Judging
from otel_training.trial.measured import in_service
from otel_training.trial.mismatch import ALARM, Assigned, mismatch
from otel_training.trial.verdict import Plan

ALPHA = 0.01


def test_agrees_with_newcombes_example() -> None:
    """56 of 70 less 48 of 80: 0.0524 to 0.3339 (1998, method 10); for any number of looks it is wider."""
    at_once = difference(share_of(56, 70), share_of(48, 80))
    always = fewer_likes({"baseline": Votes(56, 14), "candidate": Votes(48, 32)}, 0.05)

    assert (0.2, 0.0524, 0.3339) == tuple(round(value, 4) for value in at_once or ())
    assert always is not None
    assert always[1] < 0.0524 < always[0] < 0.3339 < always[2]


@pytest.mark.parametrize(("likes", "dismissals"), [(56, 14), (560, 140)])
def test_its_quantile_is_where_the_mixtures_wealth_is_one_in_alpha(likes: int, dismissals: int) -> None:
    """Robbins': a normal prior as wide as of 200 votes; the quantile is read off Wilson's bounds."""
    total, estimate = likes + dismissals, Votes(likes, dismissals).share(ALPHA)
    assert estimate.share is not None
    assert estimate.low is not None
    assert estimate.high is not None
    both = estimate.low + estimate.high
    square = total * (2 * estimate.share - both) / (both - 1)

    assert pytest.approx(1 / ALPHA) == np.exp(square / 2 * total / (total + 200)) / np.sqrt(1 + total / 200)


@pytest.mark.parametrize("votes", [{}, {"baseline": Votes(3, 1)}, {"candidate": Votes(3, 1), "baseline": Votes()}])
def test_nothing_is_known_of_silence(votes: dict[str, Votes]) -> None:
    """Neither where one arm's readers alone voted."""
    assert fewer_likes(votes, ALPHA) is None


def test_holds_however_often_one_looks() -> None:
    """At the limit itself, looked at after each twenty votes, it is wrongly broken once in a hundred times at most."""
    chance = np.random.default_rng(5)
    likes = np.cumsum(chance.random((2, 300, 1500)) < np.array([0.7, 0.6])[:, None, None], axis=2)
    broken, seen = 0, 0
    for run in range(300):
        looks = [
            fewer_likes({side: Votes(int(likes[at, run, n - 1]), int(n - likes[at, run, n - 1]))
                         for at, side in enumerate(("baseline", "candidate"))}, ALPHA)
            for n in range(20, 1501, 20)
        ]  # fmt: skip
        broken += any(look is not None and look[1] > 0.10 for look in looks)
        seen += looks[-1] is not None and looks[-1][1] > 0
    assert broken <= 3
    assert seen > 270


@pytest.mark.slow
@pytest.mark.usefixtures("migrated")
def test_reads_what_readers_said_of_each_arm(folder: DataFolder) -> None:
    """By the assignment; each insight once, however often it was extracted.

    Other experiments, other candidates' answers and what Claude answered while it was on hold are no part of it.
    """
    candidates = {"small": Definition("callable"), "large": Definition("callable")}

    def ask(name: str, arm: str, url: str, candidate: str = "", **changes: Any) -> None:
        experiment = Experiment("s", {arm: 1.0}, candidates={"candidate": candidate}, **changes)
        write_state(make_folder(folder), State({name: experiment}, candidates))
        route._watches.clear()
        answer: Any = otel_training.experiment(
            name, claude=lambda source_url: [f"Claude on {source_url}"],  # type: ignore[misc]  # a default
            candidate=lambda source_url: [] if "empty" in source_url else [f"Small on {source_url}"],
        )  # fmt: skip
        (insight,) = answer(url)
        for reader, action in enumerate(("like", "like", "x")):
            otel_training.record_feedback(otel_training.insight_id(url, insight), action, user_id=reader)

    for name, arm, url, candidate in (
        ("e", "claude", "1", "small"), ("e", "claude", "1", "small"), ("e", "candidate", "2", "small"),
        ("e", "candidate", "empty", "small"), ("other", "claude", "3", ""), ("e", "candidate", "4", "large"),
    ):  # fmt: skip
        ask(name, arm, f"https://s.example/{url}", candidate)
    ask("e", "claude", "https://s.example/5", "small", killed=True)
    ask("e", "candidate", "https://s.example/6", "small", frozen="a bad day")
    assert otel_training.flush(5)
    with open_drained(process.settings()) as (store, _):
        assert {"baseline": Votes(2, 1), "candidate": Votes(4, 2)} == read_votes(store, "small")
        assert {"baseline": Votes(2, 1), "candidate": Votes(2, 1)} == read_votes(store, "large")
        assert {} == read_votes(store, "nobody")


@pytest.mark.slow
@pytest.mark.usefixtures("migrated")
@pytest.mark.parametrize(("kept", "is_broken"), [(30, False), (5, True)])
def test_sources_that_an_app_keeps_from_an_arm_are_missed(folder: DataFolder, *, kept: int, is_broken: bool) -> None:
    """Each source once, by the shares when it came, in the candidate's newest experiment alone.

    Those that are held out, and calls without a source, belong to no arm.
    """
    half = Experiment("s", {"claude": 50.0, "candidate": 50.0}, holdout=0.1, candidates={"candidate": "small"})
    every = {f"https://s.example/{n}": assign("e", half, f"https://s.example/{n}") for n in range(100)}
    held = [url for url, own in every.items() if own.is_held_out]
    theirs, ours = (
        [url for url, own in every.items() if own.arm == arm and not own.is_held_out] for arm in ("claude", "candidate")
    )
    asked = [*held, *theirs[:30], *ours[:kept]]
    states = [("before", half), ("e", replace(half, frozen="a bad day")), ("e", half)]
    ramped = replace(half, weights={"claude": 0.0, "candidate": 3.0})
    late = [url for url in every if url not in asked and url not in held][:4]
    states += [("e", ramped), ("others", replace(half, candidates={"candidate": "large"}))]
    candidates = dict.fromkeys(("small", "large"), Definition("callable"))
    for name, state in states:
        write_state(make_folder(folder), State({name: state}, candidates))
        route._watches.clear()
        answer: Any = otel_training.experiment(
            name,
            claude=lambda source_url: ["Claude's"],  # type: ignore[misc]
            candidate=lambda source_url: ["Small's"],
        )
        for url in (*asked, *(late if state is ramped else ()), None):
            answer(url)
    assert otel_training.flush(5)
    with open_drained(process.settings()) as (store, _):
        plan = in_service(Plan(Judging("judge")), store, "small")

    assert held
    assert plan.assigned == (
        Assigned({"candidate": 3.0, "claude": 0.0}, {"candidate": 4}),
        Assigned({"candidate": 50.0, "claude": 50.0}, {"candidate": kept, "claude": 30}),
    )
    assert is_broken == ((mismatch(plan.assigned) or 0) < ALARM)
