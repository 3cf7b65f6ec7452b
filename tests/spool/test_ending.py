"""The end of a program: how long it waits for the writer, and what it says meanwhile."""

import threading
import time

import pytest

import otel_training
from otel_training.pipeline import process
from otel_training.spool import ending, writer


@pytest.fixture
def captured() -> writer.Writer:
    """A writer with a record that is still to be written."""
    own = process.current().writer
    otel_training.record_feedback("a", "like")
    return own


def test_says_once_what_it_waits_for(
    captured: writer.Writer, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    """Whoever ends a program learns why it takes long, and waits until all is written."""
    monkeypatch.setattr(ending, "WARN_SECONDS", 0.1)
    held, release = threading.Event(), threading.Event()

    def hold() -> None:
        with captured._writing:
            held.set()
            release.wait(10)

    holder = threading.Thread(target=hold)
    holder.start()
    assert held.wait(10)
    otel_training.record_feedback("b", "like")
    threading.Timer(0.5, release.set).start()
    is_written = ending._wait_for_mark(captured)
    holder.join()

    assert (True, 1) == (is_written, sum("before the program ends" in record.message for record in caplog.records))


@pytest.mark.parametrize("bound", ["STALL_SECONDS", "LONGEST_SECONDS"])
def test_ends_where_nothing_is_written_any_more(
    captured: writer.Writer, monkeypatch: pytest.MonkeyPatch, bound: str
) -> None:
    """A writer that is stuck does not hold the program for ever."""
    monkeypatch.setattr(ending, bound, 0.2)
    with captured._writing:
        began = time.monotonic()
        assert not ending.write_all(captured)
        took = time.monotonic() - began

    assert took < ending.WARN_SECONDS


def test_ends_soon_where_the_disk_refuses(monkeypatch: pytest.MonkeyPatch) -> None:
    """What cannot be written is waited for no longer than a receiver is."""
    with monkeypatch.context() as refusing:
        refusing.setattr(ending, "WARN_SECONDS", 0.1)
        refusing.setattr(process.current().writer.sink, "make_folder_ready", lambda: 1 / 0)
        otel_training.record_feedback("a", "like")
        began = time.monotonic()
        is_written = ending.write_all(process.current().writer)
        took = time.monotonic() - began

    assert (False, True) == (is_written, took < ending.STALL_SECONDS)
