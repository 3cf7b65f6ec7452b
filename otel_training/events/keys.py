"""The keys of a host's JSON, which show its names for fields and none of its values."""

import re
from collections.abc import Iterator
from itertools import islice
from typing import Final

from otel_training.record.record import JSON

KEYS: Final = 24
"""Keys of one content that are named."""
_DEPTH: Final = 6
_ITEMS: Final = 5
# Anything else may be a value of the host's: an id, an address.
_KEY: Final = re.compile(r"[A-Za-z_$@][A-Za-z_$-]{0,31}[0-9]?")


def keys_of(content: JSON) -> str:
    """Name the keys that a content holds: `items[].id, items[].title, total`."""
    return ", ".join(islice(dict.fromkeys(_paths(content, "", _DEPTH)), KEYS))


def _paths(value: JSON, path: str, depth: int) -> Iterator[str]:
    if isinstance(value, dict) and depth:
        for key, inner in islice(value.items(), KEYS):
            name = key if _KEY.fullmatch(key) else "*"
            yield from _paths(inner, f"{path}.{name}" if path else name, depth - 1)
    elif isinstance(value, list) and depth:
        for inner in value[:_ITEMS] or [None]:
            yield from _paths(inner, f"{path}[]", depth - 1)
    elif path:
        yield path
