"""Importing files: rows of any known format, told apart by what they hold, become lines of segments.

Read in turns, since what a later one needs may stand anywhere: what our own events and traces tell first, then calls of
models, then messages without a call, then what was thought of the answers.
"""

import io
import sys
from collections import Counter, defaultdict
from collections.abc import Iterator
from contextlib import ExitStack
from dataclasses import dataclass, field
from datetime import UTC, datetime
from functools import cache
from pathlib import Path
from typing import Any, Final

from otel_training import conventions as names
from otel_training.events.event import Event
from otel_training.events.finish import finish
from otel_training.events.finisher import Finisher
from otel_training.events.host_json import MalformedError
from otel_training.events.line import to_header, to_line
from otel_training.folder import DataFolder
from otel_training.imports import bedrock, langfuse, otlp
from otel_training.imports.call import NO_MESSAGES, Gathering, Held, SkippedError, call_events
from otel_training.imports.old_logs import OLD_SIGNS, identify, read_record
from otel_training.imports.own_rows import own_events, own_kind, own_record
from otel_training.imports.rows import UNKNOWN, Row, UnreadableError, get, nanoseconds, read_rows
from otel_training.progress import Progress, silent
from otel_training.record.clock import now
from otel_training.spool.segments import Segment, open_segment
from otel_training.version import __version__

STDIN: Final = Path("-")
SERVICE: Final = "import"
_AT_ONCE: Final = 200  # lines that are written together
_CALL_RANK: Final = 1
_DAY: Final = 86_400 * 10**9


@dataclass(frozen=True, slots=True)
class Unreadable:
    """A row that was skipped, and why."""

    file: Path
    line: int
    reason: str

    def __str__(self) -> str:
        return f"{self.file}:{self.line}: {self.reason}"


@dataclass(slots=True)
class Imported:
    """What an import read."""

    records: Counter[str]
    unreadable: list[Unreadable] = field(default_factory=list)
    skipped: dict[str, tuple[int, Unreadable]] = field(default_factory=dict)
    """By reason how many records are none that training data is made of, and the first."""
    ahead: int = 0
    """Rows of a time that is more than a day away."""
    first_ahead: Unreadable | None = None
    examples: int = 0  # extractions that calls of models, told by others, became
    without_url: int = 0
    without_score: int = 0

    def skip(self, file: Path, line: int, reason: str) -> None:
        """Count a record that is left out."""
        count, first = self.skipped.get(reason, (0, Unreadable(file, line, reason)))
        self.skipped[reason] = count + 1, first

    def withdraw(self, reason: str, number: int) -> None:
        """Count so many records less, which were of use after all."""
        if number:
            count, first = self.skipped.pop(reason)
            if count > number:
                self.skipped[reason] = count - number, first


def import_files(
    files: list[Path], folder: DataFolder, finisher: Finisher, progress: Progress = silent,
    held: Held = Held(),  # noqa: B008 - it is frozen
) -> Imported:  # fmt: skip
    """Write what files hold as segments, to be drained like any other.

    Event ids follow from the ids that others gave; of an old log's line from what it says, however it is
    spaced and sorted, and which occurrence in its file it is; rows of ours keep their ids. What the store
    knows is left alone, so that importing a file again changes nothing.
    """
    gathering = Gathering(finisher, Held(cache(held.ids), cache(held.met)))
    imported = Imported(gathering.records)
    with ExitStack() as stack:
        segments: dict[str, Segment] = {}
        waiting: defaultdict[str, list[bytes]] = defaultdict(list)
        for service, event in _Import(files, gathering, imported, progress).events():
            if service not in segments:
                header = to_header({names.SERVICE_NAME: service}, __version__)
                segments[service] = open_segment(folder.local, header)
                stack.callback(segments[service].close)
            waiting[service].append(to_line(event))
            if len(waiting[service]) >= _AT_ONCE:
                segments[service].append(b"".join(waiting.pop(service)))
        for service, lines in waiting.items():
            segments[service].append(b"".join(lines))
    imported.examples, imported.without_url = len(gathering.insights), gathering.without_url
    imported.without_score = len(gathering.unscored)
    return imported


class _Import:
    """The way through the files."""

    def __init__(self, files: list[Path], gathering: Gathering, imported: Imported, progress: Progress) -> None:
        self.files, self.gathering, self.imported, self.progress = files, gathering, imported, progress
        self.occurrences: Counter[str] = Counter()
        self.export, self.traffic = langfuse.Export(), otlp.Traffic()
        self.file = STDIN
        self.tomorrow = now() + _DAY
        # Lines count through all files and imports: of one second's actions the last one holds.
        self.last = cache(lambda: max(gathering.held.ids(1).values(), default=0))
        self.ranks: dict[Path, set[int]] = {}
        """Of each file the turns in which it is read again."""
        # To its end: a `view` that writes it has the store open meanwhile.
        self.stdin = sys.stdin.buffer.read() if STDIN in files else b""

    def events(self) -> Iterator[tuple[str, Event]]:
        """Yield the events, each with the program that it is of."""
        sizes = {file: len(self.stdin) if file == STDIN else file.stat().st_size for file in self.files}
        total = max(1, sum(sizes.values()))
        for rank in range(4):
            before, done = 0, 0
            for file in self.files:
                self.file, self.occurrences = file, Counter()
                self.ranks.setdefault(file, set())
                if rank in self.ranks[file] or not rank:
                    with self._open(file) as source:
                        row = Row(0)
                        for row in read_rows(source):
                            yield from self._row(row, rank, before)
                            self.progress(min(done + source.tell(), total), total)
                        before += row.line
                done += sizes[file]
        self.imported.withdraw(NO_MESSAGES, self.traffic.completed)

    def _open(self, file: Path) -> Any:
        return io.BufferedReader(io.BytesIO(self.stdin)) if file == STDIN else file.open("rb")

    def _row(self, row: Row, rank: int, before: int) -> Iterator[tuple[str, Event]]:
        if not isinstance(row.value, dict):
            if not rank:
                self._unreadable(row.line, row.reason or "is no JSON object")
            return
        try:
            yield from self._object(row.value, row, rank, self.last() + before + row.line)
        except RecursionError:
            self._unreadable(row.line, "is nested too deep")

    def _object(self, value: dict[str, Any], row: Row, rank: int, line: int) -> Iterator[tuple[str, Event]]:
        """Yield the events of an object, and of the objects in it that are rows of their own."""
        if any(get(value, signal) is not None for signal in otlp.SIGNALS):
            yield from self._otlp(value, row.line, rank, line)
        elif value.get("schemaType") == bedrock.SCHEMA:
            if self._is_turn(_CALL_RANK, rank):
                yield from self._guarded(self._invocation(value, line), row.line)
        elif not any(key in value for key in OLD_SIGNS):
            yield from self._langfuse(value, row, rank, line)
        elif not rank:
            yield from self._guarded(self._old(value, row, line), row.line, self._service(value))

    def _otlp(self, value: dict[str, Any], number: int, rank: int, line: int) -> Iterator[tuple[str, Event]]:
        for item in otlp.read_items(value):
            item_rank = otlp.rank_of(item)
            if item_rank is None and not rank:
                self.imported.skip(self.file, number, "is a span or log record that tells of no call of a model")
            elif self._is_turn(item_rank, rank):
                events = otlp.item_events(item, rank, line, self.traffic, self.gathering)
                yield from self._guarded(events, number, item.service)

    def _langfuse(self, value: dict[str, Any], row: Row, rank: int, line: int) -> Iterator[tuple[str, Event]]:
        own_rank, nested = langfuse.rank_of(value), list(langfuse.nested_rows(value))
        if own_rank is not None and self._is_turn(own_rank, rank):
            events = langfuse.langfuse_events(value, rank, line, self.export, self.gathering)
            yield from self._guarded(events, row.line)
        for each in nested:
            yield from self._object(each, row, rank, line)
        if own_rank is None and not nested and "data" not in value and not rank:
            self._unreadable(row.line, UNKNOWN)

    def _is_turn(self, rank_of_row: int | None, rank: int) -> bool:
        """Whether a row is read in this turn; a later one is noted."""
        if rank_of_row is not None and rank_of_row > rank:
            self.ranks[self.file].add(rank_of_row)
        return rank_of_row == rank

    def _guarded(self, events: Iterator[Event], line: int, service: str = "") -> Iterator[tuple[str, Event]]:
        """Yield events with their program, until what they are made of cannot be read or is of no use."""
        try:
            latest = 0
            for event in events:
                latest = max(latest, event.record.time)
                yield service or SERVICE, event
            if latest > self.tomorrow:
                self.imported.ahead += 1
                first = Unreadable(self.file, line, f"{datetime.fromtimestamp(latest // 10**9, UTC):%Y-%m-%d}")
                self.imported.first_ahead = self.imported.first_ahead or first
        except SkippedError as error:
            self.imported.skip(self.file, line, str(error))
        except UnreadableError as error:
            self._unreadable(line, str(error))
        except MalformedError as error:
            self._unreadable(line, f"is {error}")

    def _unreadable(self, line: int, reason: str) -> None:
        self.imported.unreadable.append(Unreadable(self.file, line, reason))

    def _invocation(self, value: dict[str, Any], line: int) -> Iterator[Event]:
        yield from call_events(bedrock.read_invocation(value), line, self.gathering)

    def _old(self, row: dict[str, Any], raw: Row, line: int) -> Iterator[Event]:
        """Yield the events of a row of ours, or of an old log's line."""
        finisher, known = self.gathering.finisher, self.gathering.held.ids
        if kind := own_kind(row):
            record = own_record(row, kind, nanoseconds(row.get("timestamp")), line)
            events = () if record.event_id in known(0) else own_events(row, record, finisher)
        else:
            record = read_record(row, identify(row, raw.text, self.occurrences, known), line, finisher)
            events = () if record.event_id in known(1) else finish(record, finisher)
        yield from events
        self.imported.records[record.kind.value] += 1

    @staticmethod
    def _service(row: dict[str, Any]) -> str:
        service = row.get("service")
        return service if own_kind(row) and isinstance(service, str) else ""
