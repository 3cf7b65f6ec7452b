"""A promotion's steps, as what an experiment becomes."""

from dataclasses import replace
from typing import Any

import pytest

from otel_training.errors import TrainingError
from otel_training.routing.state import Complexity, Experiment
from otel_training.trial.compare import compare
from otel_training.trial.evaluation import Evaluation
from otel_training.trial.judging import Gold, Judging
from otel_training.trial.pair import Pair
from otel_training.trial.promotion import Evidence, promoted
from otel_training.trial.verdict import Plan
from tests.trial.simulation import answer

PAIRS = [Pair(str(at), str(at), {}, answer(8, seconds=3.0), answer(8)) for at in range(60)]
PLAN = Plan(Judging("m", {"claude": Gold(60, 1, 2, 57)}), simulated=True)
OWN = Evaluation("evaluation", "good", "id", "d", "test", "m", "r", is_self_reported=False, is_simulated=True)
EVIDENCE = Evidence(OWN, compare(PAIRS, PLAN), "")
BEGUN = Experiment("s", {"claude": 80.0, "candidate": 0.0, "tuned": 20.0}, holdout=0.01)


def step(experiment: Experiment, evidence: Evidence = EVIDENCE, *, is_forced: bool = False) -> Experiment:
    """Take the next one."""
    return promoted(experiment, evidence, (5.0, 50.0), is_forced=is_forced)


def test_goes_on_from_its_share_and_begins_with_another_evaluation() -> None:
    """Shadows are on, 5 % at the least are held out, and a further arm keeps its own."""
    first = step(BEGUN)
    second = step(first)
    anew = step(second, replace(EVIDENCE, evaluation=replace(OWN, evaluation_id="newer")))
    again = step(replace(second, promotion=replace(second.promotion, rolled_back="It fails.")))  # type: ignore[type-var]

    assert [5.0, 50.0, 5.0, 5.0] == [each.weights["candidate"] for each in (first, second, anew, again)]
    assert {"claude": 75.0, "candidate": 5.0, "tuned": 20.0} == first.weights
    assert (0.05, True, {"candidate": "good"}) == (first.holdout, first.shadow, first.candidates)
    assert 0.2 == step(replace(BEGUN, holdout=0.2)).holdout
    with pytest.raises(TrainingError, match="good has all of its 50 % already"):
        step(second)


def test_keeps_what_it_stands_on() -> None:
    """Verdict, judge, how long an answer may take, and that it was once forced."""
    begun = step(BEGUN, is_forced=True)
    first: Any = begun.promotion
    second: Any = step(begun).promotion

    assert ("good", "id", "evaluation", "m", EVIDENCE.verdict.verdict, 6.0, True, True, (5.0, 50.0)) == (
        first.candidate, first.candidate_id, first.evaluation_id, first.judge, first.verdict.partition(" ")[0],
        first.longest, first.simulated, first.forced, first.steps,
    )  # fmt: skip
    assert (first.since, True, True) == (second.since, second.stepped > first.stepped, second.forced)
    nothing: Any = step(BEGUN, replace(EVIDENCE, verdict=compare([], PLAN))).promotion
    assert (None, False) == (nothing.longest, nothing.forced)


def test_leaves_to_claude_what_is_surely_below_the_bar() -> None:
    """As far as a source shows it before anybody answers; what was left before stays, and nothing stands twice."""
    bad = [
        replace(pair, slices={"topic": "law", "length": "long"}, candidate=answer(1, passed=False))
        for pair in PAIRS * 2
    ]
    mixed = [replace(pair, source=str(at)) for at, pair in enumerate([*bad, *PAIRS * 10])]
    evidence = replace(EVIDENCE, verdict=compare(mixed, PLAN))
    before = replace(BEGUN, complex=Complexity(9, slices=("domain=a.example", "topic=law")))

    first, second = step(BEGUN, evidence), step(before, evidence)
    assert [(Complexity(slices=("topic=law",)), ("topic=law",)), (before.complex, ())] == [
        (each.complex, each.promotion.left) for each in (first, second) if each.promotion
    ]
    # Somebody took it back; the next step leaves it so. Another candidate's verdict is its own.
    assert [Complexity(), Complexity(), second.complex] == [
        step(replace(first, complex=Complexity()), evidence).complex,
        step(first, replace(EVIDENCE, evaluation=replace(OWN, evaluation_id="newer"))).complex,
        step(second, replace(EVIDENCE, evaluation=replace(OWN, evaluation_id="newer"))).complex,
    ]


@pytest.mark.parametrize("name", ["topic", "domain"])
def test_what_has_no_topic_is_no_slice(name: str) -> None:
    """It would name all sources of which nobody knows it."""
    bad = [replace(pair, slices={name: ""}, candidate=answer(1, passed=False)) for pair in PAIRS]
    verdict = compare(bad, PLAN)

    assert "bad" in {part.state for part in verdict.parts if part.slice == name}
    assert Complexity() == step(BEGUN, replace(EVIDENCE, verdict=verdict)).complex


@pytest.mark.parametrize("changes", [{"killed": True}, {"frozen": "a bad day"}])
def test_what_is_on_hold_is_not_promoted(changes: dict[str, Any]) -> None:
    """Not by force either."""
    with pytest.raises(TrainingError, match="on hold"):
        step(replace(BEGUN, **changes), is_forced=True)
