"""The writer: one thread a process that redacts records and appends them to its segment."""

import contextlib
import logging
import shutil
import threading
import time
from collections import deque
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path
from typing import Final, TypeAlias

from otel_training.config import Settings
from otel_training.conventions import Loss
from otel_training.events.finisher import Finisher, MalformedError
from otel_training.events.line import Event, events, line, loss_event
from otel_training.folder import DataFolder
from otel_training.record.record import Captured
from otel_training.spool.losses import Losses
from otel_training.spool.segments import ROLL_BYTES, Segment, open_segment, waiting_bytes

_log = logging.getLogger("otel_training")

QUEUE_RECORDS: Final = 32_768
QUEUE_BYTES: Final = 32 << 20
GROUP_SECONDS: Final = 0.015
GROUP_BYTES: Final = 1 << 20
RETRY_SECONDS: Final = 0.5
ROOM_SECONDS: Final = 1.0
_LAST_SECONDS: Final = 0.2

Item: TypeAlias = "Captured | threading.Event"


@dataclass(slots=True)
class Destination:
    """What the writer thread needs; made on that thread at the first record."""

    folder: DataFolder
    settings: Settings
    header: bytes
    finisher: Finisher
    emit: Callable[[Event], None] | None = None
    """Where records go instead of the spool: the stock SDK pipeline, the lossy way."""

    @property
    def ships(self) -> bool:
        """Whether segments are shipped to an endpoint."""
        return bool(self.settings.otlp_endpoint)

    @property
    def spool(self) -> Path:
        """Where segments are written."""
        return self.folder.ship if self.ships else self.folder.local


@dataclass(slots=True, eq=False, weakref_slot=True)
class Writer:
    """Takes records from any thread without a lock; writes them in groups within milliseconds."""

    prepare: Callable[[], Destination]
    queue: deque[Item] = field(default_factory=deque)
    losses: Losses = field(default_factory=Losses)
    queued_bytes: int = 0
    """An estimate: threads may lose an update to each other, an empty queue resets it."""
    _idle: bool = True
    _wake: threading.Event = field(default_factory=threading.Event)
    _thread: threading.Thread | None = None
    _starting: threading.Lock = field(default_factory=threading.Lock)
    _writing: threading.Lock = field(default_factory=threading.Lock)
    _closed: bool = False
    _destination: Destination | None = None
    _segment: Segment | None = None
    _unwritten: list[bytes] = field(default_factory=list)
    _room: bool = True
    _room_at: float = 0.0
    _failing: bool = False
    _full: bool = False

    def put(self, captured: Captured) -> None:
        """Take a record; counts it as lost when the backlog is at its bound. Never blocks."""
        if len(self.queue) >= QUEUE_RECORDS or self.queued_bytes >= QUEUE_BYTES:
            self.losses.add(Loss.QUEUE_FULL)
            return
        self.queue.append(captured)
        self.queued_bytes += captured.size
        if self._idle:
            self._call()

    def lose(self, reason: Loss, count: int = 1) -> None:
        """Count records that could not even be made, or not be delivered."""
        self.losses.add(reason, count)
        self._call()

    def flush(self, timeout: float) -> bool:
        """Wait until all records so far are on disk; False when that took too long or failed."""
        if self._is_untouched():
            return True
        deadline = time.monotonic() + timeout
        reached = threading.Event()
        self.queue.append(reached)
        self._call()
        if self._thread is None or not self._thread.is_alive():
            # Where no thread can be started any more, the caller writes.
            self._step()
        return reached.wait(timeout) and self._sync(deadline)

    def close(self, timeout: float) -> bool:
        """Flush, stop the thread and finish the segment, within `timeout` seconds."""
        deadline = time.monotonic() + timeout
        flushed = self.flush(timeout)
        self._closed = True
        self._wake.set()
        thread = self._thread
        if thread is not None:
            thread.join(max(0.0, deadline - time.monotonic()))
        self.finish(max(deadline, time.monotonic() + _LAST_SECONDS))
        return flushed

    def finish(self, deadline: float) -> bool:
        """Finish the segment, so that it may be drained or shipped; False when it was not free in time."""
        if not self._writing.acquire(timeout=max(0.0, deadline - time.monotonic())):
            return False
        with contextlib.closing(_Releasing(self._writing)):
            self._finish_segment()
        return True

    def _is_untouched(self) -> bool:
        """Tell whether nothing was ever captured: then no thread and no file is made."""
        return self._thread is None and not self.queue and not self.losses.fresh()

    def abandon(self) -> None:
        """Let go of an inherited segment in a forked child, leaving the parent's lock and lines."""
        segment, self._segment = self._segment, None
        if segment is not None:
            segment.release()

    def _call(self) -> None:
        if self._thread is None:
            self._start()
        if self._idle and self._thread is not None:
            # Woken once, by the first: a wake-up costs more than the rest of `put`.
            self._idle = False
            self._wake.set()

    def _start(self) -> None:
        # Not a plain `with`: a signal handler that captures must not wait for the frame it interrupted.
        if not self._starting.acquire(blocking=False):
            return
        try:
            if self._thread is None and not self._closed:
                thread = threading.Thread(target=self._run, name="otel_training-writer", daemon=True)
                thread.start()
                self._thread = thread
        except RuntimeError:
            # Python 3.12 starts no thread while it shuts down.
            _log.debug("otel_training: no writer thread at shutdown")
        finally:
            self._starting.release()

    def _run(self) -> None:
        while not self._closed:
            self._idle = True
            if not self.queue and not self._unwritten and not self._wake.wait(ROOM_SECONDS):
                self._sync(time.monotonic())
                if self._may_ship():
                    self.finish(time.monotonic())
                continue
            self._idle = False
            self._wake.clear()
            time.sleep(GROUP_SECONDS)
            if not self._step():
                time.sleep(RETRY_SECONDS)

    def _step(self) -> bool:
        """Write what waits; False when the disk refused and it must be tried again."""
        with self._writing:
            try:
                while self.queue or self._unwritten or self.losses.fresh():
                    if not self._write_group():
                        return False
                    if not self._full:
                        # What came meanwhile is the next group: else each record is a write of its own,
                        # with two hand-overs of the GIL.
                        break
            except Exception as error:  # noqa: BLE001 - the thread must outlive whatever a record holds
                self.losses.add(Loss.ENCODE_ERROR)
                _log.warning("otel_training: a record could not be written (%s)", type(error).__name__)
            return True

    def _write_group(self) -> bool:
        if not self._is_ready():
            return False
        reached = self._take_group()
        written = self._append()
        for event in reached:
            if written:
                event.set()
            else:
                # Its records wait in `_unwritten`: it is reached when they are written.
                self.queue.appendleft(event)
        return written

    def _take_group(self) -> list[threading.Event]:
        """Move records from the queue into lines, up to a group's size; return the flushes met."""
        reached: list[threading.Event] = []
        size = sum(map(len, self._unwritten))
        until = time.perf_counter() + GROUP_SECONDS
        # By time, too: what was redacted is on disk soon, however slow the rest of a backlog is.
        while self.queue and size < GROUP_BYTES and time.perf_counter() < until:
            item = self.queue.popleft()
            if isinstance(item, threading.Event):
                reached.append(item)
                continue
            self.queued_bytes -= item.size
            made = self._lines(item)
            if (turn := self._prepared().finisher.turn) is not None:
                turn.end()
            self._unwritten.extend(made)
            size += sum(map(len, made))
        self._full = size >= GROUP_BYTES or time.perf_counter() >= until
        if not self.queue:
            self.queued_bytes = 0
        return reached

    def _lines(self, captured: Captured) -> list[bytes]:
        try:
            record, destination = captured.record(), self._prepared()
            if destination.emit is not None:
                for made in events(record, destination.finisher):
                    destination.emit(made)
                return []
            if self._room:
                return [line(made) for made in events(record, destination.finisher)]
            self.losses.add(Loss.SPOOL_FULL)
        except MalformedError:
            self.losses.add(Loss.MALFORMED)
        except Exception as error:  # noqa: BLE001 - one odd record must not stop its neighbours
            self.losses.add(Loss.ENCODE_ERROR)
            _log.warning("otel_training: a record could not be encoded (%s)", type(error).__name__)
        return []

    def _append(self) -> bool:
        told = self.losses.fresh()
        lost = [loss_event(*pair) for pair in told.items()]
        if lost and (emit := self._prepared().emit) is not None:
            for made in lost:
                emit(made)
            self.losses.told(told)
            return True
        data = b"".join([*self._unwritten, *map(line, lost)])
        if not data:
            return True
        try:
            self._open().append(data)
        except FileNotFoundError:
            # Somebody deleted the folder under us: into a new one.
            self._leave_deleted()
            return False
        except OSError as error:
            self._report(error)
            return False
        self._failing = False
        self._unwritten.clear()
        self.losses.told(told)
        return True

    def _prepared(self) -> Destination:
        if self._destination is None:
            self._destination = self.prepare()
        return self._destination

    def _open(self) -> Segment:
        if self._segment is not None and (self._segment.size >= ROLL_BYTES or self._may_ship()):
            self._finish_segment()
        if self._segment is None:
            destination = self._prepared()
            self._segment = open_segment(destination.spool, destination.header)
        return self._segment

    def _may_ship(self) -> bool:
        # Looked at once: a flush of another thread may finish it meanwhile.
        segment = self._segment
        return segment is not None and self._prepared().ships and segment.may_ship()

    def _finish_segment(self) -> None:
        segment, self._segment = self._segment, None
        if segment is not None:
            segment.close()

    def _is_ready(self) -> bool:
        """Make the folder at the first record; once a second look whether there is room."""
        try:
            folder, settings = self._prepared().folder, self._prepared().settings
            if self._prepared().emit is None and time.monotonic() - self._room_at > ROOM_SECONDS:
                self._room_at = time.monotonic()
                self._leave_deleted()
                # With an endpoint the shipper keeps the bound: the oldest go, capture goes on.
                self._room = (
                    self._prepared().ships or waiting_bytes(folder.local) < settings.max_bytes
                ) and shutil.disk_usage(folder.path).free >= settings.min_free_bytes
        except Exception as error:  # noqa: BLE001 - whatever the surroundings are, records wait for better ones
            self._report(error)
            return False
        return True

    def _leave_deleted(self) -> None:
        """Open everything anew after somebody deleted the data folder under us."""
        if self._segment is not None and not self._segment.path.exists():
            self._finish_segment()
            self._destination = None
            self._prepared()

    def _sync(self, deadline: float) -> bool:
        if not self._writing.acquire(timeout=max(0.0, deadline - time.monotonic())):
            return False
        with contextlib.closing(_Releasing(self._writing)):
            try:
                if self._segment is not None:
                    self._segment.sync()
            except OSError as error:
                self._report(error)
                return False
        return True

    def _report(self, error: Exception) -> None:
        if not self._failing:
            _log.warning("otel_training cannot write (%s); it keeps trying", error)
        self._failing = True


@dataclass(frozen=True, slots=True)
class _Releasing:
    """Gives a lock back that was taken with a timeout."""

    lock: threading.Lock

    def close(self) -> None:
        self.lock.release()
