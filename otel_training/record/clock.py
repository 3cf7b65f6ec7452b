"""Time and ids of records: the system's, or fixed ones for whoever tests what an app captures."""

import os
import random
import time
from collections.abc import Callable
from dataclasses import dataclass
from typing import Final

_random: Final = random.Random()  # noqa: S311 - ids must differ, they are no secret
"""Our own: an app that seeds `random` would make two processes give the same ids.

Seeded from the system once: `os.urandom` each time lets go of the GIL, and a busy thread keeps it for 5 ms.
"""

if hasattr(os, "register_at_fork"):
    os.register_at_fork(after_in_child=_random.seed)

random_bits: Final = _random.getrandbits


_NOISE_BITS: Final = 74


class _Time:
    """The Unix time, later than each before in this process: of a reader's votes the last one counts.

    So it goes where the system's clock stands still or is set back: on by a nanosecond, until the clock has caught up.
    """

    _latest = 0

    def __call__(self) -> int:
        self._latest = latest = max(time.time_ns(), self._latest + 1)
        return latest


_time: Final = _Time()


def _number() -> int:
    return (_time() // 1_000_000) << _NOISE_BITS | random_bits(_NOISE_BITS)


@dataclass(frozen=True, slots=True)
class Clock:
    """Where time and ids come from."""

    now: Callable[[], int] = _time
    ticks: Callable[[], int] = time.perf_counter_ns
    event_number: Callable[[], int] = _number


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
    """Return nanoseconds of a clock for durations, which has no date."""
    return _clock.ticks()


def event_number() -> int:
    """Draw the number that identifies an event: milliseconds, then 74 random bits."""
    return _clock.event_number()


def event_id(number: int | None = None) -> str:
    """Write the id of an event, by default of a new one.

    A UUIDv7 (RFC 9562, section 5.7): sortable by time, unique across processes.
    """
    number = event_number() if number is None else number
    milliseconds, noise = number >> _NOISE_BITS, number & (1 << _NOISE_BITS) - 1
    variant = 0x8000 | (noise >> 48) & 0x3FFF
    head = f"{milliseconds >> 16:08x}-{milliseconds & 0xFFFF:04x}-7{noise >> 62:03x}"
    return f"{head}-{variant:04x}-{noise & 0xFFFF_FFFF_FFFF:012x}"
