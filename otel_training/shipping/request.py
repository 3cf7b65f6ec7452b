"""The request: lines of a finished segment as one OTLP/JSON logs request, by concatenation.

The header line makes its opening, the lines follow as they are, commas for their line ends. Nothing
is parsed or encoded anew, and no step works on more than `CHUNK` bytes while it holds the GIL.
"""

import zlib
from collections.abc import Iterator
from dataclasses import dataclass
from importlib import import_module
from types import ModuleType
from typing import Final, NamedTuple

import orjson

from otel_training.spool.reading import Lines

CHUNK: Final = 256 << 10
_CLOSING: Final = b"]}]}]}"


class Signal(NamedTuple):
    """A kind of OTLP requests: where it is posted, and the names of its parts in JSON."""

    path: str
    resources: bytes
    scopes: bytes
    records: bytes


LOGS: Final = Signal("/v1/logs", b"resourceLogs", b"scopeLogs", b"logRecords")
SPANS: Final = Signal("/v1/traces", b"resourceSpans", b"scopeSpans", b"spans")

EMPTY: Final = [b'{"resourceLogs":[]}']


class DamagedError(ValueError):
    """The segment's first line is no header: nobody knows whose its lines are."""


@dataclass(frozen=True, slots=True)
class Request:
    """A request's body in parts, and how many records are in it."""

    signal: Signal
    parts: list[bytes]
    records: int

    @property
    def size(self) -> int:
        """Length of the body."""
        return sum(map(len, self.parts))


def to_request(lines: Lines, compression: str) -> Request:
    """Make the request of some lines, at least one; raises `DamagedError` when their header is none."""
    parts, records = [], 0
    for chunk in lines.chunks(CHUNK):
        records += chunk.count(b"\n")
        parts.append(chunk.replace(b"\n", b","))
    # No comma after the last one.
    parts[-1] = parts[-1][:-1]
    return request_of(lines.header, LOGS, parts, records, compression)


def request_of(header: bytes, signal: Signal, parts: list[bytes], records: int, compression: str) -> Request:
    """Put the parts of a request between its opening and its closing."""
    body = [opening(header, signal), *parts, _CLOSING]
    return Request(signal, list(_compressed(body, compression)), records)


def opening(header: bytes, signal: Signal = LOGS) -> bytes:
    """Make what stands before the lines; raises `DamagedError` for what is no header."""
    try:
        head = orjson.loads(header)
        resource, scope, schema = (orjson.dumps(head[key]) for key in ("resource", "scope", "schemaUrl"))
    except (orjson.JSONDecodeError, KeyError, TypeError) as error:
        raise DamagedError("the segment has no header") from error
    return b'{"%b":[{"resource":%b,"schemaUrl":%b,"%b":[{"scope":%b,"schemaUrl":%b,"%b":[' % (
        *(signal.resources, resource, schema),
        *(signal.scopes, scope, schema, signal.records),
    )


def zstd_module() -> ModuleType | None:
    """Return the module that compresses by zstd, where there is one."""
    for name in ("compression.zstd", "backports.zstd"):
        try:
            return import_module(name)
        except ImportError:
            continue
    return None


def _compressed(parts: list[bytes], compression: str) -> Iterator[bytes]:
    """Compress parts one by one: compressors let go of the GIL."""
    if compression == "none":
        yield from parts
        return
    module = zstd_module() if compression == "zstd" else None
    compressor = module.ZstdCompressor(level=1) if module else zlib.compressobj(1, zlib.DEFLATED, zlib.MAX_WBITS | 16)
    yield from filter(None, map(compressor.compress, parts))
    yield compressor.flush()
