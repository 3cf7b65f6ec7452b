"""The writer thread, and what happens when the disk or the backlog says no."""

import asyncio
import itertools
import multiprocessing
import os
import subprocess
import sys
import threading
import time
from collections.abc import Callable
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest

import otel_training
from otel_training import conventions as names
from otel_training.conventions import Loss
from otel_training.events.event import Event
from otel_training.events.finisher import Finisher
from otel_training.folder import DataFolder
from otel_training.pipeline import process
from otel_training.spool import writer
from otel_training.spool.sink import EmittingSink
from otel_training.testing import TEST_KEY
from tests.receiving import until
from tests.spool.written import Lines, insights, losses


def test_writes_within_milliseconds_without_being_asked(folder: DataFolder) -> None:
    """A record is on disk soon after, though nobody flushes."""
    otel_training.record_feedback("a", "like")
    until(lambda: [2] == [len(path.read_bytes().splitlines()) for path in folder.local.glob("*.jsonl")])


def test_keeps_the_order_of_a_thread_and_loses_nothing_between_threads(lines: Lines) -> None:
    """Eight threads at once: every record once, each thread's in order."""

    def capture(prefix: str) -> None:
        for number in range(200):
            otel_training.record_feedback(f"{prefix}{number}", "like")

    threads = [threading.Thread(target=capture, args=(prefix,)) for prefix in "abcdefgh"]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()

    insight_ids = insights(lines())
    assert 1600 == len(insight_ids)
    assert {prefix: [f"{prefix}{number}" for number in range(200)] for prefix in "abcdefgh"} == {
        prefix: [insight_id for insight_id in insight_ids if insight_id.startswith(prefix)] for prefix in "abcdefgh"
    }


def test_waits_for_the_disk_and_goes_on(lines: Lines, monkeypatch: pytest.MonkeyPatch, folder: DataFolder) -> None:
    """While the disk is full records wait; when there is room they are written, none twice, none torn."""
    otel_training.record_feedback("before", "like")
    assert otel_training.flush(30)
    real, full = os.write, threading.Event()
    tries: list[int] = []

    monkeypatch.setattr(writer, "RETRY_SECONDS", 0.02)
    full.set()

    def failing(file: int, data: bytes) -> int:
        if full.is_set():
            tries.append(real(file, data[:100]))
            raise OSError(28, "No space left on device")
        return real(file, data)

    monkeypatch.setattr("otel_training.spool.segments.os.write", failing)
    otel_training.record_feedback("during", "like")
    assert not otel_training.flush(0.2)
    until(lambda: tries)
    (path,) = folder.local.glob("*.jsonl")
    # A reader may come while a line is half written, before it is taken back.
    until(lambda: 2 == len(path.read_bytes().splitlines()))
    full.clear()

    assert ["before", "during"] == insights(lines())


def test_counts_a_record_that_cannot_be_encoded(
    lines: Lines, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    """A bug of ours costs one record, not its neighbours, and is named."""
    real = writer.finish  # type: ignore[attr-defined]

    def failing(record: Any, finisher: Any) -> Any:
        if b"bad" in record.content:
            raise RecursionError
        return real(record, finisher)

    monkeypatch.setattr(writer, "finish", failing)
    for name in ("a", "bad", "b"):
        otel_training.record_feedback(name, "like")

    records = lines()
    assert (["a", "b"], {"encode_error": 1}) == (insights(records), losses(records))
    assert ["RecursionError" in record.message for record in caplog.records] == [True]


def test_an_idle_import_makes_no_file_and_no_thread(tmp_path: Path) -> None:
    """Who imports us and captures nothing finds no trace of it."""
    program = "import otel_training, threading; otel_training.flush(); print(threading.active_count())"
    done = subprocess.run(
        [sys.executable, "-c", program], cwd=tmp_path, capture_output=True, text=True, check=True,
        env={name: value for name, value in os.environ.items() if name != "OTEL_TRAINING_HOME"},
    )  # fmt: skip

    assert ("1\n", "", []) == (done.stdout, done.stderr, list(tmp_path.iterdir()))


def test_writes_what_comes_at_the_very_end(tmp_path: Path, folder: DataFolder) -> None:
    """A record captured in an `atexit` handler of the app is on disk."""
    program = "import atexit, otel_training; atexit.register(otel_training.record_feedback, 'late', 'like')"
    subprocess.run([sys.executable, "-c", program], cwd=tmp_path, check=True)

    (path,) = folder.local.glob("*.jsonl")
    assert b'"late"' in path.read_bytes()


def test_surroundings_that_are_broken_are_said_once(
    lines: Lines, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    """Whatever keeps the writer from starting, records wait, it is said once, and they are written when it is over."""
    monkeypatch.setattr(writer, "RETRY_SECONDS", 0.01)
    with monkeypatch.context() as broken:
        broken.setattr(process.current().writer.sink, "make_folder_ready", lambda: 1 / 0)
        otel_training.record_feedback("a", "like")
        assert not otel_training.flush(0.2)
        until(lambda: "cannot write" in caplog.text)

    assert (["a"], {}) == (insights(lines()), losses(lines()))
    assert 1 == sum("cannot write" in record.message for record in caplog.records)


def test_a_hosts_logger_that_fails_on_a_loss_makes_no_further_ones(monkeypatch: pytest.MonkeyPatch) -> None:
    """It is reported when the logger takes it, once, whatever the logger raised before."""
    monkeypatch.setattr(writer, "RETRY_SECONDS", 0.01)
    events: list[Event] = []
    calls = itertools.count()

    def emit(event: Event) -> None:
        if next(calls) < 3:
            raise LookupError
        events.append(event)

    finisher = Finisher(TEST_KEY, 100)
    process.install(make_sink=lambda _settings: EmittingSink(lambda: finisher, emit))
    process.lose(Loss.MALFORMED)
    until(lambda: events)

    assert process.flush(30)
    assert [("malformed", 1)] == [
        (event.attributes[names.LOSS_REASON], event.attributes[names.LOSS_COUNT]) for event in events
    ]


def test_a_loss_that_comes_amid_the_writing_is_reported_by_itself() -> None:
    """Though no later record wakes the writer."""
    counts: list[Any] = []

    def emit(event: Event) -> None:
        counts.append(event.attributes[names.LOSS_COUNT])
        if len(counts) == 1:
            process.lose(Loss.MALFORMED, 2)

    finisher = Finisher(TEST_KEY, 100)
    process.install(make_sink=lambda _settings: EmittingSink(lambda: finisher, emit))
    process.lose(Loss.MALFORMED)
    until(lambda: len(counts) >= 2)

    assert [1, 2] == counts


CALLS = 50
WAITS = (CALLS - 1) * writer.CROWDED_SECONDS
"""How long the calls take that wait for a place in vain."""


@pytest.fixture
def small(monkeypatch: pytest.MonkeyPatch) -> None:
    """A queue that is crowded with one record and full with ten."""
    monkeypatch.setattr(writer, "CROWDED_RECORDS", 1)
    monkeypatch.setattr(writer, "QUEUE_RECORDS", 10)


def capture_many() -> float:
    """Capture faster than is written; returns how long that took."""
    began = time.perf_counter()
    for number in range(CALLS):
        otel_training.record_feedback(str(number), "like")
    return time.perf_counter() - began


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
    capture_many()

    assert {"written": CALLS, "lost": 0} == outcome(lines)


@pytest.mark.usefixtures("small")
def test_an_event_loop_never_waits(lines: Any) -> None:
    """What is beyond the bound is lost, counted, and no call waits."""

    async def run() -> float:
        with process.current().writer._writing:
            return capture_many()

    took = asyncio.run(run())
    figures = outcome(lines)
    assert (CALLS, True) == (figures["written"] + figures["lost"], figures["lost"] > 0)
    assert took < WAITS / 2


@pytest.mark.usefixtures("small")
def test_a_loop_of_another_library_never_waits(lines: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    """Trio's loop is known by what it says to sniffio."""
    monkeypatch.setitem(sys.modules, "sniffio", SimpleNamespace(thread_local=SimpleNamespace(name="trio")))
    with process.current().writer._writing:
        took = capture_many()

    figures = outcome(lines)
    assert (CALLS, True) == (figures["written"] + figures["lost"], figures["lost"] > 0)
    assert took < WAITS / 2


@pytest.mark.slow
@pytest.mark.usefixtures("small")
def test_a_plain_thread_waits_no_longer_than_its_share(lines: Any) -> None:
    """Where nothing is written any more a call takes its 50 ms, and what is beyond the bound is counted."""
    with process.current().writer._writing:
        took = capture_many()

    figures = outcome(lines)
    assert (CALLS, True) == (figures["written"] + figures["lost"], figures["lost"] > 0)
    assert took >= WAITS


@pytest.fixture
def daemonic(monkeypatch: pytest.MonkeyPatch) -> None:
    """Make this process look like a worker of a `multiprocessing.Pool`."""
    monkeypatch.setitem(multiprocessing.current_process()._config, "daemon", True)  # type: ignore[attr-defined]


@pytest.mark.usefixtures("daemonic")
def test_a_worker_that_is_ended_without_notice_writes_before_the_call_returns(folder: DataFolder) -> None:
    """No thread runs; each record is a line as soon as it was captured, and all of them are synced by `flush`."""
    counts = []
    for number in range(3):
        otel_training.record_feedback(str(number), "like")
        counts.append(sum(len(path.read_bytes().splitlines()) - 1 for path in folder.local.glob("*.jsonl")))

    assert ([1, 2, 3], True, None) == (counts, otel_training.flush(30), process.current().writer._thread)


@pytest.mark.usefixtures("daemonic")
def test_a_signal_handler_may_capture_in_such_a_worker(lines: Lines) -> None:
    """It interrupts a write of its own thread: its record is written by the next."""
    own = process.current().writer
    with own._writing:
        otel_training.record_feedback("inner", "like")
    otel_training.record_feedback("outer", "like")

    assert ["inner", "outer"] == insights(lines())


@pytest.mark.usefixtures("daemonic")
def test_a_server_that_is_such_a_worker_never_writes_on_its_loop(lines: Lines) -> None:
    """The workers of some servers are daemonic children, too; a lifespan tells them apart: they are asked to end."""

    async def app(_scope: Any, _receive: Any, send: Any) -> None:
        await send({"type": "lifespan.startup.complete"})

    async def ignore(*_message: Any) -> Any:
        pass

    asyncio.run(otel_training.TrainingMiddleware(app)({"type": "lifespan"}, ignore, ignore))
    with process.current().writer._writing:
        began = time.monotonic()
        otel_training.record_feedback("a", "like")
        took = time.monotonic() - began

    assert (["a"], True) == (insights(lines()), took < writer.LATE_SECONDS / 2)
