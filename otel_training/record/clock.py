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
_TAIL_BITS: Final = 62
_TAIL: Final = (1 << _TAIL_BITS) - 1

_latest: Final = [0]


@dataclass(frozen=True, slots=True)
class Clock:
    """Where time and ids come from, for whoever tests what an app captures."""

    now: Callable[[], int]
    ticks: Callable[[], int]
    event_number: Callable[[], int]


_in_force: Final[list[Clock]] = []


def use_clock(clock: Clock | None) -> None:
    """Take time and ids from this clock from now on; from the system's where it is None."""
    _in_force[:] = [] if clock is None else [clock]


def now() -> int:
    """Return the Unix time in nanoseconds, later than each before in this process: of votes the last one counts.

    So it goes where the system's clock stands still or is set back: on by a nanosecond, until the clock has caught up.
    """
    if _in_force:
        return _in_force[0].now()
    moment, latest = time.time_ns(), _latest[0]
    _latest[0] = moment = moment if moment > latest else latest + 1
    return moment


def ticks() -> int:
    """Return nanoseconds of a clock for durations, which has no date."""
    return _in_force[0].ticks() if _in_force else time.perf_counter_ns()


def event_number() -> int:
    """Draw the number that identifies an event: nanoseconds, then 74 random bits."""
    if _in_force:
        return _in_force[0].event_number()
    return now() << _NOISE_BITS | random_bits(_NOISE_BITS)


def event_id(number: int | None = None) -> str:
    """Write the id of an event, by default of a new one.

    A UUIDv7 (RFC 9562, section 5.7): sortable by time, unique across processes.
    """
    number = event_number() if number is None else number
    # The milliseconds, the version, 12 of the random bits, the variant, the other 62.
    milliseconds, head, tail = (number >> _NOISE_BITS) // 1_000_000, number >> _TAIL_BITS & 0xFFF, number & _TAIL
    digits = f"{milliseconds << 80 | 7 << 76 | head << 64 | 1 << 63 | tail:032x}"
    return f"{digits[:8]}-{digits[8:12]}-{digits[12:16]}-{digits[16:20]}-{digits[20:]}"
