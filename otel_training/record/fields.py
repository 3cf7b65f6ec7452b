"""Fields of a record: the names that apps have for them, their longest lengths, and what counts as an id."""

import hashlib
import math
from collections.abc import Iterable
from typing import Any, Final

from otel_training import conventions as names
from otel_training.controls import without_controls
from otel_training.record.known import is_a, unwrap
from otel_training.record.values import INT_BITS, clean, clean_text

INSIGHT_KEYS: Final = ("insights", "extracted_insights", "items")
"""The names under which an answer may hold its insights."""
ID_KEYS: Final = ("insight_id", "insightId", "id", "uuid", "_id")
"""The names under which an insight may hold the app's id of it; the first that is there wins."""
CATEGORY_KEYS: Final = ("category", "type", "label", "tag")  # the names under which an insight may hold its category
OBVIOUS_KEYS: Final = ("text", "insight", "headline")  # the names under which nothing but an insight holds a text
TEXT_KEYS: Final = (
    *OBVIOUS_KEYS, "title", "content", "summary", "statement", "claim", "body", "description", "finding",
    "takeaway", "message", "sentence", "point", "fact",
)  # fmt: skip
"""The names under which an insight may hold its text."""
_NO_TEXT_KEYS: Final = frozenset(
    {*ID_KEYS, *CATEGORY_KEYS, "url", "source_url", "link", "href", "source", "author", "date", "timestamp"}
    | {"created_at", "language", "lang", "status"}
)
SOURCE_KEYS: Final = ("results", "sources", "items", "documents", "hits")
"""The names under which a search's answer may hold its sources."""
QUERY_KEYS: Final = ("query", "q", "search")  # the names under which a search request may hold its query

NAME_LIMIT: Final = 256
"""Characters of what names something: an id, an action, a category, a model. Longer ids are hashed, the rest is cut."""
FIELD_LIMIT: Final = 4096  # characters of a topic, a URL, a query
INSIGHT_LIMIT: Final = 16_384  # characters of one insight's text
INSIGHTS_LIMIT: Final = 262_144  # characters of all insights of an answer together; what is beyond is counted alone
MESSAGE_LIMIT: Final = 4 << 20  # characters of a prompt or an answer of a model: longer than what any takes
SLACK: Final = 512
"""Characters of source content kept beyond the limit until redaction, so that a secret at the cut is seen whole."""
_NUMBER_LIMIT: Final = 64
_EXACT: Final = 1 << 53
"""From here on a float stands for several integers."""
_FLAGS: Final = {"true": True, "false": False}


def as_id(value: object) -> str | None:
    """Return an id as text, without control characters: `1` is `"1"`, `0` is an id; true, 1.5, "" and null are none.

    A whole float is the integer that it equals: pandas makes floats of a column with gaps. The end of a long id is
    replaced by the digest of all of it: two that begin alike stay two.
    """
    if value is None:
        return None
    if type(value) is not str:
        value = unwrap(value)
        if is_a(value, float) and float.is_integer(value) and float.__abs__(value) < _EXACT:
            value = float.__int__(value)
        if is_a(value, int) and not is_a(value, bool):
            return int.__repr__(value) if int.bit_length(value) <= INT_BITS else None
        if is_a(value, bytes):
            value = bytes.decode(value, "utf-8", "replace")
        if not is_a(value, str):
            return None
        value = clean_text(value, str.__len__(value))
    text = (value if value.isascii() and value.isprintable() else without_controls(clean(value))).strip()
    if len(text) > NAME_LIMIT:
        digest = hashlib.sha256(text.encode()).hexdigest()
        return f"{text[: NAME_LIMIT - len(digest) - 1]}-{digest}"
    return text or None


def number(value: object) -> float | None:
    """Return a finite number, also one that a text or numpy's scalar holds, as float; None for true and all else."""
    if type(value) is float and math.isfinite(value):
        return value
    value = unwrap(value)
    try:
        if is_a(value, str):
            value = float(clean_text(value, _NUMBER_LIMIT))
        if is_a(value, bool) or not is_a(value, (int, float)):
            return None
        figure = float.__float__(value) if is_a(value, float) else int.__float__(value)
    except (OverflowError, ValueError):
        return None
    return figure if math.isfinite(figure) else None


def quality_of(fields: dict[Any, Any]) -> float | None:
    """Return how good a source says that it is."""
    figures = (number(dict.get(fields, key)) for key in names.QUALITY_KEYS)
    return next((figure for figure in figures if figure is not None), None)


def figure_of(value: object) -> float | None:
    """Return what `number` does, and true as 1, false as 0."""
    value = unwrap(value)
    return float(value) if is_a(value, bool) else number(value)


def flag(value: object) -> bool | None:
    """Return true or false, also as 1 or 0, as a text or as numpy's scalar; None for anything else."""
    value = unwrap(value)
    if is_a(value, bool):
        return value
    text = clean_text(value, _NUMBER_LIMIT).strip().lower() if is_a(value, str) else ""
    figure = number(value)
    return _FLAGS.get(text, bool(figure) if figure in (0, 1) else None)


def text_key(items: Iterable[dict[Any, Any]]) -> str | None:
    """Return the key of the texts of some insights: `text`, else the only key that may be meant; None in doubt."""
    keys = {key for item in items for key, value in dict.items(item) if type(value) is str and value.strip()}
    if "text" in keys:
        return "text"
    known = [key for key in TEXT_KEYS if key in keys]
    others = [key for key in keys if type(key) is str and key not in _NO_TEXT_KEYS]
    candidates = known or others
    return candidates[0] if len(candidates) == 1 else None
