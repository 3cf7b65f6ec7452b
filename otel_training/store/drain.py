"""The drain: moves whole lines from segments into the embedded store, each at least once.

Order of a batch: rows inserted (with fsync), ledger written, finished segments deleted. Dying
anywhere repeats a batch at most, and reading is by event id, so nothing counts twice.
"""

import contextlib
import logging
import os
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from pathlib import Path
from tempfile import NamedTemporaryFile
from typing import Final, TypeAlias

import orjson

from otel_training import conventions as names
from otel_training.errors import RowsUnreadableError
from otel_training.folder import DataFolder
from otel_training.spool.segments import is_live, segment_paths
from otel_training.store.client import Store, query

_log = logging.getLogger("otel_training")

Progress: TypeAlias = Callable[[int, int], None]

BATCH_BYTES: Final = 32 << 20
_COPY: Final = "drain-"
_LEDGER: Final = "SELECT segment, offset, damaged, torn FROM segments FINAL"
_COLUMNS: Final = ("segment", "offset", "damaged", "torn", "revision")


@dataclass(slots=True)
class Position:
    """How far a segment was read."""

    path: Path
    offset: int = 0
    damaged: int = 0
    torn: int = 0
    head: bytes = b""
    finished: bool = False


@dataclass(slots=True)
class Batch:
    """Lines of one or more segments that are inserted by one statement."""

    lines: list[tuple[Position, bytes]] = field(default_factory=list)
    positions: list[Position] = field(default_factory=list)
    size: int = 0


@dataclass(frozen=True, slots=True)
class Waiting:
    """What is in the spool and not yet in the store."""

    lines: int
    bytes: int


def drain(store: Store, folder: DataFolder, progress: Progress | None = None) -> int:
    """Insert every whole line that is not in the store yet; return how many."""
    for left in folder.path.glob(f"{_COPY}*"):
        # Of a drain that was killed; who drains holds the store's lock.
        left.unlink(missing_ok=True)
    positions = _positions(store, folder)
    total = sum(_size(one.path) - one.offset for one in positions)
    done = lines = 0
    for batch in _batches(positions):
        lines += len(batch.lines)
        _insert(store, folder, batch.lines)
        _remember(store, batch.positions)
        for one in batch.positions:
            if one.finished:
                one.path.unlink(missing_ok=True)
        done += batch.size
        if progress is not None:
            progress(min(done, total), total)
    if progress is not None:
        progress(total, total)
    return lines


def waiting(store: Store, folder: DataFolder) -> Waiting:
    """Count the records that a drain would find now."""
    lines = size = 0
    for one in _positions(store, folder):
        with contextlib.suppress(OSError):
            content = one.path.read_bytes()
            whole = content[max(one.offset, content.find(b"\n") + 1) :]
            lines += whole.count(b"\n")
            size += len(whole)
    return Waiting(lines, size)


def _positions(store: Store, folder: DataFolder) -> list[Position]:
    ledger = {row["segment"]: row for row in store.rows(_LEDGER)}
    found = []
    for path in segment_paths(folder.local):
        row = ledger.get(path.name, {})
        found.append(Position(path, row.get("offset", 0), row.get("damaged", 0), row.get("torn", 0)))
    return found


def _batches(positions: list[Position]) -> Iterator[Batch]:
    batch = Batch()
    for position in positions:
        for lines, size in _chunks(position):
            batch.lines += [(position, line) for line in lines]
            batch.size += size
            if not batch.positions or batch.positions[-1] is not position:
                batch.positions.append(position)
            if batch.size >= BATCH_BYTES:
                yield batch
                batch = Batch()
    if batch.positions:
        yield batch


def _chunks(position: Position) -> Iterator[tuple[list[bytes], int]]:
    """Read a segment from its position on, by batches of whole lines, moving the position along."""
    with _reading(position.path), position.path.open("rb") as file:
        # Looked at before reading: whatever a writer appends later is for the next drain.
        live = is_live(file.fileno())
        end = os.fstat(file.fileno()).st_size
        position.head = file.readline()
        file.seek(max(position.offset, len(position.head)))
        while file.tell() < end:
            data = file.read(min(BATCH_BYTES, end - file.tell()))
            whole = data.rfind(b"\n") + 1
            file.seek(whole - len(data), os.SEEK_CUR)
            if not whole:
                break
            position.offset = file.tell()
            yield data[: whole - 1].split(b"\n"), whole
        if not live:
            position.torn = int(file.tell() < end)
            position.finished = True
            yield [], 0


@contextlib.contextmanager
def _reading(path: Path) -> Iterator[None]:
    """Leave a segment where it is that cannot be read, and name it: the others can."""
    try:
        yield
    except FileNotFoundError:
        pass
    except OSError as error:
        _log.warning("otel_training cannot read %s (%s); it waits", path, error.strerror)


def _insert(store: Store, folder: DataFolder, lines: list[tuple[Position, bytes]]) -> None:
    readable = []
    for position, line in lines:
        if _is_header(position.head) and _is_record(line):
            readable.append((position, line))
        else:
            _set_aside(folder, position, line)
    _insert_readable(store, folder, readable)


def _insert_readable(store: Store, folder: DataFolder, lines: list[tuple[Position, bytes]]) -> None:
    """Insert rows; when the engine cannot read one, halve until it stands alone, and set it aside."""
    if not lines:
        return
    try:
        _load(store, folder, lines)
    except RowsUnreadableError:
        if len(lines) == 1:
            _set_aside(folder, *lines[0])
            return
        middle = len(lines) // 2
        _insert_readable(store, folder, lines[:middle])
        _insert_readable(store, folder, lines[middle:])


def _load(store: Store, folder: DataFolder, lines: list[tuple[Position, bytes]]) -> None:
    """Insert rows by one statement, each with its segment's header as one more field."""
    with NamedTemporaryFile(dir=folder.path, prefix=_COPY, suffix=".jsonl") as copy:
        for position, line in lines:
            copy.write(b'{"segment":' + position.head.rstrip() + b"," + line[1:] + b"\n")
        copy.flush()
        store.run(query("drain"), path=copy.name)


def _set_aside(folder: DataFolder, position: Position, line: bytes) -> None:
    folder.rejected.mkdir(mode=0o700, exist_ok=True)
    with (folder.rejected / position.path.name).open("ab") as file:
        file.write(line + b"\n")
    position.damaged += 1


def _remember(store: Store, positions: list[Position]) -> None:
    revision = time.time_ns()
    rows = [[one.path.name, one.offset, one.damaged, one.torn, revision] for one in positions]
    store.insert("segments", _COLUMNS, rows)


def _is_header(line: bytes) -> bool:
    return isinstance(_parsed(line), dict)


def _is_record(line: bytes) -> bool:
    """Tell whether a line names its kind and event: without them no table would take it."""
    record = _parsed(line)
    attributes = record.get("attributes") if isinstance(record, dict) else None
    if not isinstance(attributes, list) or not line.startswith(b"{"):
        return False
    keys = {one.get("key") for one in attributes if isinstance(one, dict) and isinstance(one.get("key"), str)}
    return {names.KIND, names.EVENT_ID} <= keys


def _parsed(line: bytes) -> object:
    try:
        return orjson.loads(line)
    except orjson.JSONDecodeError:
        return None


def _size(path: Path) -> int:
    try:
        return path.stat().st_size
    except FileNotFoundError:
        return 0
