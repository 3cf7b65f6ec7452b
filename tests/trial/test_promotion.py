"""Promotion: a step further at a time, by one proof, and nobody else's share is taken."""

from dataclasses import replace

import pytest

from otel_training.errors import TrainingError
from otel_training.routing.state import Experiment
from otel_training.trial.compare import compare
from otel_training.trial.evaluation import Evaluation
from otel_training.trial.promotion import Evidence, promoted
from tests.trial.test_compare import PLAN, good

STEPS = (5.0, 50.0, 80.0)
EVALUATION = Evaluation("e1", "good", "c1", "d1", "test", "m:f", "r", is_self_reported=False, is_simulated=False)
EVIDENCE = Evidence(EVALUATION, compare(good(), PLAN), "")
BEGUN = Experiment("salt", {"claude": 80.0, "tuned": 20.0}, holdout=0.2)


def test_goes_up_beside_further_arms() -> None:
    """Claude gives what the candidate gets; what was forced once stays so; answers may take twice Claude's p95."""
    first = promoted(BEGUN, EVIDENCE, STEPS, is_forced=True)
    second = promoted(first, EVIDENCE, STEPS, is_forced=False)

    assert [{"claude": 75.0, "candidate": 5.0, "tuned": 20.0}, {"claude": 30.0, "candidate": 50.0, "tuned": 20.0}] == [
        first.weights, second.weights,
    ]  # fmt: skip
    assert first.promotion is not None
    assert second.promotion is not None
    assert (True, True, 0.2, 2.0) == (
        second.promotion.forced, second.shadow, second.holdout, first.promotion.longest,
    )  # fmt: skip
    with pytest.raises(TrainingError, match="sum up to more than 100"):
        promoted(second, EVIDENCE, (5.0, 50.0, 100.0), is_forced=False)


def test_another_proof_begins_anew() -> None:
    """At the first step, and not forced by what was before; Claude keeps 5 % at the least."""
    served = promoted(promoted(BEGUN, EVIDENCE, STEPS, is_forced=True), EVIDENCE, STEPS, is_forced=True)
    newer = Evidence(replace(EVALUATION, evaluation_id="e2"), EVIDENCE.verdict, "")
    again = promoted(replace(served, holdout=0.0), newer, STEPS, is_forced=False)

    assert again.promotion is not None
    assert (5.0, False, 0.05) == (again.weights["candidate"], again.promotion.forced, again.holdout)


@pytest.mark.parametrize("held", [replace(BEGUN, killed=True), replace(BEGUN, frozen="why")])
def test_what_is_on_hold_stays(held: Experiment) -> None:
    """Also by force: somebody put it there."""
    with pytest.raises(TrainingError, match="on hold"):
        promoted(held, EVIDENCE, STEPS, is_forced=True)
