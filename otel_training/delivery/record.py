"""The record: what capture hands to the writer, and the ids and clock it carries."""

import os
import time
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import TypeAlias

from otel_training.conventions import Kind

Scalar: TypeAlias = str | int | float | bool
JSON: TypeAlias = "Scalar | list[JSON] | dict[str, JSON] | None"


@dataclass(frozen=True, slots=True)
class Record:
    """One captured event, not yet redacted: it never leaves the process in this form."""

    kind: Kind
    event_id: str
    time: int
    """Unix time in nanoseconds."""
    attributes: Mapping[str, Scalar | None] = field(default_factory=dict)
    content: bytes = b""
    """JSON, read by the writer thread: a snapshot, a request's body or an answer's."""
    user_id: object = None
    """The reader, raw, if the app named one outside the content; wins over the content's."""
    fallback_user_id: object = None
    """The reader, raw, where the content names none."""
    trace_id: str = ""
    span_id: str = ""
    trace_flags: int = 0
    answer: bytes = b""
    """JSON: the answer that goes with the content, where there are both."""


def now() -> int:
    """Return the Unix time in nanoseconds."""
    return time.time_ns()


def event_id() -> str:
    """Make a UUIDv7 (RFC 9562, section 5.7): sortable by time, unique across processes.

    Not from `random`: an app that seeds it would make two processes give the same ids.
    """
    milliseconds = time.time_ns() // 1_000_000
    noise = int.from_bytes(os.urandom(10))
    value = (
        ((milliseconds & (1 << 48) - 1) << 80) | 0x7 << 76 | (noise >> 68) << 64 | 0b10 << 62 | noise & ((1 << 62) - 1)
    )
    text = f"{value:032x}"
    return f"{text[:8]}-{text[8:12]}-{text[12:16]}-{text[16:20]}-{text[20:]}"
