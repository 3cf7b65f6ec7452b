"""Time and ids of records: the system's, or fixed ones for whoever tests what an app captures."""

import itertools
import os
import random
import time
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Final

_random: Final = random.Random()  # noqa: S311 - ids must differ, they are no secret
"""Our own: an app that seeds `random` would make two processes give the same ids.

Seeded from the system once: `os.urandom` each time lets go of the GIL, and a busy thread keeps it for 5 ms.
"""

if hasattr(os, "register_at_fork"):
    os.register_at_fork(after_in_child=_random.seed)

random_bits: Final = _random.getrandbits


def _uuid7() -> str:
    """Make a UUIDv7 (RFC 9562, section 5.7): sortable by time, unique across processes."""
    milliseconds = time.time_ns() // 1_000_000
    noise = random_bits(74)
    variant = 0x8000 | (noise >> 48) & 0x3FFF
    head = f"{milliseconds >> 16:08x}-{milliseconds & 0xFFFF:04x}-7{noise >> 62:03x}"
    return f"{head}-{variant:04x}-{noise & 0xFFFF_FFFF_FFFF:012x}"


def _counted(number: int) -> str:
    return f"00000000-0000-7000-8000-{number:012x}"


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
        return Clock(lambda: self.time, lambda: 0, lambda: _counted(next(self._numbers)))


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
