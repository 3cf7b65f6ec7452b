"""Wrapping a function of any calling style so that a scope is opened around each call.

A scope is active only while the host's code runs: in a generator during each step, never across
a `yield`, where the consumer's code would run inside it.
"""

import functools
import inspect
import weakref
from collections.abc import AsyncGenerator, Callable, Generator
from typing import Any, ParamSpec, Protocol, TypeAlias, TypeVar, cast

from otel_training.conventions import Outcome

P = ParamSpec("P")
R = TypeVar("R")


class Scope(Protocol):
    """What is captured of one call. No method raises, or changes what the call does."""

    def __enter__(self) -> None:
        """Make the scope active for one step of a generator; a function's is active from the beginning."""

    def __exit__(self, *raised: object) -> None:
        """Make the scope inactive after a step; what the host's code raised goes on."""

    def yielded(self, value: object) -> None:
        """Take note of a value that a generator yields."""

    def returned(self, value: object) -> None:
        """Take note of the result, make the scope inactive, and finish it."""

    def ended(self, error: BaseException | None, outcome: Outcome | None = None) -> None:
        """Finish the scope without a result; `outcome` is given where the exception alone does not say it."""


Begin: TypeAlias = Callable[[tuple[object, ...], dict[str, object], bool], Scope | None]
"""Opens a scope for a call's arguments, active at once or not; returns None where nothing is captured."""
_Wrapper: TypeAlias = Callable[..., Any]
_Consumer: TypeAlias = "list[weakref.ref[Any]]"
"""Holds a weak reference to the generator that the consumer has, once that is made."""


def wrap(function: Callable[P, R], begin: Begin) -> Callable[P, R]:
    """Open a scope around every call of a function.

    Takes functions, methods, partials and callable objects, sync or async, generators or not.
    """
    wrap_style = _choose_style(function)
    return cast("Callable[P, R]", _name_as(function, wrap_style(function, begin)))


def _choose_style(function: Callable[..., Any]) -> Callable[[Callable[..., Any], Begin], _Wrapper]:
    """Choose how to wrap; the style of a callable object is that of its `__call__`."""
    called = (
        function if inspect.isroutine(function) or isinstance(function, functools.partial) else type(function).__call__
    )
    if inspect.isasyncgenfunction(called):
        return functools.partial(_wrap_generator, _async_steps)
    if inspect.isgeneratorfunction(called):
        return functools.partial(_wrap_generator, _steps)
    return _wrap_coroutine if inspect.iscoroutinefunction(called) else _wrap_function


def _name_as(function: Callable[..., Any], wrapper: _Wrapper) -> _Wrapper:
    """Give a wrapper the name and docstring of its function; those of a partial's, or of a `__call__`."""
    named = function.func if isinstance(function, functools.partial) else function
    if not hasattr(named, "__name__"):
        named = type(named).__call__
    wrapper = functools.wraps(named)(wrapper)
    wrapper.__wrapped__ = function
    return wrapper


def _wrap_function(function: Callable[..., Any], begin: Begin) -> _Wrapper:
    def calling(*args: Any, **kwargs: Any) -> Any:
        scope = begin(args, kwargs, True)  # noqa: FBT003 - as `Begin` says
        if scope is None:
            return function(*args, **kwargs)
        try:
            value = function(*args, **kwargs)
        except BaseException as error:
            scope.ended(error)
            raise
        scope.returned(value)
        return value

    return calling


def _wrap_coroutine(function: Callable[..., Any], begin: Begin) -> _Wrapper:
    async def awaiting(*args: Any, **kwargs: Any) -> Any:
        scope = begin(args, kwargs, True)  # noqa: FBT003 - as `Begin` says
        if scope is None:
            return await function(*args, **kwargs)
        try:
            value = await function(*args, **kwargs)
        except BaseException as error:
            scope.ended(error)
            raise
        scope.returned(value)
        return value

    return awaiting


def _wrap_generator(
    steps: Callable[[Any, Scope, _Consumer], Any], function: Callable[..., Any], begin: Begin
) -> _Wrapper:
    def generating(*args: Any, **kwargs: Any) -> Any:
        inner = function(*args, **kwargs)
        scope = begin(args, kwargs, False)  # noqa: FBT003 - as `Begin` says
        if scope is None:
            return inner
        consumer: _Consumer = []
        outer = steps(inner, scope, consumer)
        consumer.append(weakref.ref(outer))
        return outer

    return generating


def _steps(inner: Generator[Any, Any, Any], scope: Scope, consumer: _Consumer) -> Generator[Any, Any, Any]:
    """Drive a generator step by step, passing on all that its consumer sends, throws or closes."""
    step: Callable[[], Any] = functools.partial(next, inner)
    try:
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
    except GeneratorExit as error:
        scope.ended(error, _closed_or_abandoned(consumer))
        raise
    except BaseException as error:
        scope.ended(error)
        raise


async def _async_steps(inner: AsyncGenerator[Any, Any], scope: Scope, consumer: _Consumer) -> AsyncGenerator[Any, Any]:
    """Drive an async generator as `_steps` drives a generator."""
    step: Callable[[], Any] = inner.__anext__
    try:
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
    except GeneratorExit as error:
        scope.ended(error, _closed_or_abandoned(consumer))
        raise
    except BaseException as error:
        scope.ended(error)
        raise


def _closed_or_abandoned(consumer: _Consumer) -> Outcome:
    """Return whether a consumer closed the generator or let go of it: weak references die before finalizers run."""
    return Outcome.CLOSED if consumer and consumer[0]() is not None else Outcome.ABANDONED
