"""Compressed bodies: HTTP's content codings, and ClickHouse's own frames."""

import struct
import zlib
from collections.abc import Iterator
from importlib import import_module
from typing import Any, Final, Protocol

from otel_training.serve import failure

FRAME_BYTES: Final = 1 << 20
_CHECKSUM: Final = struct.Struct("<QQ")
_HEAD: Final = struct.Struct("<BII")
_LZ4: Final = 0x82
_LOW: Final = (1 << 64) - 1


class Decompressor(Protocol):
    """What the compression libraries have in common."""

    def decompress(self, data: bytes, /) -> bytes:
        """Decompress the next piece."""


def decoded(chunks: Iterator[bytes], coding: str) -> Iterator[bytes]:
    """Undo a Content-Encoding.

    Raises `QueryError` for one that is not known, and for data that are not what they claim.
    """
    coding = coding.strip().lower()
    if coding in {"", "identity"}:
        return chunks
    return _decoded(chunks, _decompressor(coding), coding)


def _decoded(chunks: Iterator[bytes], decompressor: Decompressor, coding: str) -> Iterator[bytes]:
    try:
        for chunk in chunks:
            yield decompressor.decompress(chunk)
    except (zlib.error, RuntimeError, EOFError, _zstd().ZstdError) as error:
        raise failure.refusal(failure.CANNOT_DECOMPRESS, f"The body is no {coding}: {error}.") from error
    if not getattr(decompressor, "eof", True):
        raise failure.refusal(failure.CANNOT_DECOMPRESS, f"The body ends within its {coding}.")


def _decompressor(coding: str) -> Decompressor:
    found: Decompressor
    match coding:
        case "gzip" | "deflate" | "x-gzip":
            # Either header, whatever the client called it.
            found = zlib.decompressobj(wbits=47)
        case "lz4":
            import lz4.frame

            found = lz4.frame.LZ4FrameDecompressor()
        case "zstd":
            found = _zstd().ZstdDecompressor()
        case _:
            raise failure.refusal(failure.UNKNOWN_COMPRESSION_METHOD, f"Unknown compression method: {coding}.")
    return found


def framed(chunks: Iterator[bytes]) -> Iterator[bytes]:
    """Write ClickHouse's frames, of LZ4 blocks."""
    import lz4.block

    for chunk in chunks:
        for at in range(0, len(chunk), FRAME_BYTES):
            piece = chunk[at : at + FRAME_BYTES]
            packed = lz4.block.compress(piece, store_size=False)
            head = _HEAD.pack(_LZ4, _HEAD.size + len(packed), len(piece))
            yield _checksum(head + packed) + head + packed


def unframed(chunks: Iterator[bytes]) -> Iterator[bytes]:
    """Read ClickHouse's frames: checksum, method, sizes, block."""
    rest = b""
    for chunk in chunks:
        rest += chunk
        while len(rest) >= _CHECKSUM.size + _HEAD.size:
            method, packed, size = _HEAD.unpack_from(rest, _CHECKSUM.size)
            if len(rest) < (end := _CHECKSUM.size + packed):
                break
            frame, rest = rest[:end], rest[end:]
            if frame[: _CHECKSUM.size] != _checksum(frame[_CHECKSUM.size :]):
                raise failure.refusal(failure.CHECKSUM_DOESNT_MATCH, "Checksum doesn't match: corrupted data.")
            yield _unpacked(method, frame[_CHECKSUM.size + _HEAD.size :], size)
    if rest:
        raise failure.refusal(failure.CANNOT_DECOMPRESS, "The body ends within a compressed block.")


def _unpacked(method: int, data: bytes, size: int) -> bytes:
    import lz4.block

    match method:
        case 0x02:
            return data
        case 0x82:
            return bytes(lz4.block.decompress(data, uncompressed_size=size))
        case 0x90:
            return bytes(_zstd().decompress(data))
    raise failure.refusal(failure.UNKNOWN_COMPRESSION_METHOD, f"Unknown compression method: {method:#x}.")


def _checksum(data: bytes) -> bytes:
    from clickhouse_cityhash.cityhash import CityHash128

    found = CityHash128(data)
    return _CHECKSUM.pack(found >> 64, found & _LOW)


def _zstd() -> Any:
    """Return the standard library's module (Python 3.14), or its backport, which clickhouse-connect brings."""
    try:
        return import_module("compression.zstd")
    except ImportError:
        return import_module("backports.zstd")
