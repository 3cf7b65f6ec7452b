"""Snapshots: bytes of the host's values, taken on its thread, without running its code."""

import math
from enum import Enum
from typing import Final

import orjson

from otel_training.delivery.record import JSON

DEPTH: Final = 8
BREADTH: Final = 256
TEXT_LIMIT: Final = 65_536
INT64: Final = 1 << 63
_SCALARS: Final = frozenset({bool, type(None)})
# orjson would call `__str__` of an Enum's value or of a UUID subclass; what is not plain comes to `plain`.
_OPTIONS: Final = orjson.OPT_PASSTHROUGH_SUBCLASS | orjson.OPT_PASSTHROUGH_DATACLASS | orjson.OPT_PASSTHROUGH_DATETIME


def snapshot(value: object) -> bytes:
    """Serialise a value as JSON: fast where it is plain, by `plain` where it is not.

    Never raises, never calls `repr`, `str`, `iter` or any method of a foreign object.
    """
    try:
        return orjson.dumps(value, option=_OPTIONS)
    except (TypeError, RecursionError):  # orjson's JSONEncodeError is a TypeError
        return orjson.dumps(plain(value))


def plain(value: object, depth: int = DEPTH, limit: int = TEXT_LIMIT) -> JSON:  # noqa: PLR0911 - a dispatch over types
    """Copy a value as plain JSON, within budgets of depth, breadth and length.

    What is not plain becomes `<TypeName>`; cycles end at the depth; texts are cut at `limit` characters.
    """
    kind = type(value)
    if kind is str:
        return clean_text(value, limit)  # type: ignore[arg-type]  # its exact type was looked at
    if kind in _SCALARS:
        return value  # type: ignore[return-value]  # bool or None
    if kind is int:
        return _plain_int(value)  # type: ignore[arg-type]  # its exact type was looked at
    if kind is float:
        return value if math.isfinite(value) else None  # type: ignore[arg-type,return-value]
    if depth == 0:
        return f"<{kind.__name__}>"
    if isinstance(value, dict):
        return _plain_mapping(value, depth, limit)
    if kind in (list, tuple):
        return [plain(item, depth - 1, limit) for item in value[:BREADTH]]  # type: ignore[index]
    if isinstance(value, Enum):
        return plain(object.__getattribute__(value, "_value_"), depth - 1, limit)
    fields = fields_of(value)
    return _plain_mapping(fields, depth, limit) if fields is not None else f"<{kind.__name__}>"


def _plain_int(value: int) -> JSON:
    return value if -INT64 <= value < INT64 else "<int>"


def _plain_mapping(value: dict[object, object], depth: int, limit: int) -> JSON:
    # `dict.items`, not `value.items`: a subclass may have its own.
    pairs = [pair for pair, _ in zip(dict.items(value), range(BREADTH), strict=False)]
    return {
        clean_text(key) if type(key) is str else f"<{type(key).__name__}>": plain(item, depth - 1, limit)
        for key, item in pairs
    }


def clean_text(text: str, limit: int = TEXT_LIMIT) -> str:
    """Cut a text and replace what JSON or ClickHouse cannot hold: lone surrogates and NUL."""
    cut = text[:limit]
    if not cut.isascii():
        cut = cut.encode("utf-8", "replace").decode("utf-8")
    return cut.replace("\0", "\ufffd")


def text_of(value: object, limit: int) -> str | None:
    """Return a text as it is, anything else as bounded JSON; both cut to `limit` characters."""
    if value is None:
        return None
    if isinstance(value, str):
        return clean_text(str.__getitem__(value, slice(0, limit)), limit)
    return orjson.dumps(plain(value)).decode()[:limit]


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
        stored = object.__getattribute__(value, "__dict__")
    except AttributeError:
        return _slots_of(value)
    return stored if isinstance(stored, dict) and not isinstance(value, type) else None


def _slots_of(value: object) -> dict[object, object] | None:
    names = getattr(type(value), "__dataclass_fields__", None)
    if not isinstance(names, dict):
        return None
    found: dict[object, object] = {}
    for name in names:
        try:
            found[name] = object.__getattribute__(value, name)
        except AttributeError:
            continue
    return found
