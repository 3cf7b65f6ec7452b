"""Fields of a record: under which names an app's values hold them, how long they may be, what is an id."""

import uuid
from typing import Final

from otel_training.record.values import clean, clean_text

INSIGHT_KEYS: Final = ("insights", "extracted_insights", "items")
"""The names under which an answer may hold its insights."""
SOURCE_KEYS: Final = ("results", "sources", "items", "documents", "hits")
"""The names under which a search's answer may hold its sources."""
QUERY_KEYS: Final = ("query", "q", "search")
"""The names under which a search request may hold its query."""

NAME_LIMIT: Final = 256
"""Characters of what names something: an id, an action, a category, a model."""
FIELD_LIMIT: Final = 4096
"""Characters of a topic, a URL, a query."""
INSIGHT_LIMIT: Final = 16_384
"""Characters of one insight's text."""
INSIGHTS_LIMIT: Final = 262_144
"""Characters of all insights of an answer together; what is beyond is counted alone."""
MESSAGE_LIMIT: Final = 4 << 20
"""Characters of a prompt or an answer of a model: longer than what any takes."""
SLACK: Final = 512
"""Characters of source content kept beyond the limit until redaction, so that a secret at the cut is seen whole."""
_ID_BITS: Final = 512


def as_id(value: object) -> str | None:
    """Return an id as text: `1` is `"1"` and `0` is an id; true, 1.5, "" and null are none."""
    if type(value) is str and len(value) <= NAME_LIMIT:
        return clean(value).strip() or None
    if isinstance(value, bool):
        return None
    if isinstance(value, int):
        return int.__repr__(value) if int.bit_length(value) <= _ID_BITS else None
    if type(value) is uuid.UUID:
        return str(value)
    if isinstance(value, str):
        return clean_text(value, NAME_LIMIT).strip() or None
    return None
