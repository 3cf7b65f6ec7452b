"""The line: one OTLP/JSON `LogRecord`, which a collector takes and the engine reads as it is.

Format: opentelemetry-proto, logs.proto, in the JSON encoding of the OTLP specification
(64-bit integers as strings, ids as lower-case hex).
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass

import orjson

from otel_training import conventions as names
from otel_training.conventions import Kind, Loss
from otel_training.events.finisher import Finished, Finisher
from otel_training.record.clock import event_id, now
from otel_training.record.record import JSON, Record, Scalar, context_of

SEVERITY_INFO = 9


@dataclass(frozen=True, slots=True)
class Event:
    """One OpenTelemetry log event, finished: what a line holds and a logger emits."""

    record: Record
    name: str
    attributes: Mapping[str, Scalar | None]
    body: str


def events(record: Record, finisher: Finisher) -> Iterator[Event]:
    """Turn one captured record into its events: itself, and the links it tells."""
    for finished in finisher.finish(record):
        main = finished.kind is record.kind
        yield event(record if main else _beside(record), finished)


def _beside(record: Record) -> Record:
    """Give what a record tells beside itself an id of its own, in the same trace."""
    return record._replace(event_id=event_id(), context=record.context or context_of(record.event_id))


def loss_event(reason: Loss, count: int) -> Event:
    """Make the event that tells of `count` lost records."""
    told: dict[str, Scalar | None] = {names.LOSS_REASON: reason.value, names.LOSS_COUNT: count}
    return event(Record(Kind.LOSS, event_id(), now()), Finished(Kind.LOSS, told))


def event(record: Record, finished: Finished) -> Event:
    """Make the event of one finished record."""
    attributes: dict[str, Scalar | None] = {
        names.KIND: finished.kind.value,
        names.EVENT_ID: record.event_id,
        names.VERSION: names.SCHEMA_VERSION,
        **finished.attributes,
    }
    if finished.body is not None:
        attributes[names.REDACTION] = finished.redaction
        attributes[names.REDACTION_COUNT] = sum(finished.redactions.values())
        attributes |= {names.REDACTION_COUNTS[kind]: count for kind, count in finished.redactions.items()}
    body = "" if finished.body is None else orjson.dumps(finished.body).decode()
    return Event(record, finished.kind.event_name, attributes, body)


def line(made: Event) -> bytes:
    """Make the line of an event, with its line end."""
    record = made.record
    trace_id, span_id, flags = _ids(record)
    log_record = {
        "timeUnixNano": str(record.time),
        "observedTimeUnixNano": str(record.time),
        "severityNumber": SEVERITY_INFO,
        "traceId": trace_id,
        "spanId": span_id,
        "flags": flags,
        "eventName": made.name,
        "attributes": key_values(made.attributes),
        "body": {"stringValue": made.body},
    }
    return orjson.dumps(log_record, option=orjson.OPT_APPEND_NEWLINE)


def _ids(record: Record) -> tuple[str, str, int]:
    context = record.context
    if context is None:
        # As `context_of` does, without a number between.
        trace_id = record.event_id.replace("-", "")
        return trace_id, trace_id[16:], 0
    return f"{context.trace_id:032x}", f"{context.span_id:016x}", int(context.trace_flags)


def header(resource: Mapping[str, Scalar], version: str) -> bytes:
    """Make a segment's first line: who wrote it, the rest of an OTLP/JSON request around its lines."""
    head = {
        "resource": {"attributes": key_values(resource)},
        "scope": {"name": names.SCOPE, "version": version},
        "schemaUrl": names.SCHEMA_URL,
    }
    return orjson.dumps(head, option=orjson.OPT_APPEND_NEWLINE)


def key_values(attributes: Mapping[str, Scalar | None]) -> list[dict[str, JSON]]:
    """Encode attributes as OTLP/JSON `KeyValue`s, leaving out those without a value."""
    # Most are texts: for those no function is called.
    return [
        {"key": key, "value": {"stringValue": value} if type(value) is str else _any_value(value)}
        for key, value in attributes.items()
        if value is not None
    ]


def _any_value(value: Scalar) -> dict[str, JSON]:
    if isinstance(value, bool):
        return {"boolValue": value}
    if isinstance(value, int):
        return {"intValue": str(value)}
    if isinstance(value, float):
        return {"doubleValue": value}
    return {"stringValue": value}
