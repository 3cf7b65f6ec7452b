"""The writer: one thread a process that turns records into events and gives them to the sink."""

import logging
import sys
import threading
import time
from collections import deque
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Final, TypeAlias

from otel_training._loop import loaded, running_loop
from otel_training.conventions import Loss
from otel_training.errors import FolderRefusedError
from otel_training.events.event import Event, loss_event
from otel_training.events.finish import finish
from otel_training.events.finisher import Finisher
from otel_training.events.host_json import MalformedError
from otel_training.record.record import Pending
from otel_training.spool.losses import Losses

if TYPE_CHECKING:
    from otel_training.spool.sink import Sink

_log = logging.getLogger("otel_training")

QUEUE_RECORDS: Final = 32_768
QUEUE_BYTES: Final = 32 << 20
CROWDED_RECORDS: Final = QUEUE_RECORDS // 4
CROWDED_BYTES: Final = QUEUE_BYTES // 4
"""From here on a plain thread waits: a loop keeps pace with the disk so, and leaves little for the program's end."""
CROWDED_SECONDS: Final = 0.05  # how long it waits at most, each time
GROUP_SECONDS: Final = 0.015
GROUP_BYTES: Final = 64 << 10
"""Few enough that the heap is not given back and taken anew for each group, at five page faults a record."""
RETRY_SECONDS: Final = 0.5
IDLE_SECONDS: Final = 1.0
LATE_SECONDS: Final = 0.2  # how long the writer's lock is waited for where the program is about to end
_POLL_SECONDS: Final = 0.001

Item: TypeAlias = "Pending | threading.Event"


@dataclass(slots=True, eq=False, weakref_slot=True)
class Writer:
    """Takes records from any thread without a lock; writes them in groups within milliseconds."""

    sink: "Sink"
    queue: deque[Item] = field(default_factory=deque)
    losses: Losses = field(default_factory=Losses)
    queued_bytes: int = 0  # an estimate: threads may lose an update to each other, an empty queue resets it
    written: int = 0  # records that left the queue: a busy writer counts on, one that is stuck does not
    is_failing: bool = False  # whether the last attempt to write failed
    gives_way: bool = True
    """Whether to pause for other threads; not while they wait for this one, as at the program's end."""
    _is_idle: bool = True
    _is_closed: bool = False
    _is_full: bool = False  # whether the last group reached its size or time, so that more waits already
    _group_bytes: int = 0
    _wake: threading.Lock = field(default_factory=threading.Lock)
    """Released to wake the thread, which takes it: an event does it, too, in three times as long."""
    _thread: threading.Thread | None = None
    _starting: threading.Lock = field(default_factory=threading.Lock)
    _writing: threading.Lock = field(default_factory=threading.Lock)

    def put(self, pending: Pending) -> None:
        """Take a record; counts it as lost when the queue is full. Never blocks an event loop."""
        if (
            len(self.queue) >= CROWDED_RECORDS or self.queued_bytes >= CROWDED_BYTES
        ) and not self._wait_while_crowded():
            self.losses.add(Loss.QUEUE_FULL)
            return
        # Before it is there for the writer thread, which lets go of its content.
        size = pending.size
        self.queue.append(pending)
        self.queued_bytes += size
        if self._is_idle:
            self._wake_thread()

    def lose(self, reason: Loss, count: int = 1, *, route: str = "", detail: str = "") -> None:
        """Count records that could not even be made, or not be delivered."""
        self.losses.add(reason, count, route=route, detail=detail)
        self._wake_thread()

    def flush(self, timeout: float) -> bool:
        """Wait until all records so far are written; False when that took too long or failed."""
        if self.is_untouched():
            return True
        deadline = time.monotonic() + timeout
        mark = self.mark()
        return mark.wait(timeout) and self.flush_sink(deadline)

    def mark(self) -> threading.Event:
        """Put a mark behind all records so far; it is set when they are written."""
        mark = threading.Event()
        self.queue.append(mark)
        self._wake_thread()
        self.write_if_alone()
        return mark

    def write_if_alone(self) -> None:
        """Write on the caller's thread where no thread can be started any more."""
        if self._thread is None or not self._thread.is_alive():
            self._write_waiting()

    def flush_sink(self, deadline: float) -> bool:
        """Bring what was written to where it survives this machine's end; False when that failed."""
        with self._locked(deadline) as locked:
            try:
                return locked and not self.is_failing and self.sink.flush(max(0.0, deadline - time.monotonic()))
            except OSError as error:
                self._report(error)
                return False

    def stop(self, timeout: float) -> None:
        """Stop the thread; from now on whoever captures writes."""
        self._is_closed = True
        self._release()
        if self._thread is not None:
            self._thread.join(timeout)

    def finish_segment(self, deadline: float) -> bool:
        """Let others have what was written; False when the writer was not free in time."""
        with self._locked(deadline) as locked:
            if locked:
                self.sink.finish()
            return locked

    def give_up(self) -> int:
        """Count what is still not written as lost, and try to write that down; returns how many records."""
        left = 0
        with self._locked(time.monotonic() + LATE_SECONDS) as locked:
            while self.queue:
                left += not isinstance(self.queue.popleft(), threading.Event)
            # Where the lock is not free the thread is stuck amid these.
            left += self.sink.unwritten
            self.losses.add(Loss.SHUTDOWN, left)
            if locked and self.losses.unreported():
                self.sink.discard()
                self._write_group()
        return left

    def is_untouched(self) -> bool:
        """Return whether nothing was ever captured: then neither thread nor file is made."""
        return not (self._thread or self.written or self.queue or self.losses.unreported())

    def expect_notice(self) -> None:
        """Write by the thread even in a daemonic child: this one is a server and gets a signal before it ends."""
        if _ends_without_notice():
            self._start_thread()

    def _wait_while_crowded(self) -> bool:
        """Wait a moment while the queue is crowded, if this thread may wait; False where it is full."""
        if (
            not (self.is_failing or self._is_closed or threading.current_thread() is self._thread)
            and not _runs_event_loop()
        ):
            deadline = time.monotonic() + CROWDED_SECONDS
            self._wake_thread()
            while time.monotonic() < deadline:
                if len(self.queue) < CROWDED_RECORDS and self.queued_bytes < CROWDED_BYTES:
                    break
                time.sleep(_POLL_SECONDS)
        return len(self.queue) < QUEUE_RECORDS and self.queued_bytes < QUEUE_BYTES

    def _wake_thread(self) -> None:
        if self._is_closed:
            self._write_late()
            return
        if self._thread is None:
            if _ends_without_notice():
                # Not for ever: a signal handler that captures may have interrupted this very thread at it.
                self._write_waiting(time.monotonic() + LATE_SECONDS)
                return
            self._start_thread()
        if self._is_idle and self._thread is not None:
            # Woken once, by the first: a wake-up costs more than the rest of `put`.
            self._is_idle = False
            self._release()

    def _release(self) -> None:
        with suppress(RuntimeError):  # by another thread already
            self._wake.release()

    def _start_thread(self) -> None:
        # Not a plain `with`: a signal handler that captures must not wait for the frame it interrupted.
        if not self._starting.acquire(blocking=False):
            return
        try:
            if self._thread is None and not self._is_closed:
                thread = threading.Thread(target=self._run, name="otel_training-writer", daemon=True)
                thread.start()
                self._thread = thread
        except RuntimeError:
            # Python 3.12 starts no thread while it shuts down.
            _log.debug("otel_training: no writer thread at shutdown")
        finally:
            self._starting.release()

    def _write_late(self) -> None:
        """Write on the caller's thread: ours has ended, as the program is about to."""
        self._write_waiting(time.monotonic() + LATE_SECONDS)
        self.finish_segment(time.monotonic() + LATE_SECONDS)

    def _run(self) -> None:
        while not self._is_closed:
            self._is_idle = True
            if not self.queue and not self.sink.unwritten and not self._wake.acquire(timeout=IDLE_SECONDS):
                self._rest()
                # One that came amid the writing found this thread awake, and nothing waits but its count.
                if not self.losses.unreported():
                    continue
            self._is_idle = False
            self._wake.acquire(blocking=False)
            if self.gives_way:
                time.sleep(GROUP_SECONDS)
            if not self._write_waiting():
                time.sleep(RETRY_SECONDS)
        # So that whoever captures from now on looks what to do.
        self._is_idle = True

    def _write_waiting(self, deadline: float = float("inf")) -> bool:
        """Write what waits; False when the sink refused and it must be tried again."""
        with self._locked(deadline) as locked:
            while locked and (self.queue or self.sink.unwritten or self.losses.unreported()):
                if not self._write_group():
                    return False
                if not self._is_full or self._is_closed:
                    # What came meanwhile is the next group: else each record is a write of its own,
                    # with two hand-overs of the GIL.
                    break
            return True

    def _write_group(self) -> bool:
        """Write one group and set the marks met; False where the sink refused. Never raises: the thread lives on."""
        marks: list[threading.Event] = []
        is_written = False
        try:
            finisher = self.sink.prepare()
            self._take_group(marks, finisher, has_space=self.sink.has_space())
            # Somebody may have deleted the folder under us: into a new one, soon.
            with suppress(FileNotFoundError):
                self._write()
                is_written = True
        except FolderRefusedError as error:
            self._report(error)
            self._lose_waiting()
        except Exception as error:  # noqa: BLE001 - whatever the surroundings are, records wait for better ones
            self._report(error)
        for mark in marks:
            if is_written:
                mark.set()
            else:
                # Its records wait in the sink: it is reached when they are written.
                self.queue.appendleft(mark)
        return is_written

    def _lose_waiting(self) -> None:
        """Count what waits as lost: for a refused folder it would fill the memory and hold callers up for nothing."""
        while self.queue:
            item = self.queue.popleft()
            if isinstance(item, threading.Event):
                item.set()
            else:
                self.losses.add(Loss.FOLDER_REFUSED)
        self.queued_bytes = 0

    def _take_group(self, marks: list[threading.Event], finisher: Finisher, *, has_space: bool) -> None:
        """Move records from the queue into the sink, up to a group's size, and add the marks met."""
        until = time.perf_counter() + GROUP_SECONDS
        # By time, too: what was redacted is on disk soon, however slow the rest of a backlog is.
        while self.queue and self._group_bytes < GROUP_BYTES and time.perf_counter() < until:
            item = self.queue.popleft()
            if isinstance(item, threading.Event):
                marks.append(item)
                continue
            self.queued_bytes -= item.size
            self._group_bytes += self._add(item, finisher, has_space=has_space)
            self.written += 1
            if finisher.turn is not None and self.gives_way:
                finisher.turn.end()
        self._is_full = self._group_bytes >= GROUP_BYTES or time.perf_counter() >= until
        if not self.queue:
            self.queued_bytes = 0

    def _add(self, pending: Pending, finisher: Finisher, *, has_space: bool) -> int:
        """Give the events of one record to the sink, all or none; returns the bytes that wait of them."""
        if not has_space:
            self.losses.add(Loss.SPOOL_FULL)
            return 0
        route, events = "", list[Event]()
        try:
            try:
                record = pending.to_record()
                route = record.shape.route
                events.extend(finish(record, finisher))
            except MalformedError as error:
                # What came before it is good.
                self.losses.add(error.reason, error.count, route=route, detail=error.detail)
            return self.sink.add(events)
        except Exception as error:  # noqa: BLE001 - one odd record must not stop its neighbours
            self.losses.add(Loss.ENCODE_ERROR)
            _log.warning("otel_training: a record could not be encoded (%s)", type(error).__name__)
        return 0

    def _write(self) -> None:
        counts = self.losses.unreported()
        self.sink.write([loss_event(lost, count) for lost, count in counts.items()])
        self.is_failing = False
        self._group_bytes = 0
        self.losses.mark_reported(counts)

    def _rest(self) -> None:
        with self._locked(time.monotonic()) as locked:
            try:
                if locked:
                    self.sink.sync_when_idle()
            except OSError as error:
                self._report(error)

    @contextmanager
    def _locked(self, deadline: float) -> Iterator[bool]:
        """Take the writer's lock, which whoever uses the sink must have; gives False where it was not free in time."""
        timeout = -1 if deadline == float("inf") else max(0.0, deadline - time.monotonic())
        locked = self._writing.acquire(timeout=timeout)
        try:
            yield locked
        finally:
            if locked:
                self._writing.release()

    def _report(self, error: Exception) -> None:
        if not self.is_failing:
            refused, failed = "otel_training captures nothing: %s", "otel_training cannot write (%s); it keeps trying"
            _log.warning(refused if isinstance(error, FolderRefusedError) else failed, error)
        self.is_failing = True


def _ends_without_notice() -> bool:
    """Whether this is a daemonic child of `multiprocessing`, as a `Pool`'s are: killed as soon as it idles."""
    processes = sys.modules.get("multiprocessing.process")
    return processes is not None and processes.current_process().daemon


def _runs_event_loop() -> bool:
    """Whether an event loop runs on this thread: asyncio's, or one that sniffio knows, as trio's."""
    # The loop itself sets sniffio's, for its thread alone (https://sniffio.readthedocs.io).
    return running_loop() is not None or getattr(loaded("sniffio", "thread_local"), "name", None) is not None
