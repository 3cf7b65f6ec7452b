"""The result of an extraction: read from the value that it returned, whatever the shape, without touching it."""

import math
from collections.abc import Callable
from decimal import Decimal
from typing import Final, NamedTuple, TypeAlias

from otel_training.record.fields import INSIGHT_KEYS, INSIGHT_LIMIT, INSIGHTS_LIMIT, NAME_LIMIT, as_id
from otel_training.record.record import JSON
from otel_training.record.values import BREADTH, cut, fields_of, first_of, items_of, plain, text_of

ResultReader: TypeAlias = Callable[[object], object]

_get: Final = dict.get
"""Used instead of an object's own `get`, which a subclass may have replaced."""

Insight: TypeAlias = tuple[str | None, str | None, str | None]
"""Text, category and id, not yet cleaned. A plain tuple, since it is made on the host's threads."""


class Result(NamedTuple):
    """The result of an extraction; a field is None where the returned value does not say it."""

    insights: list[Insight] | None = None
    insight_count: int | None = None
    size: int = 0
    """Characters of the insights' texts."""
    quality_score: float | None = None
    passed_filters: bool | None = None

    def insights_json(self) -> list[JSON] | None:
        """Return the insights as the JSON that the writer thread reads."""
        return None if self.insights is None else [_insight_json(insight) for insight in self.insights]


NO_RESULT: Final = Result()


def _insight_json(insight: Insight) -> dict[str, JSON]:
    text, category, identity = insight
    fields: dict[str, JSON] = {"text": text}
    if category is not None:
        fields["category"] = category
    if identity is not None:
        fields["id"] = identity
    return fields


def read_result(value: object) -> Result:
    """Read a mapping, dataclass, pydantic model, named tuple or list of insights.

    Insights stand under `insights`, `extracted_insights` or `items`; each is a text, or has
    `text` and, if it likes, `category` and `id` or `insight_id`. Never calls foreign code.
    """
    fields = value if type(value) is dict else fields_of(value)
    if fields is None:
        return Result(*_read_insights(value)) if isinstance(value, (list, tuple)) else NO_RESULT
    items = first_of(fields, INSIGHT_KEYS)
    insights, count, size = _read_insights(items) if isinstance(items, (list, tuple)) else (None, None, 0)
    own_count, passed = _get(fields, "insight_count"), _get(fields, "passed_filters")
    if type(own_count) is int:
        count = own_count
    quality = _get(fields, "quality_score")
    return Result(insights, count, size, number(quality), passed if type(passed) is bool else None)


def number(value: object) -> float | None:
    """Return a finite number as float; None for anything else, also for true and false."""
    if type(value) is float and math.isfinite(value):
        return value
    if isinstance(value, Decimal):
        value = Decimal.__float__(value)
    if isinstance(value, bool) or not isinstance(value, (int, float)):
        return None
    try:
        figure = float.__float__(value) if isinstance(value, float) else int.__float__(value)
    except OverflowError:
        return None
    return figure if math.isfinite(figure) else None


def _read_insights(items: list[object] | tuple[object, ...]) -> tuple[list[Insight], int, int]:
    """Return the insights that are kept, the count of all, and the length of the kept texts."""
    count = tuple.__len__(items) if isinstance(items, tuple) else list.__len__(items)
    insights: list[Insight] = []
    size = 0
    # No function is called for a short plain text, as most are.
    for item in items if type(items) is list and count <= BREADTH else items_of(items, BREADTH):
        fields = item if type(item) is dict else _insight_fields(item)
        text, category, identity = _get(fields, "text"), _get(fields, "category"), _get(fields, "insight_id")
        if identity is None:
            identity = _get(fields, "id")
        if type(text) is not str or len(text) > INSIGHT_LIMIT:
            text = cut(text, INSIGHT_LIMIT)
        if category is not None and (type(category) is not str or len(category) > NAME_LIMIT):
            category = text_of(plain(category), NAME_LIMIT)
        size += 0 if text is None else len(text)
        if size > INSIGHTS_LIMIT:
            break
        insights.append((text, category, identity if identity is None else as_id(identity)))
    return insights, count, size


def _insight_fields(item: object) -> dict[object, object]:
    """Return an insight's fields; an item without fields is itself the text."""
    fields = None if isinstance(item, str) else fields_of(item)
    return {"text": item} if fields is None else fields
