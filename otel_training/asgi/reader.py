"""The reader of a request: where apps keep who asks, without running any code of theirs unless they give a function."""

from collections.abc import Awaitable, Callable, Mapping
from typing import Any, Final, NamedTuple, TypeAlias

from otel_training._guard import guard
from otel_training.record.fields import as_id
from otel_training.record.known import class_attribute
from otel_training.record.values import fields_of, first_of

FindReader: TypeAlias = Mapping[str, str] | Callable[[Mapping[str, Any]], object]

_KEYS: Final = ("user_id", "id", "sub", "username")
_PLACES: Final = (("user",), ("state", "user_id"), ("state", "user"), ("session", "user_id"), ("session", "user"))


class Readers(NamedTuple):
    """How to find the reader of a request."""

    places: tuple[tuple[str, ...], ...] = _PLACES  # paths in the ASGI scope
    are_declared: bool = False  # whether the app named the place: then it wins over what a request's body says
    find: Callable[[Mapping[str, Any]], object] | None = None


def parse_user(user: FindReader | None) -> Readers:
    """Parse the option `user=`; raises `ValueError` or `TypeError` for what can never work."""
    if user is None:
        return Readers()
    if isinstance(user, Mapping):
        if [*user] == ["user_id"] and isinstance(user["user_id"], str):
            return Readers((tuple(user["user_id"].split(".")),), are_declared=True)
        raise ValueError("user= has one key, `user_id`, with a dotted path in the ASGI scope such as 'state.user.id'")
    if not callable(user):
        raise TypeError("user= is a mapping such as {'user_id': 'state.user.id'}, or a function of the ASGI scope")
    return Readers(find=user)


def reader_at(scope: Mapping[str, Any], places: tuple[tuple[str, ...], ...]) -> str | None:
    """Return the reader at the first place of a scope that has one."""
    for keys in places:
        value: Any = scope
        for key in keys:
            holder = value if type(value) is dict else fields_of(value)
            # Not the object's own `get`: a session notes that it was looked at.
            value = None if holder is None else dict.get(holder, key)
            if value is None:
                break
        else:
            if (reader := reader_of(value)) is not None:
                return reader
    return None


def reader_of(value: object) -> str | None:
    """Return an id: the value itself, or what a user's object stores; its properties, the host's code, never run."""
    identity = as_id(value)
    fields = fields_of(value) if identity is None and value is not None else None
    return identity if fields is None else as_id(first_of(fields, _KEYS))


async def await_reader(reader: Awaitable[object]) -> str | None:
    """Wait for the reader that an app's async function finds."""
    with guard:
        return reader_of(await reader)
    return None


def find_reader(
    find: Callable[[Mapping[str, Any]], object], scope: Mapping[str, Any]
) -> str | Awaitable[object] | None:
    """Ask an app's function for the reader; returns an awaitable where it is async."""
    with guard:
        named: Any = find(scope)
        return named if class_attribute(type(named), "__await__") is not None else reader_of(named)
    return None
