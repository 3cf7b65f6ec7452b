"""Proxies of what can be called and is no plain function: they have the whole interface of what they wrap."""

import copy
import functools
import sys
from types import MethodType
from typing import Any

from wrapt import ObjectProxy

from otel_training.capture.calling import Begin, calling_function
from otel_training.capture.following import Scope


class Proxy(ObjectProxy):  # type: ignore[type-arg]  # wrapt 1 has none
    """What is no plain function, with all that it has; its calls open scopes."""

    def __init__(self, function: Any, begin: Begin) -> None:
        super().__init__(function)
        self._self_begin = begin
        self._self_call = calling_function(function, begin)

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
        return self if copied is self.__wrapped__ else proxy(copied, self._self_begin)

    def __reduce_ex__(self, protocol: Any) -> Any:
        """Pickle by name what is there by its name, as functions are; all else with what captures it."""
        name, module = getattr(self, "__qualname__", None), sys.modules.get(getattr(self, "__module__", None) or "")
        if isinstance(name, str) and _attribute(module, name) is self:
            return name
        return proxy, (self.__wrapped__, self._self_begin)


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
        return proxy(bound, functools.partial(_begin_bound, self._self_begin, bound)) if callable(bound) else bound

    def __set_name__(self, owner: type, name: str) -> None:
        if (set_name := getattr(type(self.__wrapped__), "__set_name__", None)) is not None:
            set_name(self.__wrapped__, owner, name)


def proxy(function: Any, begin: Begin) -> Proxy:
    """Put a proxy around what is no plain function; its calls open scopes."""
    return (Descriptor if hasattr(type(function), "__get__") else Proxy)(function, begin)


def _begin_bound(begin: Begin, bound: Any, args: tuple[object, ...], kwargs: dict[str, object]) -> Scope | None:
    """Begin with the arguments that the function has, of which binding has passed the first."""
    own = getattr(bound, "__self__", None)
    return begin(args if own is None else (own, *args), kwargs)


def _attribute(owner: object, path: str) -> object:
    return functools.reduce(lambda inner, name: getattr(inner, name, None), path.split("."), owner)
