"""Binding an extraction's arguments by name: looked up once, at decoration."""

import inspect
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from operator import itemgetter
from typing import Any, Final

from otel_training.record.values import text_of

_FIELD_LIMIT: Final = 4096
_SYNONYMS: Final[Mapping[str, tuple[str, ...]]] = {
    "topic": ("topic",),
    "source_url": ("source_url", "url"),
    "source_content": ("source_content", "content", "text"),
}


@dataclass(frozen=True, slots=True)
class Argument:
    """Where a call carries a field."""

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


def constant(value: object) -> Argument:
    """Make the argument that is the same in every call."""
    return Argument("", None, value)


FIELDS: Final = tuple(_SYNONYMS)
NO_ARGUMENTS: Final = dict.fromkeys(FIELDS, constant(None))


@dataclass(frozen=True, slots=True)
class Arguments:
    """Where a call carries all three."""

    topic: Argument
    source_url: Argument
    source_content: Argument
    positions: Callable[[tuple[object, ...]], tuple[object, ...]] | None = field(init=False, default=None)
    """Reads all three at once from a call without keywords, where each has a position."""
    last: int = field(init=False, default=-1)

    def __post_init__(self) -> None:
        """Settle the quick way."""
        found = [one.position for one in (self.topic, self.source_url, self.source_content)]
        if (positions := [one for one in found if one is not None]) == found:
            object.__setattr__(self, "positions", itemgetter(*positions))
            object.__setattr__(self, "last", max(positions))

    def of(self, args: tuple[object, ...], kwargs: Mapping[str, object]) -> tuple[str | None, str | None, object]:
        """Read topic and URL, as text, and the content, as it is."""
        if kwargs or self.positions is None or len(args) <= self.last:
            topic, url, content = (one.of(args, kwargs) for one in (self.topic, self.source_url, self.source_content))
        else:
            topic, url, content = self.positions(args)
        if type(topic) is not str or len(topic) > _FIELD_LIMIT:
            topic = text_of(topic, _FIELD_LIMIT)
        if type(url) is not str or len(url) > _FIELD_LIMIT:
            url = text_of(url, _FIELD_LIMIT)
        return topic, url, content


def bind(function: Callable[..., Any], names: Mapping[str, str]) -> dict[str, Argument]:
    """Find the fields among a function's parameters; `names` maps a field to its parameter.

    Raises `TypeError` for a field or a parameter that does not exist: a mistake to see at
    decoration, not to swallow at run time.
    """
    parameters = _parameters(function)
    keyword_only = any(one.kind is inspect.Parameter.VAR_KEYWORD for one in parameters.values())
    for asked, name in names.items():
        if asked not in _SYNONYMS:
            message = f"arguments: {asked!r} is none of {', '.join(_SYNONYMS)}"
            raise TypeError(message)
        if name not in parameters and not keyword_only:
            message = f"arguments: {asked}={name!r} is no parameter of {function.__qualname__}"
            raise TypeError(message)
    order = list(parameters)
    found = {}
    for one, synonyms in _SYNONYMS.items():
        wanted = (names[one],) if one in names else synonyms
        name = next((word for word in wanted if word in parameters), wanted[0])
        found[one] = _argument(name, parameters.get(name), order)
    return found


def bind_one(function: Callable[..., Any], names: tuple[str, ...], given: str | None) -> Argument:
    """Find one field among a function's parameters, by a name that was given or the first of `names`.

    Raises `TypeError` when the function has no parameter of the given name.
    """
    parameters = _parameters(function)
    if given is not None and given not in parameters:
        message = f"argument: {given!r} is no parameter of {getattr(function, '__qualname__', function)}"
        raise TypeError(message)
    wanted = (given,) if given is not None else names
    name = next((one for one in wanted if one in parameters), wanted[0])
    return _argument(name, parameters.get(name), list(parameters))


def _argument(name: str, parameter: inspect.Parameter | None, order: list[str]) -> Argument:
    if parameter is None:
        return Argument(name, None, None)
    positional = parameter.kind in (
        inspect.Parameter.POSITIONAL_ONLY,
        inspect.Parameter.POSITIONAL_OR_KEYWORD,
    )
    default = None if parameter.default is inspect.Parameter.empty else parameter.default
    return Argument(name, order.index(name) if positional else None, default)


def _parameters(function: Callable[..., Any]) -> Mapping[str, inspect.Parameter]:
    try:
        return inspect.signature(function).parameters
    except (TypeError, ValueError):  # a builtin without a signature
        return {}
