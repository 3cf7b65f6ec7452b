"""Values of the host, read without running any code of theirs.

| function | thread | what it costs |
|---|---|---|
| `cut` | the host's | a plain text: a look at its length |
| `text_of`, `clean_text` | any | a copy of a text that is not ASCII; anything else than a text as by `plain` |
| `clean` | the writer's | what `cut` left out: a copy of a text that is not ASCII |
| `snapshot` | the host's | one pass of orjson, by `plain` where the value is not plain |
| `plain` | any | Python for each item, within budgets of depth, breadth and length |
"""

import math
from collections.abc import Iterable
from dataclasses import dataclass
from enum import Enum
from typing import Final

import orjson

from otel_training.record.record import JSON

DEPTH: Final = 8
BREADTH: Final = 256
TEXT_LIMIT: Final = 65_536
TOTAL_LIMIT: Final = 1 << 20
INT64: Final = 1 << 63
_NUMBERS: Final = frozenset({bool, int, float, type(None)})
_BUFFER: Final = 2048
_KEY_LIMIT: Final = 256
# orjson would call `__str__` of an Enum's value or of a UUID subclass; what is not plain comes to `plain`.
_OPTIONS: Final = orjson.OPT_PASSTHROUGH_SUBCLASS | orjson.OPT_PASSTHROUGH_DATACLASS | orjson.OPT_PASSTHROUGH_DATETIME


def snapshot(value: object) -> bytes:
    """Serialise a value as JSON: fast where it is plain, by `plain` where it is not.

    Never raises, never calls `repr`, `str`, `iter` or any method of a foreign object.
    """
    try:
        return _shrink(orjson.dumps(value, option=_OPTIONS))
    except (TypeError, RecursionError):  # orjson's JSONEncodeError is a TypeError
        return orjson.dumps(plain(value))


def _shrink(content: bytes) -> bytes:
    """Copy a small result: orjson's own keeps a buffer of 4 kB behind it."""
    return bytes(memoryview(content)) if len(content) < _BUFFER else content


@dataclass(slots=True)
class Budget:
    """The number of characters that a copy's texts may still have."""

    left: int = TOTAL_LIMIT

    def spend(self, text: str, limit: int) -> str:
        """Return a text, cleaned, cut to its own limit and to what is left of the budget."""
        cleaned = clean_text(text, min(limit, self.left))
        self.left -= len(cleaned)
        return cleaned


def plain(value: object, depth: int = DEPTH, limit: int = TEXT_LIMIT, budget: Budget | None = None) -> JSON:
    """Copy a value as plain JSON, within budgets of depth, breadth and length.

    What is not plain becomes `<TypeName>`; cycles end at the depth; a text is cut at `limit`
    characters, all texts together at the budget's.
    """
    kind = type(value)
    budget = Budget(max(limit, TOTAL_LIMIT)) if budget is None else budget
    if isinstance(value, str) and not isinstance(value, Enum):
        return budget.spend(value, limit)
    if kind in _NUMBERS:
        return _plain_number(value)  # type: ignore[arg-type]  # its exact type was looked at
    if depth == 0:
        return f"<{kind.__name__}>"
    if isinstance(value, Enum):
        return plain(object.__getattribute__(value, "_value_"), depth - 1, limit, budget)
    if isinstance(value, (list, tuple)) and not hasattr(kind, "_fields"):
        return [plain(item, depth - 1, limit, budget) for item in items_of(value, BREADTH)]
    fields = fields_of(value)
    return f"<{kind.__name__}>" if fields is None else _plain_mapping(fields, depth - 1, limit, budget)


def _plain_number(value: float | None) -> JSON:
    if isinstance(value, float):
        return value if math.isfinite(value) else None
    if value is None or -INT64 <= value < INT64:
        return value
    return "<int>"


def _plain_mapping(value: dict[object, object], depth: int, limit: int, budget: Budget) -> JSON:
    # `dict.items`, not `value.items`: a subclass may have its own.
    pairs = [pair for pair, _ in zip(dict.items(value), range(BREADTH), strict=False)]
    return {
        clean_text(key, _KEY_LIMIT) if type(key) is str else f"<{type(key).__name__}>": plain(
            item, depth, limit, budget
        )
        for key, item in pairs
    }


def clean_text(text: str, limit: int = TEXT_LIMIT) -> str:
    """Cut a text and replace what JSON or ClickHouse cannot hold: lone surrogates and NUL."""
    # `str.__getitem__`, not `text[:limit]`: a subclass may have its own.
    text = str.__getitem__(text, slice(0, limit))
    if not text.isascii():
        text = text.encode("utf-8", "replace").decode("utf-8")
    return text.replace("\0", "\ufffd")


def text_of(value: object, limit: int) -> str | None:
    """Return a text cleaned, anything else as bounded JSON; both cut to `limit` characters."""
    if value is None:
        return None
    if isinstance(value, str):
        return clean_text(value, limit)
    if isinstance(value, bytes):
        return clean_text(bytes.decode(bytes.__getitem__(value, slice(0, 4 * limit)), "utf-8", "replace"), limit)
    return orjson.dumps(plain(value)).decode()[:limit]


def cut(value: object, limit: int) -> str | None:
    """Return what `text_of` returns, but a text uncleaned: the writer thread cleans it by `clean`."""
    if type(value) is str:
        return value if len(value) <= limit else value[:limit]
    return text_of(value, limit)


def clean(text: str) -> str:
    """Return a whole text without what JSON or ClickHouse cannot hold, as `clean_text` does."""
    return text if text.isascii() and "\0" not in text else clean_text(text, len(text))


def fields_of(value: object) -> dict[object, object] | None:
    """Return the fields of a mapping, dataclass, pydantic model or named tuple; None for others.

    Reads storage, never properties: no code of the object runs.
    """
    if isinstance(value, dict):
        return value
    kind = type(value)
    if isinstance(value, tuple):
        names = kind.__dict__.get("_fields")
        return dict(zip(names, value, strict=False)) if isinstance(names, tuple) else None
    try:
        fields = object.__getattribute__(value, "__dict__")
    except AttributeError:
        return _slots_of(value)
    return fields if isinstance(fields, dict) and not isinstance(value, type) else None


def first_of(fields: dict[object, object], keys: Iterable[str]) -> object:
    """Return the value of the first key that has one; by `dict.get`, since a subclass may have its own `get`."""
    for key in keys:
        value = dict.get(fields, key)
        if value is not None:
            return value
    return None


def items_of(items: list[object] | tuple[object, ...], limit: int) -> list[object]:
    """Return the first items of a list or tuple, without calling methods of a subclass."""
    part = slice(0, limit)
    return list(tuple.__getitem__(items, part) if isinstance(items, tuple) else list.__getitem__(items, part))


def _slots_of(value: object) -> dict[object, object] | None:
    names = getattr(type(value), "__dataclass_fields__", None)
    if not isinstance(names, dict):
        return None
    fields: dict[object, object] = {}
    for name in names:
        try:
            fields[name] = object.__getattribute__(value, name)
        except AttributeError:
            continue
    return fields
