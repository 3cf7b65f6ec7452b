"""The line: one OTLP/JSON `LogRecord`, which a collector takes and the engine reads as it is.

Format: opentelemetry-proto, logs.proto, in the JSON encoding of the OTLP specification
(64-bit integers as strings, ids as lower-case hex).
"""

from collections.abc import Iterable, Mapping
from typing import Any, Final

import orjson

from otel_training import conventions as names
from otel_training.events.event import Event
from otel_training.record.record import JSON, Record, Scalar

SEVERITY_INFO: Final = 9


def to_line(event: Event) -> bytes:
    """Encode an event, with its line end."""
    record = event.record
    trace_id, span_id, flags = _ids(record)
    log_record = {
        "timeUnixNano": str(record.time),
        "observedTimeUnixNano": str(record.time),
        "severityNumber": SEVERITY_INFO,
        "traceId": trace_id,
        "spanId": span_id,
        "flags": flags,
        "eventName": event.name,
        "attributes": key_values(event.attributes),
        "body": {"stringValue": event.body},
    }
    return orjson.dumps(log_record, option=orjson.OPT_APPEND_NEWLINE)


def _ids(record: Record) -> tuple[str, str, int]:
    context = record.context
    if context is None:
        # As `context_of` does, without a number between.
        trace_id = record.event_id.replace("-", "")
        return trace_id, trace_id[16:], 0
    return f"{context.trace_id:032x}", f"{context.span_id:016x}", int(context.trace_flags)


def to_header(resource: Mapping[str, Scalar], version: str) -> bytes:
    """Encode a segment's first line: the writer's resource and scope, the rest of an OTLP/JSON request."""
    header = {
        "resource": {"attributes": key_values(resource)},
        "scope": {"name": names.SCOPE, "version": version},
        "schemaUrl": names.SCHEMA_URL,
    }
    return orjson.dumps(header, option=orjson.OPT_APPEND_NEWLINE)


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


def read_attributes(pairs: Iterable[Mapping[str, Any]]) -> dict[str, Scalar]:
    """Read what `key_values` encoded; integers stay the texts that OTLP/JSON makes of them.

    Raises `KeyError`, `TypeError` or `StopIteration` for what is no list of key-value pairs.
    """
    return {pair["key"]: next(iter(pair["value"].values())) for pair in pairs}
