"""Time and ids of records: the system's, or fixed ones for whoever tests what an app captures."""

import itertools
import os
import time
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Final


def _uuid7() -> str:
    """Make a UUIDv7 (RFC 9562, section 5.7): sortable by time, unique across processes.

    Not from `random`: an app that seeds it would make two processes give the same ids.
    """
    milliseconds = time.time_ns() // 1_000_000
    noise = int.from_bytes(os.urandom(10))
    return _uuid_text(
        ((milliseconds & (1 << 48) - 1) << 80) | 0x7 << 76 | (noise >> 68) << 64 | 0b10 << 62 | noise & ((1 << 62) - 1)
    )


def _uuid_text(value: int) -> str:
    text = f"{value:032x}"
    return f"{text[:8]}-{text[8:12]}-{text[12:16]}-{text[16:20]}-{text[20:]}"


@dataclass(frozen=True, slots=True)
class Clock:
    """Where time and ids come from."""

    now: Callable[[], int] = time.time_ns
    ticks: Callable[[], int] = time.perf_counter_ns
    event_id: Callable[[], str] = _uuid7


@dataclass(slots=True)
class Fixed:
    """Time that stands still, and ids that count from 1."""

    time: int
    _numbers: "itertools.count[int]" = field(default_factory=lambda: itertools.count(1))

    def clock(self) -> Clock:
        """Return it as a clock."""
        return Clock(lambda: self.time, lambda: 0, lambda: _uuid_text(0x7 << 76 | 0b10 << 62 | next(self._numbers)))


SYSTEM: Final = Clock()
_clock = SYSTEM


def use_clock(clock: Clock) -> None:
    """Take time and ids from this clock from now on."""
    global _clock  # noqa: PLW0603 - one process has one clock
    _clock = clock


def now() -> int:
    """Return the Unix time in nanoseconds."""
    return _clock.now()


def ticks() -> int:
    """Return nanoseconds of a clock that only durations are measured by."""
    return _clock.ticks()


def event_id() -> str:
    """Make the id of an event, a UUIDv7."""
    return _clock.event_id()
