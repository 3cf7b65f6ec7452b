"""The result of an extraction: read from the value that it returned, whatever the shape, without touching it."""

import functools
from collections.abc import Callable, Container
from typing import Any, Final, NamedTuple, TypeAlias

from otel_training.events.host_json import MalformedError, keys_of, read_json
from otel_training.record.fields import (
    CATEGORY_KEYS,
    ID_KEYS,
    INSIGHT_KEYS,
    INSIGHT_LIMIT,
    INSIGHTS_LIMIT,
    NAME_LIMIT,
    OBVIOUS_KEYS,
    as_id,
    flag,
    number,
    text_key,
)
from otel_training.record.known import is_a, unwrap
from otel_training.record.record import JSON
from otel_training.record.values import BREADTH, fields_of, first_of, items_of, pairs_of, plain, text_of
from otel_training.warning import given, warn_once

ResultReader: TypeAlias = Callable[[object], object]

_get: Final = dict.get  # used instead of an object's own `get`, which a subclass may have replaced

Insight: TypeAlias = tuple[str | None, str | None, str | None]
"""Text, category and id, not yet cleaned. A plain tuple, since it is made on the host's threads."""

_FIRST_KEY: Final = INSIGHT_KEYS[0]
_KEYS: Final = ("text", "category", "id")
_OTHER_KEYS: Final = frozenset({*CATEGORY_KEYS[1:], *ID_KEYS}.difference(("insight_id", "id")))


class Result(NamedTuple):
    """The result of an extraction; a field is None where the returned value does not say it."""

    insights: list[Insight] | None = None
    insight_count: int | None = None
    size: int = 0  # characters of the insights' texts
    quality_score: float | None = None
    passed_filters: bool | None = None
    unread: str | None = None  # what was there and could not be read: names of fields, between commas

    def insights_json(self) -> list[JSON] | None:
        """Return the insights as the JSON that the writer thread reads."""
        return None if self.insights is None else [_insight_json(insight) for insight in self.insights]


_result: Final[Callable[[tuple[object, ...]], Result]] = functools.partial(tuple.__new__, Result)
"""A result of all its fields, in a third of the time that its constructor takes."""
NO_RESULT: Final = Result()
_DOUBT: Final = (
    "otel_training: insights have no text beyond doubt, but %s: name it `text`, or say by result= where it is"
)
_UNREAD: Final = Result(unread="insights")
_JSON_LIMIT: Final = 4 * INSIGHTS_LIMIT
_HEAD: Final = slice(0, 256)  # where a JSON text has its first character that is no white space
_OPENERS: Final = frozenset({"{", "[", b"{", b"["})


def _insight_json(insight: Insight) -> dict[str, JSON]:
    text, category, identity = insight
    fields: dict[str, JSON] = {"text": text}
    if category is not None:
        fields["category"] = category
    if identity is not None:
        fields["id"] = identity
    return fields


def read_result(value: object) -> Result:
    """Read a mapping, object with fields, list of insights, JSON text of one, or tuple of one and a score.

    Insights stand under `insights`, `extracted_insights` or `items`; each is a text, or has
    `text` and, if it likes, `category` and `id` or `insight_id`. Never calls foreign code.
    """
    fields = value if type(value) is dict else fields_of(value)
    if fields is None:
        return _read_bare(unwrap(value))
    items = _get(fields, _FIRST_KEY)
    if type(items) is not list:
        items = first_of(fields, INSIGHT_KEYS)
        if not is_a(items, (list, tuple)):
            items = _values_by_id(fields, OBVIOUS_KEYS) if items is None else _listed(unwrap(items))
    insights, count, size = (None, None, 0) if items is None else _read_insights(items)
    own_count = _get(fields, "insight_count")
    passed = _get(fields, "passed_filters")
    quality = _get(fields, "quality_score")
    if type(own_count) is int:
        count = own_count
    figure = None if quality is None else number(quality)
    flagged = passed if passed is None or type(passed) is bool else flag(passed)
    if insights is None or (figure is None and quality is not None) or (flagged is None and passed is not None):
        given = {"insights": (True, insights), "quality_score": (quality, figure), "passed_filters": (passed, flagged)}
        unread = ",".join(name for name, (value, read) in given.items() if value is not None and read is None)
        return Result(insights, count, size, figure, flagged, unread)
    return _result((insights, count, size, figure, flagged, None))


def _read_bare(value: object) -> Result:
    """Read what has no fields of its own."""
    if is_a(value, (str, bytes)):
        return _read_text(value)
    if not is_a(value, (list, tuple)):
        return _UNREAD
    parts = items_of(value, BREADTH) if is_a(value, tuple) else []
    lists = [part for part in parts if _holds_insights(part)]
    if len(lists) > 1:
        return _UNREAD
    return _read_beside(read_result(lists[0]), parts) if lists else Result(*_read_insights(value))


def _read_beside(result: Result, parts: list[object]) -> Result:
    """Take the only number beside a result for its score, the only true or false for its filters."""
    plain_parts = [unwrap(part) for part in parts]
    scores = [part for part in plain_parts if type(part) in (int, float)]
    flags = [part for part in plain_parts if type(part) is bool]
    if result.quality_score is None and len(scores) == 1:
        result = result._replace(quality_score=number(scores[0]))
    return result._replace(passed_filters=flags[0]) if result.passed_filters is None and len(flags) == 1 else result


def _holds_insights(part: object) -> bool:
    fields = fields_of(part)
    return is_a(unwrap(part), list) if fields is None else first_of(fields, INSIGHT_KEYS) is not None


def _read_text(text: str | bytes) -> Result:
    """Read a text that holds a JSON object or list."""
    # Its length and its beginning first: no copy of a text of any size is made on the host's thread.
    if is_a(text, str):
        is_json = str.__len__(text) <= _JSON_LIMIT and str.lstrip(str.__getitem__(text, _HEAD))[:1] in _OPENERS
    else:
        is_json = bytes.__len__(text) <= _JSON_LIMIT and bytes.lstrip(bytes.__getitem__(text, _HEAD))[:1] in _OPENERS
    if not is_json:
        return _UNREAD
    content = str.encode(text, "utf-8", "surrogatepass") if is_a(text, str) else text
    try:
        return read_result(read_json(content))
    except MalformedError:
        return _UNREAD


def _listed(value: object) -> list[object] | tuple[object, ...] | None:
    if is_a(value, (list, tuple)):
        return value
    fields = fields_of(value)
    return None if fields is None else _values_by_id(fields)


def _values_by_id(mapping: dict[object, object], keys: Container[str] | None = None) -> list[object] | None:
    """Return insights that stand under their ids, with these; None where they have no texts, or none under `keys`."""
    items = [(as_id(key), _insight_fields(item), item) for key, item in pairs_of(mapping, BREADTH)]
    key = text_key(fields for _, fields, _ in items)
    if key is None or not all(is_a(_get(fields, key), str) for _, fields, _ in items):
        return None
    if keys is not None and (key not in keys or any(is_a(item, str) for _, _, item in items)):
        return None
    return [{"id": identity, **fields} for identity, fields, _ in items]


def _read_insights(items: list[object] | tuple[object, ...]) -> tuple[list[Insight], int, int]:
    """Return the insights that are kept, the count of all, and the length of the kept texts."""
    if type(items) is list and (plain_insights := _read_plain(items)) is not None:
        return plain_insights
    count = tuple.__len__(items) if is_a(items, tuple) else list.__len__(items)
    insights: list[Insight] = []
    size = 0
    kept = items if type(items) is list and count <= BREADTH else items_of(items, BREADTH)
    if kept and type(kept[0]) is not str:
        kept = [item if type(item) is dict else _insight_fields(item) for item in kept]
    text_name, category_name, id_name = _keys_of(kept)
    # No function is called for a short plain text, as most are.
    for item in kept:
        fields = item if type(item) is dict else _insight_fields(item)
        text, category, identity = _get(fields, text_name), _get(fields, category_name), _get(fields, "insight_id")
        if identity is None:
            identity = _get(fields, id_name)
        if type(text) is not str or len(text) > INSIGHT_LIMIT:
            text = _text_of(text)
        if category is not None and (type(category) is not str or len(category) > NAME_LIMIT):
            category = text_of(plain(category), NAME_LIMIT)
        size += 0 if text is None else len(text)
        if size > INSIGHTS_LIMIT:
            break
        insights.append((text, category, identity if identity is None else as_id(identity)))
    return insights, count, size


def _read_plain(items: list[Any]) -> tuple[list[Insight], int, int] | None:
    """Return the same, in half the time, where every insight is a dictionary of a text and a category; else None."""
    if len(items) > BREADTH:
        return None
    insights: list[Insight] = []
    size = 0
    for item in items:
        if type(item) is not dict or len(item) != 2:  # noqa: PLR2004
            return None
        try:
            text, category = item["text"], item["category"]
        except KeyError:
            return None
        if type(text) is not str or type(category) is not str or len(category) > NAME_LIMIT:
            return None
        size += len(text)
        insights.append((text, category, None))
    return (insights, len(insights), size) if size <= INSIGHT_LIMIT else None


def _keys_of(items: list[object]) -> tuple[str, str, str]:
    """Return under which keys insights have text, category and id, as far as that is beyond doubt."""
    first = items[0] if items else ""
    if type(first) is str or (type(first) is dict and "text" in first and _OTHER_KEYS.isdisjoint(first)):
        return _KEYS
    every = [item if type(item) is dict else _insight_fields(item) for item in items]
    keys = dict.fromkeys(key for fields in every for key in dict.keys(fields) if type(key) is str)
    text = text_key(every) or next((key for key in OBVIOUS_KEYS if key in keys), "text")
    # Once: keys may be of the app's data.
    if text not in keys and all(message != _DOUBT for message, _ in given):
        warn_once(_DOUBT, keys_of(dict(keys)))
    category = next((key for key in CATEGORY_KEYS if key in keys and key != text), "category")
    return text, category, next((key for key in ID_KEYS[1:] if key in keys), "id")


def _insight_fields(item: object) -> dict[object, object]:
    """Return an insight's fields; an item without fields is itself the text."""
    fields = None if is_a(item, str) else fields_of(item)
    return {"text": item} if fields is None else fields


def _text_of(value: object) -> str | None:
    """Return an insight's text, also a number; None for what is no text."""
    value = unwrap(value)
    return text_of(value, INSIGHT_LIMIT) if is_a(value, (str, bytes, int, float)) else None
