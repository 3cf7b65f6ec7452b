"""Threads that ask models."""

import threading
import time
from concurrent.futures import Future

import pytest

from otel_training.trial.workers import workers


def test_an_interrupt_waits_for_no_answer() -> None:
    """Not for the one that is under way, and those that wait are not asked."""
    answers, under_way, asked = threading.Event(), threading.Event(), list[int]()
    questions = list[Future[None]]()

    def ask(number: int) -> None:
        asked.append(number)
        under_way.set()
        answers.wait(30)

    def interrupted() -> None:
        with workers(1) as pool:
            questions.extend(pool.submit(ask, number) for number in range(3))
            assert under_way.wait(30)
            raise KeyboardInterrupt

    began = time.monotonic()
    with pytest.raises(KeyboardInterrupt):
        interrupted()

    assert time.monotonic() - began < 10
    assert [False, True, True] == [question.cancelled() for question in questions]
    answers.set()
    assert questions[0].result(30) is None
    assert [0] == asked
