"""One dispatch over calling styles: what is opened around a call is written once, elsewhere.

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
    """One call. No method raises or changes anything."""

    def __enter__(self) -> None:
        """Be the running one during a step of a generator; a function's is that from the beginning."""

    def __exit__(self, *raised: object) -> None:
        """Be it no more; what the host's code raised goes on."""

    def yielded(self, value: object) -> None:
        """See a value that a generator gives."""

    def returned(self, value: object) -> None:
        """See the result and finish, being the running one no more."""

    def ended(self, error: BaseException | None, outcome: Outcome | None = None) -> None:
        """Finish without a result; `outcome` says what the exception alone does not."""


Begin: TypeAlias = Callable[[tuple[object, ...], dict[str, object], bool], Scope | None]
"""Open a scope for a call's arguments, entered at once or not; None: just call."""


def wrap(function: Callable[P, R], begin: Begin) -> Callable[P, R]:
    """Open a scope around every call.

    Takes functions, methods, partials and callable objects, sync or async, generators or not.
    """
    style = _style(function)
    return cast("Callable[P, R]", _named(style(function, begin), function))


def _style(function: Callable[..., Any]) -> Callable[[Callable[..., Any], Begin], Callable[..., Any]]:
    """Choose the wrapper; of a callable object its `__call__` tells the style."""
    called = (
        function if inspect.isroutine(function) or isinstance(function, functools.partial) else type(function).__call__
    )
    if inspect.isasyncgenfunction(called):
        return _async_generating
    if inspect.isgeneratorfunction(called):
        return _generating
    return _awaiting if inspect.iscoroutinefunction(called) else _calling


def _named(wrapper: Callable[..., Any], function: Callable[..., Any]) -> Callable[..., Any]:
    named = function.func if isinstance(function, functools.partial) else function
    if not hasattr(named, "__name__"):
        named = type(named).__call__
    wrapped = functools.wraps(named)(wrapper)
    wrapped.__wrapped__ = function
    return wrapped


def _calling(function: Callable[..., Any], begin: Begin) -> Callable[..., Any]:
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


def _awaiting(function: Callable[..., Any], begin: Begin) -> Callable[..., Any]:
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


def _generating(function: Callable[..., Any], begin: Begin) -> Callable[..., Any]:
    def generating(*args: Any, **kwargs: Any) -> Any:
        inner = function(*args, **kwargs)
        scope = begin(args, kwargs, False)  # noqa: FBT003 - as `Begin` says
        if scope is None:
            return inner
        seen: list[weakref.ref[Any]] = []
        outer = _steps(inner, scope, seen)
        seen.append(weakref.ref(outer))
        return outer

    return generating


def _steps(inner: Generator[Any, Any, Any], scope: Scope, seen: list[Any]) -> Generator[Any, Any, Any]:
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
        scope.ended(error, _closing(seen))
        raise
    except BaseException as error:
        scope.ended(error)
        raise


def _async_generating(function: Callable[..., Any], begin: Begin) -> Callable[..., Any]:
    def generating(*args: Any, **kwargs: Any) -> Any:
        inner = function(*args, **kwargs)
        scope = begin(args, kwargs, False)  # noqa: FBT003 - as `Begin` says
        if scope is None:
            return inner
        seen: list[weakref.ref[Any]] = []
        outer = _async_steps(inner, scope, seen)
        seen.append(weakref.ref(outer))
        return outer

    return generating


async def _async_steps(inner: AsyncGenerator[Any, Any], scope: Scope, seen: list[Any]) -> AsyncGenerator[Any, Any]:
    """Do as `_steps` does, awaiting each step."""
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
        scope.ended(error, _closing(seen))
        raise
    except BaseException as error:
        scope.ended(error)
        raise


def _closing(seen: list[Any]) -> Outcome:
    """Tell a consumer that closes from one that let go: weak references die before finalizers run."""
    return Outcome.CLOSED if seen and seen[0]() is not None else Outcome.ABANDONED
