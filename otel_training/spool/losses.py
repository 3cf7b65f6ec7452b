"""Losses: records that are in no store, counted by reason.

Counting takes no lock: the calling thread may do it, from a signal handler, too.
"""

import itertools
import threading
from collections import Counter
from collections.abc import Mapping
from typing import Final

from otel_training.conventions import Loss
from otel_training.events.event import Lost

PLACES: Final = 100  # routes and keys that are counted separately: whoever sends requests chooses the keys


class Tally:
    """Counts up from any thread, and never waits for a reader.

    `next()` on an `itertools.count` is one step under the GIL, where `+= 1` is three; a reader
    takes a step, too, and subtracts the steps of all readers.
    """

    def __init__(self) -> None:
        self._steps = itertools.count()
        self._looks = 0
        self._looking = threading.Lock()

    def add(self, count: int = 1) -> None:
        """Count one step, or several."""
        for _ in range(count):
            next(self._steps)

    def total(self) -> int:
        """Return the count so far."""
        with self._looking:
            steps = next(self._steps) - self._looks
            self._looks += 1
            return steps


class Losses:
    """Records that this process lost, by what was lost; each is reported once, by a line of its own in the spool."""

    def __init__(self) -> None:
        self._tallies: dict[Lost, Tally] = {}
        self._reported: Counter[Lost] = Counter()

    def add(self, reason: Loss, count: int = 1, *, route: str = "", detail: str = "") -> None:
        """Count losses, from any thread."""
        lost = Lost(reason, route, detail)
        if lost not in self._tallies and len(self._tallies) >= PLACES:
            lost = Lost(reason)
        # One step under the GIL: of two threads that come first both count in the same tally.
        self._tallies.setdefault(lost, Tally()).add(count)

    def totals(self) -> Mapping[Loss, int]:
        """Return all losses of this process so far, by reason."""
        return by_reason(self._totals())

    def unreported(self) -> Mapping[Lost, int]:
        """Return the losses that no line reports yet, leaving out those without any."""
        counts = {lost: total - self._reported[lost] for lost, total in self._totals().items()}
        return {lost: count for lost, count in counts.items() if count}

    def mark_reported(self, counts: Mapping[Lost, int]) -> None:
        """Remember that lines report these losses now."""
        self._reported.update(counts)

    def _totals(self) -> dict[Lost, int]:
        # A list first: other threads may count what was never lost before.
        return {lost: tally.total() for lost, tally in list(self._tallies.items())}


def by_reason(counts: Mapping[Lost, int]) -> Mapping[Loss, int]:
    """Add up counts of the same reason."""
    sums: Counter[Loss] = Counter()
    for lost, count in counts.items():
        sums[lost.reason] += count
    return sums
