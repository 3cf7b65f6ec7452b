"""What the judge is asked, and what becomes of what it says."""

from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import replace
from decimal import Decimal
from typing import Any

import pytest

from otel_training.trial.answering import attempt_of
from otel_training.trial.case import Case, Gold
from otel_training.trial.evaluation import BASELINE, CANDIDATE, CONTROL, GOLD, Attempt, Evaluation, pairs_of
from otel_training.trial.judge import Journal, Judgement, Question
from otel_training.trial.judging import Gold as Labels
from otel_training.trial.measured import judging_of, measured
from otel_training.trial.scoring import score_answers, scoring_of
from tests.trial.examples import case, insights

EVALUATION = Evaluation("e", "c", "1", "d", "test", "judge", "r", is_self_reported=False, is_simulated=False)


class Book:
    """A book that keeps nothing for long."""

    def __init__(self) -> None:
        self.evaluation = EVALUATION
        self.kept: list[Attempt] = []

    def keep(self, attempts: Iterable[Attempt]) -> None:
        self.kept += attempts

    def batches(self) -> list[str]:
        return []

    def add(self, batch_id: str) -> None: ...


class Judge:
    """A judge by a function of the answers' texts."""

    name, rubric, is_simulated, is_self_reported = "judge", "r", False, False

    def __init__(self, score: Callable[[str, int], float | None]) -> None:
        self.score = score
        self.questions: list[Question] = []

    def ask(self, questions: Sequence[Question], _journal: Journal) -> Iterator[tuple[str, Judgement]]:
        self.questions += questions
        for question in questions:
            texts = [answer[0].text if answer else "" for answer in question.answers]
            scores = tuple(self.score(text, place) for place, text in enumerate(texts))
            yield question.key, Judgement(scores, "" if None not in scores else "why", "model", Decimal(1))


def run(
    cases: Sequence[Case], judge: Judge, gold: Sequence[Gold] = (), **changes: Any
) -> dict[tuple[str, str], Attempt]:
    """Have what candidates answered judged: as the reference says, but for the changes."""
    answered = [replace(attempt_of(item, insights("Theirs")), model="m", **changes) for item in cases]
    attempts = {attempt.key: attempt for attempt in answered}
    book: Any = Book()
    score_answers(scoring_of("e", cases, gold, attempts), judge, book)
    assert attempts.items() >= {attempt.key: attempt for attempt in book.kept}.items()
    return attempts


CASES = [case(f"c{number}", answer=("Ours",)) for number in range(40)]


def fair(text: str, _place: int) -> float:
    """Score by the answer alone."""
    return {"Ours": 8, "Theirs": 9}[text]


def test_shows_either_arm_first_and_names_neither() -> None:
    """About half of the time, the same each time; a sample is asked again the other way round."""
    judge = Judge(fair)
    run(CASES, judge)
    first = {question.key: question.answers[0][0].text for question in judge.questions if len(question.answers) == 2}
    pairs = {key: text for key, text in first.items() if key.startswith("candidate ")}
    again = {key.removeprefix("again "): text for key, text in first.items() if key.startswith("again ")}

    assert (40, 10) == (len(pairs), len(again))
    assert 10 < list(pairs.values()).count("Ours") < 30
    assert {"Ours": "Theirs", "Theirs": "Ours"}[pairs[f"candidate {next(iter(again))}"]] == again[next(iter(again))]
    assert all(pairs[f"candidate {example}"] != text for example, text in again.items())


def test_scores_go_to_whose_answer_it_was() -> None:
    """Whichever was shown first; costs are shared, and what was judged is not asked again."""
    judge = Judge(fair)
    attempts = run(CASES, judge)

    assert {(BASELINE, 8, True), (CANDIDATE, 9, True)} == {
        (attempt.arm, attempt.score, attempt.passed)
        for attempt in attempts.values()
        if attempt.arm in {BASELINE, CANDIDATE}
    }
    twice = [attempt for attempt in attempts.values() if attempt.score_again is not None]
    assert {(BASELINE, 8.0, 3), (CANDIDATE, 9.0, 3)} == {
        (attempt.arm, attempt.score_again, attempt.judged) for attempt in twice
    }
    # Each question once: its price is shared by both answers.
    assert len(judge.questions) == sum(attempt.judge_cost or 0 for attempt in attempts.values())
    assert [] == scoring_of("e", CASES, [], attempts).questions()


def test_what_is_unreadable_is_counted_and_not_scored() -> None:
    """A pair has no score of it, and none passes or fails."""
    attempts = run(CASES[:1], Judge(lambda *_: None))
    (pair,) = pairs_of(attempts.values())

    assert (None, None, None, None) == (
        pair.baseline.score, pair.baseline.passed, pair.candidate.score, pair.candidate.passed,
    )  # fmt: skip
    assert {"why"} == {attempt.reason for attempt in attempts.values()}


def test_an_answer_that_failed_is_not_shown_and_deserves_nothing() -> None:
    """The baseline is judged alone."""
    judge = Judge(fair)
    attempts = run(CASES[:1], judge, error="schema", reported=0.0)
    (pair,) = pairs_of(attempts.values())

    # Nor does it say anything of the judge, who gave it no score.
    assert (1, 0) == ((judging := judging_of("judge", list(attempts.values()))).self_scored, judging.copied - 1)

    assert [1] == [len(question.answers) for question in judge.questions]
    assert (8.0, 0.0, False, True) == (
        pair.baseline.score, pair.candidate.score, pair.candidate.passed, pair.candidate.error,
    )  # fmt: skip


@pytest.mark.parametrize(
    ("score", "expected"),
    [
        (fair, {"repeated": 20, "agreed": 20, "self_scored": 40, "copied": 40, "alike": 40, "decided": 40}),
        (lambda _, place: 9 - place, {"repeated": 20, "agreed": 20, "decided": 40, "first": 40}),
        (lambda _, place: 9 - 4 * place, {"repeated": 20, "agreed": 0, "decided": 40, "first": 40}),
    ],
)
def test_measures_the_judge(score: Any, expected: dict[str, float]) -> None:
    """Against itself, against positions, against what answers say of themselves."""
    attempts = run(CASES, Judge(score))
    judging = judging_of("judge", list(attempts.values()))

    assert expected == {name: getattr(judging, name) for name in expected}


def test_measures_the_judge_on_what_people_decided_and_on_other_sources() -> None:
    """Each alone; an answer to another source deserves nothing."""
    texts = {"Good": (9.0, True), "Lenient": (9.0, False), "Strict": (2.0, True), "Bad": (2.0, False)}
    gold = [Gold(text, "", "", insights(text), label) for text, (_, label) in texts.items()]
    judge = Judge(lambda text, _: texts.get(text, (1.0, None))[0])
    attempts = run(CASES, judge, gold)
    judging = judging_of("judge", list(attempts.values()))

    assert {"claude": Labels(1, 1, 1, 1)} == judging.gold
    assert (1.0,) * 20 == judging.controls
    assert all(attempt.answer == () for attempt in attempts.values() if attempt.arm == CONTROL)
    assert {"Good", "Lenient", "Strict", "Bad"} == {
        attempt.extraction_id for attempt in attempts.values() if attempt.arm == GOLD
    }
    asked = {question.key: question for question in judge.questions}
    for key, question in asked.items():
        if key.startswith(CONTROL):
            assert question.answers == (insights("Ours"),)


def test_a_pair_has_both_answers_judged() -> None:
    """What waits for the judge is compared with nothing."""
    attempts = run(CASES[:2], Judge(fair))
    attempts["c0", CANDIDATE] = replace(attempts["c0", CANDIDATE], judged=0)

    assert ["c1"] == [pair.example for pair in pairs_of(attempts.values())]


def test_a_model_that_changed_is_seen() -> None:
    """What answered, what judged and by what prices are conditions of a comparison."""
    attempts = run(CASES[:2], Judge(fair), prices="1")
    key = ("c0", CANDIDATE)
    attempts[key] = replace(attempts[key], model="another", prices="2")
    pairs, plan = measured(EVALUATION, attempts.values())

    assert 2 == len(pairs)
    assert {("claude", "m", "1", "model"), ("claude", "another", "2", "model")} == {
        (condition.baseline_model, condition.candidate_model, condition.candidate_price, condition.judge)
        for condition in plan.conditions
    }
