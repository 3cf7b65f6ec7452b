"""The bound of the backlog: beyond the settings' bytes and age the oldest segments are deleted, and counted as lost."""

import contextlib
import time
from collections import Counter
from pathlib import Path
from typing import Final

import orjson

from otel_training import conventions as names
from otel_training.config import Settings
from otel_training.conventions import Kind, Loss
from otel_training.events.line import read_attributes
from otel_training.folder import DataFolder
from otel_training.spool.reading import is_unavailable, read_lines
from otel_training.spool.rejected import REASON
from otel_training.spool.segments import scan_segments

_LOSS: Final = f'"{Kind.LOSS.event_name}"'.encode()
_DAY: Final = 86_400.0


def files_beyond_bound(folder: DataFolder, settings: Settings) -> list[Path]:
    """List the files beyond the bound, the oldest first.

    What was set aside counts into the bytes, too; it was counted as lost when that was done.
    """
    files = sorted(scan_segments(folder.ship) + scan_segments(folder.rejected))
    excess = sum(file.size for file in files) - settings.max_bytes
    expired = time.time() - settings.max_age_days * _DAY
    paths = []
    for file in files:
        if excess <= 0 and file.changed_at >= expired:
            break
        if not is_unavailable(file.path):
            paths.append(file.path)
            excess -= file.size
    return paths


def delete(paths: list[Path], folder: DataFolder) -> Counter[Loss]:
    """Delete files and return what was lost with them."""
    lost: Counter[Loss] = Counter()
    for path in paths:
        with contextlib.suppress(OSError):
            lines = read_lines(path)
            data = lines.read()
            path.unlink()
            path.with_suffix(REASON).unlink(missing_ok=True)
            if path.parent == folder.ship:
                lost += count_lost(data) + Counter({Loss.TORN: int(lines.torn > 0)})
    return lost


def count_lost(lines: bytes) -> Counter[Loss]:
    """Count the records of lines that are given up; for a line that reports losses, its count."""
    lost: Counter[Loss] = Counter()
    for line in lines.splitlines():
        reported = _reported_loss(line) if _LOSS in line else None
        lost.update(reported or {Loss.EXPIRED: 1})
    return lost


def count_records(lines: bytes) -> int:
    """Count the records of lines, leaving out those that report losses: else reporting would never end."""
    return sum(_LOSS not in line for line in lines.splitlines())


def _reported_loss(line: bytes) -> dict[Loss, int] | None:
    try:
        attributes = read_attributes(orjson.loads(line)["attributes"])
        return {Loss(str(attributes[names.LOSS_REASON])): int(attributes[names.LOSS_COUNT])}
    except (orjson.JSONDecodeError, KeyError, TypeError, ValueError, StopIteration):
        return None
