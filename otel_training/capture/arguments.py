"""The arguments of a captured function: which carries which field is looked up once, at decoration."""

import inspect
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from operator import itemgetter
from typing import Any, Final

from otel_training.record.fields import FIELD_LIMIT
from otel_training.record.values import text_of, url_of

_SYNONYMS: Final[Mapping[str, tuple[str, ...]]] = {
    "topic": ("topic",),
    "source_url": ("source_url", "url"),
    "source_content": ("source_content", "content", "text"),
}


@dataclass(frozen=True, slots=True)
class Argument:
    """The place of one field among a call's arguments."""

    name: str
    position: int | None
    default: object

    def of(self, args: tuple[object, ...], kwargs: Mapping[str, object]) -> object:
        """Return the field's value in one call."""
        if self.name in kwargs:
            return kwargs[self.name]
        if self.position is not None and self.position < len(args):
            return args[self.position]
        return self.default


def constant(value: object) -> Argument:
    """Return an argument that has the same value in every call."""
    return Argument("", None, value)


FIELDS: Final = tuple(_SYNONYMS)
NO_ARGUMENTS: Final = dict.fromkeys(FIELDS, constant(None))


@dataclass(frozen=True, slots=True)
class Arguments:
    """The places of an extraction's three fields among a call's arguments."""

    topic: Argument
    source_url: Argument
    source_content: Argument
    positions: Callable[[tuple[object, ...]], tuple[object, ...]] | None = field(init=False, default=None)
    """Reads all three at once from a call without keywords; None where one has no position."""
    last: int = field(init=False, default=-1)
    """The highest of the positions."""

    def __post_init__(self) -> None:
        """Prepare reading by positions, which is quicker."""
        fields = (self.topic, self.source_url, self.source_content)
        positions = [argument.position for argument in fields if argument.position is not None]
        if len(positions) == len(fields):
            object.__setattr__(self, "positions", itemgetter(*positions))
            object.__setattr__(self, "last", max(positions))

    def of(self, args: tuple[object, ...], kwargs: Mapping[str, object]) -> tuple[str | None, str | None, object]:
        """Return topic and URL of one call as texts, and the content as it is."""
        if kwargs or self.positions is None or len(args) <= self.last:
            fields = (self.topic, self.source_url, self.source_content)
            topic, url, content = (argument.of(args, kwargs) for argument in fields)
        else:
            topic, url, content = self.positions(args)
        if type(topic) is not str or len(topic) > FIELD_LIMIT:
            topic = text_of(topic, FIELD_LIMIT)
        if type(url) is not str or len(url) > FIELD_LIMIT:
            url = url_of(url, FIELD_LIMIT)
        return topic, url, content


def bind(function: Callable[..., Any], names: Mapping[str, str]) -> dict[str, Argument]:
    """Find the fields among a function's parameters; `names` maps a field to its parameter.

    Raises `TypeError` for a field or a parameter that does not exist: a mistake to see at
    decoration, not to swallow at run time.
    """
    parameters = _parameters(function)
    takes_any_keyword = any(parameter.kind is inspect.Parameter.VAR_KEYWORD for parameter in parameters.values())
    for field_name, name in names.items():
        if field_name not in _SYNONYMS:
            raise TypeError(f"arguments: {field_name!r} is none of {', '.join(_SYNONYMS)}")
        if name not in parameters and not takes_any_keyword:
            raise TypeError(
                f"arguments: {field_name}={name!r} is no parameter of {getattr(function, '__qualname__', function)}"
            )
    return {
        field_name: _bind_first(parameters, (names[field_name],) if field_name in names else synonyms)
        for field_name, synonyms in _SYNONYMS.items()
    }


def bind_one(function: Callable[..., Any], synonyms: tuple[str, ...], name: str | None) -> Argument:
    """Find one field among a function's parameters, by its `name` or else by the first of `synonyms`.

    Raises `TypeError` when the function has no parameter of that name.
    """
    parameters = _parameters(function)
    if name is not None and name not in parameters:
        raise TypeError(f"argument: {name!r} is no parameter of {getattr(function, '__qualname__', function)}")
    return _bind_first(parameters, synonyms if name is None else (name,))


def _bind_first(parameters: Mapping[str, inspect.Parameter], names: tuple[str, ...]) -> Argument:
    """Bind the first of some names that is a parameter; where none is, a call may still carry it as a keyword."""
    name = next((name for name in names if name in parameters), names[0])
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
    except (TypeError, ValueError):  # a builtin, or a descriptor: nothing is known, so nothing is known to be wrong
        return {"": inspect.Parameter("_", inspect.Parameter.VAR_KEYWORD)}
