"""The request: lines of a finished segment as one OTLP/JSON logs request, by concatenation.

The header line makes its opening, the lines follow as they are, commas for their line ends. Nothing
is parsed or encoded anew, and no step works on more than `CHUNK` bytes while it holds the GIL.
"""

import zlib
from collections.abc import Iterator
from dataclasses import dataclass
from importlib import import_module
from pathlib import Path
from types import ModuleType
from typing import Final, NamedTuple

import orjson

CHUNK: Final = 256 << 10
HEADER_LIMIT: Final = 1 << 20
_CLOSING: Final = b"]}]}]}"


class Signal(NamedTuple):
    """A kind of OTLP requests: where it is posted, and what its parts are called."""

    path: str
    resources: bytes
    scopes: bytes
    records: bytes


LOGS: Final = Signal("/v1/logs", b"resourceLogs", b"scopeLogs", b"logRecords")
SPANS: Final = Signal("/v1/traces", b"resourceSpans", b"scopeSpans", b"spans")


EMPTY: Final = [b'{"resourceLogs":[]}']


class DamagedError(ValueError):
    """The segment's first line is no header: nobody can say whose its lines are."""


@dataclass(frozen=True, slots=True)
class Lines:
    """Whole lines of a finished segment, from `start` to `end`."""

    path: Path
    header: bytes
    start: int
    end: int
    torn: int = 0
    """Bytes of a last line that was cut short."""

    @property
    def size(self) -> int:
        """Return how many bytes they are."""
        return self.end - self.start

    def to(self, end: int) -> "Lines":
        """Return those before `end`."""
        return Lines(self.path, self.header, self.start, end)

    def since(self, start: int) -> "Lines":
        """Return those after `start`."""
        return Lines(self.path, self.header, start, self.end)

    def read(self) -> bytes:
        """Read them."""
        with self.path.open("rb") as file:
            file.seek(self.start)
            return file.read(self.size)

    def middle(self) -> int | None:
        """Return where to halve them, between two lines; None for a single one."""
        data = self.read()
        half = len(data) // 2
        cut = data.rfind(b"\n", 0, half) + 1 or data.find(b"\n", half) + 1
        return self.start + cut if 0 < cut < len(data) else None


@dataclass(frozen=True, slots=True)
class Request:
    """A request's body in parts, and how many records are in it."""

    signal: Signal
    parts: list[bytes]
    records: int

    @property
    def size(self) -> int:
        """Return the length of the body."""
        return sum(map(len, self.parts))


def read_lines(path: Path) -> Lines:
    """Find the whole lines of a segment; raises `DamagedError` when its header is none."""
    with path.open("rb") as file:
        header = file.readline(HEADER_LIMIT)
        start, size = file.tell(), file.seek(0, 2)
        file.seek(max(start, size - 1))
        end = size
        if size > start and file.read(1) != b"\n":
            file.seek(start)
            end = start + file.read().rfind(b"\n") + 1
    opening(header)
    return Lines(path, header, start, end, size - end)


def request(lines: Lines, compression: str) -> Request:
    """Make the request of some lines, at least one."""
    parts, ends = [], 0
    with lines.path.open("rb") as file:
        file.seek(lines.start)
        left = lines.size - 1
        while left and (data := file.read(min(CHUNK, left))):
            left -= len(data)
            ends += data.count(b"\n")
            parts.append(data.replace(b"\n", b","))
    return request_of(lines.header, LOGS, parts, ends + 1, compression)


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


def zstd() -> ModuleType | None:
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
    module = zstd() if compression == "zstd" else None
    compressor = module.ZstdCompressor(level=1) if module else zlib.compressobj(1, zlib.DEFLATED, zlib.MAX_WBITS | 16)
    yield from filter(None, map(compressor.compress, parts))
    yield compressor.flush()
