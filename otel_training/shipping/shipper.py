"""The shipper: one thread a process; among the processes of a folder, the holder of the lock ships."""

import contextlib
import logging
import random
import threading
import time
from collections.abc import Callable
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Final

from otel_training.config import Settings
from otel_training.conventions import Loss
from otel_training.folder import DataFolder
from otel_training.shipping.bound import delete, files_beyond_bound
from otel_training.shipping.receipt import Receipt, Verdict
from otel_training.shipping.receiver import Receiver, parse_address, printable
from otel_training.shipping.shipment import Shipment
from otel_training.shipping.state import read_state, write_state
from otel_training.spool.lock import FileLock
from otel_training.spool.reading import finished_segments
from otel_training.spool.segments import own_part, segment_paths

_log = logging.getLogger("otel_training")

POLL_SECONDS: Final = 0.25
TAKEOVER_SECONDS: Final = 2.0
TRIM_SECONDS: Final = 5.0
FIRST_WAIT: Final = 0.5
LONGEST_WAIT: Final = 30.0
_WATCH_SECONDS: Final = 0.01


@dataclass(slots=True, eq=False)
class Shipper:
    """Ships the finished segments of a folder, oldest first, whoever wrote them."""

    folder: DataFolder
    settings: Settings
    lose: Callable[[Loss, int], None]
    shipment: Shipment | None = None
    failures: int = 0
    not_before: float = 0.0  # on the monotonic clock: the receiver asked to be left alone until then
    _lock: FileLock = field(init=False)
    _trimmed_at: float = 0.0
    _wake: threading.Event = field(default_factory=threading.Event)
    _thread: threading.Thread | None = None
    _stopping: bool = False
    _deadline: float = float("inf")
    _warned: str = ""

    def __post_init__(self) -> None:
        self._lock = FileLock(self.folder.ship_lock)

    def start(self) -> None:
        """Start the thread."""
        self._thread = threading.Thread(target=self._run, name="otel_training-shipper", daemon=True)
        # Python 3.12 starts no thread while it shuts down: the next process ships.
        with contextlib.suppress(RuntimeError):
            self._thread.start()

    def push(self) -> None:
        """Wake the thread: ship now."""
        self._wake.set()

    def close(self, timeout: float) -> None:
        """Try once more and stop, within `timeout` seconds."""
        self._deadline = time.monotonic() + timeout
        if self.shipment is not None:
            self.shipment.deadline = self._deadline
        self._stopping = True
        self._wake.set()
        if self._thread is not None and self._thread.is_alive():
            self._thread.join(timeout)
            if self._thread.is_alive() and self.shipment is not None:
                self.shipment.receiver.cut()

    def unlock(self) -> None:
        """Close the connection and let another process ship."""
        if self.shipment is not None:
            self.shipment.receiver.close()
        self.leave_to_parent()

    def leave_to_parent(self) -> None:
        """Let go of the lock; in a forked child this leaves it to the parent.

        The connection is left alone there: the parent's thread may have locked something inside it.
        """
        self._lock.unlock()

    def try_lock(self) -> bool:
        """Lock the folder for shipping, if no other process has; anew in a folder that was made anew."""
        try:
            return self._lock.try_lock()
        except OSError:
            return False

    def ship_finished(self, progress: Callable[[Path], None] = lambda _: None) -> Receipt | None:
        """Ship the finished segments; returns the receipt that stopped it, None when nothing is left."""
        shipment = self._prepare_shipment()
        if isinstance(shipment, Receipt):
            return shipment
        odd = unreadable = None
        for path in finished_segments(self.folder.ship):
            before = shipment.state
            receipt = shipment.ship(path)
            if shipment.state != before:
                write_state(self.folder, shipment.state)
            progress(path)
            if receipt.verdict is Verdict.ACCEPTED:
                continue
            if receipt.verdict is Verdict.UNREADABLE:
                unreadable = receipt
                continue
            if receipt.verdict is not Verdict.SUSPECT or odd is not None:
                return receipt
            odd = receipt
        return odd or unreadable

    def _run(self) -> None:
        try:
            while True:
                is_last = self._stopping
                self._wake.clear()
                pause = self._ship_guarded()
                if is_last:
                    break
                self._wake.wait(pause)
        finally:
            self.unlock()

    def _ship_guarded(self) -> float:
        """Ship once and return how long to wait; the thread must outlive whatever it meets."""
        try:
            return self._ship_once()
        except Exception as error:  # noqa: BLE001 - the thread's boundary: no later shipment would follow
            _log.warning("otel_training: shipping met %s; it goes on", type(error).__name__)
            return LONGEST_WAIT

    def _ship_once(self) -> float:
        if not self.try_lock():
            return TAKEOVER_SECONDS
        self._trim()
        left = self.not_before - time.monotonic()
        if left > 0:
            return left
        receipt = self.ship_finished()
        if receipt is None:
            self.failures, self._warned = 0, ""
            return POLL_SECONDS
        if receipt.reason not in ("", self._warned):
            self._warned = receipt.reason
            _log.warning("otel_training cannot ship (%s); what was captured waits", receipt.reason)
        self.failures += 1
        self.not_before = time.monotonic() + receipt.retry_after
        return max(receipt.retry_after, backoff(self.failures))

    def _trim(self) -> None:
        if time.monotonic() - self._trimmed_at < TRIM_SECONDS:
            return
        self._trimmed_at = time.monotonic()
        if not (paths := files_beyond_bound(self.folder, self.settings)):
            return
        # Written before: a flush that waits must not take what is gone for accepted.
        state = read_state(self.folder) if self.shipment is None else self.shipment.state
        state = replace(state, expired_at=time.time())
        if self.shipment is not None:
            self.shipment.state = state
        write_state(self.folder, state)
        for reason, count in delete(paths, self.folder).items():
            _log.warning("otel_training: lost records that waited beyond the bound: %d (%s)", count, reason.value)
            self.lose(reason, count)

    def _prepare_shipment(self) -> Shipment | Receipt:
        if self.shipment is None:
            state = read_state(self.folder)
            try:
                receiver = Receiver(self.settings, parse_address(self.settings))
            except ValueError as error:
                write_state(self.folder, replace(state, endpoint="", error=str(error), error_at=time.time()))
                return Receipt(Verdict.LATER, str(error))
            state = replace(state, endpoint=printable(self.settings.otlp_endpoint))
            self.shipment = Shipment(self.folder, self.settings, receiver, self.lose, state, self._deadline)
        return self.shipment


def backoff(failures: int) -> float:
    """Return how long to wait after so many failures in a row: doubled each time, with jitter."""
    longest = min(LONGEST_WAIT, FIRST_WAIT * 2.0 ** min(failures - 1, 10))
    return longest * random.uniform(0.5, 1.0)  # noqa: S311 - no secret


def wait_shipped(folder: DataFolder, deadline: float, push: Callable[[], None]) -> bool:
    """Wait until a receiver has accepted this process's finished segments; False when it did not in time."""
    began, own = time.time(), set(finished_segments(folder.ship, own_part()))
    if own:
        push()
    while own & set(segment_paths(folder.ship)):
        left = deadline - time.monotonic()
        if left <= 0:
            return False
        time.sleep(min(_WATCH_SECONDS, left))
    expired = (read_state(folder).expired_at or 0.0) >= began
    return not expired and not any((folder.rejected / path.name).exists() for path in own)
