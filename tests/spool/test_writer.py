"""The writer thread, and what happens when the disk or the backlog says no."""

import os
import subprocess
import sys
import threading
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

import otel_training
from otel_training.folder import DataFolder
from otel_training.pipeline import process
from otel_training.record.clock import event_id
from otel_training.spool import spool, writer
from otel_training.spool.segments import Segment, open_segment, sweep

Lines = Callable[[], list[dict[str, Any]]]


def insights(records: list[dict[str, Any]]) -> list[str]:
    """The insight ids of feedback records, in order."""
    return [record["training.insight.id"] for record in records if record["training.kind"] == "feedback"]


def losses(records: list[dict[str, Any]]) -> dict[str, int]:
    """Lost records by reason."""
    found: dict[str, int] = {}
    for record in records:
        if record["training.kind"] == "loss":
            reason = record["training.loss.reason"]
            found[reason] = found.get(reason, 0) + record["training.loss.count"]
    return found


def test_writes_within_milliseconds_without_being_asked(folder: DataFolder) -> None:
    """A record is on disk soon after, though nobody flushes."""
    otel_training.record_feedback("a", "like")
    deadline = time.monotonic() + 2
    while not list(folder.local.glob("*.jsonl")) and time.monotonic() < deadline:
        time.sleep(0.005)

    time.sleep(0.05)
    (path,) = folder.local.glob("*.jsonl")
    assert 2 == len(path.read_bytes().splitlines())


def test_keeps_the_order_of_a_thread_and_loses_nothing_between_threads(lines: Lines) -> None:
    """Eight threads at once: every record once, each thread's in order."""

    def capture(prefix: str) -> None:
        for number in range(200):
            otel_training.record_feedback(f"{prefix}{number}", "like")

    threads = [threading.Thread(target=capture, args=(prefix,)) for prefix in "abcdefgh"]
    for one in threads:
        one.start()
    for one in threads:
        one.join()

    found = insights(lines())
    assert 1600 == len(found)
    assert {prefix: [f"{prefix}{number}" for number in range(200)] for prefix in "abcdefgh"} == {
        prefix: [one for one in found if one.startswith(prefix)] for prefix in "abcdefgh"
    }


def test_makes_a_folder_for_its_owner_alone(folder: DataFolder, lines: Lines) -> None:
    """Nobody else reads it, and git ignores it."""
    otel_training.record_feedback("a", "like", user_id=1)
    lines()

    modes = {path.name: path.stat().st_mode & 0o777 for path in (folder.path, folder.local, folder.key)}
    assert {"data": 0o700, "local": 0o700, "user.key": 0o600} == modes
    assert {0o600} == {path.stat().st_mode & 0o777 for path in folder.local.iterdir()}
    assert "*\n" == (folder.path / ".gitignore").read_text()


def test_waits_for_the_disk_and_goes_on(lines: Lines, monkeypatch: pytest.MonkeyPatch, folder: DataFolder) -> None:
    """While the disk is full records wait; when there is room they are written, none twice, none torn."""
    otel_training.record_feedback("before", "like")
    assert otel_training.flush(2)
    real, full = os.write, threading.Event()

    monkeypatch.setattr(writer, "RETRY_SECONDS", 0.02)
    full.set()

    def failing(file: int, data: bytes) -> int:
        if full.is_set():
            real(file, data[:100])
            raise OSError(28, "No space left on device")
        return real(file, data)

    monkeypatch.setattr("otel_training.spool.segments.os.write", failing)
    otel_training.record_feedback("during", "like")
    assert not otel_training.flush(0.2)
    (path,) = folder.local.glob("*.jsonl")
    assert 2 == len(path.read_bytes().splitlines())
    full.clear()

    assert ["before", "during"] == insights(lines())


def test_stops_counted_when_the_spool_is_at_its_bound(lines: Lines) -> None:
    """Beyond the setting records are lost with their reason, and the app goes on."""
    otel_training.configure(max_bytes=1)
    otel_training.record_feedback("a", "like")
    assert otel_training.flush(2)
    process.current().writer.sink._looked_at = 0.0  # type: ignore[attr-defined]
    otel_training.record_feedback("b", "like")

    found = lines()
    assert (["a"], {"spool_full": 1}) == (insights(found), losses(found))


def test_stops_counted_when_the_disk_has_too_little_room(lines: Lines) -> None:
    """Records are lost with their reason where the disk has less free than the setting says."""
    otel_training.configure(min_free_bytes=1 << 60)
    otel_training.record_feedback("a", "like")

    assert ([], {"spool_full": 1}) == (insights(lines()), losses(lines()))


def test_goes_on_in_a_folder_that_was_deleted(folder: DataFolder, lines: Lines) -> None:
    """Somebody deletes the data folder under a running app: it gathers into a new one."""
    otel_training.record_feedback("a", "like")
    assert otel_training.flush(2)
    subprocess.run(["rm", "-rf", str(folder.path)], check=True)
    process.current().writer.sink._looked_at = 0.0  # type: ignore[attr-defined]
    otel_training.record_feedback("b", "like")

    assert ["b"] == insights(lines())


def test_says_false_where_no_folder_can_be_made(tmp_path: Path, caplog: pytest.LogCaptureFixture) -> None:
    """A folder that cannot be made costs the app nothing, is said once, and flush tells."""
    (tmp_path / "file").write_text("")
    otel_training.configure(home=tmp_path / "file" / "home")
    otel_training.record_feedback("a", "like")

    assert not otel_training.flush(0.2)
    assert not otel_training.flush(0.2)
    assert 1 == sum("cannot write" in record.message for record in caplog.records)


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

    found = lines()
    assert (["a", "b"], {"encode_error": 1}) == (insights(found), losses(found))
    assert ["RecursionError" in record.message for record in caplog.records] == [True]


def test_rolls_a_segment_that_is_large(folder: DataFolder, monkeypatch: pytest.MonkeyPatch, lines: Lines) -> None:
    """A finished segment can be drained and deleted while the app runs on."""
    monkeypatch.setattr(spool, "ROLL_BYTES", 1000)
    for number in range(5):
        otel_training.record_feedback(str(number), "like")
        assert otel_training.flush(2)

    assert 3 <= len(list(folder.local.glob("*.jsonl")))
    assert ["0", "1", "2", "3", "4"] == insights(lines())


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


def test_makes_ids_that_sort_by_time_and_never_meet() -> None:
    """Event ids are UUIDv7: version and variant set, later ones greater, all different."""
    made = [event_id() for _ in range(1000)]
    time.sleep(0.002)
    made.append(event_id())

    assert 1001 == len(set(made))
    assert {("7", True)} == {(one[14], one[19] in "89ab") for one in made}
    assert made[-1] == max(made)


def test_a_short_write_leaves_whole_lines(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """What the system writes in pieces ends up whole."""
    segment: Segment = open_segment(tmp_path, b"head\n")
    real = os.write
    monkeypatch.setattr("otel_training.spool.segments.os.write", lambda file, data: real(file, data[:3]))
    segment.append(b"a long line\n")
    segment.close()

    assert b"head\na long line\n" == segment.path.read_bytes()


def test_sweeps_what_a_dead_writer_left_without_a_name(tmp_path: Path) -> None:
    """An old `.new` file goes; a fresh one may be a writer that is just starting."""
    old, fresh = tmp_path / "1.jsonl.new", tmp_path / "2.jsonl.new"
    old.touch()
    fresh.touch()
    os.utime(old, (1, 1))
    sweep(tmp_path)

    assert [fresh] == list(tmp_path.iterdir())


def test_surroundings_that_are_broken_are_said_once(
    lines: Lines, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    """Whatever keeps the writer from starting, records wait, it is said once, and they are written when it is over."""
    monkeypatch.setattr(writer, "RETRY_SECONDS", 0.01)
    with monkeypatch.context() as broken:
        broken.setattr(process.current().writer.sink, "make_place", lambda: 1 / 0)
        otel_training.record_feedback("a", "like")
        assert not otel_training.flush(0.2)

    assert (["a"], {}) == (insights(lines()), losses(lines()))
    assert 1 == sum("cannot write" in record.message for record in caplog.records)
