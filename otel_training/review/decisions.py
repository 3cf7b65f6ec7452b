"""Decisions: what a reviewer says of an extraction, as records like any other."""

from collections.abc import Callable, Sequence
from contextlib import closing
from dataclasses import dataclass
from datetime import UTC, datetime
from enum import StrEnum
from functools import partial
from typing import Final, TypeAlias

from otel_training import conventions as names
from otel_training.config import Settings
from otel_training.conventions import Kind
from otel_training.events.event import Event
from otel_training.events.finish import finish
from otel_training.events.finisher import Attributes, Finisher
from otel_training.events.line import to_header, to_line
from otel_training.folder import DataFolder
from otel_training.record.clock import event_id, now
from otel_training.record.record import JSON, Record
from otel_training.record.values import snapshot
from otel_training.spool.segments import open_segment
from otel_training.store.client import Store
from otel_training.version import __version__

SERVICE: Final = "review"

Keep: TypeAlias = Callable[[Sequence[Event]], None]
"""Puts events where they outlive this process; raises `OSError` or a `TrainingError` where it cannot."""


class Verdict(StrEnum):
    """What a reviewer may decide."""

    ACCEPT = "accept"
    REJECT = "reject"
    UNDO = "undo"


_VALUES: Final = {Verdict.ACCEPT: 1.0, Verdict.REJECT: 0.0, Verdict.UNDO: -1.0}


@dataclass(frozen=True, slots=True)
class Decision:
    """One decision on one extraction."""

    extraction_id: str
    verdict: Verdict
    insights: list[JSON] | None = None
    """What the extraction should have returned, each with `text` and `category`, where the reviewer wrote that."""


def decide(decision: Decision, reviewer: str, finisher: Finisher, keep: Keep) -> None:
    """Keep a decision: a score, and before it the correction where the reviewer wrote one.

    Raises what `keep` raises; then nothing is decided.
    """
    by = {**finisher.reader_attributes(reviewer), names.EVALUATOR_KIND: names.HUMAN}
    target = decision.extraction_id
    records = []
    if decision.insights is not None:
        attributes = {names.EXTRACTION_ID: target, **by}
        records.append(Record(Kind.CORRECTION, event_id(), now(), attributes, snapshot(decision.insights)))
    score: Attributes = {
        names.SCORE_TARGET: target, names.SCORE_NAME: names.SCORE_REVIEW, names.SCORE_VALUE: _VALUES[decision.verdict],
        **by,
    }  # fmt: skip
    records.append(Record(Kind.SCORE, event_id(), now(), score))
    keep([event for record in records for event in finish(record, finisher)])


def keep_in(settings: Settings, folder: DataFolder) -> Keep:
    """Return where decisions go: into the embedded store by way of the spool, or into the server's inbound table."""
    if settings.store:
        return partial(_insert, settings.store)
    return partial(_append, folder)


def _append(folder: DataFolder, events: Sequence[Event]) -> None:
    """Write a segment of its own, on disk before the reviewer sees that it was decided."""
    with closing(open_segment(folder.local, to_header({names.SERVICE_NAME: SERVICE}, __version__))) as segment:
        segment.append(b"".join(map(to_line, events)))


def _insert(dsn: str, events: Sequence[Event]) -> None:
    with closing(Store(dsn)) as store:
        insert_events(store, SERVICE, events)


_COLUMNS: Final = ("Timestamp", "ServiceName", "Body", "ScopeName", "LogAttributes", "EventName")


def insert_events(store: Store, service: str, events: Sequence[Event]) -> None:
    """Insert events as a collector's exporter would, in one block: all or none."""
    store.insert("otel_logs", _COLUMNS, [_row(service, event) for event in events])


def _row(service: str, event: Event) -> list[object]:
    seconds, nanoseconds = divmod(event.record.time, 1_000_000_000)
    attributes = {name: _text(value) for name, value in event.attributes.items() if value is not None}
    time = datetime.fromtimestamp(seconds, UTC).replace(microsecond=nanoseconds // 1000)
    return [time, service, event.body, names.SCOPE, attributes, event.name]


def _text(value: object) -> str:
    return str(value).lower() if isinstance(value, bool) else str(value)
