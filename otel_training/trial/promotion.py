"""Promotion: on a fresh PASS a candidate gets more and more of the sources; rolled back, it has none."""

import hashlib
import json
from collections.abc import Callable, Sequence
from dataclasses import asdict, dataclass, replace
from typing import Any, Final

from otel_training.conventions import CLAUDE, COMMAND
from otel_training.dataset.recipe import Recipe, recipe_of
from otel_training.dataset.snapshot import Snapshot, is_whole, read_snapshots
from otel_training.errors import TrainingError
from otel_training.folder import DataFolder
from otel_training.pricing.overrides import Overrides
from otel_training.pricing.price import prices_version
from otel_training.routing.assign import CANDIDATE
from otel_training.routing.state import Definition, Experiment, Promotion, read_state
from otel_training.store.client import Store
from otel_training.trial.candidate import definition_id
from otel_training.trial.compare import compare
from otel_training.trial.evaluation import Attempt, Evaluation, find_evaluation, read_attempts
from otel_training.trial.guardrails import Limits
from otel_training.trial.judge import Judge
from otel_training.trial.measured import measured
from otel_training.trial.trail import moment
from otel_training.trial.verdict import Outcome, Verdict
from otel_training.trial.wording import percent

CONTROL: Final = 0.05
"""Of the sources, what stays with Claude at the least: without, nobody could see a drop."""
_ALL: Final = 100.0


@dataclass(frozen=True, slots=True)
class Evidence:
    """A verdict as it is now, and why nobody may be promoted by it; empty where it is good."""

    evaluation: Evaluation
    verdict: Verdict
    problem: str

    @property
    def summary(self) -> str:
        """The verdict in a few characters."""
        simulated = "SIMULATED " if self.verdict.simulated else ""
        return f"{simulated}{self.verdict.verdict} {percent(self.verdict.ratio)}"

    def as_json(self) -> dict[str, Any]:
        """Return what the trail keeps of it."""
        values, evaluation = asdict(self.verdict), asdict(self.evaluation)
        own = {name: evaluation[name] for name in ("evaluation_id", "dataset_id", "candidate_id", "judge")}
        figures = {name: values[name] for name in ("verdict", "reason", "n", "ratio", "lower", "upper", "simulated")}
        digest = hashlib.sha256(json.dumps(values, sort_keys=True, default=str).encode()).hexdigest()[:32]
        gates = {gate.metric: {"ratio": gate.ratio, "lower": gate.lower} for gate in self.verdict.gates}
        return {"verdict_id": digest, **own, **figures, "gates": gates}


def find_evidence(
    store: Store, folder: DataFolder, candidate: str, judges: Callable[[str], Judge], prices: Overrides
) -> Evidence:
    """Compare a candidate's last evaluation anew, and hold it against what is the case by now.

    `judges` finds the judge of a name. Raises `TrainingError` where the candidate was not evaluated.
    """
    evaluation = find_evaluation(store, candidate)
    attempts = read_attempts(store, evaluation.evaluation_id)
    verdict = compare(*measured(evaluation, attempts))
    definition = read_state(folder).candidates.get(candidate)
    problem = (
        _other_candidate(evaluation, definition)
        or _other_judge(evaluation, judges(evaluation.judge))
        or _other_dataset(store, evaluation, read_snapshots(store))
        or _other_prices(evaluation, attempts, prices)
        or _no_pass(evaluation, verdict)
    )
    return Evidence(evaluation, verdict, problem)


def promoted(experiment: Experiment, evidence: Evidence, steps: Sequence[float], *, forced: bool) -> Experiment:
    """Return the experiment one step further, the first where it is another promotion. Raises `TrainingError`."""
    if experiment.killed or experiment.frozen is not None:
        raise TrainingError(f"The experiment is on hold: go on with it by `{COMMAND} experiment start` first.")
    own, before, now = evidence.evaluation, experiment.promotion, moment()
    if before is not None and before.rolled_back and before.evaluation_id == own.evaluation_id and not forced:
        raise TrainingError(
            f"{own.candidate} was rolled back since this verdict ({before.rolled_back}): evaluate it on a newer "
            "dataset, or give --force."
        )
    share = experiment.weights.get(CANDIDATE, 0.0)
    if before is None or before.rolled_back or before.evaluation_id != own.evaluation_id:
        share = 0.0
        p95 = evidence.verdict.arms["baseline"].p95 if evidence.verdict.arms else None
        promotion = Promotion(
            own.candidate, own.candidate_id, own.evaluation_id, own.judge, evidence.summary, tuple(steps), now, now,
            longest=None if p95 is None else Limits().slow * p95, forced=forced,
            simulated=evidence.verdict.simulated,
        )  # fmt: skip
    else:
        promotion = replace(before, steps=tuple(steps), stepped=now, forced=before.forced or forced)
    if (share := next((step for step in sorted(steps) if step > share), 0.0)) == 0:
        raise TrainingError(f"{own.candidate} has all of its {max(steps):g} % already.")
    return replace(
        experiment, weights={CLAUDE: _ALL - share, CANDIDATE: share}, shadow=True, promotion=promotion,
        holdout=max(experiment.holdout, CONTROL), candidates={**experiment.candidates, CANDIDATE: own.candidate},
    )  # fmt: skip


def rolled_back(experiment: Experiment, reason: str) -> Experiment:
    """Return the experiment with the candidate's sources given back to Claude, and no shadow."""
    assert experiment.promotion is not None  # noqa: S101 - nothing else is watched
    rest = sum(weight for arm, weight in experiment.weights.items() if arm not in {CLAUDE, CANDIDATE})
    return replace(
        experiment, weights={**experiment.weights, CLAUDE: _ALL - rest, CANDIDATE: 0.0}, shadow=False,
        promotion=replace(experiment.promotion, rolled_back=reason),
    )  # fmt: skip


def _again(evaluation: Evaluation, dataset: str = "DATASET") -> str:
    return f"`{COMMAND} experiment eval {evaluation.candidate} --dataset {dataset}`"


def _other_candidate(evaluation: Evaluation, definition: Definition | None) -> str:
    if definition is not None and definition_id(definition) == evaluation.candidate_id:
        return ""
    name = evaluation.candidate
    return f"{name} is another model or prompt than was judged: give it another name, and evaluate that."


def _other_judge(evaluation: Evaluation, judge: Judge) -> str:
    if judge.rubric == evaluation.rubric:
        return ""
    return f"The judge {judge.name} judges by another rubric than it did: {_again(evaluation)} again."


def _other_dataset(store: Store, evaluation: Evaluation, snapshots: Sequence[Snapshot]) -> str:
    own = next((each for each in snapshots if each.dataset_id == evaluation.dataset_id), None)
    if own is None or not is_whole(store, own):
        return f"The dataset of the verdict is not what it was: freeze another, then {_again(evaluation)}."
    newest = [each for each in snapshots if _choice(each) == _choice(own) and evaluation.split in each.splits][-1]
    if newest.dataset_id == own.dataset_id:
        return ""
    return f"The verdict is on {own.name}, and {newest.name} is newer: {_again(evaluation, newest.name)} first."


def _choice(snapshot: Snapshot) -> Recipe:
    """Return what a dataset is chosen by, without what is known of readers, and how its splits were drawn."""
    return replace(recipe_of(snapshot.parameters), salt="")


def _other_prices(evaluation: Evaluation, attempts: Sequence[Attempt], prices: Overrides) -> str:
    if {attempt.prices for attempt in attempts} <= {"", prices_version(prices)}:
        return ""
    return f"Prices have changed since the verdict: {_again(evaluation)} prices its answers anew, for nothing."


def _no_pass(evaluation: Evaluation, verdict: Verdict) -> str:
    if verdict.verdict is not Outcome.PASS:
        return f"The verdict on {evaluation.candidate} is {verdict.verdict}: {verdict.reason}"
    if verdict.simulated:
        return (
            f"The verdict on {evaluation.candidate} is SIMULATED: have a real model answer, and a real judge judge it."
        )
    return ""
