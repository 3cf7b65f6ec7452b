"""Reading the host's values without running any of their code.

| function | thread | what it costs |
|---|---|---|
| `text_of`, `clean_text` | any | a copy of a text that is not ASCII; anything else than a text as by `plain` |
| `clean` | the writer's | a copy of a text that is not ASCII |
| `snapshot` | the host's | one pass of orjson, by `plain` where the value is not plain |
| `url_of`, `fields_of` | any | references, and a copy of slots |
| `plain` | any | Python for each item, within budgets of depth, breadth and length |
"""

import math
from collections.abc import Iterable
from contextlib import suppress
from dataclasses import dataclass
from itertools import islice
from types import MemberDescriptorType
from typing import TYPE_CHECKING, Final

import orjson

from otel_training.record.known import attributes_of, bases_of, class_attribute, is_a, members_of, name_of, unwrap

if TYPE_CHECKING:
    from otel_training.record.record import JSON

DEPTH: Final = 8
BREADTH: Final = 256
TEXT_LIMIT: Final = 65_536
TOTAL_LIMIT: Final = 1 << 20
INT64: Final = 1 << 63
_NUMBERS: Final = frozenset({bool, int, float, type(None)})
INT_BITS: Final = 512
_BUFFER: Final = 2048
_KEY_LIMIT: Final = 256
# orjson would call `__str__` of an Enum's value or of a UUID subclass; what is not plain comes to `plain`.
_OPTIONS: Final = orjson.OPT_PASSTHROUGH_SUBCLASS | orjson.OPT_PASSTHROUGH_DATACLASS | orjson.OPT_PASSTHROUGH_DATETIME


def snapshot(value: object) -> bytes:
    """Serialise a value as JSON: fast where it is plain, by `plain` where it is not.

    Never raises, never calls `repr`, `str`, `iter` or any method of a foreign object.
    """
    try:
        content = orjson.dumps(value, option=_OPTIONS)
    except (TypeError, RecursionError):  # orjson's JSONEncodeError is a TypeError
        return orjson.dumps(plain(value))
    # A small result is copied: orjson's own keeps a buffer of 4 kB behind it.
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


def plain(value: object, depth: int = DEPTH, limit: int = TEXT_LIMIT, budget: Budget | None = None) -> "JSON":
    """Copy a value as plain JSON, within budgets of depth, breadth and length.

    What is not plain becomes `<TypeName>`, and so does an object that has nothing public; cycles end
    at the depth; a text is cut at `limit` characters, all texts together at the budget's.
    """
    value = unwrap(value)
    kind = type(value)
    budget = Budget(max(limit, TOTAL_LIMIT)) if budget is None else budget
    if is_a(value, str):
        return budget.spend(value, limit)
    if kind in _NUMBERS:
        return _plain_number(value)  # type: ignore[arg-type]  # its exact type was looked at
    if depth == 0:
        return f"<{name_of(kind)}>"
    fields = _public_fields(value)
    if fields is not None:
        return {
            clean_text(key, _KEY_LIMIT) if type(key) is str else f"<{name_of(type(key))}>": plain(
                item, depth - 1, limit, budget
            )
            for key, item in pairs_of(fields, BREADTH)
        }
    if is_a(value, (list, tuple)):
        return [plain(item, depth - 1, limit, budget) for item in items_of(value, BREADTH)]
    return f"<{name_of(kind)}>"


def _public_fields(value: object) -> dict[object, object] | None:
    fields = fields_of(value)
    if fields is None or is_a(value, (dict, tuple)):
        return fields
    return {name: field for name, field in fields.items() if type(name) is str and name[:1] != "_"} or None


def _plain_number(value: float | None) -> "JSON":
    if isinstance(value, float):
        return value if math.isfinite(value) else None
    if value is None or -INT64 <= value < INT64:
        return value
    return int.__repr__(value) if int.bit_length(value) <= INT_BITS else "<int>"


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
    if is_a(value, str):
        return clean_text(value, limit)
    if is_a(value, bytes):
        return clean_text(bytes.decode(bytes.__getitem__(value, slice(0, 4 * limit)), "utf-8", "replace"), limit)
    copy = plain(value)
    return (copy if isinstance(copy, str) else orjson.dumps(copy).decode())[:limit]


def clean(text: str) -> str:
    """Return a whole text without what JSON or ClickHouse cannot hold, as `clean_text` does."""
    return text if text.isascii() and "\0" not in text else clean_text(text, len(text))


def url_of(value: object, limit: int) -> str | None:
    """Return a URL, a path or a number as text, cut to `limit` characters; None for what is none of them."""
    value = unwrap(value)
    is_url = is_a(value, (str, bytes)) or type(value) is int
    return text_of(value, limit) if is_url else None


def fields_of(value: object) -> dict[object, object] | None:
    """Return the fields of a mapping, dataclass, model, struct or named tuple; None for others.

    Reads storage, never properties: no code of the object runs.
    """
    value = unwrap(value)
    if not is_a(value, (dict, tuple, type, list)):
        return attributes_of(value) or _slots_of(value)
    if is_a(value, tuple):
        names = class_attribute(type(value), "_fields")
        return dict(zip(names, items_of(value, BREADTH), strict=False)) if is_a(names, tuple) else None
    return value if is_a(value, dict) else None


def first_of(fields: dict[object, object], keys: Iterable[str]) -> object:
    """Return the value of the first key that has one; by `dict.get`: a subclass may override `get`."""
    for key in keys:
        value = dict.get(fields, key)
        if value is not None:
            return value
    return None


def items_of(items: list[object] | tuple[object, ...], limit: int) -> list[object]:
    """Return the first items of a list or tuple, without calling methods of a subclass."""
    part = slice(0, limit)
    return list(tuple.__getitem__(items, part) if is_a(items, tuple) else list.__getitem__(items, part))


def pairs_of(mapping: dict[object, object], limit: int) -> list[tuple[object, object]]:
    """Return the first keys and values of a mapping, without calling methods of a subclass."""
    return list(islice(dict.items(mapping), limit))


def _slots_of(value: object) -> dict[object, object] | None:
    """Return the public slots of an object that have a value; None without any."""
    fields: dict[object, object] = {}
    for base in reversed(bases_of(type(value))):
        members = members_of(base)
        for name, member in members.items() if "__slots__" in members else ():
            if type(member) is MemberDescriptorType and name[0] != "_":
                with suppress(AttributeError):  # nothing was assigned to it
                    fields[name] = member.__get__(value)
    return fields or None
