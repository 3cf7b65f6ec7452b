"""Counting without a lock: what the calling thread may do from a signal handler, too."""

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
        """Count one, or some."""
        for _ in range(count):
            next(self._steps)

    def total(self) -> int:
        """Return the count so far."""
        with self._looking:
            steps = next(self._steps) - self._looks
            self._looks += 1
            return steps


class Losses:
    """Records lost since the last look, by reason."""

    def __init__(self) -> None:
        self._tallies = {reason: Tally() for reason in Loss}
        self._told: dict[Loss, int] = dict.fromkeys(Loss, 0)

    def add(self, reason: Loss, count: int = 1) -> None:
        """Count losses, from any thread."""
        self._tallies[reason].add(count)

    def totals(self) -> Mapping[Loss, int]:
        """Return all losses of this process so far."""
        return {reason: tally.total() for reason, tally in self._tallies.items()}

    def fresh(self) -> Mapping[Loss, int]:
        """Return the losses not yet told, leaving out reasons without any."""
        counts = {reason: tally.total() - self._told[reason] for reason, tally in self._tallies.items()}
        return {reason: count for reason, count in counts.items() if count}

    def told(self, counts: Mapping[Loss, int]) -> None:
        """Mark losses as written down."""
        for reason, count in counts.items():
            self._told[reason] += count
