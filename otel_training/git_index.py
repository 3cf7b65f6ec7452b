"""Git's index: whether a repository tracks a path, so that every clone has it."""

import os
import struct
from collections.abc import Collection, Iterator
from pathlib import Path
from typing import Final

_HEADER: Final = struct.Struct(">4xLL")
_STATUS_BYTES: Final = 40
_HASH_BYTES: Final = (20, 32)  # SHA-1 and SHA-256; which, the index does not say
_EXTENDED: Final = 0x40
_COMPRESSED: Final = 4  # the version that leaves out what a path has in common with the one before


def is_tracked(folder: Path, names: Collection[str]) -> bool:
    """Return whether the nearest repository upwards tracks one of these names in a folder, or the folder as a link.

    Reads its index, and runs no git: what a stranger's repository configures is never run.
    """
    root = next((path for path in (folder, *folder.parents) if (path / ".git").exists()), None)
    if root is None:
        return False
    paths = [os.fsencode(path.relative_to(root)) for path in (folder, *(folder / name for name in names))]
    try:
        git = _git_folder(root / ".git")
        return any(_holds(index.read_bytes(), paths) for index in (git / "index", *git.glob("sharedindex.*")))
    except (OSError, struct.error, IndexError):
        # Nobody has added anything yet, or it is no index that git would read.
        return False


def _git_folder(path: Path) -> Path:
    """Return where the repository's files are: a worktree and a submodule have a file there that names it."""
    if path.is_dir():
        return path
    return path.parent / path.read_text("utf-8", "surrogateescape").removeprefix("gitdir:").strip()


def _holds(index: bytes, wanted: list[bytes]) -> bool:
    version, count = _HEADER.unpack_from(index)
    # Most hold no such bytes.
    if version < _COMPRESSED and not any(path in index for path in wanted):
        return False
    inside = tuple(path + b"/" for path in wanted[1:])
    return any(
        path in wanted or path.startswith(inside)
        for hash_bytes in _HASH_BYTES
        for path in _paths(index, version, count, hash_bytes)
    )


def _paths(index: bytes, version: int, count: int, hash_bytes: int) -> Iterator[bytes]:
    """Yield the paths of an index (https://git-scm.com/docs/index-format); none any more where it cannot be read."""
    end, path = _HEADER.size, b""
    for _ in range(count):
        start, at = end, end + _STATUS_BYTES + hash_bytes
        if at + 4 > len(index):
            return
        at += 4 if index[at] & _EXTENDED else 2
        kept = 0
        if version == _COMPRESSED:
            kept, at = _path_kept(index, at, len(path))
        end = index.find(b"\0", at)
        path = path[:kept] + index[at:end]
        yield path
        end = end + 1 if version == _COMPRESSED else start + (end - start) // 8 * 8 + 8


def _path_kept(index: bytes, at: int, length: int) -> tuple[int, int]:
    """Read how much of the path before is kept, and where the rest of the path begins."""
    dropped = index[at] & 0x7F
    while index[at] & 0x80 and at + 1 < len(index):
        at += 1
        dropped = ((dropped + 1) << 7) + (index[at] & 0x7F)
    return max(0, length - dropped), at + 1
