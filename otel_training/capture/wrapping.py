"""Wrapping what can be called so that a scope is opened around each call, and it stays in all else what it is.

A plain function becomes a plain function. All else becomes a proxy that has the whole interface of
what it wraps: attributes, methods, the kind that `inspect` sees, how it binds to an instance.
"""

import copy
import functools
import inspect
import sys
from collections.abc import Callable
from types import FunctionType, MethodType
from typing import Any, Final, ParamSpec, TypeAlias, TypeVar, cast

from wrapt import ObjectProxy

from otel_training.capture.following import FINISHED, Scope, follow

P = ParamSpec("P")
R = TypeVar("R")

Begin: TypeAlias = Callable[[tuple[object, ...], dict[str, object]], Scope | None]
"""Opens a scope for a call's arguments, active at once; returns None where nothing is captured."""
_GENERATOR: Final = inspect.CO_GENERATOR | inspect.CO_ASYNC_GENERATOR


def wrap(function: Callable[P, R], begin: Begin) -> Callable[P, R]:
    """Open a scope around every call of a function.

    Takes functions, methods, partials, callable objects and descriptors, sync or async, generators or not.
    """
    if type(function) is not FunctionType or function.__code__.co_flags & _GENERATOR:
        # A generator function is called as any other is: only a proxy can be called so and still look like one.
        return cast("Callable[P, R]", _proxy(function, begin))
    style = _wrap_coroutine if inspect.iscoroutinefunction(function) else _wrap_function
    return cast("Callable[P, R]", functools.wraps(function)(style(function, begin)))


class Proxy(ObjectProxy):  # type: ignore[type-arg]  # wrapt 1 has none
    """What is no plain function, with all that it has; its calls open scopes."""

    def __init__(self, function: Any, begin: Begin) -> None:
        super().__init__(function)
        self._self_begin = begin
        self._self_call = _wrap_function(function, begin)

    def __call__(self, /, *args: Any, **kwargs: Any) -> Any:
        """Call what is wrapped, inside a scope."""
        return self._self_call(*args, **kwargs)

    def __repr__(self) -> str:
        return repr(self.__wrapped__)

    def __copy__(self) -> Any:
        return self._self_around(copy.copy(self.__wrapped__))

    def __deepcopy__(self, memo: dict[int, Any]) -> Any:
        return self._self_around(copy.deepcopy(self.__wrapped__, memo))

    def _self_around(self, copied: Any) -> Any:
        return self if copied is self.__wrapped__ else _proxy(copied, self._self_begin)

    def __reduce_ex__(self, protocol: Any) -> Any:
        """Pickle by name what is there by its name, as functions are; all else with what captures it."""
        name, module = getattr(self, "__qualname__", None), sys.modules.get(getattr(self, "__module__", None) or "")
        if isinstance(name, str) and _attribute(module, name) is self:
            return name
        return _proxy, (self.__wrapped__, self._self_begin)


class Descriptor(Proxy):
    """The same of what binds to an instance or a class."""

    def __get__(self, instance: object, owner: type | None = None) -> Any:
        """Bind as the wrapped object does; what that gives is captured as well."""
        wrapped = self.__wrapped__
        bound = type(wrapped).__get__(wrapped, instance, owner)
        if bound is wrapped:
            return self
        if type(bound) is MethodType and bound.__func__ is wrapped:
            return MethodType(self, bound.__self__)
        return _proxy(bound, functools.partial(_begin_bound, self._self_begin, bound)) if callable(bound) else bound

    def __set_name__(self, owner: type, name: str) -> None:
        if (set_name := getattr(type(self.__wrapped__), "__set_name__", None)) is not None:
            set_name(self.__wrapped__, owner, name)


def _proxy(function: Any, begin: Begin) -> Proxy:
    return (Descriptor if hasattr(type(function), "__get__") else Proxy)(function, begin)


def _begin_bound(begin: Begin, bound: Any, args: tuple[object, ...], kwargs: dict[str, object]) -> Scope | None:
    """Begin with the arguments that the function has, of which binding has passed the first."""
    own = getattr(bound, "__self__", None)
    return begin(args if own is None else (own, *args), kwargs)


def _attribute(owner: object, path: str) -> object:
    return functools.reduce(lambda inner, name: getattr(inner, name, None), path.split("."), owner)


def _wrap_function(function: Callable[..., Any], begin: Begin) -> Callable[..., Any]:
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


def _wrap_coroutine(function: Callable[..., Any], begin: Begin) -> Callable[..., Any]:
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
