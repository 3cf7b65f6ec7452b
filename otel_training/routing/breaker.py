"""The circuit breaker of a candidate: one that is down is not asked, but now and then."""

from typing import Any, Final

FAILURES: Final = 5  # so many in a row open it
PAUSE_SECONDS: Final = 30.0
LONGEST_PAUSE_SECONDS: Final = 600.0
HANGING: Final = 8  # so many calls that were given up and still run: each holds a thread or a task


class Breaker:
    """What is known of a candidate in this process.

    Has no lock, which a forked child could inherit locked: two threads may both try it again.
    """

    __slots__ = ("_failures", "_until", "hanging")

    def __init__(self) -> None:
        self._failures = 0
        self._until = 0.0
        self.hanging: set[Any] = set()
        """Calls that were given up and still run."""

    def allows(self, moment: float) -> bool:
        """Return whether to ask the candidate now; while it is open, one call after each pause."""
        if len(self.hanging) >= HANGING or moment < self._until:
            return False
        if self._failures >= FAILURES:
            self._until = moment + self._pause()
        return True

    def succeeded(self) -> None:
        """Close it: the candidate answered, well or not."""
        self._failures, self._until = 0, 0.0

    def failed(self, moment: float) -> None:
        """Note a failure; each beyond those that open it doubles the pause."""
        self._failures += 1
        if self._failures >= FAILURES:
            self._until = moment + self._pause()

    def _pause(self) -> float:
        return min(PAUSE_SECONDS * 2.0 ** min(self._failures - FAILURES, 10), LONGEST_PAUSE_SECONDS)
