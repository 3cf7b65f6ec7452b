"""Refreshing: today's model answers what an old prompt or model answered of a frozen dataset; both answers are kept."""

import hashlib
import json
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, replace
from functools import partial
from itertools import islice
from typing import Final

from otel_training.dataset.funnel import Filters
from otel_training.dataset.refining import Refining
from otel_training.dataset.snapshot import Snapshot, read_rows
from otel_training.errors import NothingToExportError, TrainingError
from otel_training.pricing.overrides import Overrides
from otel_training.progress import Progress, silent
from otel_training.routing.answer import Reply, answer
from otel_training.routing.state import Definition
from otel_training.store.client import Row, Store, read_query
from otel_training.trial.answering import Unanswered, answer_cases
from otel_training.trial.candidate import definition_id, provider_of_model
from otel_training.trial.case import Case, case_of
from otel_training.trial.estimate import price_of
from otel_training.trial.evaluation import Attempt, Book, Evaluation, Opener, read_attempts
from otel_training.trial.prompt import Prompt, read_prompt

JUDGE: Final = "refresh"
"""In the place of a judge: by it the review finds these answers."""
AGREES: Final = 0.5
"""Two answers with less of their words in common disagree; so `review_queue.sql` has it."""
_READ: Final = 200
_SECONDS: Final = 120.0


@dataclass(frozen=True, slots=True)
class Refresh:
    """What is asked anew, and what was answered so far."""

    evaluation: Evaluation
    definition: Definition
    prompt: Prompt
    cases: Sequence[Case]
    attempts: Mapping[str, Attempt]
    """By extraction."""

    @property
    def waiting(self) -> list[Case]:
        """What is not answered yet."""
        return [case for case in self.cases if case.example not in self.attempts]

    @property
    def disagreeing(self) -> list[str]:
        """The extractions that are answered otherwise today."""
        answered = [attempt for attempt in self.attempts.values() if not attempt.error]
        return [attempt.extraction_id for attempt in answered if attempt.fields["text"] < AGREES]


def plan_refresh(
    store: Store, snapshot: Snapshot, base: Definition | None, where: Mapping[str, Collection[str]], limit: int | None
) -> Refresh:
    """Choose the rows: those `where` names by model and prompt version, else all that are not of today's.

    Today's are those of the last captured call that was no candidate's; `base` names another model. It is asked by
    what the prompts of that version have in common.
    """
    origins = list(store.rows(read_query("trial_origins"), dataset_id=snapshot.dataset_id))
    today = max(origins, key=lambda row: row["last"], default=Row(last=0))
    if base is None and not today["last"]:
        raise TrainingError("No call of a model was captured: say by --model which one is to answer.")
    version = today["prompt_version"] if today["last"] else ""
    definition = base or Definition(provider_of_model(today["model"]), today["model"])
    current = {"model": {definition.model}, "prompt_version": {version}}
    old = {row["extraction_id"] for row in origins if not row["last"] and _is_old(row, where, current)}
    # Read to the end: the store answers nothing else meanwhile.
    examples = [row.example for row in read_rows(store, snapshot) if row.extraction_id in old][:limit]
    if not examples:
        raise NothingToExportError(
            f"No row of {snapshot.name} is what --where names."
            if where
            else f"All rows of {snapshot.name} are by {definition.model} and today's prompt: name others by --where."
        )
    filters = Filters(no_score=True, net_above=-1e9, min_viewers=0, prompt_versions=(version,) if version else ())
    prompt = read_prompt(example for _, example in islice(Refining(filters).examples(store), _READ))
    definition = replace(definition, system=prompt.system, template=prompt.template)
    name = definition_id(definition)
    parts = [name, snapshot.dataset_id, JUDGE]
    evaluation_id = hashlib.sha256(json.dumps(parts).encode()).hexdigest()[:32]
    evaluation = Evaluation(
        evaluation_id, f"{snapshot.name} anew", name, snapshot.dataset_id, "", JUDGE, "",
        is_self_reported=False, is_simulated=definition.simulated,
    )  # fmt: skip
    cases = [case_of(example, prompt, {}) for example in examples]
    asked = {case.example for case in cases}
    known = (attempt for attempt in read_attempts(store, evaluation_id) if attempt.extraction_id in asked)
    return Refresh(evaluation, definition, prompt, cases, {attempt.extraction_id: attempt for attempt in known})


def refresh(
    plan: Refresh, opener: Opener, overrides: Overrides, progress: Progress = silent
) -> tuple[Refresh, list[Unanswered]]:
    """Ask; what was answered is kept beside the frozen answer. Returns what nobody answered, too."""

    def ask(case: Case) -> Reply:
        return answer(plan.definition, case.source_content, case.topic, _SECONDS)

    price = partial(price_of, plan.definition, overrides)
    answered, left = answer_cases(plan.waiting, ask, price, Book(plan.evaluation, opener), progress=progress)
    attempts = {**plan.attempts, **{attempt.extraction_id: attempt for attempt in answered}}
    return replace(plan, attempts=attempts), left


def _is_old(row: Row, where: Mapping[str, Collection[str]], current: Mapping[str, Collection[str]]) -> bool:
    if where:
        return all(row[name] in values for name, values in where.items())
    return any(row[name] not in values for name, values in current.items())
