"""Rows of `view --json`, taken in again as the records that they show: under their ids, readers and times."""

import contextlib
import sys
import uuid
from collections.abc import Iterator, Mapping
from dataclasses import replace
from typing import Final

import orjson
from opentelemetry.trace import SpanContext

from otel_training import conventions as names
from otel_training.conventions import Kind
from otel_training.events.event import Event, to_event
from otel_training.events.finish import finish
from otel_training.events.finisher import Finisher
from otel_training.record.fields import as_id
from otel_training.record.record import JSON, Record, Scalar, context_of
from otel_training.record.values import snapshot
from otel_training.routing.shadow import CALL_FIGURES

Row = dict[str, JSON]

_NAMESPACE: Final = uuid.UUID("1c1f1e0a-7f0b-5d5c-9a55-5b1f6c1f0d0e")
_OUTCOME: Final = {
    "outcome": names.OUTCOME, "error_type": names.ERROR_TYPE, "duration": names.DURATION, "task": names.TASK_NAME,
}  # fmt: skip
_ROUTE: Final = {
    **_OUTCOME,
    "experiment": names.FLAG_KEY,
    "arm": names.FLAG_VARIANT,
    "candidate": names.ROUTE_CANDIDATE,
    "unit": names.ROUTE_UNIT,
    "extraction_id": names.EXTRACTION_ID,
    "simulated": names.SIMULATED,
}
_ATTRIBUTES: Final[Mapping[Kind, Mapping[str, str]]] = {
    Kind.EXTRACTION: {
        **_OUTCOME,
        "task_version": names.TASK_VERSION,
        "insight_count": names.OUTPUT_COUNT,
        "quality_score": names.QUALITY,
        "passed_filters": names.PASSED,
        "source_truncated": names.SOURCE_TRUNCATED,
    },
    Kind.LLM_CALL: {**CALL_FIGURES, "extraction_id": names.EXTRACTION_ID, "time_to_first_chunk": names.FIRST_CHUNK},
    Kind.QUERY: {
        **_OUTCOME,
        "result_count": names.QUERY_COUNT,
        "quality_mean": names.SOURCE_QUALITY_MEAN,
        "quality_min": names.SOURCE_QUALITY_MIN,
        "pass_ratio": names.SOURCE_QUALITY_RATIO,
    },
    Kind.CORRECTION: {"extraction_id": names.EXTRACTION_ID, "evaluator_kind": names.EVALUATOR_KIND},
    Kind.SCORE: {
        "target_id": names.SCORE_TARGET,
        "name": names.SCORE_NAME,
        "value": names.SCORE_VALUE,
        "evaluator_kind": names.EVALUATOR_KIND,
    },
    Kind.ASSIGNMENT: {
        **_ROUTE,
        "flag_reason": names.FLAG_REASON,
        "served": names.ROUTE_SERVED,
        "decision": names.ROUTE_DECISION,
        "reason": names.ROUTE_REASON,
        "weights": names.ROUTE_WEIGHTS,
        "attempt_id": names.ROUTE_ATTEMPT,
    },
    Kind.SHADOW: {**_ROUTE, "quality_score": names.QUALITY},
    Kind.FEEDBACK: {},
    Kind.IMPRESSION: {},
}
"""Of each kind the columns that stand in an attribute as they are."""
_SIGNS: Final = {Kind.EXTRACTION: "insight_ids", Kind.FEEDBACK: "insight_index"}  # a column that no old log has


def own_kind(row: Row) -> Kind | None:
    """Return of which kind a row of ours is; None for a line of an old log."""
    with contextlib.suppress(ValueError):
        kind = Kind(str(row.get("stage")))
        uuid.UUID(own_id(row))
        return kind if kind in _ATTRIBUTES and _SIGNS.get(kind, "event_id") in row else None
    return None


def own_id(row: Row) -> str:
    """Return the id of a row of ours."""
    return str(row.get("event_id") or row.get("extraction_id"))


def own_record(row: Row, kind: Kind, time: int, number: int) -> Record:
    """Return the record that a row shows; of what had been imported the `number` of its line keeps the order."""
    attributes = {name: _scalar(row.get(column)) for column, name in _ATTRIBUTES[kind].items()}
    if row.get("imported"):
        attributes[names.IMPORTED] = number
    if kind is Kind.LLM_CALL and isinstance(reason := row.get("finish_reason"), str):
        attributes[names.FINISH_REASONS] = orjson.dumps([reason]).decode()
    return Record(kind, own_id(row), time, attributes, snapshot(_content(row, kind)), context=_context(row))


def own_events(row: Row, record: Record, finisher: Finisher) -> Iterator[Event]:
    """Finish a record, and keep what was made of its texts and its reader before they were redacted."""
    metadata = row.get("metadata")
    kept = {
        names.USER_HASH: metadata.get("user_id") if isinstance(metadata, dict) else None,
        names.PROMPT_VERSION: row.get("prompt_version"),
        names.REDACTION_COUNT: row.get("redactions"),
    }
    shown = record.kind is Kind.IMPRESSION
    events = [to_event(record, {names.INSIGHT_IDS: _ids(row)})] if shown else list(finish(record, finisher))
    whole = {name: scalar for name, value in kept.items() if (scalar := _scalar(value)) is not None}
    yield replace(events[0], attributes={**events[0].attributes, **whole})
    yield from _links(row, record.time, finisher)


def _links(row: Row, time: int, finisher: Finisher) -> Iterator[Event]:
    """Tie the ids that readers met to the insights that they stood for then: the app may have done it otherwise."""
    if row.get("stage") == Kind.FEEDBACK:
        places = [(row.get("insight_id"), row.get("extraction_id"), row.get("insight_index"))]
    elif row.get("stage") == Kind.IMPRESSION:
        columns = [row.get(column) for column in ("insight_ids", "extraction_ids", "insight_indexes")]
        places = list(zip(*[column if isinstance(column, list) else [] for column in columns], strict=False))
    else:
        return
    for insight, extraction, index in places:
        if not (isinstance(insight, str) and isinstance(extraction, str) and extraction and isinstance(index, int)):
            continue
        if finisher.is_new_link(insight, (extraction, index), time, sys.maxsize):
            identity = str(uuid.uuid5(_NAMESPACE, f"{insight}\n{extraction}\n{index}\n{time}"))
            yield to_event(
                Record(Kind.LINK, identity, time),
                {names.LINK_ID: insight, names.EXTRACTION_ID: extraction, names.INSIGHT_INDEX: index},
            )


def _content(row: Row, kind: Kind) -> JSON:
    if kind in (Kind.EXTRACTION, Kind.SHADOW):
        ids = row.get("insight_ids")
        return {
            **{column: row.get(column) for column in ("topic", "source_url", "source_content", "calls")},
            "insights": _insights(row, ids if isinstance(ids, list) else []),
        }
    if kind is Kind.LLM_CALL:
        return {"input": _json(row.get("messages")), "outputs": [row.get("output")], "tools": _json(row.get("tools"))}
    if kind is Kind.CORRECTION:
        return _insights(row, [])
    return {column: row.get(column) for column in ("insight_id", "action", "query")}


def _insights(row: Row, ids: list[JSON]) -> JSON:
    insights = row.get("extracted_insights")
    if not isinstance(insights, list):
        return None
    every = [*ids, *[None] * len(insights)]
    return [
        {"text": insight.get("text"), "category": insight.get("category"), "id": identity}
        for insight, identity in zip(insights, every, strict=False)
        if isinstance(insight, dict)
    ]


def _ids(row: Row) -> str:
    ids = row.get("insight_ids")
    return orjson.dumps([as_id(identity) or "" for identity in ids] if isinstance(ids, list) else []).decode()


def _json(text: JSON) -> JSON:
    """Read JSON that a column holds as text."""
    with contextlib.suppress(orjson.JSONDecodeError):
        parsed: JSON = orjson.loads(text) if isinstance(text, str) and text else None
        return parsed
    return None


def _context(row: Row) -> SpanContext | None:
    """Return the trace that a row names; where it names none it follows from the id."""
    with contextlib.suppress(ValueError):
        if trace := int(str(row.get("trace_id") or ""), 16):
            own = context_of(own_id(row))
            return SpanContext(trace, own.span_id, is_remote=False, trace_flags=own.trace_flags)
    return None


def _scalar(value: JSON) -> Scalar | None:
    return value if isinstance(value, (str, int, float, bool)) else None
