"""Wrapping what can be called so that a scope is opened around each call, and it stays in all else what it is.

A plain function becomes a plain function. All else becomes a proxy that has the whole interface of
what it wraps: attributes, methods, the kind that `inspect` sees, how it binds to an instance.
"""

import functools
import inspect
from collections.abc import Callable
from types import FunctionType
from typing import Any, Final, ParamSpec, TypeVar, cast
from weakref import WeakKeyDictionary

from otel_training.capture.calling import Begin, awaiting_function, calling_function

P = ParamSpec("P")
R = TypeVar("R")

_begins: Final[WeakKeyDictionary[Any, Begin]] = WeakKeyDictionary()
"""By function. Not an attribute: another decorator's `functools.wraps` would copy it."""
_GENERATOR: Final = inspect.CO_GENERATOR | inspect.CO_ASYNC_GENERATOR


def wrap(function: Callable[P, R], begin: Begin) -> Callable[P, R]:
    """Open a scope around every call of a function.

    Takes functions, methods, partials, callable objects and descriptors, sync or async, generators or not.
    """
    if type(function) is not FunctionType or function.__code__.co_flags & _GENERATOR:
        # A generator function is called as any other is: only a proxy can be called so and still look like one.
        # wrapt brings asyncio, half of the time that importing us takes: programs of plain functions do not need it.
        from otel_training.capture.proxy import proxy

        return cast("Callable[P, R]", proxy(function, begin))
    style = awaiting_function if inspect.iscoroutinefunction(function) else calling_function
    wrapped = functools.wraps(function)(style(function, begin))
    _begins[wrapped] = begin
    return cast("Callable[P, R]", wrapped)


def begin_of(function: object) -> Begin | None:
    """Return what opens the scopes of a function that `wrap` returned; None of any other."""
    if type(function) is FunctionType:
        return _begins.get(function)
    return cast("Begin | None", getattr(function, "_self_begin", None))
