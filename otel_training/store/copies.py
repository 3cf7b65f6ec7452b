"""The copies: files that commands wrote of what is stored, noted in the data folder for who forgets what is in them."""

import os
from collections.abc import Collection, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Final

import orjson

from otel_training.controls import visible
from otel_training.ownership import open_own, read_own
from otel_training.warning import warn_once

MANIFEST: Final = ".manifest.json"
"""How the name of a manifest ends; before it stands its training file's."""


@dataclass(frozen=True, slots=True)
class Copy:
    """A file as it was noted."""

    file: str
    made_at: str  # ISO 8601
    is_there: bool


def note_copy(notes: Path, file: Path, made_at: str) -> None:
    """Note a file in a list of the data folder; what is written over it later counts as another."""
    try:
        with os.fdopen(open_own(notes, os.O_WRONLY | os.O_CREAT | os.O_APPEND), "ab") as lines:
            lines.write(f"{made_at} {visible(str(file.absolute()))}\n".encode(errors="replace"))
    except OSError as error:
        warn_once("%s cannot be noted in %s (%s): `forget` will not name it.", file, notes, error.strerror or error)


def read_copies(notes: Path) -> list[Copy]:
    """Read a list of the data folder."""
    try:
        lines = read_own(notes).decode(errors="replace").splitlines()
    except FileNotFoundError:
        return []
    files = {file: made_at for made_at, _, file in (line.partition(" ") for line in lines)}
    return [Copy(file, made_at, Path(file).exists()) for file, made_at in files.items()]


def manifests_of(manifests: Collection[Copy], sources: frozenset[str]) -> Iterator[Copy]:
    """Yield the manifests of files that hold any of these extractions or URLs, and those that cannot be read."""
    for manifest in manifests if sources else ():
        if _may_hold(Path(manifest.file), sources):
            yield manifest


def files_of(manifest: Copy) -> list[str]:
    """Return the training files that stand beside a manifest; none of what is no manifest."""
    name, _, end = manifest.file.rpartition(MANIFEST)
    paths = [] if end or not name else [f"{name}{own}" for own in (".jsonl", ".jsonl.zst", ".zst", "")]
    return [path for path in paths if Path(path).exists()]


def _may_hold(manifest: Path, sources: frozenset[str]) -> bool:
    """Return whether a manifest, each row of it on a line, names one of these; True if nobody can tell."""
    try:
        with manifest.open("rb") as lines:
            rows = (orjson.loads(line.strip().removesuffix(b",")) for line in lines if b'"extraction_id"' in line)
            return any(row["extraction_id"] in sources or row["source_url"] in sources for row in rows)
    except (OSError, ValueError, KeyError, TypeError):
        # It is gone, another's, or another file by now.
        return True
