"""What waits beyond the bound goes, the oldest first, and is counted."""

import os
from pathlib import Path

import pytest

import otel_training
from otel_training.config import Settings
from otel_training.conventions import Loss
from otel_training.folder import DataFolder
from otel_training.pipeline import process
from otel_training.shipping.bound import delete, files_beyond_bound
from otel_training.spool.segments import open_segment


@pytest.fixture
def waiting(folder: DataFolder) -> list[Path]:
    """Three segments in ship/, the oldest first: two records; a record and a loss of 7; one record."""
    folder.ship.mkdir(parents=True)
    paths = []
    for number, names in enumerate(("ab", "c", "d")):
        for name in names:
            otel_training.record_feedback(name, "like")
        if name == "c":
            process.current().writer.lose(Loss.QUEUE_FULL, 7)
        process.install()
        (path,) = folder.local.glob("*.jsonl")
        paths.append(path.rename(folder.ship / path.name))
        os.utime(paths[-1], (1000 + number, 1000 + number))
    return paths


def test_the_oldest_go_until_the_rest_fits(waiting: list[Path], folder: DataFolder) -> None:
    """Records count as expired; a line that told of losses hands them on."""
    size = waiting[2].stat().st_size
    gone = files_beyond_bound(folder, Settings(max_bytes=size, max_age_days=10**5))

    assert waiting[:2] == gone
    assert {Loss.EXPIRED: 3, Loss.QUEUE_FULL: 7} == delete(gone, folder)
    assert waiting[2:] == list(folder.ship.glob("[!.]*"))


def test_what_is_too_old_goes(waiting: list[Path], folder: DataFolder) -> None:
    """However few bytes they are."""
    os.utime(waiting[2])

    assert waiting[:2] == files_beyond_bound(folder, Settings())


def test_what_was_set_aside_counts_into_the_bytes(waiting: list[Path], folder: DataFolder) -> None:
    """It goes with its reason, and is not counted again."""
    folder.rejected.mkdir()
    kept = waiting[0].rename(folder.rejected / waiting[0].name)
    reason = kept.with_suffix(".reason")
    reason.write_text("why")
    rest = sum(path.stat().st_size for path in waiting[1:])
    gone = files_beyond_bound(folder, Settings(max_bytes=rest, max_age_days=10**5))

    assert ([kept], {}) == (gone, delete(gone, folder))
    assert [] == list(folder.rejected.glob("[!.]*"))


def test_what_a_writer_holds_stays(waiting: list[Path], folder: DataFolder) -> None:
    """An open segment is nobody's to delete."""
    held = open_segment(folder.ship, b"head\n")
    try:
        assert waiting == files_beyond_bound(folder, Settings(max_bytes=0))
    finally:
        held.close()
