"""Losses that no segment could take."""

from pathlib import Path

import pytest

from otel_training.conventions import Loss
from otel_training.spool.loss_file import SIZE, add_losses, make_loss_file, read_losses


def test_adds_up_what_several_programs_lost(tmp_path: Path) -> None:
    """The file keeps its size, so that it can be written where the disk is full."""
    path = tmp_path / "losses.json"
    make_loss_file(path)
    add_losses(path, {Loss.SHUTDOWN: 7})
    add_losses(path, {Loss.SHUTDOWN: 2, Loss.QUEUE_FULL: 1})

    assert ({"shutdown": 9, "queue_full": 1}, SIZE) == (read_losses(path), path.stat().st_size)


@pytest.mark.parametrize("content", [b"", b"no JSON", b"{}", b"[]", b"7", b'{"no reason": 3, "shutdown": "many"}'])
def test_a_file_that_holds_no_counts_counts_nothing(tmp_path: Path, content: bytes) -> None:
    """Damage to it costs what it counted, and no command."""
    path = tmp_path / "losses.json"
    path.write_bytes(content)

    assert ({}, {}) == (read_losses(path), read_losses(tmp_path / "nosuch"))


def test_is_made_once(tmp_path: Path) -> None:
    """Who comes to a folder later leaves what was counted there."""
    path = tmp_path / "losses.json"
    make_loss_file(path)
    add_losses(path, {Loss.SHUTDOWN: 7})
    make_loss_file(path)

    assert {"shutdown": 7} == read_losses(path)
