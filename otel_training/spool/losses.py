"""Losses: records that are in no store, counted by reason.

Counting takes no lock: the calling thread may do it, from a signal handler, too.
"""

import itertools
import threading
from collections.abc import Mapping

from otel_training.conventions import Loss


class Tally:
    """Counts up from any thread, without waiting for those who look.

    `next()` on an `itertools.count` is one step under the GIL, where `+= 1` is three; the reader
    takes a step of its own and takes its steps out again.
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
    """Records that this process lost, by reason; each is reported once, by a line of its own in the spool."""

    def __init__(self) -> None:
        self._tallies = {reason: Tally() for reason in Loss}
        self._reported: dict[Loss, int] = dict.fromkeys(Loss, 0)

    def add(self, reason: Loss, count: int = 1) -> None:
        """Count losses, from any thread."""
        self._tallies[reason].add(count)

    def totals(self) -> Mapping[Loss, int]:
        """Return all losses of this process so far."""
        return {reason: tally.total() for reason, tally in self._tallies.items()}

    def unreported(self) -> Mapping[Loss, int]:
        """Return the losses that no line reports yet, leaving out reasons without any."""
        counts = {reason: tally.total() - self._reported[reason] for reason, tally in self._tallies.items()}
        return {reason: count for reason, count in counts.items() if count}

    def mark_reported(self, counts: Mapping[Loss, int]) -> None:
        """Remember that lines report these losses now."""
        for reason, count in counts.items():
            self._reported[reason] += count
