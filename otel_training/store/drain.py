"""The drain: moves whole lines from segments into the embedded store, each at least once.

Order of a batch: rows inserted (with fsync), ledger written, finished segments deleted. Dying
anywhere repeats a batch at most, and reading is by event id, so nothing counts twice.
"""

import contextlib
import logging
import time
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path
from tempfile import NamedTemporaryFile
from typing import Final

import orjson

from otel_training import conventions as names
from otel_training.errors import RowsUnreadableError
from otel_training.folder import DataFolder
from otel_training.progress import Progress, silent
from otel_training.spool.reading import read_lines
from otel_training.spool.rejected import set_aside
from otel_training.spool.segments import scan_segments
from otel_training.store.client import Store, read_query

_log = logging.getLogger("otel_training")

BATCH_BYTES: Final = 32 << 20
_SOON: Final = 4 << 20  # bytes that are in before anybody would read that they are going in
_COPY: Final = "drain-"
_LEDGER: Final = "SELECT segment, offset, damaged, torn FROM segments FINAL"
_COLUMNS: Final = ("segment", "offset", "damaged", "torn", "revision")
_NO_HEADER: Final = "the first line is no segment's header"
_NO_RECORD: Final = "the line is no record: its kind or its event id is missing"
_UNREADABLE: Final = "the engine cannot read the line"


@dataclass(slots=True, eq=False)
class Position:
    """How far a segment is in the store."""

    path: Path
    offset: int = 0
    damaged: int = 0
    torn: int = 0
    size: int = 0
    header: bytes = b""
    is_finished: bool = False


@dataclass(slots=True)
class Batch:
    """Lines of one or more segments that are inserted by one statement."""

    lines: list[tuple[Position, bytes]] = field(default_factory=list)
    positions: list[Position] = field(default_factory=list)
    size: int = 0


def drain(store: Store, folder: DataFolder, progress: Progress = silent) -> int:
    """Insert every whole line that is not in the store yet; return how many."""
    for copy in folder.path.glob(f"{_COPY}*"):
        # Of a drain that was killed; who drains has locked the store.
        copy.unlink(missing_ok=True)
    positions = _read_positions(store, folder)
    total = sum(position.size - position.offset for position in positions)
    if total > _SOON:
        progress(0, total)
    done = lines = 0
    for batch in _batches(positions):
        lines += len(batch.lines)
        _insert(store, folder, batch.lines)
        _write_ledger(store, batch.positions)
        for position in batch.positions:
            if position.is_finished:
                position.path.unlink(missing_ok=True)
        done += batch.size
        progress(min(done, total), total)
    progress(total, total)
    return lines


def count_waiting(store: Store, folder: DataFolder) -> int:
    """Count the records in the spool that a drain would insert now."""
    count = 0
    for position in _read_positions(store, folder):
        with contextlib.suppress(OSError):
            lines = read_lines(position.path, position.offset)
            count += sum(block.count(b"\n") for block in lines.blocks(BATCH_BYTES))
    return count


def _read_positions(store: Store, folder: DataFolder) -> list[Position]:
    ledger = {row["segment"]: row for row in store.rows(_LEDGER)}
    positions = []
    for segment in scan_segments(folder.local):
        row = ledger.get(segment.path.name, {})
        offset, damaged, torn = (row.get(name, 0) for name in ("offset", "damaged", "torn"))
        positions.append(Position(segment.path, offset, damaged, torn, segment.size))
    return positions


def _batches(positions: list[Position]) -> Iterator[Batch]:
    batch = Batch()
    for position in positions:
        for block in _blocks(position):
            batch.lines += [(position, line) for line in block.split(b"\n")[:-1]]
            batch.size += len(block)
            if not batch.positions or batch.positions[-1] is not position:
                batch.positions.append(position)
            if batch.size >= BATCH_BYTES:
                yield batch
                batch = Batch()
    if batch.positions:
        yield batch


def _blocks(position: Position) -> Iterator[bytes]:
    """Read a segment from its position on, moving the position along; an empty block marks its end."""
    with _reading(position.path):
        lines = read_lines(position.path, position.offset)
        position.header = lines.header
        for block in lines.blocks(BATCH_BYTES):
            position.offset = (position.offset or lines.start) + len(block)
            yield block
        if lines.is_finished:
            position.torn = int(lines.torn > 0)
            position.is_finished = True
            yield b""


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
        if not isinstance(_parse(position.header), dict):
            _set_aside(folder, position, line, _NO_HEADER)
        elif not _is_record(line):
            _set_aside(folder, position, line, _NO_RECORD)
        else:
            readable.append((position, line))
    _insert_readable(store, folder, readable)


def _insert_readable(store: Store, folder: DataFolder, lines: list[tuple[Position, bytes]]) -> None:
    """Insert rows; when the engine cannot read one, halve until it stands alone, and set it aside."""
    if not lines:
        return
    try:
        _load(store, folder, lines)
    except RowsUnreadableError:
        if len(lines) == 1:
            _set_aside(folder, *lines[0], _UNREADABLE)
            return
        middle = len(lines) // 2
        _insert_readable(store, folder, lines[:middle])
        _insert_readable(store, folder, lines[middle:])


def _load(store: Store, folder: DataFolder, lines: list[tuple[Position, bytes]]) -> None:
    """Insert rows by one statement, each with its segment's header as one more field."""
    with NamedTemporaryFile(dir=folder.path, prefix=_COPY, suffix=".jsonl") as copy:
        for position, line in lines:
            copy.write(b'{"segment":' + position.header.rstrip() + b"," + line[1:] + b"\n")
        copy.flush()
        store.run(read_query("drain"), path=copy.name)


def _set_aside(folder: DataFolder, position: Position, line: bytes, reason: str) -> None:
    set_aside(folder, position.path.name, position.header, line + b"\n", f"drain: {reason}")
    position.damaged += 1


def _write_ledger(store: Store, positions: list[Position]) -> None:
    revision = time.time_ns()
    rows = [[position.path.name, position.offset, position.damaged, position.torn, revision] for position in positions]
    store.insert("segments", _COLUMNS, rows)


def _is_record(line: bytes) -> bool:
    """Whether a line names its kind and event: without them no table would take it."""
    record = _parse(line)
    attributes = record.get("attributes") if isinstance(record, dict) else None
    if not isinstance(attributes, list) or not line.startswith(b"{"):
        return False
    keys = {pair.get("key") for pair in attributes if isinstance(pair, dict) and isinstance(pair.get("key"), str)}
    return {names.KIND, names.EVENT_ID} <= keys


def _parse(line: bytes) -> object:
    try:
        return orjson.loads(line)
    except orjson.JSONDecodeError:
        return None
