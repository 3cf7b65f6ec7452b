"""Queries: what was searched, and how good the sources are that the answer lists."""

from collections.abc import Iterator

from otel_training import conventions as names
from otel_training.events.event import Event, to_event
from otel_training.events.finisher import Attributes, Finisher
from otel_training.events.host_json import as_text, read_json
from otel_training.record.fields import QUERY_KEYS, SOURCE_KEYS, flag, quality_of
from otel_training.record.record import JSON, Record


def query(record: Record, finisher: Finisher) -> Iterator[Event]:
    """Finish a query: its text in the body, the figures of its sources in the attributes."""
    content = read_json(record.content)
    asked = content if isinstance(content, dict) else {}
    text = next((text for key in QUERY_KEYS if (text := as_text(asked.get(key)))), None)
    redactor = finisher.redactor(record)
    attributes: Attributes = {
        **record.attributes,
        names.QUERY_ID: record.event_id,
        **source_figures(read_json(record.answer) if record.answer else None),
        **finisher.reader_attributes(record.user_id, asked.get("user_id"), record.fallback_user_id),
    }
    yield to_event(record, attributes, {names.INPUT: None if text is None else redactor.redact(text)}, redactor)


def source_figures(answer: JSON) -> Attributes:
    """Count a search's sources and say how good they are: a list, or the list that a mapping holds."""
    if isinstance(answer, dict):
        answer = next((answer[key] for key in SOURCE_KEYS if isinstance(answer.get(key), list)), None)
    if not isinstance(answer, list):
        return {}
    sources = [source for source in answer if isinstance(source, dict)]
    scores = [score for source in sources if (score := quality_of(source)) is not None]
    passed = [known for source in sources if (known := flag(source.get("passed_filters"))) is not None]
    return {
        names.QUERY_COUNT: len(answer),
        names.SOURCE_QUALITY_MEAN: sum(scores) / len(scores) if scores else None,
        names.SOURCE_QUALITY_MIN: min(scores, default=None),
        names.SOURCE_QUALITY_RATIO: sum(passed) / len(passed) if passed else None,
    }
