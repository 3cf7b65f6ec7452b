"""Following what a call gives back to where that ends: a generator, coroutine, future or other awaitable.

A scope is active only while the host's code runs: in a generator during each step, never across
a `yield`, where the consumer's code would run inside it.
"""

import functools
import inspect
import weakref
from collections.abc import AsyncGenerator, Callable, Generator
from types import AsyncGeneratorType, CoroutineType, GeneratorType
from typing import Any, Final, Protocol, TypeAlias

from otel_training._guard import guard
from otel_training._loop import loaded
from otel_training.conventions import Outcome
from otel_training.record.known import class_attribute


class Scope(Protocol):
    """What is captured of one call. No method raises, or changes what the call does."""

    def __enter__(self) -> None:
        """Make the scope active for one step of what the call gave back; the call itself is a step."""

    def __exit__(self, *raised: object) -> None:
        """Make the scope inactive after a step; what the host's code raised goes on."""

    def yielded(self, value: object) -> None:
        """Take note of a value that a generator yields."""

    def returned(self, value: object) -> None:
        """Take note of the result, make the scope inactive, and finish it."""

    def ended(self, error: BaseException | None, outcome: Outcome | None = None) -> None:
        """Finish the scope without a result; `outcome` is given where the exception alone does not say it."""


_Consumer: TypeAlias = list[weakref.ref[Any]]
"""Holds a weak reference to the object that the consumer has, once that is made."""

FINISHED: Final = frozenset({type(None), dict, list, tuple, str})
"""Types of the most results, which have ended when the call has."""


def follow(value: Any, scope: Scope) -> Any:
    """Finish a scope with what a call gave back, or when that has ended; return what the host gets.

    That is the identical object, but for coroutines, generators and awaitables of other types,
    which are driven by one of the same type.
    """
    # By `type`, not `isinstance`: an object may have a `__class__` of its own.
    kind = type(value)
    if kind is GeneratorType and not value.gi_code.co_flags & inspect.CO_ITERABLE_COROUTINE:
        return _drive(_steps, value, scope)
    if kind is AsyncGeneratorType:
        return _drive(_async_steps, value, scope)
    if kind is CoroutineType:
        return _drive(_await, value, scope)
    if (future := _future_type(kind)) is not None:
        _watch(future, value, scope)
    elif class_attribute(kind, "__await__") is not None and class_attribute(kind, "__aenter__") is None:
        return _proxy(value, scope)
    else:
        scope.returned(value)
    return value


def _drive(steps: Callable[[Any, Scope, _Consumer], Any], inner: Any, scope: Scope) -> Any:
    scope.__exit__()
    consumer: _Consumer = []
    outer = steps(inner, scope, consumer)
    outer.__name__, outer.__qualname__ = inner.__name__, inner.__qualname__
    # Who lets go of a coroutine that was never awaited is warned once, of the outer one.
    consumer.append(weakref.ref(outer, functools.partial(_close, inner) if steps is _await else None))
    return outer


def _close(inner: Any, _outer: object) -> None:
    if inspect.getcoroutinestate(inner) == inspect.CORO_CREATED:
        inner.close()


def _proxy(value: Any, scope: Scope) -> Any:
    """Return a proxy that finishes the scope when awaited; where none can be loaded any more, the awaitable itself."""
    with guard:
        from otel_training.capture.awaitable import Awaitable

        scope.__exit__()
        return Awaitable(value, functools.partial(_await, value, scope, []))
    scope.returned(value)
    return value


def _future_type(kind: type) -> Any:
    """Return the type of future that this is or derives from, else None."""
    futures = (loaded("asyncio.futures", "Future"), loaded("concurrent.futures._base", "Future"))
    return next((future for future in futures if future and issubclass(kind, future)), None)


def _watch(base: Any, future: Any, scope: Scope) -> None:
    """Finish a scope when a future is done, now if it is: its event loop may be closed."""
    with guard:
        scope.__exit__()
        if base.done(future):
            _settle(scope, future)
        else:
            base.add_done_callback(future, functools.partial(_settle, scope))


def _settle(scope: Scope, future: Any) -> None:
    """Finish a scope by a future that is done, not by its `exception()`: asyncio would take that for retrieved."""
    with guard:
        if future.cancelled():
            scope.ended(loaded("concurrent.futures._base", "CancelledError")(), Outcome.CANCELLED)
        elif (error := getattr(future, "_exception", None)) is not None:
            scope.ended(error)
        else:
            scope.returned(future.result())


class _Ending:
    """Finishes a scope by what is raised in a block, and lets that go on."""

    __slots__ = ("_consumer", "_scope")

    def __init__(self, scope: Scope, consumer: _Consumer | None = None) -> None:
        self._scope, self._consumer = scope, consumer

    def __enter__(self) -> None:
        """Do nothing yet."""

    def __exit__(self, kind: object, error: BaseException | None, trail: object) -> None:
        if error is not None and issubclass(type(error), GeneratorExit) and self._consumer is not None:
            # Closed by its consumer, or let go of: weak references die before finalizers run.
            is_held = self._consumer and self._consumer[0]() is not None
            self._scope.ended(error, Outcome.CLOSED if is_held else Outcome.ABANDONED)
        elif error is not None:
            self._scope.ended(error)


async def _await(inner: Any, scope: Scope, consumer: _Consumer) -> Any:  # noqa: ARG001 - lives as long as this does
    with _Ending(scope), scope:
        value = await inner
    return follow(value, scope)


def _steps(inner: Generator[Any, Any, Any], scope: Scope, consumer: _Consumer) -> Generator[Any, Any, Any]:
    """Drive a generator step by step, passing on all that its consumer sends, throws or closes."""
    step: Callable[[], Any] = functools.partial(next, inner)
    with _Ending(scope, consumer):
        while True:
            try:
                with scope:
                    value = step()
            except StopIteration as stop:
                scope.returned(stop.value)
                return stop.value
            scope.yielded(value)
            try:
                sent = yield value
                step = functools.partial(next, inner) if sent is None else functools.partial(inner.send, sent)
            except GeneratorExit:
                with scope:
                    inner.close()
                raise
            except BaseException as thrown:  # noqa: BLE001 - the inner generator decides about it
                step = functools.partial(inner.throw, thrown)


async def _async_steps(inner: AsyncGenerator[Any, Any], scope: Scope, consumer: _Consumer) -> AsyncGenerator[Any, Any]:
    """Drive an async generator as `_steps` drives a generator."""
    step: Callable[[], Any] = inner.__anext__
    with _Ending(scope, consumer):
        while True:
            try:
                with scope:
                    value = await step()
            except StopAsyncIteration:
                scope.ended(None)
                return
            scope.yielded(value)
            try:
                sent = yield value
                step = inner.__anext__ if sent is None else functools.partial(inner.asend, sent)
            except GeneratorExit:
                with scope:
                    await inner.aclose()
                raise
            except BaseException as thrown:  # noqa: BLE001 - the inner generator decides about it
                step = functools.partial(inner.athrow, thrown)
