"""The copies: files that commands wrote of what is stored, noted in the data folder for who forgets what is in them."""

import os
from collections.abc import Collection, Iterator
from dataclasses import dataclass
from pathlib import Path

import orjson

from otel_training.controls import visible
from otel_training.ownership import open_own, read_own


@dataclass(frozen=True, slots=True)
class Copy:
    """A file as it was noted."""

    file: str
    made_at: str  # ISO 8601
    is_there: bool


def note_copy(notes: Path, file: Path, made_at: str) -> None:
    """Note a file in a list of the data folder; what is written over it later counts as another."""
    with os.fdopen(open_own(notes, os.O_WRONLY | os.O_CREAT | os.O_APPEND), "ab") as lines:
        lines.write(f"{made_at} {visible(str(file.absolute()))}\n".encode(errors="replace"))


def read_copies(notes: Path) -> list[Copy]:
    """Read a list of the data folder."""
    try:
        lines = read_own(notes).decode(errors="replace").splitlines()
    except FileNotFoundError:
        return []
    files = {file: made_at for made_at, _, file in (line.partition(" ") for line in lines)}
    return [Copy(file, made_at, Path(file).exists()) for file, made_at in files.items()]


def manifests_of(manifests: Collection[Copy], extraction_ids: frozenset[str]) -> Iterator[Copy]:
    """Yield the manifests of training files that hold any of these extractions, and those that cannot be read."""
    for manifest in manifests if extraction_ids else ():
        if _may_hold(Path(manifest.file), extraction_ids):
            yield manifest


def _may_hold(manifest: Path, extraction_ids: frozenset[str]) -> bool:
    """Return whether a manifest, each row of it on a line, names one of these extractions; True if nobody can tell."""
    try:
        with manifest.open("rb") as lines:
            return any(
                orjson.loads(line.strip().removesuffix(b","))["extraction_id"] in extraction_ids
                for line in lines
                if b'"extraction_id"' in line
            )
    except (OSError, ValueError, KeyError, TypeError):
        # It is gone, another's, or another file by now.
        return True
