"""Reading what an extraction returned, in whatever shape, without touching it."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Final, TypeAlias

from otel_training.delivery.content import INSIGHT_KEYS
from otel_training.delivery.record import JSON
from otel_training.delivery.snapshot import BREADTH, TEXT_LIMIT, fields_of, plain, text_of

ResultReader: TypeAlias = Callable[[object], object]

_ID_KEYS: Final = ("insight_id", "id")
_CATEGORY_LIMIT: Final = 256


@dataclass(frozen=True, slots=True)
class Answer:
    """What the returned value says; None where it says nothing."""

    insights: list[JSON] | None = None
    quality_score: float | None = None
    passed_filters: bool | None = None
    insight_count: int | None = None


def read_result(value: object) -> Answer:
    """Read a mapping, dataclass, pydantic model, named tuple or list of insights.

    Insights stand under `insights`, `extracted_insights` or `items`; each is a text, or has
    `text` and, if it likes, `category` and `id` or `insight_id`. Never calls foreign code.
    """
    fields = fields_of(value)
    if fields is None:
        return _of_list(value) if isinstance(value, (list, tuple)) else Answer()
    found = next((items for key in INSIGHT_KEYS if isinstance(items := fields.get(key), (list, tuple))), None)
    answer = Answer() if found is None else _of_list(found)
    count = fields.get("insight_count")
    passed = fields.get("passed_filters")
    return Answer(
        answer.insights,
        number(fields.get("quality_score")),
        passed if isinstance(passed, bool) else None,
        count if isinstance(count, int) and not isinstance(count, bool) else answer.insight_count,
    )


def number(value: object) -> float | None:
    """Return a number as float; None for anything else, true and false among it."""
    if isinstance(value, bool) or not isinstance(value, (int, float)):
        return None
    try:
        return float.__float__(value) if isinstance(value, float) else int.__float__(value)
    except OverflowError:
        return None


def _of_list(items: list[object] | tuple[object, ...]) -> Answer:
    insights = [_insight(item) for item in items[:BREADTH]]
    return Answer(insights, insight_count=len(items))


def _category(value: object) -> str | None:
    plainly = plain(value)
    return text_of(plainly, _CATEGORY_LIMIT)


def _insight(item: object) -> JSON:
    if isinstance(item, str):
        return {"text": text_of(item, TEXT_LIMIT)}
    fields = fields_of(item)
    if fields is None:
        return {"text": text_of(item, TEXT_LIMIT)}
    insight: dict[str, JSON] = {"text": text_of(fields.get("text"), TEXT_LIMIT)}
    if (category := fields.get("category")) is not None:
        insight["category"] = _category(category)
    identity = next((given for key in _ID_KEYS if isinstance(given := fields.get(key), (str, int))), None)
    if identity is not None and not isinstance(identity, bool):
        insight["id"] = identity
    return insight
