"""The backlog: what waits in a folder of segments."""

import contextlib
from dataclasses import dataclass
from pathlib import Path
from typing import NamedTuple

from otel_training.spool.segments import segment_paths


class SegmentFile(NamedTuple):
    """A segment in its folder; the oldest sorts first."""

    changed_at: float
    """Unix seconds."""
    size: int
    path: Path


@dataclass(frozen=True, slots=True)
class Backlog:
    """What waits, in figures."""

    segments: int
    bytes: int
    oldest_at: float | None = None
    """When its oldest segment was last written."""


def scan_segments(directory: Path) -> list[SegmentFile]:
    """Look at all segments of a folder, in the order of their names."""
    files = []
    for path in segment_paths(directory):
        with contextlib.suppress(FileNotFoundError):
            status = path.stat()
            files.append(SegmentFile(status.st_mtime, status.st_size, path))
    return files


def read_backlog(directory: Path) -> Backlog:
    """Sum up what waits in a folder."""
    files = scan_segments(directory)
    return Backlog(len(files), sum(file.size for file in files), min((file.changed_at for file in files), default=None))
