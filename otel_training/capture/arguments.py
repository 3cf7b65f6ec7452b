"""The arguments of a captured function: which carries which field is looked up once, at decoration."""

import functools
import inspect
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from types import FunctionType, MethodType
from typing import Any, Final, TypeAlias

from otel_training._guard import guard
from otel_training.record.fields import FIELD_LIMIT
from otel_training.record.known import class_attribute
from otel_training.record.values import fields_of, first_of, text_of, url_of
from otel_training.warning import warn_once

_SYNONYMS: Final[Mapping[str, tuple[str, ...]]] = {
    "topic": ("topic",),
    "source_url": ("source_url", "url", "link", "href"),
    "source_content": ("source_content", "content", "text", "body"),
}
_OWNERS: Final = ("self", "cls")  # parameters that are a method's owner: searched only where a path says so
_PLAIN: Final = frozenset({str, bytes, int, float, bool, type(None), list})
_UNREACHED: Final = "otel_training: arguments={'%s': ..} of %s reached nothing (%s): see its path or function"

Way: TypeAlias = "str | Callable[[Mapping[str, Any]], object]"
"""How an app says where a field is: a parameter, a dotted path from one, or a function of the arguments by name."""
Place: TypeAlias = "Callable[[tuple[object, ...], Mapping[str, object]], object]"  # returns a field's value in one call


@dataclass(frozen=True, slots=True)
class Argument:
    """The place of a field that is an argument itself."""

    name: str
    position: int | None
    default: object

    def __call__(self, args: tuple[object, ...], kwargs: Mapping[str, object]) -> object:
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


@dataclass(frozen=True, slots=True)
class Arguments:
    """The places of an extraction's three fields among a call's arguments."""

    topic: Place
    source_url: Place
    source_content: Place
    sought: tuple[int, ...] = ()
    """Which of the fields, by number, are looked for inside the arguments where they are none themselves."""
    owners: int = 0  # how many leading arguments are the method's instance or class
    positions: tuple[int, ...] | None = field(init=False, default=None)
    """Where all three are in a call without keywords; None where one has no position."""
    last: int = field(init=False, default=-1)  # the highest of the positions

    def __post_init__(self) -> None:
        """Prepare reading by positions, which is quicker."""
        fields = (self.topic, self.source_url, self.source_content)
        positions = [place.position for place in fields if isinstance(place, Argument) and place.position is not None]
        if len(positions) == len(fields):
            object.__setattr__(self, "positions", tuple(positions))
            object.__setattr__(self, "last", max(positions))

    def of(self, args: tuple[object, ...], kwargs: Mapping[str, object]) -> tuple[str | None, str | None, object]:
        """Return topic and URL of one call as texts, and the content as it is."""
        positions = self.positions
        if kwargs or positions is None or len(args) <= self.last:
            fields = (self.topic, self.source_url, self.source_content)
            topic, url, content = (place(args, kwargs) for place in fields)
        else:
            first, second, third = positions
            topic, url, content = args[first], args[second], args[third]
        if self.sought and (topic is None or url is None or content is None):
            topic, url, content = self._look_inside(args, kwargs, [topic, url, content])
        if type(topic) is not str or len(topic) > FIELD_LIMIT:
            topic = text_of(topic, FIELD_LIMIT)
        if type(url) is not str or len(url) > FIELD_LIMIT:
            url = url_of(url, FIELD_LIMIT)
        return topic, url, content

    def _look_inside(
        self, args: tuple[object, ...], kwargs: Mapping[str, object], values: list[object]
    ) -> list[object]:
        """Fill in each field that the stored fields of exactly one argument have."""
        passed = [value for value in (*args[self.owners :], *kwargs.values()) if type(value) not in _PLAIN]
        inner = [fields_of(value) or {} for value in passed if value is not values[0]]
        for number in self.sought:
            if values[number] is None:
                held = [first_of(fields, _SYNONYMS[FIELDS[number]]) for fields in inner]
                held = [value for value in held if value is not None]
                values[number] = held[0] if len(held) == 1 else None
        return values


def constants_alone(values: Mapping[str, object]) -> Arguments:
    """Return the fields of what has no arguments."""
    topic, url, content = (constant(values.get(name)) for name in FIELDS)
    return Arguments(topic, url, content)


def bind(function: Callable[..., Any], ways: Mapping[str, Way], constants: Mapping[str, object]) -> Arguments:
    """Find the fields among a function's parameters, by the app's `ways`, or else by their names.

    Raises `TypeError` for a field or a parameter that does not exist: a mistake to see at
    decoration, not to swallow at run time.
    """
    parameters, takes_any_keyword = _parameters(function)
    label = str(getattr(function, "__qualname__", function))
    for name, way in ways.items():
        if name not in _SYNONYMS:
            raise TypeError(f"arguments: {name!r} is none of {', '.join(_SYNONYMS)}")
        if inspect.iscoroutinefunction(way):
            raise TypeError(f"arguments: the function for {name} must not be async")
        if not callable(way) and way.partition(".")[0] not in parameters and not takes_any_keyword:
            raise TypeError(
                f"arguments: {name}={way!r} is no parameter of {label}, nor a path from one of {', '.join(parameters)}"
            )

    def place(name: str, synonyms: tuple[str, ...]) -> Place:
        way = ways.get(name)
        if name in constants:
            return constant(constants[name])
        if way is None or (not callable(way) and "." not in way):
            return _first(parameters, synonyms if way is None else (way,))
        follow = way if callable(way) else functools.partial(_follow, way.split("."))
        return functools.partial(_reach, name, label, follow, parameters)

    topic, url, content = (place(name, synonyms) for name, synonyms in _SYNONYMS.items())
    sought = tuple(number for number, name in enumerate(FIELDS) if name not in ways and name not in constants)
    owners = sum(parameters[name].position == 0 for name in _OWNERS if name in parameters)
    return Arguments(topic, url, content, sought, owners)


def bind_one(function: Callable[..., Any], synonyms: tuple[str, ...], name: str | None) -> Argument:
    """Find one field among a function's parameters, by its `name` or else by the first of `synonyms`.

    Raises `TypeError` when the function has no parameter of that name.
    """
    parameters, takes_any_keyword = _parameters(function)
    if name is not None and name not in parameters and not takes_any_keyword:
        raise TypeError(f"argument: {name!r} is no parameter of {getattr(function, '__qualname__', function)}")
    return _first(parameters, synonyms if name is None else (name,))


def _first(parameters: Mapping[str, Argument], names: tuple[str, ...]) -> Argument:
    """Return the first of some names that is a parameter; where none is, a call may still carry it as a keyword."""
    return next((parameters[name] for name in names if name in parameters), Argument(names[0], None, None))


def _reach(  # noqa: PLR0913, PLR0917 - what is known at decoration, and a call
    name: str, function: str, way: Callable[[Mapping[str, Any]], object], parameters: Mapping[str, Argument],
    args: tuple[object, ...], kwargs: Mapping[str, object],
) -> object:  # fmt: skip
    """Find a field by the app's own function or path. A failure there loses this field alone, with one warning."""
    with guard:
        try:
            return way({**{name: place(args, kwargs) for name, place in parameters.items()}, **kwargs})
        except (AttributeError, LookupError, TypeError, ValueError) as error:
            warn_once(_UNREACHED, name, function, type(error).__name__)
    return None


def _follow(path: list[str], call: Mapping[str, Any]) -> object:
    """Follow a path from the arguments through attributes, keys and places in lists."""
    value: Any = call
    for name in path:
        if isinstance(value, Mapping):
            value = value[name]
        elif name.isdecimal() and isinstance(value, Sequence):
            value = value[int(name)]
        else:
            value = getattr(value, name)
    return value


def _parameters(function: Callable[..., Any]) -> tuple[dict[str, Argument], bool]:
    """Return a function's parameters by name, and whether it takes any keyword."""
    try:
        signature, arguments = inspect.signature(function), _given(function)
    except (TypeError, ValueError):  # a builtin, or a descriptor: nothing is known, so nothing is known to be wrong
        return {}, True
    takes_any_keyword = False
    for position, (name, parameter) in enumerate(signature.parameters.items()):
        takes_any_keyword |= parameter.kind is parameter.VAR_KEYWORD
        is_positional = parameter.kind in (parameter.POSITIONAL_ONLY, parameter.POSITIONAL_OR_KEYWORD)
        default = None if parameter.default is parameter.empty else parameter.default
        arguments[name] = Argument(name, position if is_positional else None, default)
    return arguments, takes_any_keyword


def _given(function: Any) -> dict[str, Argument]:
    """Return arguments that are bound already: the positional ones of a partial, a method's instance."""
    call = class_attribute(type(function), "__call__")
    if isinstance(function, functools.partial):
        inner, args = function.func, function.args
    elif isinstance(function, MethodType):
        inner, args = function.__func__, (function.__self__,)
    elif isinstance(call, FunctionType):
        inner, args = call, (function,)
    else:
        return {}
    bound = inspect.signature(inner).bind_partial(*args)
    return {**_given(inner), **{name: constant(value) for name, value in bound.arguments.items()}}
