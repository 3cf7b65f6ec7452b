"""Segments: whole lines, rolled when they are large."""

import os
from pathlib import Path

import pytest

import otel_training
from otel_training.folder import DataFolder
from otel_training.spool import spool
from otel_training.spool.segments import Segment, open_segment, sweep
from tests.spool.written import Lines, insights


def test_rolls_a_segment_that_is_large(folder: DataFolder, monkeypatch: pytest.MonkeyPatch, lines: Lines) -> None:
    """A finished segment can be drained and deleted while the app runs on."""
    monkeypatch.setattr(spool, "ROLL_BYTES", 1000)
    for number in range(5):
        otel_training.record_feedback(str(number), "like")
        assert otel_training.flush(30)

    assert 3 <= len(list(folder.local.glob("*.jsonl")))
    assert ["0", "1", "2", "3", "4"] == insights(lines())


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

    assert [fresh] == list(tmp_path.glob("[!.]*"))
