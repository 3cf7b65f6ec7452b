"""Scoring: what the judge is asked of both arms' answers, and what becomes of what it says."""

import hashlib
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, replace
from decimal import Decimal
from typing import Final

from otel_training.dataset.example import Insight
from otel_training.progress import Progress, silent
from otel_training.trial.case import Case, Gold
from otel_training.trial.checks import PASS_SCORE, agreement, checks_of, passes
from otel_training.trial.evaluation import BASELINE, CANDIDATE, CONTROL, GOLD, JUDGED, JUDGED_AGAIN, Attempt, Book
from otel_training.trial.judge import Judge, Judgement, Question

_AGAIN: Final = "again"
_AGAIN_SHARE: Final = 0.1
_AGAIN_LEAST: Final = 10
_CONTROLS: Final = 20
_KEPT_AT: Final = 100


@dataclass(frozen=True, slots=True)
class Scoring:
    """All that may be judged, and what was; `attempts` is brought up to date."""

    seed: str
    """The evaluation's id, by which order and samples are drawn."""
    cases: Mapping[str, Case]
    """By example those that the candidate has answered."""
    gold: Mapping[str, Gold]
    attempts: dict[tuple[str, str], Attempt]
    measures_judge: bool = True

    @property
    def controls(self) -> dict[str, Case]:
        """For a sample of examples the case of another source, whose answer is none to them."""
        ranked = sorted(self.cases, key=lambda example: _hash(self.seed, CONTROL, example))[:_CONTROLS]
        others = zip(ranked, [*ranked[1:], *ranked[:1]], strict=True)
        return {
            example: self.cases[other]
            for example, other in others
            if self.cases[example].source != self.cases[other].source
        }

    @property
    def repeated(self) -> list[str]:
        """The sample that is judged twice: a tenth, ten at least."""
        ranked = sorted(self.cases, key=lambda example: _hash(self.seed, _AGAIN, example))
        return ranked[: max(_AGAIN_LEAST, round(_AGAIN_SHARE * len(ranked)))]

    def questions(self) -> list[Question]:
        """Return what the judge was not asked yet.

        That is each case; a sample of them again, the other way round; what people decided on; and answers to other
        sources, which deserve nothing. The first alone where the judge is not measured.
        """
        return [*self._pairs(), *([*self._repetitions(), *self._alone()] if self.measures_judge else ())]

    def take(self, key: str, judgement: Judgement) -> list[Attempt]:
        """Return the attempts with what the judge said of them."""
        kind, _, example = key.partition(" ")
        if kind == GOLD:
            item = self.gold[example]
            return [_judged_alone(example, GOLD, item.answer, judgement, label=item.label)]
        if kind == CONTROL:
            # Without the answer: it is another extraction's, which may be forgotten.
            return [_judged_alone(example, CONTROL, (), judgement)]
        return self._judged(self.cases[example], judgement, again=kind == _AGAIN)

    def _pairs(self) -> Iterator[Question]:
        for example in self.cases:
            if not self.attempts[example, CANDIDATE].judged & JUDGED:
                yield self._question(example, CANDIDATE, again=False)

    def _repetitions(self) -> Iterator[Question]:
        for example in self.repeated:
            candidate = self.attempts[example, CANDIDATE]
            if not candidate.judged & JUDGED_AGAIN and not candidate.error:
                yield self._question(example, _AGAIN, again=True)

    def _alone(self) -> Iterator[Question]:
        for example, item in self.gold.items():
            if (example, GOLD) not in self.attempts:
                yield Question(f"{GOLD} {example}", item.topic, item.source_content, (item.answer,))
        for example, other in self.controls.items():
            if (example, CONTROL) not in self.attempts:
                case = self.cases[example]
                yield Question(f"{CONTROL} {example}", case.topic, case.source_content, (other.baseline,))

    def _question(self, example: str, kind: str, *, again: bool) -> Question:
        case = self.cases[example]
        shown = [self._side(case, arm) for arm in self._order(example, again=again)]
        answers, reported = tuple(side.answer for side in shown), tuple(side.reported for side in shown)
        return Question(f"{kind} {example}", case.topic, case.source_content, answers, reported)

    def _order(self, example: str, *, again: bool) -> tuple[str, ...]:
        """Return the arms as the judge sees them, by a keyed hash; a candidate without an answer is not shown."""
        if self.attempts[example, CANDIDATE].error:
            return (BASELINE,)
        is_baseline_first = _hash(self.seed, "order", example)[0] % 2 == int(again)
        return (BASELINE, CANDIDATE) if is_baseline_first else (CANDIDATE, BASELINE)

    def _side(self, case: Case, arm: str) -> Attempt:
        return self.attempts.get((case.example, arm)) or _baseline(case)

    def _judged(self, case: Case, judgement: Judgement, *, again: bool) -> list[Attempt]:
        arms = self._order(case.example, again=again)
        scores = dict(zip(arms, judgement.scores, strict=True))
        # An answer that failed is not shown, and deserves nothing.
        sides = [
            _scored(self._side(case, arm), scores.get(arm, 0.0), judgement, len(arms), again=again)
            for arm in (BASELINE, CANDIDATE)
        ]
        baseline, candidate = (
            side if again else replace(side, place=arms.index(side.arm) + 1 if side.arm in arms else 0)
            for side in sides
        )
        return [
            replace(baseline, passed=passes(baseline.score, baseline.checks, candidate.checks)),
            replace(candidate, passed=passes(candidate.score, candidate.checks, baseline.checks)),
        ]


def score_answers(scoring: Scoring, judge: Judge, book: Book, progress: Progress = silent) -> None:
    """Have all answers judged that are not yet, and keep judgements as they come."""
    questions = scoring.questions()
    changed: dict[tuple[str, str], Attempt] = {}
    progress(0, len(questions))
    try:
        for number, (key, judgement) in enumerate(judge.ask(questions, book), 1):
            taken = {attempt.key: attempt for attempt in scoring.take(key, judgement)}
            changed |= taken
            scoring.attempts.update(taken)
            if len(changed) >= _KEPT_AT:
                book.keep(changed.values())
                changed = {}
            progress(number, len(questions))
    finally:
        book.keep(changed.values())


def scoring_of(
    seed: str, cases: Iterable[Case], gold: Iterable[Gold], attempts: dict[tuple[str, str], Attempt]
) -> Scoring:
    """Return what may be judged of an evaluation."""
    answered = {case.example: case for case in cases if (case.example, CANDIDATE) in attempts}
    return Scoring(seed, answered, {item.extraction_id: item for item in gold}, attempts)


def _baseline(case: Case) -> Attempt:
    return Attempt(
        case.example, BASELINE, case.source, case.slices, case.baseline, model=case.model, cost=case.cost,
        seconds=case.seconds, reported=case.reported, fields=agreement(case.baseline, case.reference),
        checks=checks_of(case.source_content, case.baseline, case.reference),
    )  # fmt: skip


def _scored(side: Attempt, score: float | None, judgement: Judgement, shown: int, *, again: bool) -> Attempt:
    share = None if judgement.cost is None else judgement.cost / shown
    before = side.judge_cost if side.judged else Decimal()
    cost = None if share is None or before is None else before + share
    side = replace(side, judge_model=judgement.model, judge_cost=cost)
    if again:
        return replace(side, judged=side.judged | JUDGED_AGAIN, score_again=score)
    return replace(side, judged=side.judged | JUDGED, score=score, reason=judgement.reason)


def _judged_alone(
    example: str, arm: str, answer: tuple[Insight, ...], judgement: Judgement, *, label: bool | None = None
) -> Attempt:
    (score,) = judgement.scores
    passed = None if score is None else score >= PASS_SCORE
    return Attempt(
        example, arm, answer=answer, judged=JUDGED, score=score, reason=judgement.reason,
        judge_model=judgement.model, judge_cost=judgement.cost, passed=passed, label=label,
    )  # fmt: skip


def _hash(seed: str, purpose: str, example: str) -> bytes:
    return hashlib.blake2b(f"{purpose} {example}".encode(), key=seed.encode()[:64]).digest()
