"""Old logs: lines of known formats, and rows that link ids to texts, as records."""

import json
import uuid
from collections import Counter
from contextlib import suppress
from typing import Any, Final

from otel_training import conventions as names
from otel_training.capture.result import read_result
from otel_training.conventions import Kind, Outcome
from otel_training.events.finish import load_readers_kinds
from otel_training.events.finisher import Finisher
from otel_training.events.host_json import stored_url
from otel_training.imports.call import Known
from otel_training.imports.rows import UnreadableError, nanoseconds
from otel_training.privacy.identity import insight_sha256
from otel_training.privacy.redact import Redactor
from otel_training.record.fields import FIELD_LIMIT, INSIGHT_KEYS, SLACK, as_id
from otel_training.record.record import Record, Scalar
from otel_training.record.values import clean_text, snapshot, text_of

load_readers_kinds()

OLD_SIGNS: Final = ("stage", "extracted_insights", "action", "insight_id")
"""A row with one of these is of an old log, or of ours."""
NAMESPACE: Final = uuid.UUID("6f1d1c4e-6f0e-5a56-9a0c-3d0c6f6d8a11")


def identify(row: dict[str, Any], line: bytes, occurrences: Counter[str], known: Known) -> str:
    """Return the event id of a line; as often as a file says the same, these are as many events."""
    text = written = line.decode("utf-8", "backslashreplace")
    with suppress(RecursionError):
        text = json.dumps(row, sort_keys=True)
    content = str(uuid.uuid5(NAMESPACE, text))
    occurrences[content] += 1
    # Earlier versions took the line as it was written.
    identity, earlier = (str(uuid.uuid5(NAMESPACE, f"{form}\n{occurrences[content]}")) for form in (text, written))
    return earlier if earlier in known(1) else identity


def read_record(row: dict[str, Any], identity: str, number: int, finisher: Finisher) -> Record:
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
        "topic": text_of(row.get("topic"), FIELD_LIMIT), "source_url": text_of(row.get("source_url"), FIELD_LIMIT),
        "source_content": source, "insights": result.insights_json(),
    }  # fmt: skip
    return Record(Kind.EXTRACTION, identity, nanoseconds(row.get("timestamp")), attributes, snapshot(content))


def _feedback(row: dict[str, Any], identity: str, number: int) -> Record:
    if as_id(row.get("insight_id")) is None:
        raise UnreadableError("insight_id is missing")
    if not isinstance(row["action"], str):
        raise UnreadableError("action is no text")
    return Record(Kind.FEEDBACK, identity, nanoseconds(row.get("timestamp")), {names.IMPORTED: number}, snapshot(row))


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
    return Record(Kind.LINK, identity, nanoseconds(row.get("timestamp")) if "timestamp" in row else 0, attributes)
