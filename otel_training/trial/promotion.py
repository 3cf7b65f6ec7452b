"""Promotion: on a fresh PASS a candidate gets more and more of the sources; rolled back, it has none."""

import hashlib
import json
from collections.abc import Callable, Iterator, Sequence
from dataclasses import asdict, dataclass, replace
from typing import Any, Final

from otel_training.conventions import CLAUDE, COMMAND
from otel_training.dataset.recipe import Recipe, recipe_of
from otel_training.dataset.snapshot import Snapshot, is_whole, read_snapshots
from otel_training.errors import TrainingError
from otel_training.folder import DataFolder
from otel_training.pricing.call import CACHE_BESIDE
from otel_training.pricing.overrides import Overrides
from otel_training.pricing.price import prices_version
from otel_training.routing.assign import CANDIDATE
from otel_training.routing.state import Definition, Experiment, Promotion, read_state
from otel_training.store.client import Store
from otel_training.trial.candidate import Candidate, definition_id
from otel_training.trial.compare import compare
from otel_training.trial.evaluate import evaluation_id_of
from otel_training.trial.evaluation import Evaluation, find_evaluation, read_attempts
from otel_training.trial.function import CALLABLE
from otel_training.trial.guardrails import Limits
from otel_training.trial.judge import Judge
from otel_training.trial.measured import in_service, measured
from otel_training.trial.trail import further_of, moment, own_slices, read_trail, weights_of
from otel_training.trial.verdict import Outcome, Verdict
from otel_training.trial.wording import percent

CONTROL: Final = 0.05
"""Of the sources, what stays with Claude at the least: without, nobody could see a drop."""

_KNOWN: Final = frozenset({"topic", "domain"})
"""Slices to which a source belongs before anybody answers."""


@dataclass(frozen=True, slots=True)
class Evidence:
    """A verdict as it is now, and why nobody may be promoted by it; empty where it is good."""

    evaluation: Evaluation
    verdict: Verdict
    problem: str

    def as_json(self) -> dict[str, Any]:
        """Return what the trail keeps of it."""
        values, evaluation = asdict(self.verdict), asdict(self.evaluation)
        digest = hashlib.sha256(json.dumps(values, sort_keys=True, default=str).encode()).hexdigest()[:32]
        own = ("evaluation_id", "dataset_id", "candidate_id", "judge")
        figures = ("verdict", "reason", "n", "ratio", "lower", "upper", "simulated")
        return {"verdict_id": digest} | {name: (values | evaluation)[name] for name in (*own, *figures)}


def find_evidence(
    store: Store, folder: DataFolder, candidate: str, find_judge: Callable[[str], Judge], prices: Overrides
) -> Evidence:
    """Compare a candidate's last evaluation anew, and hold it against what is the case by now.

    Raises `TrainingError` where the candidate was not evaluated.
    """
    evaluation = find_evaluation(store, candidate)
    attempts = read_attempts(store, evaluation.evaluation_id)
    candidate_now = read_state(folder).candidates.get(candidate)
    pairs, plan = measured(evaluation, attempts)
    verdict = compare(pairs, in_service(plan, store, candidate))

    def problems() -> Iterator[str]:
        again = f"`{COMMAND} experiment eval {candidate} --dataset"
        if any(row["evidence"].get("promoted_on") == evaluation.evaluation_id for row in read_trail(folder)):
            yield f"{candidate} was rolled back since this verdict: evaluate it on a newer dataset."
        if not is_same(evaluation.candidate_id, candidate_now):
            yield f"{candidate} is another model or prompt than was judged: give it another name, and evaluate that."
        elif problem := _function_problem(store, evaluation, candidate_now):
            yield f"The function of {candidate} {problem} {again} DATASET` evaluates it anew."
        if find_judge(evaluation.judge).rubric != evaluation.rubric:
            yield f"The judge {evaluation.judge} has another rubric by now: {again} DATASET` asks it again."
        if dataset := _other_dataset(store, evaluation):
            yield f"The verdict's dataset is not the newest of its kind, or not whole: {again} {dataset}` first."
        priced_by = {attempt.prices.removesuffix(CACHE_BESIDE).rstrip(", ") for attempt in attempts}
        if not priced_by <= {"", prices_version(prices)}:
            yield f"Prices have changed since the verdict: {again} DATASET` prices its answers anew, for nothing."
        if verdict.verdict is not Outcome.PASS:
            yield f"The verdict on {candidate} is {verdict.verdict}: {verdict.reason}"
        if verdict.simulated:
            yield f"The verdict on {candidate} is SIMULATED: have a real model answer, and a real judge."

    return Evidence(evaluation, verdict, next(problems(), ""))


def _function_problem(store: Store, evaluation: Evaluation, definition: Definition | None) -> str:
    """Say that a candidate that is a function stands in another text by now; the evaluation's id has it."""
    if definition is None or definition.provider != CALLABLE:
        return ""
    candidate = Candidate(evaluation.candidate, evaluation.candidate_id, "", (), definition)
    try:
        own = evaluation_id_of(store, candidate, evaluation.dataset_id, evaluation.judge, evaluation.rubric)
    except TrainingError as error:
        return f"cannot be looked at. {error} Then"
    return "" if own == evaluation.evaluation_id else "is not what it was:"


def is_same(candidate_id: str, definition: Definition | None) -> bool:
    """Return whether a candidate is still defined as it was."""
    return definition is not None and definition_id(definition) == candidate_id


def _other_dataset(store: Store, evaluation: Evaluation) -> str:
    """Return which dataset a verdict should be on, if it is another."""
    every = read_snapshots(store)
    own = next((each for each in every if each.dataset_id == evaluation.dataset_id), None)
    if own is None or not is_whole(store, own):
        return "DATASET"
    newest = [each for each in every if _choice(each) == _choice(own) and evaluation.split in each.splits][-1]
    return "" if newest.dataset_id == own.dataset_id else newest.name


def _choice(snapshot: Snapshot) -> Recipe:
    return replace(recipe_of(snapshot.parameters), salt="")


def promoted(experiment: Experiment, evidence: Evidence, steps: Sequence[float], *, is_forced: bool) -> Experiment:
    """Return the experiment one step further, the first where it is another promotion. Raises `TrainingError`."""
    own, verdict, before, now = evidence.evaluation, evidence.verdict, experiment.promotion, moment()
    if experiment.killed or experiment.frozen is not None:
        raise TrainingError(f"The experiment is on hold: go on with it by `{COMMAND} experiment start` first.")
    share, slices = experiment.weights.get(CANDIDATE, 0.0), experiment.complex.slices
    if before is None or before.rolled_back or before.evaluation_id != own.evaluation_id:
        kept = own_slices(experiment)
        left = tuple(part for part in dict.fromkeys(_bad(verdict)) if part not in kept)
        slices = (*kept, *left)
        share, p95 = 0.0, verdict.arms["baseline"].p95 if verdict.arms else None
        before = Promotion(
            own.candidate, own.candidate_id, own.evaluation_id, own.judge,
            f"{verdict.verdict} {percent(verdict.ratio)}", (), now, now,
            None if p95 is None else Limits().slow * p95, simulated=verdict.simulated,
            left=left,
        )  # fmt: skip
    if not (further := [step for step in steps if step > share]):
        raise TrainingError(f"{own.candidate} has all of its {share:g} % already.")
    return replace(
        experiment, weights=weights_of(further[0], further_of(experiment)), shadow=True,
        complex=replace(experiment.complex, slices=slices), holdout=max(experiment.holdout, CONTROL),
        candidates={**experiment.candidates, CANDIDATE: own.candidate},
        promotion=replace(before, steps=tuple(steps), stepped=now, forced=before.forced or is_forced),
    )  # fmt: skip


def _bad(verdict: Verdict) -> Iterator[str]:
    """Yield what is surely below the bar, as far as that is known before a call."""
    for part in verdict.parts:
        if part.state == "bad" and part.slice in _KNOWN and part.value:
            yield f"{part.slice}={part.value}"


def rolled_back(experiment: Experiment, promotion: Promotion, reason: str) -> Experiment:
    """Return the experiment with the candidate's sources given back to Claude, and no shadow."""
    if experiment.promotion is None or experiment.promotion.since != promotion.since:
        raise TrainingError("Somebody else changed the promotion meanwhile: look again.")
    own = experiment.weights
    weights = {**own, CLAUDE: own.get(CLAUDE, 0.0) + own.get(CANDIDATE, 0.0), CANDIDATE: 0.0}
    return replace(
        experiment, weights=weights, shadow=False, promotion=replace(experiment.promotion, rolled_back=reason)
    )
