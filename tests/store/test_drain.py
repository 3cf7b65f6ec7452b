"""The drain."""

import json
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path
from typing import Any

import pytest

from otel_training import record_feedback
from otel_training.errors import StoreError
from otel_training.folder import DataFolder
from otel_training.pipeline import process
from otel_training.spool.segments import open_segment
from otel_training.store import drain as drain_module
from otel_training.store.client import Store, embedded_dsn
from otel_training.store.drain import count_waiting, drain

STORED = "SELECT insight_id FROM feedback FINAL ORDER BY insight_id"
LEDGER = "SELECT sum(damaged) AS damaged, sum(torn) AS torn FROM segments FINAL"


@pytest.fixture
def store(folder: DataFolder, migrated: None) -> Iterator[Store]:
    """An embedded store with our schema."""
    with closing(Store(embedded_dsn(folder.store))) as store:
        yield store


def gather(*insights: str) -> None:
    """Record feedback and end the segment."""
    for insight in insights:
        record_feedback(insight, "like", user_id=1)
    process.install()


def stored(store: Store) -> list[str]:
    """The insights whose feedback is in the store."""
    return [row["insight_id"] for row in store.rows(STORED)]


def segment(folder: DataFolder) -> Path:
    """The only segment."""
    (path,) = folder.local.glob("*.jsonl")
    return path


def test_moves_lines_into_the_store_and_deletes_finished_segments(folder: DataFolder, store: Store) -> None:
    """Several segments go in by one drain; nothing is left of them."""
    gather("a", "b")
    gather("c")

    assert 3 == drain(store, folder)
    assert ["a", "b", "c"] == stored(store)
    assert [] == list(folder.local.glob("[!.]*"))


def test_reads_a_live_segment_up_to_its_last_whole_line(folder: DataFolder, store: Store) -> None:
    """What a running program wrote is there at once; the rest of a line comes with the next drain."""
    gather("a", "b")
    head, first, second = segment(folder).read_bytes().splitlines(keepends=True)
    segment(folder).unlink()
    live = open_segment(folder.local, head)
    live.append(first + second[:50])

    assert 1 == drain(store, folder)
    live.append(second[50:])
    assert 1 == count_waiting(store, folder)
    assert 1 == drain(store, folder)
    assert 0 == drain(store, folder)
    live.close()
    assert 0 == drain(store, folder)
    assert ["a", "b"] == stored(store)
    assert [] == list(folder.local.glob("[!.]*"))


def test_counts_a_torn_line_and_keeps_its_neighbours(folder: DataFolder, store: Store) -> None:
    """A last line without its end is counted as torn, once."""
    gather("a", "b")
    path = segment(folder)
    path.write_bytes(path.read_bytes()[:-20])

    drain(store, folder)
    drain(store, folder)
    assert ["a"] == stored(store)
    assert {"damaged": 0, "torn": 1} == store.row(LEDGER)


@pytest.mark.slow
@pytest.mark.parametrize(
    "bad",
    [
        b"\x00\xff\xfe garbage",
        b"{}",
        b"[1]",
        b'{"timeUnixNano": "1", "attributes": []}',
        b'{"timeUnixNano": "1", "attributes": {"not": "a list"}}',
        b'{"timeUnixNano": "soon", "attributes": [{"key": "training.kind"}, {"key": "training.event.id"}]}',
        b'{"timeUnixNano": "1", "attributes": [{"key": "training.kind"}, {"key": "training.event.id"}], "body": 1}',
    ],
)
def test_sets_a_damaged_line_aside(folder: DataFolder, store: Store, bad: bytes) -> None:
    """A line that cannot be read is kept under rejected/, counted, and stops nobody."""
    gather("a", "b", "c")
    path = segment(folder)
    lines = path.read_bytes().splitlines(keepends=True)
    path.write_bytes(b"".join([*lines[:2], bad + b"\n", *lines[2:]]))

    drain(store, folder)
    assert ["a", "b", "c"] == stored(store)
    assert {"damaged": 1, "torn": 0} == store.row(LEDGER)
    aside = folder.rejected / path.name
    assert lines[0] + bad + b"\n" == aside.read_bytes()
    by_engine = b"training.kind" in bad
    reason = (
        "the engine cannot read the line" if by_engine else "the line is no record: its kind or its event id is missing"
    )
    assert f"drain: {reason}\n" == aside.with_suffix(".reason").read_text()


def test_sets_a_segment_without_a_readable_header_aside(folder: DataFolder, store: Store) -> None:
    """Lines whose writer is not known are kept and counted."""
    gather("a")
    path = segment(folder)
    path.write_bytes(b"no header\n" + path.read_bytes().splitlines(keepends=True)[1])

    drain(store, folder)
    assert [] == stored(store)
    assert {"damaged": 1, "torn": 0} == store.row(LEDGER)


@pytest.mark.slow
@pytest.mark.parametrize("step", ["_load", "_write_ledger"])
def test_repeats_a_batch_after_dying_at_any_step(
    folder: DataFolder, store: Store, monkeypatch: pytest.MonkeyPatch, step: str
) -> None:
    """Dying before or after the rows are in loses nothing and counts nothing twice."""
    gather("a", "b")
    real = getattr(drain_module, step)

    def dying(*arguments: Any) -> None:
        if step == "_load":
            real(*arguments)
        raise KeyboardInterrupt

    with monkeypatch.context() as patched:
        patched.setattr(drain_module, step, dying)
        with pytest.raises(KeyboardInterrupt):
            drain(store, folder)

    assert 2 == drain(store, folder)
    assert ["a", "b"] == stored(store)
    assert [] == list(folder.local.glob("[!.]*"))


@pytest.mark.slow
def test_reads_a_large_segment_by_batches(folder: DataFolder, store: Store, monkeypatch: pytest.MonkeyPatch) -> None:
    """A segment larger than a batch goes in whole, with the progress told."""
    names = sorted(f"i{number:03}" for number in range(200))
    gather(*names)
    monkeypatch.setattr(drain_module, "BATCH_BYTES", 8_000)
    progress: list[tuple[int, int]] = []

    assert 200 == drain(store, folder, lambda done, total: progress.append((done, total)))
    assert names == stored(store)
    assert len(progress) > 5
    assert progress == sorted(progress)
    assert progress[-1][0] == progress[-1][1]


def test_keeps_what_another_version_would_write(folder: DataFolder, store: Store) -> None:
    """Unknown fields and attributes of a record do not stop it."""
    gather("a")
    path = segment(folder)
    head, line = path.read_bytes().splitlines()
    record = json.loads(line)
    record["droppedAttributesCount"] = 0
    record["attributes"].append({"key": "new.one", "value": {"arrayValue": {"values": [{"stringValue": "x"}]}}})
    path.write_bytes(head + b"\n" + json.dumps(record).encode() + b"\n")

    drain(store, folder)
    assert ["a"] == stored(store)


def test_leaves_everything_in_place_when_the_disk_is_full(
    folder: DataFolder, store: Store, monkeypatch: pytest.MonkeyPatch
) -> None:
    """An insert that the disk refuses is an error, and the segment stays."""
    gather("a")

    def full(*_: Any) -> None:
        raise StoreError("The disk is full")

    with monkeypatch.context() as patched:
        patched.setattr(drain_module, "_load", full)
        with pytest.raises(StoreError, match="full"):
            drain(store, folder)

    assert 1 == count_waiting(store, folder)
    assert 1 == drain(store, folder)


def test_clears_away_what_a_killed_drain_left(folder: DataFolder, store: Store) -> None:
    """Copies of lines do not pile up; a folder among the segments is none."""
    gather("a")
    (folder.path / "drain-old.jsonl").write_text("x")
    (folder.local / "folder.jsonl").mkdir()

    assert 1 == drain(store, folder)
    assert [] == list(folder.path.glob("drain-*"))
