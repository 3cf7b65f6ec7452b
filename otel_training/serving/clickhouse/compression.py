"""Compressed bodies: HTTP's content codings, and ClickHouse's own frames."""

import struct
import zlib
from collections.abc import Iterator
from importlib import import_module
from typing import Any, Final

from otel_training.serving.clickhouse.errors import refusal

_CHECKSUM: Final = struct.Struct("<QQ")
_HEAD: Final = struct.Struct("<BII")
# Few bytes can become many: they are not all in memory at once.
_FED_BYTES: Final = 1 << 12
_BLOCK_BYTES: Final = 64 << 20
_NONE, _LZ4, _ZSTD = 0x02, 0x82, 0x90


def decompress(chunks: Iterator[bytes], coding: str) -> Iterator[bytes]:
    """Decompress a body of a Content-Encoding.

    Raises `QueryError` for one that is not known, and for data that are not what they claim.
    """
    decompressor = _decompressor(coding.strip().lower())
    return chunks if decompressor is None else _decompress_all(chunks, decompressor, coding)


def _decompressor(coding: str) -> Any:
    match coding:
        case "" | "identity":
            return None
        case "gzip" | "deflate":
            # Either header, whatever the client called it.
            return zlib.decompressobj(wbits=47)
        case "lz4":
            return import_module("lz4.frame").LZ4FrameDecompressor()
        case "zstd":
            return _zstd().ZstdDecompressor()
    raise refusal(89, "UNKNOWN_COMPRESSION_METHOD", f"Unknown compression method: {coding}.")


def _decompress_all(chunks: Iterator[bytes], decompressor: Any, coding: str) -> Iterator[bytes]:
    try:
        for chunk in chunks:
            for at in range(0, len(chunk), _FED_BYTES):
                yield decompressor.decompress(chunk[at : at + _FED_BYTES])
    except (zlib.error, RuntimeError, EOFError, _zstd().ZstdError) as error:
        raise refusal(271, "CANNOT_DECOMPRESS", f"The body is no {coding}: {error}.") from error
    if not decompressor.eof:
        raise refusal(271, "CANNOT_DECOMPRESS", f"The body ends within its {coding}.")


def write_frames(chunks: Iterator[bytes]) -> Iterator[bytes]:
    """Write ClickHouse's frames: checksum, method, sizes, an LZ4 block."""
    compress = import_module("lz4.block").compress
    for chunk in chunks:
        packed = compress(chunk, store_size=False)
        frame = _HEAD.pack(_LZ4, _HEAD.size + len(packed), len(chunk)) + packed
        yield _checksum(frame) + frame


def read_frames(chunks: Iterator[bytes]) -> Iterator[bytes]:
    """Read ClickHouse's frames."""
    rest = b""
    for chunk in chunks:
        rest += chunk
        while len(rest) >= _CHECKSUM.size + _HEAD.size:
            method, packed, size = _HEAD.unpack_from(rest, _CHECKSUM.size)
            if max(packed, size) > _BLOCK_BYTES:
                raise refusal(271, "CANNOT_DECOMPRESS", "A compressed block is larger than 64 MiB.")
            if len(rest) < (end := _CHECKSUM.size + packed):
                break
            if rest[: _CHECKSUM.size] != _checksum(rest[_CHECKSUM.size : end]):
                raise refusal(40, "CHECKSUM_DOESNT_MATCH", "Checksum doesn't match: corrupted data.")
            yield _unpack(method, rest[_CHECKSUM.size + _HEAD.size : end], size)
            rest = rest[end:]
    if rest:
        raise refusal(271, "CANNOT_DECOMPRESS", "The body ends within a compressed block.")


def _unpack(method: int, data: bytes, size: int) -> bytes:
    if method == _NONE:
        return data
    if method == _LZ4:
        return bytes(import_module("lz4.block").decompress(data, uncompressed_size=size))
    if method == _ZSTD:
        return bytes(_zstd().decompress(data))
    raise refusal(89, "UNKNOWN_COMPRESSION_METHOD", f"Unknown compression method: {method:#x}.")


def _checksum(data: bytes) -> bytes:
    hashed = import_module("clickhouse_cityhash.cityhash").CityHash128(data)
    return _CHECKSUM.pack(*divmod(hashed, 1 << 64))


def _zstd() -> Any:
    """Return the standard library's module (Python 3.14), or its backport, which clickhouse-connect brings."""
    try:
        return import_module("compression.zstd")
    except ImportError:
        return import_module("backports.zstd")
