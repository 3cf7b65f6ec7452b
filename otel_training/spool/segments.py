"""Segments: append-only files of lines, one writer each, locked while it lives.

A segment is created as `*.new`, locked, headed and renamed, so that a reader never sees one
without a lock or a header. Whoever can lock it knows that its writer is gone. The backlog is what waits of them.
"""

import contextlib
import errno
import os
import time
from dataclasses import dataclass, field
from pathlib import Path
from typing import Final, NamedTuple

from otel_training.ownership import open_own, own_folder
from otel_training.spool.lock import lock_file

_sync_data: Final = getattr(os, "fdatasync", os.fsync)  # macOS has no `fdatasync`

ROLL_BYTES: Final = 16 << 20
SHIP_ROLL_BYTES: Final = 1 << 20
SHIP_ROLL_SECONDS: Final = 1.0
SHIP_SEGMENTS: Final = 100
"""While more wait, the receiver is away: segments are filled instead of closed each second, so that files stay few."""
SYNC_SECONDS: Final = 1.0
STALE_SECONDS: Final = 60.0
SUFFIX: Final = ".jsonl"
NEW: Final = ".new"
_PROCESS: Final = os.urandom(3).hex()
"""Distinguishes this process from one with the same pid in another container; a forked child has another pid."""


@dataclass(slots=True)
class Segment:
    """The open segment of one writer."""

    path: Path
    file: int
    size: int
    synced_at: float = field(default_factory=time.monotonic)
    dirty: bool = False
    looked_at: float = field(default_factory=time.monotonic)

    def append(self, lines: bytes) -> None:
        """Append whole lines: all of them, or none and an `OSError`.

        A short write (a full disk) is truncated away, so that no torn line stays behind.
        """
        if not os.fstat(self.file).st_nlink:
            raise FileNotFoundError(errno.ENOENT, "the segment was deleted", str(self.path))
        written = 0
        try:
            while written < len(lines):
                written += os.write(self.file, lines[written:] if written else lines)
        except OSError:
            os.ftruncate(self.file, self.size)
            raise
        self.size += written
        self.dirty = True
        if time.monotonic() - self.synced_at > SYNC_SECONDS:
            self.sync()

    def may_ship(self) -> bool:
        """Whether it is large or old enough to be closed and shipped."""
        if self.size >= SHIP_ROLL_BYTES:
            return True
        if time.monotonic() - self.looked_at < SHIP_ROLL_SECONDS:
            return False
        # Once a second: a folder of a long outage holds many.
        self.looked_at = time.monotonic()
        return len(segment_paths(self.path.parent)) <= SHIP_SEGMENTS

    def sync(self) -> None:
        """Bring what was appended to the disk itself."""
        if self.dirty:
            _sync_data(self.file)
            self.dirty = False
        self.synced_at = time.monotonic()

    def close(self) -> None:
        """Finish the segment: from now on it may be drained and deleted."""
        with contextlib.suppress(OSError):
            self.sync()
        self.close_file()

    def close_file(self) -> None:
        """Close the file alone; in a forked child this leaves the parent's lock in place."""
        os.close(self.file)


def open_segment(directory: Path, header: bytes) -> Segment:
    """Create a segment and lock it; raises `OSError` when the disk refuses."""
    own_folder(directory)
    name = f"{time.time_ns():020d}{own_part()}{os.urandom(3).hex()}{SUFFIX}"
    fresh = directory / (name + NEW)
    file = open_own(fresh, os.O_WRONLY | os.O_CREAT | os.O_EXCL | os.O_APPEND)
    try:
        lock_file(file)
        segment = Segment(directory / name, file, 0)
        segment.append(header)
        fresh.rename(segment.path)
    except OSError:
        os.close(file)
        fresh.unlink(missing_ok=True)
        raise
    return segment


def segment_paths(directory: Path) -> list[Path]:
    """List the segments of a folder, oldest first; a folder, link or pipe of such a name is none."""
    try:
        with os.scandir(directory) as entries:
            names = sorted(
                entry.name for entry in entries if entry.name.endswith(SUFFIX) and entry.is_file(follow_symlinks=False)
            )
    except FileNotFoundError:
        return []
    return [directory / name for name in names]


def own_part() -> str:
    """Return what the names of this process's segments have in common."""
    return f"-{os.getpid()}-{_PROCESS}"


def sweep(directory: Path) -> None:
    """Delete the files of writers that died before their segment had its name: they hold no record."""
    for path in directory.glob(f"*{SUFFIX}{NEW}"):
        with contextlib.suppress(OSError):
            if time.time() - path.stat().st_mtime > STALE_SECONDS:
                path.unlink()


class SegmentFile(NamedTuple):
    """A segment in its folder; the oldest sorts first."""

    changed_at: float  # Unix seconds
    size: int
    path: Path


@dataclass(frozen=True, slots=True)
class Backlog:
    """What waits, in figures."""

    segments: int
    bytes: int
    oldest_at: float | None = None  # when its oldest segment was last written


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
