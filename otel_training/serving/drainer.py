"""Draining and settling while the store is served: every few seconds, and whenever another command asks."""

import logging
import threading
from dataclasses import dataclass, field
from typing import Final

from otel_training.errors import TrainingError
from otel_training.folder import DataFolder
from otel_training.store.client import Store
from otel_training.store.costs import price_new_calls
from otel_training.store.drain import drain
from otel_training.store.retention import retain
from otel_training.store.settle import settle_beside_inserts

SECONDS: Final = 5.0
_log = logging.getLogger("otel_training")


class _StoppedError(TrainingError):
    """The server ends: what is not drained yet waits in its segments."""


@dataclass(slots=True, eq=False)
class Drainer:
    """The one drain of a served store."""

    store: Store
    folder: DataFolder
    stopped: threading.Event = field(default_factory=threading.Event)
    _lock: threading.Lock = field(default_factory=threading.Lock)
    _settled_at: int = 0

    def drain_now(self) -> None:
        """Drain what waits, and settle it with what others inserted; raises `StoreError`."""
        with self._lock:
            drain(self.store, self.folder, self._raise_if_stopped)
            price_new_calls(self.store, self.folder)
            retain(self.store, self._raise_if_stopped)
            self._settled_at = settle_beside_inserts(self.store, self._settled_at, self._raise_if_stopped)

    def drain_until_stopped(self) -> None:
        """Drain every few seconds; one that fails is logged, once a reason, and tried again."""
        logged = ""
        while not self.stopped.wait(SECONDS):
            try:
                self.drain_now()
                logged = ""
            except _StoppedError:
                return
            except TrainingError as error:
                if str(error) != logged:
                    logged = str(error)
                    _log.warning("Draining failed, and is tried again every %d s: %s", SECONDS, logged)

    def _raise_if_stopped(self, _done: int, _total: int) -> None:
        if self.stopped.is_set():
            raise _StoppedError("The server ends: run this again; nothing was lost.")
