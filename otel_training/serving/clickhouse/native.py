"""Blocks of ClickHouse's Native format that the engine does not write itself."""

import re
import struct
from typing import Final

DISPLAY_NAME: Final = "otel_training"
HELLO: Final = re.compile(
    r"\s*SELECT\s+displayName\(\),\s*version\(\),\s*revision\(\),\s*timezone\(\)\s*", re.IGNORECASE
)
# The Go driver's: block info, and one more byte a column (DBMS_MIN_REVISION_WITH_CUSTOM_SERIALIZATION).
HELLO_PROTOCOL: Final = 54454
_BLOCK_INFO: Final = b"\x01\x00\x02\xff\xff\xff\xff\x00"


def hello_block(version: str, timezone: str) -> bytes:
    """Write the answer to the Go driver's first query: a server of revision 0.

    The driver then reads every later answer as a block of revision 0, which is what the engine writes.
    """
    columns = (
        ("displayName()", "String", _text(DISPLAY_NAME)),
        ("version()", "String", _text(version)),
        ("revision()", "UInt32", struct.pack("<I", 0)),
        ("timezone()", "String", _text(timezone)),
    )
    block = _BLOCK_INFO + _number(len(columns)) + _number(1)
    return block + b"".join(_text(name) + _text(kind) + b"\x00" + value for name, kind, value in columns)


def empty_block(columns: list[tuple[str, str]]) -> bytes:
    """Write a block of no rows, so that an empty answer has its columns."""
    return _number(len(columns)) + _number(0) + b"".join(_text(name) + _text(kind) for name, kind in columns)


def _text(value: str) -> bytes:
    data = value.encode()
    return _number(len(data)) + data


def _number(value: int) -> bytes:
    """Write a variable-length number, seven bits a byte."""
    out = bytearray()
    while value > 0x7F:  # noqa: PLR2004 - seven bits
        out.append(value & 0x7F | 0x80)
        value >>= 7
    out.append(value)
    return bytes(out)
