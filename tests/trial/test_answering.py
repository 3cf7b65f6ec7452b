"""Asking a candidate: what is its failure, and what is nobody's."""

from collections.abc import Iterable
from dataclasses import replace
from decimal import Decimal
from typing import Any

import anthropic
import httpx2
import pytest

from otel_training.errors import TrainingError
from otel_training.routing.answer import CandidateError, Reply
from otel_training.trial.answering import Unanswered, answer_cases, attempt_of
from otel_training.trial.case import Case
from otel_training.trial.evaluation import Attempt
from otel_training.trial.function import FunctionError
from tests.trial.examples import case, insights

CASES = [case(f"c{number}") for number in range(40)]
REPLY = Reply([{"text": "Orders rose", "category": "market"}], "{}", "m-1", 400, 60, 1.5, quality_score=8.0)
REQUEST = httpx2.Request("POST", "http://127.0.0.1")


class Book:
    """A book that counts how often it was written."""

    def __init__(self) -> None:
        self.kept: list[list[Attempt]] = []

    def keep(self, attempts: Iterable[Attempt]) -> None:
        self.kept.append(list(attempts))


def status(code: int) -> Exception:
    """What Anthropic's client raises."""
    return anthropic.APIStatusError("no", response=httpx2.Response(code, request=REQUEST), body=None)


def run(answers: Any, cases: Any = CASES[:1]) -> tuple[Book, list[Attempt], list[Unanswered], list[float]]:
    """Ask by a function; returns what was kept, too, and how long was waited."""
    book: Any = Book()
    waited: list[float] = []

    def ask(item: Case) -> Reply:
        outcome = answers(item)
        if isinstance(outcome, Exception):
            raise outcome
        return outcome

    attempts, left = answer_cases(cases, ask, lambda _: (Decimal("0.1"), "prices 1"), book, wait=waited.append)
    return book, attempts, left, waited


def test_keeps_what_was_answered() -> None:
    """With its tokens, price, time and what it says of itself; part by part."""
    book, attempts, left, _ = run(lambda _: REPLY, CASES)

    expected = replace(
        attempt_of(CASES[0], insights("Orders rose")), model="m-1", input_tokens=400, output_tokens=60,
        cost=Decimal("0.1"), prices="prices 1", seconds=1.5, reported=8.0,
    )  # fmt: skip
    assert (expected, 40, []) == (attempts[0], len(attempts), left)
    assert [32, 8] == [len(part) for part in book.kept]


@pytest.mark.parametrize(
    ("outcome", "error"),
    [
        (replace(REPLY, insights=None), "schema"),
        (replace(REPLY, insights=[]), ""),
        (status(413), "APIStatusError"),
        (anthropic.APITimeoutError(REQUEST), "APITimeoutError"),
        (KeyError("choices"), "KeyError"),
    ],
)
def test_a_failure_of_the_candidate_is_its_own(outcome: object, error: str) -> None:
    """It is kept and not tried again: no insights can be read, the source is too long, it takes too long."""
    _, attempts, left, waited = run(lambda _: outcome)

    assert ([error], [], []) == ([attempt.error for attempt in attempts], left, waited)


@pytest.mark.parametrize("outage", [status(429), status(529), anthropic.APIConnectionError(request=REQUEST), OSError()])
def test_an_outage_is_nobodys_failure(outage: Exception) -> None:
    """It is tried again; what is then not answered is left for the next time, and where that is all, it ends."""
    tries: list[str] = []

    def answers(item: Case) -> object:
        tries.append(item.example)
        return outage if item.example == "c0" and tries.count("c0") < 3 else REPLY

    assert [2, 0] == [len(part) for part in run(answers, CASES[:2])[1:3]]
    assert ["c0"] == [
        failure.example for failure in run(lambda item: outage if item.example == "c0" else REPLY, CASES)[2]
    ]
    with pytest.raises(TrainingError, match=r"does not answer \(.*\): 0 of 40 answers are kept, run it again"):
        run(lambda _: outage, CASES)


@pytest.mark.parametrize("code", [401, 403, 404, 410, 501])
def test_who_is_refused_asks_no_more(code: int) -> None:
    """A wrong key or model is no better for other sources; what was answered is kept."""
    asked: list[str] = []

    def answers(item: Case) -> object:
        asked.append(item.example)
        return status(code) if item.example == "c1" else REPLY

    with pytest.raises(TrainingError, match="31 of 40 answers are kept"):
        run(answers, CASES)
    assert 32 == len(asked)
    with pytest.raises(CandidateError, match="set KEY"):
        run(lambda _: CandidateError("set KEY"))


def test_a_functions_failure_counts_as_its_answer() -> None:
    """Under the error's own name, at once."""
    _, attempts, left, waited = run(lambda _: FunctionError("FileNotFoundError"))

    assert (["FileNotFoundError"], [], []) == ([attempt.error for attempt in attempts], left, waited)


def test_keeps_what_a_cache_had() -> None:
    """So that it can be priced anew."""
    _, (attempt,), _, _ = run(lambda _: replace(REPLY, cache_read_tokens=300, cache_write_tokens=20))

    assert (300, 20) == (attempt.cache_read_tokens, attempt.cache_write_tokens)
