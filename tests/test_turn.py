"""Turns: work in the background keeps the interpreter's lock for a moment only."""

import time
from types import SimpleNamespace

import pytest
from fastapi import FastAPI

from otel_training import TrainingMiddleware, _turn
from otel_training._turn import Turn
from otel_training.privacy.redact import Redactor

TEXT = "Call 020 7946 0958 or write to jane.doe@mail.example, order 12-34-56. " * 100


def slept(turn: Turn) -> bool:
    """Tell whether the end of a turn waited: it then takes longer than it computes."""
    began, worked = time.perf_counter(), time.thread_time()
    for _ in range(50):
        turn.end()
    return time.perf_counter() - began - (time.thread_time() - worked) > 0.000_005


def test_a_turn_that_has_lasted_goes_away() -> None:
    """A sleep is what lets a waiting thread take the lock; `make bench` measures how late others are."""
    turn = Turn()
    until = time.perf_counter() + 0.002
    while time.perf_counter() < until:
        pass
    assert slept(turn)


def test_turns_beside_requests_are_short(monkeypatch: pytest.MonkeyPatch) -> None:
    """Half a millisecond is a turn where requests are served, and none elsewhere."""
    slept: list[float] = []
    monkeypatch.setattr(_turn, "_hold", [0.001])
    monkeypatch.setattr(_turn, "time", SimpleNamespace(perf_counter=lambda: 0.0005, sleep=slept.append))
    turn = Turn(0.0)
    turn.end()
    elsewhere = len(slept)
    TrainingMiddleware(FastAPI())
    turn.end()

    assert (0, 1) == (elsewhere, len(slept))


def test_turns_change_nothing() -> None:
    """A text is redacted the same beside other threads."""
    alone, beside = Redactor(), Redactor(turn=Turn())
    assert (alone.redact(TEXT), alone.counts) == (beside.redact(TEXT), beside.counts)
