"""Setting aside: lines that no store or receiver takes are kept in a segment of the same name, beside the reason."""

import os
from collections.abc import Sequence
from pathlib import Path
from typing import Final

from otel_training.folder import DataFolder
from otel_training.ownership import open_own, own_folder, write_own
from otel_training.spool.segments import SUFFIX, Segment

REASON: Final = ".reason"  # suffix of the file beside what was set aside


def set_aside(folder: DataFolder, name: str, header: bytes, lines: bytes, reason: str) -> Path:
    """Append whole lines to `rejected/<name>`, which begins with their segment's header; returns its path.

    They can be read, shipped or drained again once the cause is mended. Raises `OSError` when
    the disk refuses.
    """
    own_folder(folder.rejected)
    path = folder.rejected / name
    # The reason first: where the disk refuses the lines, it is the reason that is there twice.
    _append(path.with_suffix(REASON), f"{reason}\n".encode())
    _append(path, lines, header)
    return path


def _append(path: Path, data: bytes, header: bytes = b"") -> None:
    """Append all or nothing, after the header where the file is new."""
    file = open_own(path, os.O_WRONLY | os.O_CREAT | os.O_APPEND)
    try:
        size = os.fstat(file).st_size
        Segment(path, file, size).append(data if size else header + data)
    finally:
        os.close(file)


def forget_lines(folder: DataFolder, needles: Sequence[bytes]) -> int:
    """Take the lines that hold any of the needles out of what was set aside; returns how many there were.

    A file's first line is its segment's header, and stays.
    """
    count = 0
    for path in sorted(folder.rejected.glob(f"*{SUFFIX}")):
        header, *lines = path.read_bytes().splitlines(keepends=True) or [b""]
        kept = [line for line in lines if not any(needle in line for needle in needles)]
        if len(kept) == len(lines):
            continue
        count += len(lines) - len(kept)
        write_own(path, b"".join([header, *kept]))
    return count
