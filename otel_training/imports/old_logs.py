"""Old logs: lines of known formats, and rows that link ids to texts, imported as records."""

import codecs
import gzip
import io
import json
import re
import sys
import uuid
import zlib
from collections import Counter
from collections.abc import Callable, Iterator, Mapping
from contextlib import ExitStack, suppress
from dataclasses import dataclass, field
from datetime import UTC, datetime
from functools import cache
from pathlib import Path
from typing import Any, Final, TypeAlias

from otel_training import conventions as names
from otel_training.capture.result import read_result
from otel_training.conventions import Kind, Outcome
from otel_training.events.finish import finish, load_readers_kinds
from otel_training.events.finisher import Finisher
from otel_training.events.host_json import MalformedError, read_json, stored_url
from otel_training.events.line import to_header, to_line
from otel_training.folder import DataFolder
from otel_training.imports.own_rows import own_events, own_kind, own_record
from otel_training.privacy.identity import insight_sha256
from otel_training.privacy.redact import Redactor
from otel_training.progress import Progress
from otel_training.record.fields import FIELD_LIMIT, INSIGHT_KEYS, SLACK, as_id
from otel_training.record.record import Record, Scalar
from otel_training.record.values import clean_text, snapshot, text_of
from otel_training.spool.segments import Segment, open_segment
from otel_training.version import __version__

load_readers_kinds()

NAMESPACE: Final = uuid.UUID("6f1d1c4e-6f0e-5a56-9a0c-3d0c6f6d8a11")
SERVICE: Final = "import"
STDIN: Final = Path("-")
_FRACTION: Final = re.compile(r"[.,](\d{1,9})\d*")
"""Of a second; `datetime` holds microseconds alone."""
_CHUNK_BYTES: Final = 1 << 20

Known: TypeAlias = Callable[[int], Mapping[str, int]]
"""Gives the ids of the records in the store whose imported line is this or a later one, each with its line."""


class UnreadableError(Exception):
    """A line cannot be read as any of the known formats; the message is the reason."""


@dataclass(frozen=True, slots=True)
class Unreadable:
    """A line that was skipped, and why."""

    file: Path
    line: int
    reason: str

    def __str__(self) -> str:
        return f"{self.file}:{self.line}: {self.reason}"


@dataclass(slots=True)
class Imported:
    """What an import read."""

    records: Counter[str]
    unreadable: list[Unreadable]


def import_files(
    files: list[Path],
    folder: DataFolder,
    finisher: Finisher,
    progress: Progress | None = None,
    known: Known = lambda _: {},
) -> Imported:
    """Write old logs, and rows of `view --json`, as segments, to be drained like any other.

    Event ids are UUIDv5 of what a line says, however it is spaced and sorted, and of which occurrence
    in its file it is; rows of ours keep their ids. What the store knows is left alone, so that
    importing a log again changes nothing.
    """
    imported = Imported(Counter(), [])
    with ExitStack() as stack:
        segments: dict[str, _Waiting] = {}
        for service, line in _lines(files, finisher, imported, progress, cache(known)):
            if service not in segments:
                opened = open_segment(folder.local, to_header({names.SERVICE_NAME: service}, __version__))
                stack.callback(opened.close)
                segments[service] = _Waiting(opened)
            segments[service].add(line)
        for waiting in segments.values():
            waiting.write()
    return imported


@dataclass(slots=True)
class _Waiting:
    """A segment, and the lines that are yet to be written into it."""

    segment: Segment
    lines: list[bytes] = field(default_factory=list)

    def add(self, line: bytes) -> None:
        """Take a line, and write many at once."""
        self.lines.append(line)
        if len(self.lines) * 1024 > _CHUNK_BYTES:
            self.write()

    def write(self) -> None:
        """Write what waits."""
        self.segment.append(b"".join(self.lines))
        self.lines.clear()


def _lines(
    files: list[Path],
    finisher: Finisher,
    imported: Imported,
    progress: Progress | None,
    known: Known,
) -> Iterator[tuple[str, bytes]]:
    """Yield the lines to be written, each with the program that it is of."""
    total, read, before = sum(file.stat().st_size for file in files if file != STDIN), 0, 0
    # Lines count through all files and imports: of one second's actions the last one holds.
    last = cache(lambda: max(known(1).values(), default=0))
    for file in files:
        occurrences: Counter[uuid.UUID] = Counter()
        number = 0
        for number, raw in _numbered(file, imported):
            read += len(raw)
            line = raw.removeprefix(codecs.BOM_UTF8).strip()
            if line:
                try:
                    row = _read_row(line)
                    place = last() + before + number
                    if kind := own_kind(row):
                        record = own_record(row, kind, _time(row), place)
                        events = () if record.event_id in known(0) else own_events(row, record, finisher)
                    else:
                        record = _read_record(row, _identify(row, line, occurrences, known), place, finisher)
                        events = () if record.event_id in known(1) else finish(record, finisher)
                except UnreadableError as error:
                    imported.unreadable.append(Unreadable(file, number, str(error)))
                else:
                    imported.records[record.kind.value] += 1
                    service = row.get("service") if kind else None
                    yield from ((service if isinstance(service, str) else SERVICE, to_line(event)) for event in events)
            if progress is not None:
                progress(min(read, total), total)
        before += number


def _numbered(file: Path, imported: Imported) -> Iterator[tuple[int, bytes]]:
    """Read the lines of a file or of stdin, unzipped; a zipped file that is cut or damaged is named."""
    number = 0
    # Stdin to its end: a `view` that writes it has the store open meanwhile.
    source: Any = io.BufferedReader(io.BytesIO(sys.stdin.buffer.read())) if file == STDIN else file.open("rb")
    with source as raw:
        zipped = raw.peek(2).startswith(b"\x1f\x8b")
        try:
            for number, line in enumerate(gzip.GzipFile(fileobj=raw) if zipped else raw, 1):
                yield number, line
        except (EOFError, zlib.error, gzip.BadGzipFile):
            imported.unreadable.append(Unreadable(file, number + 1, "is where the zipped file is cut or damaged"))


def _read_row(line: bytes) -> dict[str, Any]:
    """Read a line as an object; raises `UnreadableError` with the reason."""
    try:
        row = read_json(line)
    except MalformedError as error:
        raise UnreadableError(f"is no JSON ({getattr(error.__cause__, 'msg', 'no text')})") from None
    if not isinstance(row, dict):
        raise UnreadableError("is no JSON object")
    return row


def _identify(row: dict[str, Any], line: bytes, occurrences: Counter[uuid.UUID], known: Known) -> str:
    """Return the event id of a line; as often as a file says the same, these are as many events."""
    text = written = line.decode("utf-8", "backslashreplace")
    with suppress(RecursionError):
        text = json.dumps(row, sort_keys=True)
    content = uuid.uuid5(NAMESPACE, text)
    occurrences[content] += 1
    # Earlier versions took the line as it was written.
    identity, earlier = (str(uuid.uuid5(NAMESPACE, f"{form}\n{occurrences[content]}")) for form in (text, written))
    return earlier if earlier in known(1) else identity


def _read_record(row: dict[str, Any], identity: str, number: int, finisher: Finisher) -> Record:
    """Read a row, the `number`th of all, as a record; raises `UnreadableError` with the reason."""
    if row.get("stage") == "extraction" or "extracted_insights" in row:
        return _extraction(row, identity, number, finisher.content_limit)
    if "action" in row:
        return _feedback(row, identity, number)
    if "insight_id" in row and "text" in row:
        return _link(row, identity, number, finisher)
    raise UnreadableError("is neither an extraction, nor feedback, nor an insight id with its text")


def _extraction(row: dict[str, Any], identity: str, number: int, limit: int) -> Record:
    key = next((key for key in ("extracted_insights", *INSIGHT_KEYS) if key in row), None)
    if key is None:
        raise UnreadableError("extracted_insights is missing")
    if not isinstance(row[key], list):
        raise UnreadableError(f"{key} is no list")
    result = read_result(row)
    source = text_of(row.get("source_content"), limit + SLACK)
    attributes: dict[str, Scalar | None] = {
        names.EXTRACTION_ID: identity,
        names.OUTCOME: Outcome.OK,
        names.OUTPUT_COUNT: result.insight_count,
        names.QUALITY: result.quality_score,
        names.PASSED: result.passed_filters,
        names.SOURCE_TRUNCATED: source is not None and len(source) > limit,
        names.IMPORTED: number,
    }
    content = {
        "topic": text_of(row.get("topic"), FIELD_LIMIT),
        "source_url": text_of(row.get("source_url"), FIELD_LIMIT),
        "source_content": source,
        "insights": result.insights_json(),
    }
    return Record(Kind.EXTRACTION, identity, _time(row), attributes, snapshot(content))


def _feedback(row: dict[str, Any], identity: str, number: int) -> Record:
    if as_id(row.get("insight_id")) is None:
        raise UnreadableError("insight_id is missing")
    if not isinstance(row["action"], str):
        raise UnreadableError("action is no text")
    return Record(Kind.FEEDBACK, identity, _time(row), {names.IMPORTED: number}, snapshot(row))


def _link(row: dict[str, Any], identity: str, number: int, finisher: Finisher) -> Record:
    link_id, text, url = as_id(row["insight_id"]), row["text"], row.get("source_url")
    if link_id is None or not isinstance(text, str) or not text:
        raise UnreadableError("insight_id or text is empty")
    attributes: dict[str, Scalar | None] = {
        names.LINK_ID: link_id,
        names.TEXT_SHA256: insight_sha256(text),
        names.SOURCE_URL: stored_url(clean_text(url), Redactor(finisher.rules)) if isinstance(url, str) else "",
        names.IMPORTED: number,
    }
    # A link without a time gets 0: the same line must give the same record every time.
    return Record(Kind.LINK, identity, _time(row) if "timestamp" in row else 0, attributes)


def _time(row: dict[str, Any]) -> int:
    """Read a row's `timestamp`, ISO 8601 or Unix seconds, as nanoseconds; a time without a zone is UTC."""
    timestamp, fraction = row.get("timestamp"), None
    try:
        if isinstance(timestamp, str):
            fraction = _FRACTION.search(timestamp)
            moment = datetime.fromisoformat(timestamp)
            moment = moment.replace(tzinfo=UTC) if moment.tzinfo is None else moment
        elif isinstance(timestamp, (int, float)) and not isinstance(timestamp, bool):
            moment = datetime.fromtimestamp(timestamp, UTC)
        else:
            raise UnreadableError("timestamp is missing")
    except (ValueError, OverflowError, OSError):
        raise UnreadableError(f"timestamp {timestamp!r} is no ISO 8601 time") from None
    delta = moment - datetime(1970, 1, 1, tzinfo=UTC)
    part = int(fraction[1].ljust(9, "0")) if fraction else delta.microseconds * 1000
    nanoseconds = (delta.days * 86_400 + delta.seconds) * 1_000_000_000 + part
    if not 0 <= nanoseconds < 1 << 63:
        raise UnreadableError(f"timestamp {timestamp!r} is out of range")
    return nanoseconds
