"""One attempt of a candidate, within its time and apart from the call that waits for it."""

import asyncio
from collections.abc import Callable, Mapping
from concurrent.futures import Future, wait
from contextlib import suppress
from contextvars import copy_context
from dataclasses import dataclass, field
from functools import partial
from threading import Thread
from typing import Any

from otel_training.capture.calling import Begin, awaiting_function, calling_function
from otel_training.capture.handle import Handle, running
from otel_training.conventions import Reason
from otel_training.routing.breaker import Breaker

Judge = Callable[[Any, Handle | None], Reason | None]  # says why an answer is not good enough; None of one that is


class Rejected(Exception):  # noqa: N818 - an answer that is no error, and is not good enough
    """What a candidate answered is not used."""

    def __init__(self, reason: Reason) -> None:
        super().__init__(reason.value)
        self.reason = reason


@dataclass(frozen=True, slots=True, eq=False)
class Arm:
    """A candidate in an app."""

    name: str
    function: Callable[..., Any]
    begin: Begin
    """Opens the extraction of a call."""
    is_async: bool
    definition: str = ""
    """The name of the candidate in the state file that the app itself names."""
    breaker: Breaker = field(default_factory=Breaker)


class Attempt:
    """An arm's answer to one call: an extraction of its own, which failed where its answer is not used."""

    __slots__ = ("_arm", "_begin", "_ended", "_expired", "_judge", "_task", "_timeout", "handle")

    def __init__(self, arm: Arm, judge: Judge, timeout: float, *, is_own: bool) -> None:
        self._arm = arm
        self._judge = judge
        self._timeout = timeout
        self._begin: Begin = arm.begin if is_own else _no_scope
        self._expired = self._ended = False
        self._task: asyncio.Task[Any] | None = None
        self.handle: Handle | None = None
        """Its own extraction; None where the app has one open around it, or nothing is captured."""

    def answer(self, args: tuple[Any, ...], kwargs: Mapping[str, Any]) -> Any:
        """Wait for the answer on this thread. Raises `Rejected`, and what the arm raises."""
        future = in_thread(partial(self._answer_sync, args, kwargs))
        wait([future], self._timeout)
        return self._result(future)

    async def answer_async(self, args: tuple[Any, ...], kwargs: Mapping[str, Any]) -> Any:
        """Await the answer; an arm that is not async answers in a thread."""
        if self._arm.is_async:
            function = awaiting_function(self._judged_async, self._begin)
            task = asyncio.create_task(function(*args, **kwargs))
        else:
            task = asyncio.create_task(_awaited(partial(self._answer_sync, args, kwargs)))
        # Held, though it may outlive the call.
        self._task = task
        task.add_done_callback(_retrieve)
        try:
            await asyncio.wait({task}, timeout=self._timeout)
        except (asyncio.CancelledError, GeneratorExit):
            self._expired = True
            task.cancel()
            raise
        if task.cancelled():
            raise Rejected(Reason.ERROR)
        return self._result(task)

    def _answer_sync(self, args: tuple[Any, ...], kwargs: Mapping[str, Any]) -> Any:
        return calling_function(self._judged_sync, self._begin)(*args, **kwargs)

    def _judged_sync(self, *args: Any, **kwargs: Any) -> Any:
        with self:
            return self._judged(self._arm.function(*args, **kwargs))

    async def _judged_async(self, *args: Any, **kwargs: Any) -> Any:
        with self:
            return self._judged(await self._arm.function(*args, **kwargs))

    def __enter__(self) -> None:
        """Note which extraction it is: here, where it runs."""
        self.handle = None if self._begin is _no_scope else running()

    def __exit__(self, *raised: object) -> None:
        self._ended = True
        self._arm.breaker.hanging.discard(self)

    def _judged(self, value: Any) -> Any:
        """Return an answer that is good enough; of any other the extraction has its insights and has failed."""
        reason = Reason.TIMEOUT if self._expired else self._judge(value, self.handle)
        if reason is None:
            return value
        if self.handle is not None and self.handle.own_result is None:
            self.handle.result(value)
        raise Rejected(reason)

    def _result(self, future: "Future[Any] | asyncio.Task[Any]") -> Any:
        if future.done():
            return future.result()
        self._expired = True
        hanging = self._arm.breaker.hanging
        hanging.add(self)
        if self._ended:  # just now: then nobody else takes it off
            hanging.discard(self)
        future.cancel()
        raise Rejected(Reason.TIMEOUT)


def in_thread(function: Callable[[], Any]) -> "Future[Any]":
    """Run a function in a thread of its own, in a copy of this context; the program does not wait for it at its end."""
    future: Future[Any] = Future()
    context = copy_context()

    def run() -> None:
        try:
            value = context.run(function)
        except BaseException as error:  # noqa: BLE001 - raised where the result is taken
            future.set_exception(error if isinstance(error, Exception) else Rejected(Reason.ERROR))
        else:
            future.set_result(value)

    # From here on it cannot be cancelled.
    future.set_running_or_notify_cancel()
    Thread(target=run, daemon=True, name="otel_training-candidate").start()
    return future


async def _awaited(function: Callable[[], Any]) -> Any:
    return await asyncio.wrap_future(in_thread(function))


def _retrieve(task: "asyncio.Task[Any]") -> None:
    """Take note of an exception: nobody else may, and asyncio would log it."""
    with suppress(asyncio.CancelledError):
        task.exception()


def _no_scope(_args: tuple[object, ...], _kwargs: dict[str, object]) -> None:
    return None
