"""Reading what an extraction returned, in whatever shape, without touching it."""

import math
from collections.abc import Callable
from dataclasses import dataclass
from decimal import Decimal
from typing import Final, TypeAlias

from otel_training.delivery.content import INSIGHT_KEYS, as_id
from otel_training.delivery.record import JSON
from otel_training.delivery.snapshot import BREADTH, fields_of, first_of, items_of, plain, text_of

ResultReader: TypeAlias = Callable[[object], object]

_ID_KEYS: Final = ("insight_id", "id")
_CATEGORY_LIMIT: Final = 256
_INSIGHT_LIMIT: Final = 16_384
_ANSWER_LIMIT: Final = 262_144
"""Characters of all insights together; what is beyond is counted alone."""


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
    found = first_of(fields, INSIGHT_KEYS)
    answer = _of_list(found) if isinstance(found, (list, tuple)) else Answer()
    count = dict.get(fields, "insight_count")
    passed = dict.get(fields, "passed_filters")
    return Answer(
        answer.insights,
        number(dict.get(fields, "quality_score")),
        passed if isinstance(passed, bool) else None,
        count if isinstance(count, int) and not isinstance(count, bool) else answer.insight_count,
    )


def number(value: object) -> float | None:
    """Return a finite number as float; None for anything else, true and false among it."""
    if isinstance(value, Decimal):
        value = Decimal.__float__(value)
    if isinstance(value, bool) or not isinstance(value, (int, float)):
        return None
    try:
        figure = float.__float__(value) if isinstance(value, float) else int.__float__(value)
    except OverflowError:
        return None
    return figure if math.isfinite(figure) else None


def _of_list(items: list[object] | tuple[object, ...]) -> Answer:
    insights: list[JSON] = []
    left = _ANSWER_LIMIT
    for item in items_of(items, BREADTH):
        insight = _insight(item)
        left -= len(str(insight["text"]))
        if left < 0:
            break
        insights.append(insight)
    return Answer(insights, insight_count=tuple.__len__(items) if isinstance(items, tuple) else list.__len__(items))


def _category(value: object) -> str | None:
    plainly = plain(value)
    return text_of(plainly, _CATEGORY_LIMIT)


def _insight(item: object) -> dict[str, JSON]:
    if isinstance(item, str):
        return {"text": text_of(item, _INSIGHT_LIMIT)}
    fields = fields_of(item)
    if fields is None:
        return {"text": text_of(item, _INSIGHT_LIMIT)}
    insight: dict[str, JSON] = {"text": text_of(dict.get(fields, "text"), _INSIGHT_LIMIT)}
    if (category := dict.get(fields, "category")) is not None:
        insight["category"] = _category(category)
    identity = next((found for key in _ID_KEYS if (found := as_id(dict.get(fields, key))) is not None), None)
    if identity is not None:
        insight["id"] = identity
    return insight
