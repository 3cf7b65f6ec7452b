"""Functions that open a scope around each call of another function."""

from collections.abc import Callable
from typing import Any, TypeAlias

from otel_training.capture.following import FINISHED, Scope, follow

Begin: TypeAlias = Callable[[tuple[object, ...], dict[str, object]], Scope | None]
"""Opens a scope for a call's arguments, active at once; returns None where nothing is captured."""


def calling_function(function: Callable[..., Any], begin: Begin) -> Callable[..., Any]:
    """Return a function that calls another inside a scope."""

    def calling(*args: Any, **kwargs: Any) -> Any:
        scope = begin(args, kwargs)
        if scope is None:
            return function(*args, **kwargs)
        try:
            value = function(*args, **kwargs)
        except BaseException as error:
            scope.ended(error)
            raise
        if type(value) not in FINISHED:
            return follow(value, scope)
        scope.returned(value)
        return value

    return calling


def awaiting_function(function: Callable[..., Any], begin: Begin) -> Callable[..., Any]:
    """Return a coroutine function that awaits another inside a scope."""

    async def awaiting(*args: Any, **kwargs: Any) -> Any:
        scope = begin(args, kwargs)
        if scope is None:
            return await function(*args, **kwargs)
        try:
            value = await function(*args, **kwargs)
        except BaseException as error:
            scope.ended(error)
            raise
        if type(value) not in FINISHED:
            return follow(value, scope)
        scope.returned(value)
        return value

    return awaiting
