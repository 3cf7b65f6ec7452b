"""Losses that no segment could take, in a file that was made at its full size while the disk had room."""

import contextlib
import os
from collections.abc import Mapping
from pathlib import Path
from typing import Final

import orjson

from otel_training.conventions import Loss
from otel_training.ownership import open_own, read_own
from otel_training.spool.lock import wait_locked

SIZE: Final = 1024  # bytes: more than all reasons with their largest counts


def make_loss_file(path: Path) -> None:
    """Make the file, if there is none, as large as it will ever be."""
    with contextlib.suppress(FileExistsError):
        # Only by whoever makes it: another may have counted in it already.
        file = open_own(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL)
        try:
            os.write(file, b"{}".ljust(SIZE))
        finally:
            os.close(file)


def add_losses(path: Path, counts: Mapping[Loss, int]) -> None:
    """Add counts in place; raises `OSError` where not even that can be written."""
    file = open_own(path, os.O_RDWR | os.O_CREAT)
    try:
        wait_locked(file)
        sums = _parse(os.pread(file, SIZE, 0))
        for reason, count in counts.items():
            sums[reason.value] = sums.get(reason.value, 0) + count
        os.pwrite(file, orjson.dumps(sums).ljust(SIZE), 0)
    finally:
        os.close(file)


def read_losses(path: Path) -> dict[str, int]:
    """Read the counts by reason; none where there is no such file."""
    try:
        return _parse(read_own(path))
    except OSError:
        return {}


def _parse(data: bytes) -> dict[str, int]:
    try:
        counts = orjson.loads(data)
    except orjson.JSONDecodeError:
        return {}
    known = counts if isinstance(counts, dict) else {}
    return {reason.value: known[reason] for reason in Loss if isinstance(known.get(reason), int)}
