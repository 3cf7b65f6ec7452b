"""The sink: where a process's events go. The spool is one; a logger provider of the host's is another."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Protocol

from otel_training.events.event import Event
from otel_training.events.finisher import Finisher


class Sink(Protocol):
    """Takes events from the writer thread, or from whoever has the writer's lock: never from two at once."""

    def prepare(self) -> Finisher:
        """Get ready for a group of events, and return what finishes records. Raises where that is not possible yet."""

    def has_space(self) -> bool:
        """Return whether there is room for events; where not, records are counted as lost."""

    def add(self, events: Sequence[Event]) -> int:
        """Take the events of a record, all or none, to be written later; returns how many bytes of them wait now."""

    @property
    def unwritten(self) -> int:
        """Number of events that were added and not yet written."""

    def write(self, losses: Sequence[Event]) -> None:
        """Write what was added, and the events that report losses; raises `OSError` and keeps all where it cannot."""

    def discard(self) -> None:
        """Give up what was added and not yet written."""

    def flush(self, timeout: float) -> bool:
        """Make what was written survive a crash of the machine; False where that failed."""

    def sync_when_idle(self) -> None:
        """Do what may be done now that nothing comes; called about once a second."""

    def finish(self) -> None:
        """Let others have what was written."""

    def leave_to_parent(self) -> None:
        """Let go of what a forked child inherited, leaving it to the parent."""


@dataclass(slots=True, eq=False)
class EmittingSink:
    """Hands each event to a function at once: a logger of the host's, or a list for tests."""

    prepare: Callable[[], Finisher]
    emit: Callable[[Event], None]
    flush: Callable[[float], bool] = lambda _timeout: True
    unwritten: int = 0

    def has_space(self) -> bool:
        return True

    def add(self, events: Sequence[Event]) -> int:
        for event in events:
            self.emit(event)
        return 0

    def write(self, losses: Sequence[Event]) -> None:
        self.add(losses)

    def discard(self) -> None:
        """Do nothing: nothing waits or is open here, and whoever took the events has its own timers."""

    sync_when_idle = finish = leave_to_parent = discard
