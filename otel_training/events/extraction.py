"""Extractions and their corrections: insights, redacted, under ids that the redaction does not change."""

from collections.abc import Iterator, Sequence
from typing import NamedTuple

from otel_training import conventions as names
from otel_training.events.answer import digests, joined, quoted
from otel_training.events.event import Event, to_event
from otel_training.events.finisher import Attributes, Finisher
from otel_training.events.host_json import MalformedError, as_text, read_json, read_object, stored_url
from otel_training.privacy.identity import digest_insight, url_in_id
from otel_training.privacy.redact import Redactor
from otel_training.record.fields import INSIGHT_LIMIT, as_id
from otel_training.record.record import JSON, Record


class _Insight(NamedTuple):
    """What an item of the insights holds, cleaned."""

    text: str
    category: str | None
    id: str | None


def extraction(record: Record, finisher: Finisher) -> Iterator[Event]:
    """Finish an extraction: source and insights in the body, what is counted and compared in the attributes."""
    content = read_object(record.content)
    redactor = finisher.redactor(record)
    url, topic = as_text(content.get("source_url")) or "", as_text(content.get("topic")) or ""
    source = as_text(content.get("source_content"))
    insights, identity = _read(content.get("insights")), url_in_id(url)
    redactor.look_at(source or "", [identity, topic, *_texts(insights)])
    # The source first: its secrets have the first numbers.
    kept = None if source is None else redactor.redact(source)[: finisher.content_limit]
    output = None if insights is None else _kept(insights, identity, redactor)
    attributes: Attributes = {
        **record.attributes, names.TOPIC: redactor.redact(topic), names.SOURCE_URL: stored_url(url, redactor),
        names.OUTPUT_UNREAD: _unread(record, insights or ()),
        **_compared(insights or (), source or "", finisher, redactor),
    }  # fmt: skip
    length = record.attributes.get(names.SOURCE_LENGTH)
    if isinstance(length, int):
        attributes[names.SOURCE_TRUNCATED] = length > finisher.content_limit
    yield to_event(record, attributes, {names.INPUT: kept, names.OUTPUT: output}, redactor)


def _compared(insights: Sequence[_Insight], source: str, finisher: Finisher, redactor: Redactor) -> Attributes:
    """Digest the insights' texts and categories, by which the call that answered them is looked for."""
    texts = digests(finisher.key, redactor, [insight.text for insight in insights])
    categories = digests(finisher.key, redactor, [insight.category or "" for insight in insights])
    return {
        names.OUTPUT_TEXTS: joined(texts.values()),
        names.OUTPUT_CATEGORIES: joined(categories.values()),
        names.OUTPUT_QUOTED: joined(texts[text] for text in quoted(texts, [source])),
    }


def _unread(record: Record, insights: Sequence[_Insight]) -> str | None:
    """Name what could not be read: what capture says, and the texts where an insight has none."""
    without_text = not all(insight.text.strip() for insight in insights)
    parts = (record.attributes.get(names.OUTPUT_UNREAD), "text" if without_text else None)
    return ",".join(str(part) for part in parts if part) or None


def correction(record: Record, finisher: Finisher) -> Iterator[Event]:
    """Finish a correction: the insights that a person says an extraction should have returned."""
    insights = _read(read_json(record.content))
    if insights is None:
        raise MalformedError
    redactor = finisher.redactor(record)
    redactor.look_at("", _texts(insights))
    yield to_event(record, record.attributes, {names.OUTPUT: _kept(insights, "", redactor)}, redactor)


def shadow(record: Record, finisher: Finisher) -> Iterator[Event]:
    """Finish what a candidate answered beside: its insights, and the figures of its calls."""
    content = read_object(record.content)
    redactor = finisher.redactor(record)
    identity = url_in_id(as_text(content.get("source_url")) or "")
    insights = _read(content.get("insights"))
    redactor.look_at("", [identity, *_texts(insights)])
    output = None if insights is None else _kept(insights, identity, redactor)
    yield to_event(record, record.attributes, {names.OUTPUT: output, names.CALLS: content.get("calls")}, redactor)


def _read(items: JSON) -> list[_Insight] | None:
    return (
        None
        if not isinstance(items, list)
        else [
            _Insight(as_text(fields.get("text")) or "", as_text(fields.get("category")), as_id(fields.get("id")))
            for fields in (item if isinstance(item, dict) else {} for item in items)
        ]
    )


def _texts(insights: Sequence[_Insight] | None) -> list[str]:
    return [text for insight in insights or () for text in (insight.text, insight.category) if text]


def _kept(insights: Sequence[_Insight], identity: str, redactor: Redactor) -> list[JSON]:
    """Return insights as they are kept: redacted, with the ids that anybody derives of them as they were.

    `identity` is what of the source's URL counts in these ids.
    """
    url = redactor.normal_form(identity)
    kept: list[JSON] = []
    for text, category, own_id in insights:
        # What has no text shares neither id nor digest with others that have none.
        has_text = bool(text) and not text.isspace()
        derived, digest = digest_insight(url, redactor.normal_form(text[:INSIGHT_LIMIT])) if has_text else ("", "")
        kept.append({
            "insight_id": own_id or derived,
            "derived_id": derived,
            "text": redactor.redact(text),
            "category": None if category is None else redactor.redact(category),
            "text_sha256": digest,
        })  # fmt: skip
    return kept
