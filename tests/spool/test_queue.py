"""The queue between the app and the writer: who waits for a place in it, and who never does."""

import asyncio
import sys
import threading
import time
from collections.abc import Callable
from types import SimpleNamespace
from typing import Any

import pytest

import otel_training
from otel_training.pipeline import process
from otel_training.spool import writer

CALLS = 50


@pytest.fixture
def small(monkeypatch: pytest.MonkeyPatch) -> None:
    """A queue that is crowded with one record and full with ten."""
    monkeypatch.setattr(writer, "CROWDED_RECORDS", 1)
    monkeypatch.setattr(writer, "QUEUE_RECORDS", 10)


def capture() -> float:
    """Capture faster than is written; returns the longest that a call took."""
    longest = 0.0
    for number in range(CALLS):
        began = time.perf_counter()
        otel_training.record_feedback(str(number), "like")
        longest = max(longest, time.perf_counter() - began)
    return longest


def outcome(lines: Callable[[], list[dict[str, Any]]]) -> dict[str, int]:
    """How many records were written, and how many counted as lost."""
    records = lines()
    kinds = [record["training.kind"] for record in records]
    return {
        "written": kinds.count("feedback"),
        "lost": sum(record.get("training.loss.count", 0) for record in records),
    }


@pytest.mark.usefixtures("small")
def test_a_loop_on_a_plain_thread_loses_nothing(lines: Any) -> None:
    """It waits for its place, each time a moment."""
    capture()

    assert {"written": CALLS, "lost": 0} == outcome(lines)


@pytest.mark.usefixtures("small")
def test_an_event_loop_never_waits(lines: Any) -> None:
    """What is beyond the bound is lost, counted, and no call takes as long as a wait for a place."""

    async def run() -> float:
        with process.current().writer._writing:
            return capture()

    longest = asyncio.run(run())
    figures = outcome(lines)
    assert (CALLS, True) == (figures["written"] + figures["lost"], figures["lost"] > 0)
    assert longest < writer.PLACE_SECONDS


@pytest.mark.usefixtures("small")
def test_a_loop_of_another_library_never_waits(lines: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    """Trio's loop is known by what it says to sniffio."""
    monkeypatch.setitem(sys.modules, "sniffio", SimpleNamespace(thread_local=SimpleNamespace(name="trio")))
    with process.current().writer._writing:
        longest = capture()

    figures = outcome(lines)
    assert (CALLS, True) == (figures["written"] + figures["lost"], figures["lost"] > 0)
    assert longest < writer.PLACE_SECONDS


@pytest.mark.usefixtures("small")
def test_a_plain_thread_waits_no_longer_than_its_share(lines: Any) -> None:
    """Where nothing is written any more a call takes its 50 ms, and what is beyond the bound is counted."""
    with process.current().writer._writing:
        began = time.perf_counter()
        thread = threading.Thread(target=capture)
        thread.start()
        thread.join()
        took = time.perf_counter() - began

    figures = outcome(lines)
    assert (CALLS, True) == (figures["written"] + figures["lost"], figures["lost"] > 0)
    assert took >= (CALLS - 1) * writer.PLACE_SECONDS
