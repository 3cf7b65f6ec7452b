"""The bound of what waits for a receiver: beyond the settings' bytes and age the oldest goes, counted."""

import contextlib
import time
from collections import Counter
from pathlib import Path
from typing import Final

import orjson

from otel_training import conventions as names
from otel_training.config import Settings
from otel_training.conventions import Kind, Loss
from otel_training.folder import DataFolder
from otel_training.spool.segments import is_held, segment_paths

_LOSS: Final = f'"{Kind.LOSS.event_name}"'.encode()
_DAY: Final = 86_400.0
REASON: Final = ".reason"
"""Of the file beside what was set aside."""


def beyond(folder: DataFolder, settings: Settings) -> list[Path]:
    """Find the files beyond the bound, the oldest first.

    What was set aside counts into the bytes, too; it was counted as lost when that was done.
    """
    found = sorted(entry for place in (folder.ship, folder.rejected) for entry in _entries(place))
    excess = sum(size for _, size, _ in found) - settings.max_bytes
    expired = time.time() - settings.max_age_days * _DAY
    gone = []
    for changed, size, path in found:
        if excess <= 0 and changed >= expired:
            break
        if not is_held(path):
            gone.append(path)
            excess -= size
    return gone


def delete(paths: list[Path], folder: DataFolder) -> Counter[Loss]:
    """Delete files and return what was lost with them."""
    lost: Counter[Loss] = Counter()
    for path in paths:
        with contextlib.suppress(OSError):
            lines = path.read_bytes().partition(b"\n")[2]
            path.unlink()
            path.with_suffix(REASON).unlink(missing_ok=True)
            if path.parent == folder.ship:
                lost += count(lines)
    return lost


def count(lines: bytes) -> Counter[Loss]:
    """Count the records of lines that are given up; lines that tell of losses hand on what they told."""
    lost: Counter[Loss] = Counter()
    for line in lines.splitlines():
        told = _told(line) if _LOSS in line else None
        lost.update(told or {Loss.EXPIRED: 1})
    return lost


def records(lines: bytes) -> int:
    """Count the records of lines, leaving out those that tell of losses: else telling would never end."""
    return sum(_LOSS not in line for line in lines.splitlines())


def _entries(place: Path) -> list[tuple[float, int, Path]]:
    found = []
    for path in segment_paths(place):
        with contextlib.suppress(FileNotFoundError):
            told = path.stat()
            found.append((told.st_mtime, told.st_size, path))
    return found


def _told(line: bytes) -> dict[Loss, int] | None:
    try:
        told = {one["key"]: one["value"] for one in orjson.loads(line)["attributes"]}
        return {Loss(told[names.LOSS_REASON]["stringValue"]): int(told[names.LOSS_COUNT]["intValue"])}
    except (orjson.JSONDecodeError, KeyError, TypeError, ValueError):
        return None
