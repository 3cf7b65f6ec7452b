"""The shipper: one thread a process; of a folder's processes the one that holds the lock ships."""

import contextlib
import logging
import os
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
from otel_training.shipping.bound import beyond, delete
from otel_training.shipping.receipt import Answer, Verdict
from otel_training.shipping.receiver import receiver, shown
from otel_training.shipping.shipment import Shipment
from otel_training.shipping.state import read_shipping, write_shipping
from otel_training.spool.segments import finished, own_segments, segment_paths

# Windows has none; there capture is off (config.py) and nothing here is called.
with contextlib.suppress(ImportError):
    import fcntl

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
    not_before: float = 0.0
    """On the monotonic clock: the receiver asked to be left alone until then."""
    _lock: int | None = None
    _trimmed_at: float = 0.0
    _wake: threading.Event = field(default_factory=threading.Event)
    _thread: threading.Thread | None = None
    _stopping: bool = False
    _deadline: float = float("inf")
    _warned: str = ""

    def start(self) -> None:
        """Start the thread."""
        self._thread = threading.Thread(target=self._run, name="otel_training-shipper", daemon=True)
        # Python 3.12 starts no thread while it shuts down: the next process ships.
        with contextlib.suppress(RuntimeError):
            self._thread.start()

    def push(self) -> None:
        """Ask for a round now."""
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

    def release(self) -> None:
        """Close the connection and let another process ship."""
        if self.shipment is not None:
            self.shipment.receiver.close()
        self.abandon()

    def abandon(self) -> None:
        """Let go of the lock; in a forked child this leaves it to the parent.

        The connection is left alone there: the parent's thread may hold a lock inside it.
        """
        lock, self._lock = self._lock, None
        if lock is not None:
            os.close(lock)

    def hold(self) -> bool:
        """Take the folder's lock, if no other process has it; anew in a folder that was made anew."""
        if self._lock is not None:
            if os.fstat(self._lock).st_nlink:
                return True
            self.abandon()
        try:
            lock = os.open(self.folder.ship_lock, os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o600)
        except OSError:
            return False
        try:
            fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except OSError:
            os.close(lock)
            return False
        self._lock = lock
        return True

    def round(self, progress: Callable[[Path], None] = lambda _: None) -> Answer | None:
        """Ship what is finished; return the answer that stopped it, None when nothing is left."""
        shipment = self._prepared()
        if isinstance(shipment, Answer):
            return shipment
        odd = unreadable = None
        for path in finished(self.folder.ship):
            before = shipment.told
            answer = shipment.ship(path)
            if shipment.told != before:
                write_shipping(self.folder, shipment.told)
            progress(path)
            if answer.verdict is Verdict.ACCEPTED:
                continue
            if answer.verdict is Verdict.UNREADABLE:
                unreadable = answer
                continue
            if answer.verdict is not Verdict.ODD or odd is not None:
                return answer
            odd = answer
        return odd or unreadable

    def _run(self) -> None:
        try:
            while True:
                last = self._stopping
                self._wake.clear()
                pause = self._guarded()
                if last:
                    break
                self._wake.wait(pause)
        finally:
            self.release()

    def _guarded(self) -> float:
        """Run a round and return how long to wait; the thread must outlive whatever it meets."""
        try:
            return self._turn()
        except Exception as error:  # noqa: BLE001 - see above
            _log.warning("otel_training: shipping met %s; it goes on", type(error).__name__)
            return LONGEST_WAIT

    def _turn(self) -> float:
        if not self.hold():
            return TAKEOVER_SECONDS
        self._trim()
        left = self.not_before - time.monotonic()
        if left > 0:
            return left
        answer = self.round()
        if answer is None:
            self.failures, self._warned = 0, ""
            return POLL_SECONDS
        if answer.reason not in ("", self._warned):
            self._warned = answer.reason
            _log.warning("otel_training cannot ship (%s); what was captured waits", answer.reason)
        self.failures += 1
        self.not_before = time.monotonic() + answer.retry_after
        return max(answer.retry_after, backoff(self.failures))

    def _trim(self) -> None:
        if time.monotonic() - self._trimmed_at < TRIM_SECONDS:
            return
        self._trimmed_at = time.monotonic()
        if not (paths := beyond(self.folder, self.settings)):
            return
        # Told before: a flush that waits must not take what is gone for accepted.
        told = read_shipping(self.folder) if self.shipment is None else self.shipment.told
        told = replace(told, expired_at=time.time())
        if self.shipment is not None:
            self.shipment.told = told
        write_shipping(self.folder, told)
        for reason, count in delete(paths, self.folder).items():
            _log.warning("otel_training: lost records that waited beyond the bound: %d (%s)", count, reason.value)
            self.lose(reason, count)

    def _prepared(self) -> Shipment | Answer:
        if self.shipment is None:
            told = read_shipping(self.folder)
            try:
                made = receiver(self.settings)
            except ValueError as error:
                told = replace(told, endpoint="", error=str(error), error_at=time.time())
                write_shipping(self.folder, told)
                return Answer(Verdict.LATER, str(error))
            told = replace(told, endpoint=shown(self.settings.otlp_endpoint))
            self.shipment = Shipment(self.folder, self.settings, made, self.lose, told, self._deadline)
        return self.shipment


def backoff(failures: int) -> float:
    """Return how long to wait after so many failures in a row: doubled each time, with jitter."""
    longest = min(LONGEST_WAIT, FIRST_WAIT * 2.0 ** min(failures - 1, 10))
    return longest * random.uniform(0.5, 1.0)  # noqa: S311 - no secret


def wait_shipped(folder: DataFolder, deadline: float, push: Callable[[], None]) -> bool:
    """Wait until a receiver has accepted this process's finished segments; False when it did not in time."""
    began, own = time.time(), set(own_segments(folder.ship))
    if own:
        push()
    while own & set(segment_paths(folder.ship)):
        left = deadline - time.monotonic()
        if left <= 0:
            return False
        time.sleep(min(_WATCH_SECONDS, left))
    expired = (read_shipping(folder).expired_at or 0.0) >= began
    return not expired and not any((folder.rejected / path.name).exists() for path in own)
