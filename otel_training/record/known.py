"""Unwrapping values of known libraries: an enumeration's value, numpy's numbers, a URL's text, a view's mapping.

A class is known by its package and name, for itself and for those that inherit from it; what runs
then is the library's own C code or reading, never a subclass's.
"""

import gc
from collections.abc import Callable, Mapping
from types import GetSetDescriptorType, MemberDescriptorType
from typing import TYPE_CHECKING, Any, Final, TypeVar, overload

if TYPE_CHECKING:
    from typing_extensions import TypeIs

_A = TypeVar("_A")
_B = TypeVar("_B")

_LAYERS: Final = 4
_MAPS: Final = 16
_ARRAY_LIMIT: Final = 1000
_WHOLE_DIGITS: Final = 154

# A metaclass may have its own `__getattribute__`.
bases_of: Final[Callable[[type], tuple[type, ...]]] = type.__dict__["__mro__"].__get__
members_of: Final[Callable[[type], Mapping[str, Any]]] = type.__dict__["__dict__"].__get__
name_of: Final[Callable[[type], str]] = type.__dict__["__name__"].__get__
qualname_of: Final[Callable[[type], str]] = type.__dict__["__qualname__"].__get__
_module: Final[Callable[[type], str]] = type.__dict__["__module__"].__get__

_Reader = Callable[[type[Any], Any], object]
_DICT_DOC: Final = members_of(type("", (), {}))["__dict__"].__doc__
_DICT_OF_ERRORS: Final = members_of(BaseException)["__dict__"]


@overload
def is_a(value: object, kinds: type[_A]) -> "TypeIs[_A]": ...
@overload
def is_a(value: object, kinds: tuple[type[_A], type[_B]]) -> "TypeIs[_A | _B]": ...
@overload
def is_a(value: object, kinds: tuple[type, ...]) -> bool: ...
def is_a(value: object, kinds: Any) -> bool:
    """Return whether a value is of a type, by that alone: `isinstance` also asks for `__class__`, maybe host's code."""
    return issubclass(type(value), kinds)


def attributes_of(value: object) -> dict[Any, Any]:
    """Return an object's own `__dict__`; an empty one where it has none, or one that code of its class would make."""
    descriptor = class_attribute(type(value), "__dict__")
    kind = type(descriptor)
    is_own = descriptor is _DICT_OF_ERRORS or (kind is GetSetDescriptorType and descriptor.__doc__ == _DICT_DOC)
    if is_own or kind is MemberDescriptorType:
        attributes = descriptor.__get__(value)
        return attributes if is_a(attributes, dict) else {}
    return {}


def unwrap(value: object) -> object:
    """Return the value inside a wrapper of a known class; anything else unchanged. Runs no foreign code."""
    for _ in range(_LAYERS):
        kind = type(value)
        if kind is str or kind is dict or kind is list or kind is float or kind is int or value is None:
            return value
        known = _reader_of(kind)
        if known is None:
            return value
        reader, base = known
        value = reader(base, value)
    return value


def class_attribute(kind: type, name: str) -> Any:
    """Return what a class or its nearest base defines under a name; None where none does."""
    for base in bases_of(kind):
        members = members_of(base)
        if name in members:
            return members[name]
    return None


def _reader_of(kind: type) -> tuple[_Reader, type] | None:
    for base in bases_of(kind):
        known = _KNOWN.get(qualname_of(base))
        if known is not None and str.partition(_module(base), ".")[0] in known[0]:
            return known[1], base
    return None


def _stored(name: str) -> _Reader:
    def read(_base: type[Any], value: Any) -> object:
        return dict.get(attributes_of(value), name)

    return read


def _text(base: type[Any], value: Any) -> object:
    to_text: Any = base.__str__
    return to_text(value)


def _array(base: type[Any], value: Any) -> object:
    return base.tolist(value) if base.size.__get__(value) <= _ARRAY_LIMIT else None


def _decimal(base: Any, value: Any) -> object:
    if not base.is_finite(value):
        return None
    is_whole = base.adjusted(value) < _WHOLE_DIGITS and base.__eq__(value, base.to_integral_value(value))
    return base.__int__(value) if is_whole else base.__float__(value)


def _fraction(_base: type[Any], value: Any) -> object:
    above, below = (object.__getattribute__(value, name) for name in ("_numerator", "_denominator"))
    try:
        return above if below == 1 else above / below
    except OverflowError:
        return None


def _proxied(base: Any, value: Any) -> object:
    try:
        return base.__wrapped__.__get__(value)
    except (AttributeError, ValueError):  # not yet initialised
        return None


def _chained(_base: type[Any], value: Any) -> object:
    maps = _stored("maps")(_base, value)
    layers = [unwrap(layer) for layer in maps[:_MAPS]] if type(maps) is list else []
    merged: dict[object, object] = {}
    for layer in reversed(layers):
        if is_a(layer, dict):
            dict.update(merged, dict.items(layer))
    return merged


_KNOWN: Final[Mapping[str, tuple[tuple[str, ...], _Reader]]] = {
    "Enum": (("enum",), _stored("_value_")),
    "generic": (("numpy",), lambda base, value: base.item(value)),
    "ndarray": (("numpy",), _array),
    "Decimal": (("decimal",), _decimal),
    "Fraction": (("fractions",), _fraction),
    "UUID": (("uuid", "asyncpg"), _text),
    "PurePath": (("pathlib",), _text),
    "mappingproxy": (("builtins",), lambda _base, value: gc.get_referents(value)[0]),
    "deque": (("collections",), lambda base, value: list(base.__iter__(value))),
    "UserDict": (("collections",), _stored("data")),
    "UserList": (("collections",), _stored("data")),
    "UserString": (("collections",), _stored("data")),
    "ChainMap": (("collections",), _chained),
    "RootModel": (("pydantic",), _stored("root")),
    "ObjectProxy": (("wrapt",), _proxied),
    "URL": (("httpx", "httpx2", "starlette", "yarl"), _text),
    "Url": (("pydantic_core",), _text),
    "MultiHostUrl": (("pydantic_core",), _text),
    "_BaseUrl": (("pydantic",), _text),
    "_BaseMultiHostUrl": (("pydantic",), _text),
    "furl": (("furl",), _text),
    **dict.fromkeys(
        ("SplitResult", "ParseResult", "DefragResult", "SplitResultBytes", "ParseResultBytes", "DefragResultBytes"),
        (("urllib",), lambda base, value: base.geturl(value)),
    ),
}
"""By class name: the packages that have such a class, and the function that reads a value."""
