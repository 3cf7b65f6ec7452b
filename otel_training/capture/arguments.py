"""Binding an extraction's arguments by name: looked up once, at decoration."""

import inspect
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any, Final

_SYNONYMS: Final[Mapping[str, tuple[str, ...]]] = {
    "topic": ("topic",),
    "source_url": ("source_url", "url"),
    "source_content": ("source_content", "content", "text"),
}


@dataclass(frozen=True, slots=True)
class Argument:
    """Where a call carries one of the fields."""

    field: str
    name: str
    position: int | None
    default: object

    def of(self, args: tuple[object, ...], kwargs: Mapping[str, object]) -> object:
        """Read the field from one call."""
        if self.name in kwargs:
            return kwargs[self.name]
        if self.position is not None and self.position < len(args):
            return args[self.position]
        return self.default


def bind(function: Callable[..., Any], names: Mapping[str, str]) -> list[Argument]:
    """Find the fields among a function's parameters; `names` maps a field to its parameter.

    Raises `TypeError` for a field or a parameter that does not exist: a mistake to see at
    decoration, not to swallow at run time.
    """
    parameters = _parameters(function)
    keyword_only = any(one.kind is inspect.Parameter.VAR_KEYWORD for one in parameters.values())
    for field, name in names.items():
        if field not in _SYNONYMS:
            message = f"arguments: {field!r} is none of {', '.join(_SYNONYMS)}"
            raise TypeError(message)
        if name not in parameters and not keyword_only:
            message = f"arguments: {field}={name!r} is no parameter of {function.__qualname__}"
            raise TypeError(message)
    order = list(parameters)
    found = []
    for field, synonyms in _SYNONYMS.items():
        wanted = (names[field],) if field in names else synonyms
        name = next((one for one in wanted if one in parameters), wanted[0])
        found.append(_argument(field, name, parameters.get(name), order))
    return found


def bind_one(function: Callable[..., Any], field: str, names: tuple[str, ...], given: str | None) -> Argument:
    """Find one field among a function's parameters, by a name that was given or the first of `names`.

    Raises `TypeError` when the function has no parameter of the given name.
    """
    parameters = _parameters(function)
    if given is not None and given not in parameters:
        message = f"argument: {given!r} is no parameter of {getattr(function, '__qualname__', function)}"
        raise TypeError(message)
    wanted = (given,) if given is not None else names
    name = next((one for one in wanted if one in parameters), wanted[0])
    return _argument(field, name, parameters.get(name), list(parameters))


def _argument(field: str, name: str, parameter: inspect.Parameter | None, order: list[str]) -> Argument:
    if parameter is None:
        return Argument(field, name, None, None)
    positional = parameter.kind in (
        inspect.Parameter.POSITIONAL_ONLY,
        inspect.Parameter.POSITIONAL_OR_KEYWORD,
    )
    default = None if parameter.default is inspect.Parameter.empty else parameter.default
    return Argument(field, name, order.index(name) if positional else None, default)


def _parameters(function: Callable[..., Any]) -> Mapping[str, inspect.Parameter]:
    try:
        return inspect.signature(function).parameters
    except (TypeError, ValueError):  # a builtin without a signature
        return {}
