"""One dispatch over calling styles: what is opened around a call is written once, elsewhere."""

import functools
import inspect
from collections.abc import Callable
from typing import Any, ParamSpec, Protocol, Self, TypeVar, cast

P = ParamSpec("P")
R = TypeVar("R")


class Scope(Protocol):
    """What is open while a call runs."""

    def __enter__(self) -> Self:
        """Begin. Never raises."""

    def __exit__(self, kind: object, error: BaseException | None, trace: object) -> None:
        """End, with the call's exception if it raised. Never raises, never swallows it."""

    def returned(self, value: object) -> None:
        """See the call's result. Never raises, never changes it."""


def is_wrappable(function: Callable[..., Any]) -> bool:
    """Tell whether `wrap` knows the calling style."""
    return not (inspect.isgeneratorfunction(function) or inspect.isasyncgenfunction(function))


def wrap(
    function: Callable[P, R],
    begin: Callable[[tuple[object, ...], dict[str, object]], Scope | None],
) -> Callable[P, R]:
    """Open a scope around every call of a sync or async function; `begin` may say None: just call."""
    if inspect.iscoroutinefunction(function):

        @functools.wraps(function)
        async def awaiting(*args: P.args, **kwargs: P.kwargs) -> object:
            scope = begin(args, kwargs)
            if scope is None:
                return await function(*args, **kwargs)
            with scope:
                value = await function(*args, **kwargs)
                scope.returned(value)
                return value

        return cast("Callable[P, R]", awaiting)

    @functools.wraps(function)
    def calling(*args: P.args, **kwargs: P.kwargs) -> R:
        scope = begin(args, kwargs)
        if scope is None:
            return function(*args, **kwargs)
        with scope:
            value = function(*args, **kwargs)
            scope.returned(value)
            return value

    return calling
