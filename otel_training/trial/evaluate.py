"""An evaluation from its plan to its end: the candidate answers, the judge scores both arms, all of it resumable."""

import hashlib
import json
from collections.abc import Sequence
from dataclasses import dataclass, replace
from decimal import Decimal
from functools import partial

from otel_training.dataset.snapshot import Snapshot
from otel_training.dataset.tokens import Count
from otel_training.errors import NothingToExportError
from otel_training.pricing.overrides import Overrides
from otel_training.progress import Stages, quiet
from otel_training.routing.answer import Reply, answer
from otel_training.routing.state import Definition
from otel_training.store.client import Store
from otel_training.trial.answering import Ask, Price, Unanswered, answer_cases, attempt_of
from otel_training.trial.candidate import Candidate, second_name
from otel_training.trial.case import SPLIT, Case, Gold, read_cases, read_gold
from otel_training.trial.estimate import Estimate, estimate_answers, estimate_judging, price_of
from otel_training.trial.evaluation import BASELINE, CANDIDATE, Attempt, Book, Evaluation, Opener, read_attempts
from otel_training.trial.function import CALLABLE, ask_function, code_of, find_candidate_function
from otel_training.trial.judge import Judge
from otel_training.trial.scoring import Scoring, score_answers, scoring_of

MOST_GOLD = 200
_SECONDS = 120.0


@dataclass(frozen=True, slots=True)
class Plan:
    """What an evaluation is about to do, and what it has done."""

    evaluation: Evaluation
    candidate: Candidate
    judge: Judge
    cases: Sequence[Case]
    gold: Sequence[Gold]
    attempts: dict[tuple[str, str], Attempt]

    @property
    def waiting(self) -> list[Case]:
        """The cases that the candidate has not answered."""
        return [case for case in self.cases if (case.example, CANDIDATE) not in self.attempts]

    @property
    def missing(self) -> int:
        """How many answers were not judged."""
        answered = (self.attempts.get((case.example, CANDIDATE)) for case in self.cases)
        return sum(attempt is not None and not attempt.is_judged for attempt in answered)

    @property
    def unreadable(self) -> int:
        """How many judgements could not be read."""
        return sum(attempt.arm != BASELINE and bool(attempt.reason) for attempt in self.attempts.values())

    @property
    def judge_cost(self) -> Decimal | None:
        """What judging cost so far, in USD; None where that of any is unknown."""
        costs = [attempt.judge_cost for attempt in self.attempts.values() if attempt.judged]
        known = [cost for cost in costs if cost is not None]
        return sum(known, Decimal()) if len(known) == len(costs) else None

    def scoring(self, attempts: dict[tuple[str, str], Attempt]) -> Scoring:
        """Return what may be judged."""
        return scoring_of(self.evaluation.evaluation_id, self.cases, self.gold, attempts)

    def estimates(self, overrides: Overrides, tokens: Count) -> list[Estimate]:
        """Estimate what is left to pay."""
        likely = {attempt.key: attempt for attempt in (attempt_of(case, case.reference) for case in self.waiting)}
        questions = self.scoring(self.attempts | likely).questions()
        return [
            estimate_answers(self.candidate.definition, self.waiting, overrides, tokens),
            estimate_judging(self.judge, questions, overrides, tokens),
        ]


def plan_evaluation(
    store: Store, candidate: Candidate, snapshot: Snapshot, judge: Judge, limit: int | None = None
) -> Plan:
    """Read what is to be done, and what was done before."""
    cases = read_cases(store, snapshot)[:limit]
    if not cases:
        raise NothingToExportError(f"The dataset {snapshot.name!r} has no {SPLIT} rows: make another, by --split.")
    evaluation = Evaluation(
        evaluation_id_of(store, candidate, snapshot.dataset_id, judge.name, judge.rubric),
        candidate.name,
        candidate.candidate_id,
        snapshot.dataset_id,
        SPLIT,
        judge.name,
        judge.rubric,
        judge.is_self_reported,
        judge.is_simulated or candidate.definition.simulated,
    )
    attempts = {attempt.key: attempt for attempt in read_attempts(store, evaluation.evaluation_id)}
    gold = [] if judge.is_self_reported else read_gold(store, MOST_GOLD)
    return Plan(evaluation, candidate, judge, cases, gold, attempts)


def evaluation_id_of(store: Store, candidate: Candidate, dataset_id: str, judge: str, rubric: str) -> str:
    """Return the id of all that makes an evaluation another one.

    Of a function, the text of its file is that, too; where another candidate has the same definition, its name.
    """
    parts = [candidate.candidate_id, dataset_id, SPLIT, judge, rubric]
    if candidate.definition.provider == CALLABLE:
        parts.append(code_of(find_candidate_function(candidate.definition.model)))
    parts += filter(None, [second_name(store, candidate.name, candidate.candidate_id)])
    return hashlib.sha256(json.dumps(parts).encode()).hexdigest()[:32]


def evaluate(plan: Plan, opener: Opener, overrides: Overrides, begin: Stages = quiet) -> list[Unanswered]:
    """Do what is planned; `plan.attempts` is brought up to date. Returns what nobody answered, to be asked again."""
    book = Book(plan.evaluation, opener)
    price = partial(price_of, plan.candidate.definition, overrides)
    if not plan.waiting:
        _price_anew(plan, price, book)
    ask = _asking(plan.candidate.definition)
    answered, left = answer_cases(plan.waiting, ask, price, book, progress=begin("Answering"))
    plan.attempts.update({attempt.key: attempt for attempt in answered})
    score_answers(plan.scoring(plan.attempts), plan.judge, book, begin("Judging"))
    return left


def _price_anew(plan: Plan, price: Price, book: Book) -> None:
    """Price both arms of what is whole as of now; where another price came in between, the verdict says so."""
    repriced = [
        replace(attempt, cost=cost, prices=prices)
        for attempt in plan.attempts.values()
        if attempt.arm == CANDIDATE and attempt.model
        for cost, prices in (price(attempt),)
        if prices != attempt.prices
    ]
    costs = {case.example: case.cost for case in plan.cases}
    repriced += [
        replace(attempt, cost=costs[attempt.extraction_id])
        for attempt in plan.attempts.values()
        if attempt.arm == BASELINE and costs.get(attempt.extraction_id, attempt.cost) != attempt.cost
    ]
    book.keep(repriced)
    plan.attempts.update({attempt.key: attempt for attempt in repriced})


def _asking(definition: Definition) -> Ask:
    if definition.provider != CALLABLE:
        return lambda case: answer(definition, case.source_content, case.topic, _SECONDS)
    name, function = definition.model, find_candidate_function(definition.model)

    def ask(case: Case) -> Reply:
        values = {"source_content": case.source_content, "source_url": case.source_url, "topic": case.topic}
        return ask_function(name, function, values, _SECONDS)

    return ask
