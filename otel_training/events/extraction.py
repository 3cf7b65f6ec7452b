"""Extractions and their corrections: insights, redacted, under ids that the redaction does not change."""

from collections.abc import Iterator

from otel_training import conventions as names
from otel_training.events.answer import digests, quoted
from otel_training.events.event import Event, to_event
from otel_training.events.finisher import Attributes, Finisher
from otel_training.events.host_json import MalformedError, as_text, read_json, read_object, stored_url
from otel_training.privacy.identity import insight_digests
from otel_training.privacy.redact import Redactor
from otel_training.record.fields import as_id
from otel_training.record.record import JSON, Record


def extraction(record: Record, finisher: Finisher) -> Iterator[Event]:
    """Finish an extraction: source and insights in the body, what is counted and compared in the attributes."""
    content = read_object(record.content)
    redactor = finisher.redactor(record)
    url = as_text(content.get("source_url")) or ""
    source = as_text(content.get("source_content"))
    # The source first: its secrets have the first numbers.
    kept = None if source is None else redactor.redact(source)[: finisher.content_limit]
    items = content.get("insights")
    insights = [_insight(item, url, redactor) for item in items] if isinstance(items, list) else None
    attributes: Attributes = {
        **record.attributes,
        names.TOPIC: redactor.redact(as_text(content.get("topic")) or ""),
        names.SOURCE_URL: stored_url(url, finisher.rules),
        names.OUTPUT_UNREAD: _unread(record, insights),
        **_compared(items if isinstance(items, list) else [], source or "", finisher),
    }
    length = record.attributes.get(names.SOURCE_LENGTH)
    if isinstance(length, int):
        attributes[names.SOURCE_TRUNCATED] = length > finisher.content_limit
    yield to_event(record, attributes, {names.INPUT: kept, names.OUTPUT: insights}, redactor)


def _compared(items: list[JSON], source: str, finisher: Finisher) -> Attributes:
    """Digest the insights' texts and categories, by which the call that answered them is looked for."""
    fields = [item for item in items if isinstance(item, dict)]
    texts, categories = (
        [text for item in fields if (text := as_text(item.get(name)))] for name in ("text", "category")
    )
    return {
        names.OUTPUT_TEXTS: digests(finisher, texts),
        names.OUTPUT_CATEGORIES: digests(finisher, categories),
        names.OUTPUT_QUOTED: digests(finisher, quoted(texts, [source])),
    }


def _unread(record: Record, insights: list[JSON] | None) -> str | None:
    """Name what could not be read: what capture says, and the texts where an insight has none."""
    without_text = any(isinstance(insight, dict) and not insight["derived_id"] for insight in insights or ())
    parts = (record.attributes.get(names.OUTPUT_UNREAD), "text" if without_text else None)
    return ",".join(str(part) for part in parts if part) or None


def correction(record: Record, finisher: Finisher) -> Iterator[Event]:
    """Finish a correction: the insights that a person says an extraction should have returned."""
    items = read_json(record.content)
    if not isinstance(items, list):
        raise MalformedError
    redactor = finisher.redactor(record)
    insights: list[JSON] = [_insight(item, "", redactor) for item in items]
    yield to_event(record, record.attributes, {names.OUTPUT: insights}, redactor)


def _insight(item: JSON, url: str, redactor: Redactor) -> JSON:
    fields = item if isinstance(item, dict) else {}
    text = as_text(fields.get("text")) or ""
    category = as_text(fields.get("category"))
    # What has no text shares neither id nor digest with others that have none.
    derived, digest = insight_digests(url, text, redactor.rules.custom) if text.strip() else ("", "")
    return {
        "insight_id": as_id(fields.get("id")) or derived,
        "derived_id": derived,
        "text": redactor.redact(text),
        "category": None if category is None else redactor.redact(category),
        "text_sha256": digest,
    }
