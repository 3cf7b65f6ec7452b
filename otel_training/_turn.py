"""Turns: how long background work may keep the interpreter's lock."""

import time
from dataclasses import dataclass, field
from typing import Final

_hold: Final = [0.001]  # seconds; each time away takes some 60 us of CPU more: what comes back finds cold caches
_AWAY_SECONDS: Final = 0.00001  # zero would not do: the lock would be taken again before another thread has woken up


@dataclass(slots=True)
class Turn:
    """Releases the interpreter's lock often: by itself a busy thread does so only after 5 ms."""

    _since: float = field(default_factory=time.perf_counter)

    def end(self) -> None:
        """Let other threads run if this turn has lasted long enough, and begin the next."""
        if time.perf_counter() - self._since > _hold[0]:
            time.sleep(_AWAY_SECONDS)
            self._since = time.perf_counter()


def shorten_turns() -> None:
    """Release it three times as often from now on: a server's requests wait for it, each about as long as a turn."""
    _hold[0] = 0.0003
