"""The event: one OpenTelemetry log event, redacted, as a line holds it and a logger emits it."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import NamedTuple

import orjson

from otel_training import conventions as names
from otel_training.conventions import Kind, Loss
from otel_training.privacy.redact import Redactor
from otel_training.record.clock import event_id, now
from otel_training.record.record import JSON, Record, Scalar, context_of
from otel_training.record.values import clean


@dataclass(frozen=True, slots=True)
class Event:
    """One OpenTelemetry log event, ready to be written."""

    record: Record
    name: str
    attributes: Mapping[str, Scalar | None]
    body: str


def to_event(
    record: Record, attributes: Mapping[str, Scalar | None], body: JSON = None, redactor: Redactor | None = None
) -> Event:
    """Make the event of a record; a body comes with the redactor that its texts went through."""
    every: dict[str, Scalar | None] = {
        names.KIND: record.kind.value, names.EVENT_ID: record.event_id, names.VERSION: names.SCHEMA_VERSION,
        **{name: clean(value) if type(value) is str else value for name, value in attributes.items()},
    }  # fmt: skip
    if redactor is None:
        return Event(record, record.kind.event_name, every, "")
    every[names.REDACTION] = redactor.rules.name
    every[names.REDACTION_COUNT] = redactor.count
    every |= {names.REDACTION_COUNTS[kind]: count for kind, count in redactor.counts.items()}
    return Event(record, record.kind.event_name, every, orjson.dumps(body).decode())


def beside(record: Record, kind: Kind) -> Record:
    """Return a further record that a record gives rise to: with its own id, in the same trace."""
    return record._replace(kind=kind, event_id=event_id(), context=record.context or context_of(record.event_id))


class Lost(NamedTuple):
    """The key that losses are counted by."""

    reason: Loss
    route: str = ""  # the declared route of a request, `POST /api/feed/engage`
    detail: str = ""  # the keys that the request or the answer held


def loss_event(lost: Lost, count: int) -> Event:
    """Make the event that accounts for `count` lost records."""
    return to_event(
        Record(Kind.LOSS, event_id(), now()),
        {
            names.LOSS_REASON: lost.reason.value, names.LOSS_COUNT: count, names.LOSS_ROUTE: lost.route or None,
            names.LOSS_DETAIL: lost.detail or None,
        },
    )  # fmt: skip
