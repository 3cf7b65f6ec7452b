"""Reading segments: those that are finished, their header, and the whole lines that follow it, from any place on."""

import os
from collections.abc import Iterator
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Final

from otel_training.ownership import open_own
from otel_training.spool.lock import is_locked
from otel_training.spool.segments import segment_paths

HEADER_LIMIT: Final = 1 << 20


@dataclass(frozen=True, slots=True)
class Lines:
    """Whole lines of a segment, from `start` to `end`."""

    path: Path
    header: bytes  # the segment's first line
    start: int
    end: int
    torn: int = 0  # bytes of an unfinished last line: still being written, or cut short
    is_finished: bool = True  # whether its writer has closed it or died

    @property
    def size(self) -> int:
        """Size of the lines in bytes."""
        return self.end - self.start

    def to(self, end: int) -> "Lines":
        """Return the lines before `end`."""
        return replace(self, end=end)

    def since(self, start: int) -> "Lines":
        """Return the lines from `start` on."""
        return replace(self, start=start)

    def read(self) -> bytes:
        """Read all lines."""
        return b"".join(self.chunks(self.size))

    def chunks(self, limit: int) -> Iterator[bytes]:
        """Read in pieces of at most `limit` bytes, which may cut lines."""
        with self.path.open("rb") as file:
            file.seek(self.start)
            left = self.size
            while left and (chunk := file.read(min(limit, left))):
                left -= len(chunk)
                yield chunk

    def blocks(self, limit: int) -> Iterator[bytes]:
        """Read in pieces of whole lines, each of about `limit` bytes or one long line."""
        rest = b""
        for chunk in self.chunks(limit):
            cut = chunk.rfind(b"\n") + 1
            if cut:
                yield rest + chunk[:cut]
                rest = chunk[cut:]
            else:
                rest += chunk

    def middle(self) -> int | None:
        """Return where to halve the lines, between two of them; None for a single one."""
        data = self.read()
        half = len(data) // 2
        cut = data.rfind(b"\n", 0, half) + 1 or data.find(b"\n", half) + 1
        return self.start + cut if 0 < cut < len(data) else None


def finished_segments(directory: Path, part: str = "") -> Iterator[Path]:
    """Yield the segments that no writer has any more, oldest first; `part` is in their names."""
    for path in segment_paths(directory):
        if part in path.name and not is_unavailable(path):
            yield path


def is_unavailable(path: Path) -> bool:
    """Whether nobody else may have a segment now: a writer has it locked, or it is gone."""
    try:
        with path.open("rb") as file:
            return is_locked(file.fileno())
    except OSError as error:
        # What may not be read is named by who then reads it.
        return isinstance(error, FileNotFoundError)


def read_lines(path: Path, start: int = 0) -> Lines:
    """Find the whole lines of a segment, without reading them; `start` is where an earlier look ended.

    Raises `OSError` when the segment cannot be read.
    """
    with os.fdopen(open_own(path, os.O_RDONLY), "rb") as file:
        # Looked at before the size: whatever a writer appends later is for the next look.
        is_finished = not is_locked(file.fileno())
        size = os.fstat(file.fileno()).st_size
        header = file.readline(HEADER_LIMIT)
        start = max(start, file.tell())
        file.seek(max(start, size - 1))
        end = max(start, size)
        if size > start and file.read(1) != b"\n":
            file.seek(start)
            end = start + file.read(size - start).rfind(b"\n") + 1
    return Lines(path, header, start, end, max(0, size - end), is_finished)
