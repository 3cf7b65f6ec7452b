"""The content of a record: JSON of the host's, read on the writer thread."""

import contextlib
import json
import math
import re
import zlib
from collections.abc import Iterator
from itertools import islice
from typing import Any, Final

import orjson

from otel_training.conventions import Loss
from otel_training.privacy.redact import Redactor
from otel_training.privacy.url import clean_url
from otel_training.record.record import JSON
from otel_training.record.values import clean

UNZIPPED_LIMIT: Final = 8 << 20
_BLANK: Final = b"\x1e \t"  # what may stand around a line: a text sequence begins each with a separator
_GZIP: Final = b"\x1f\x8b"
_LONG_NUMBER: Final = re.compile(rb"\d{19}")
_SIXTH: Final = 6
"""Of 19 digits three are among every sixth character, side by side: those are searched in a sixth of the time."""
_THREE_DIGITS: Final = re.compile(rb"\d{3}")
_DIGITS: Final = 160  # digits of an integer: more than an id may have, and a float holds what they stand for

_KEYS: Final = 24  # keys of one content that are named
_DEPTH: Final = 6
_ITEMS: Final = 5
# Anything else may be a value of the host's: an id, an address.
_KEY: Final = re.compile(r"[A-Za-z_$@][A-Za-z_$-]{0,31}[0-9]?")


class MalformedError(ValueError):
    """The content is not JSON of the expected shape."""

    def __init__(self, reason: Loss = Loss.MALFORMED, detail: str = "", count: int = 1) -> None:
        super().__init__(reason.value)
        self.reason, self.detail, self.count = reason, detail, count


def read_json(content: bytes | dict[str, JSON]) -> JSON:
    """Parse JSON, gzipped or not, where it is not yet parsed; raises `MalformedError` for anything else."""
    if isinstance(content, dict):
        return content
    text = _unzip(content)
    # orjson makes floats of integers over 64 bits.
    if not (_THREE_DIGITS.search(text[::_SIXTH]) and _LONG_NUMBER.search(text)):
        with contextlib.suppress(orjson.JSONDecodeError):
            parsed: JSON = orjson.loads(text)
            return parsed
    return _read_as_apps_do(text)


def read_lines(content: bytes | dict[str, JSON]) -> list[JSON]:
    """Parse JSON Lines, gzipped or not; raises `MalformedError` for anything else."""
    lines = _unzip(content).splitlines() if isinstance(content, bytes) else []
    return [read_json(text) for line in lines if (text := line.strip(_BLANK))]


def read_object(content: bytes | dict[str, JSON]) -> dict[str, JSON]:
    """Parse a JSON object; raises `MalformedError` for anything else."""
    parsed = read_json(content)
    if not isinstance(parsed, dict):
        raise MalformedError
    return parsed


def as_text(value: JSON) -> str | None:
    """Return a text, cleaned of what JSON or ClickHouse cannot hold; None for anything else."""
    return clean(value) if isinstance(value, str) else None


def stored_url(url: str, redactor: Redactor) -> str:
    """Return a URL as it is kept, under `content=none`, too: the same for an extraction and what links to it."""
    return redactor.replace_alone(clean_url(url.strip()))


def _read_as_apps_do(text: bytes) -> JSON:
    """Parse what `json` reads and orjson refuses: cut emoji, NaN, numbers of any size, a BOM, UTF-16."""
    try:
        parsed: JSON = json.loads(text, **_HOOKS)
    except (ValueError, RecursionError) as error:
        raise MalformedError from error
    return parsed


def _parse_integer(text: str) -> int | None:
    return int(text) if len(text) <= _DIGITS else None


def _parse_float(text: str) -> float | None:
    return number if math.isfinite(number := float(text)) else None


_HOOKS: Final[Any] = {"parse_int": _parse_integer, "parse_float": _parse_float, "parse_constant": lambda _name: None}
DECODER: Final = json.JSONDecoder(**_HOOKS)  # reads JSON as `read_json` does, out of a longer text


def _unzip(content: bytes) -> bytes:
    """Undo what a host's gzip middleware did below ours; no JSON text begins like gzip."""
    if not content.startswith(_GZIP):
        return content
    try:
        return zlib.decompressobj(zlib.MAX_WBITS | 16).decompress(content, UNZIPPED_LIMIT)
    except zlib.error as error:
        raise MalformedError from error


def keys_of(content: JSON) -> str:
    """Name the keys that a content holds: `items[].id, items[].title, total`."""
    return ", ".join(islice(dict.fromkeys(_paths(content, "", _DEPTH)), _KEYS))


def _paths(value: JSON, path: str, depth: int) -> Iterator[str]:
    if isinstance(value, dict) and depth:
        for key, inner in islice(value.items(), _KEYS):
            name = key if _KEY.fullmatch(key) else "*"
            yield from _paths(inner, f"{path}.{name}" if path else name, depth - 1)
    elif isinstance(value, list) and depth:
        for inner in value[:_ITEMS] or [None]:
            yield from _paths(inner, f"{path}[]", depth - 1)
    elif path:
        yield path
