"""Bodies in frames and content codings."""

from typing import Any

import lz4.block
import pytest
from clickhouse_cityhash.cityhash import CityHash128

pytestmark = pytest.mark.slow


def frame(data: bytes, *, method: int = 0x82, spoiled: bool = False) -> bytes:
    """One of ClickHouse's frames."""
    packed = data if method == 0x02 else lz4.block.compress(data, store_size=False)
    head = bytes([method]) + (9 + len(packed)).to_bytes(4, "little") + len(data).to_bytes(4, "little")
    checksum = CityHash128(head + packed) ^ int(spoiled)
    return (checksum >> 64).to_bytes(8, "little") + (checksum & (1 << 64) - 1).to_bytes(8, "little") + head + packed


@pytest.mark.parametrize(
    ("body", "query", "headers", "status", "code"),
    [
        (b"x", {}, {"Content-Encoding": "br"}, 501, "89"),
        (b"no gzip", {}, {"Content-Encoding": "gzip"}, 500, "271"),
        (b"\x1f\x8b\x08\x00\x00\x00\x00\x00\x00\x03", {}, {"Content-Encoding": "gzip"}, 500, "271"),
        (b"no lz4, no lz4", {}, {"Content-Encoding": "lz4"}, 500, "271"),
        (b"no zstd, no zstd", {}, {"Content-Encoding": "zstd"}, 500, "271"),
        (frame(b"SELECT 1", spoiled=True), {"decompress": "1"}, {}, 500, "40"),
        (frame(b"SELECT 1")[:-1], {"decompress": "1"}, {}, 500, "271"),
        (frame(b"SELECT 1", method=0x77), {"decompress": "1"}, {}, 501, "89"),
    ],
)  # fmt: skip
def test_refuses_what_it_cannot_decompress(  # noqa: PLR0913, PLR0917 - one row each
    endpoint: Any, body: bytes, query: dict[str, str], headers: dict[str, str], status: int, code: str
) -> None:
    """Each by ClickHouse's code."""
    answer = endpoint.ask(body, headers, **query)

    assert (status, code) == (answer.status, answer.code), answer.body


@pytest.mark.parametrize("coding", ["br", "gzip", "lz4,zstd,br,gzip,deflate", "br;q=1, identity;q=0.5"])
def test_answers_plainly_whatever_coding_is_asked_for(endpoint: Any, coding: str) -> None:
    """No client must unpack what the answer's head does not say is packed."""
    answer = endpoint.ask(b"SELECT 'a' FORMAT TSV", {"Accept-Encoding": coding}, enable_http_compression="1")

    assert (200, b"a\n", None) == (answer.status, answer.body, answer.headers.get("Content-Encoding"))


@pytest.mark.parametrize("method", [0x02, 0x82])
def test_reads_and_writes_frames(endpoint: Any, method: int) -> None:
    """As the Go driver does, also where a statement is split over frames."""
    asked = frame(b"SELECT 'a' ", method=method) + frame(b"AS x FORMAT TSV", method=method)

    assert frame(b"a\n") == endpoint.ask(asked, compress="1", decompress="1").body
