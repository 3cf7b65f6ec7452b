"""The rows of a file: JSON lines, a list, or whole documents, zipped or not; and what cannot be read in it."""

import codecs
import gzip
import io
import json
import re
import zlib
from collections.abc import Iterator, Mapping
from datetime import UTC, datetime
from functools import cache
from typing import Any, Final, NamedTuple

from otel_training.events.host_json import DECODER, MalformedError, read_json
from otel_training.record.record import JSON

CUT: Final = "is where the file is cut or damaged"
UNKNOWN: Final = "is of no format that is known: no old log, OTLP, Langfuse export or Bedrock log"
_NO_JSON: Final = f"is no JSON, and {UNKNOWN}, which are JSON"
_VALUE: Final = frozenset('{"-0123456789')
"""How a value of a list begins, but for words, as which TOML's tables begin, too."""
_FRACTION: Final = re.compile(r"[.,](\d{1,9})\d*")  # of a second; `datetime` holds microseconds alone
_EPOCH: Final = datetime(1970, 1, 1, tzinfo=UTC)
_CHUNK: Final = 1 << 20
_DOCUMENT_LIMIT: Final = 256 << 20
"""Characters of one value that spans lines; the members of a list are values of their own."""
_BETWEEN: Final = re.compile(r"[\s,\[\]\ufeff]*")
_WIDE: Final = {codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE}


class UnreadableError(Exception):
    """A row cannot be read as any of the known formats; the message is the reason."""


class Row(NamedTuple):
    """A row as it was read, or the reason why it cannot be."""

    line: int
    value: JSON = None
    text: bytes = b""  # the row as it was written, where it is a line
    reason: str = ""


def read_rows(source: Any) -> Iterator[Row]:
    """Read the rows of an open binary file that can be peeked into and rewound, a row at a time."""
    line = 0
    if source.peek(2).startswith(b"\x1f\x8b"):
        source = gzip.GzipFile(fileobj=source)
    try:
        if source.peek(2)[:2] in _WIDE:
            source = io.BufferedReader(io.BytesIO(source.read().decode("utf-16", "replace").encode()))
        for row in _values(source) if _has_values(source) else _lines(source):
            line = row.line
            yield row
    except (EOFError, zlib.error, gzip.BadGzipFile):
        yield Row(line + 1, reason="is where the zipped file is cut or damaged")


def nanoseconds(timestamp: object) -> int:
    """Read ISO 8601 or Unix seconds as nanoseconds; a time without a zone is UTC."""
    fraction = None
    try:
        if isinstance(timestamp, str):
            fraction = _FRACTION.search(timestamp)
            moment = datetime.fromisoformat(timestamp)
            moment = moment.replace(tzinfo=UTC) if moment.tzinfo is None else moment
        elif isinstance(timestamp, (int, float)) and not isinstance(timestamp, bool):
            moment = datetime.fromtimestamp(timestamp, UTC)
        else:
            raise UnreadableError("timestamp is missing")
        delta = moment - _EPOCH
    except (ValueError, OverflowError, OSError):
        raise UnreadableError(f"timestamp {_short(timestamp)} is no ISO 8601 time") from None
    part = int(fraction[1].ljust(9, "0")) if fraction else delta.microseconds * 1000
    return in_range((delta.days * 86_400 + delta.seconds) * 1_000_000_000 + part, timestamp)


def get(row: Mapping[str, Any], key: str) -> Any:
    """Return a field by its name in snake case, or in camel case."""
    value = row.get(key)
    return row.get(_camel(key)) if value is None else value


def mapping_of(value: object) -> dict[str, Any]:
    """Return an object of JSON, an empty one for what is none."""
    return value if isinstance(value, dict) else {}


def objects_in(items: object) -> list[dict[str, Any]]:
    """Return the objects in a list of JSON, none of what is no list."""
    return [item for item in items if isinstance(item, dict)] if isinstance(items, list) else []


@cache
def _camel(key: str) -> str:
    head, *rest = key.split("_")
    return head + "".join(word.capitalize() for word in rest)


def in_range(time: int, timestamp: object) -> int:
    """Return nanoseconds that the store can hold; raises `UnreadableError` for others."""
    if not 0 <= time < 1 << 63:
        raise UnreadableError(f"timestamp {_short(timestamp)} is out of range")
    return time


def _short(value: object) -> str:
    return repr(value)[:60]


def _has_values(source: Any) -> bool:
    """Whether a file is a list or has values over several lines, and is no file of JSON lines."""
    head = source.peek(_CHUNK).removeprefix(codecs.BOM_UTF8).lstrip()
    if head[:1] != b"{":
        return bool(head[:1] == b"[")
    while not (first := source.readline().removeprefix(codecs.BOM_UTF8).strip()):
        pass
    source.seek(0)
    try:
        read_json(first)
    except MalformedError as error:
        cause = error.__cause__
        # At its end, the line is well so far: what is missing follows on the next ones.
        return isinstance(cause, json.JSONDecodeError) and cause.pos >= len(cause.doc.rstrip())
    return False


def _lines(source: Any) -> Iterator[Row]:
    for number, raw in enumerate(source, 1):
        text = raw.removeprefix(codecs.BOM_UTF8).strip()
        if not text:
            continue
        try:
            yield Row(number, read_json(text), text)
        except MalformedError as error:
            yield Row(number, reason=f"is no JSON ({getattr(error.__cause__, 'msg', 'no text')})")


def _values(source: Any) -> Iterator[Row]:
    """Read values one by one, however they are spaced: the members of a list, or documents after each other."""
    decode = codecs.getincrementaldecoder("utf-8")("replace").decode
    text, start, line, wanted, count = "", 0, 1, _CHUNK, 0
    while True:
        end = _BETWEEN.match(text, start).end()  # type: ignore[union-attr]  # it matches nothing, too
        try:
            value, after = DECODER.raw_decode(text, end)
            # A number may go on in what was not read yet.
            is_whole = after < len(text) or text[after - 1] in '"]}'
        except (ValueError, RecursionError):
            is_whole = False
        if is_whole:
            line += text.count("\n", start, end)
            yield Row(line, value)
            line, start, count = line + text.count("\n", end, after), after, count + 1
            continue
        if len(text) - end > _DOCUMENT_LIMIT or not (chunk := source.read(wanted)):
            break
        line += text.count("\n", start, end)
        text, start, wanted = text[end:] + decode(chunk), 0, min(2 * wanted, _DOCUMENT_LIMIT)
        wanted = _CHUNK if end else wanted
    if text[end:]:
        if not count and text[end] == "{" and source.seekable():
            source.seek(0)
            yield from _lines(source)
        else:
            is_cut = count or text[end] in _VALUE
            yield Row(line + text.count("\n", start, end), reason=CUT if is_cut else _NO_JSON)
