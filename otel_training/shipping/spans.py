"""Spans of extractions, queries and engage requests where the host does not trace, derived from their lines.

Thin, with the ids of their records. A record whose trace is sampled has its span from the host's
tracer already. They are sent once, beside the records: it is the records that are never lost.
"""

from collections.abc import Iterator
from typing import Final

import orjson

from otel_training import conventions as names
from otel_training._turn import Turn
from otel_training.conventions import Kind
from otel_training.events.line import key_values, read_attributes
from otel_training.shipping.request import CHUNK, SPANS, Request, request_of
from otel_training.spool.reading import Lines

_KINDS: Final = tuple(
    f'"eventName":"{kind.event_name}"'.encode() for kind in (Kind.EXTRACTION, Kind.QUERY, Kind.FEEDBACK)
)
_UNSAMPLED: Final = b'"flags":0,'
_BODY: Final = b',"body":'  # inside a JSON text it stands with escaped quotes: the first one is the line's own
_KEPT: Final = frozenset(
    {
        names.KIND, names.EVENT_ID, names.EXTRACTION_ID, names.QUERY_ID, names.OUTPUT_COUNT, names.QUALITY,
        names.PASSED, names.ERROR_TYPE, names.ROUTE,
    }
)  # fmt: skip
_INTERNAL, _SERVER, _ERROR = 1, 2, 2


def to_span_request(lines: Lines, compression: str) -> Request | None:
    """Make the request of the spans that lines stand for; None where there are none."""
    spans = list(_derive_spans(lines))
    return request_of(lines.header, SPANS, [b",".join(spans)], len(spans), compression) if spans else None


def _derive_spans(lines: Lines) -> Iterator[bytes]:
    turn = Turn()
    for block in lines.blocks(CHUNK):
        for line in block.splitlines():
            head = line.partition(_BODY)[0]
            if _UNSAMPLED in head and any(kind in head for kind in _KINDS) and (span := _derive_span(head + b"}")):
                yield span
            turn.end()


def _derive_span(head: bytes) -> bytes | None:
    """Derive a span; None for what is no request and no call, or no record."""
    try:
        record = orjson.loads(head)
        attributes = read_attributes(record["attributes"])
        end = int(record["timeUnixNano"])
    except (orjson.JSONDecodeError, KeyError, TypeError, ValueError, StopIteration):
        return None
    task, route = attributes.get(names.TASK_NAME), attributes.get(names.ROUTE)
    if task is None and route is None:
        return None
    operation = "invoke_workflow" if attributes[names.KIND] == Kind.EXTRACTION else "retrieval"
    kept = {pair["key"]: pair for pair in record["attributes"] if pair["key"] in _KEPT}
    workflow = {names.OPERATION: operation, names.WORKFLOW: task} if task is not None else {}
    duration = attributes.get(names.DURATION)
    started = end - int(duration * 1e9) if isinstance(duration, float) else end
    return orjson.dumps(
        {
            "traceId": record["traceId"], "spanId": record["spanId"],
            "name": f"{operation} {task}" if task is not None else route,
            "kind": _SERVER if task is None else _INTERNAL, "startTimeUnixNano": str(started),
            "endTimeUnixNano": str(end), "attributes": [*key_values(workflow), *kept.values()],
            "status": {"code": _ERROR} if names.ERROR_TYPE in attributes else {},
        }
    )  # fmt: skip
