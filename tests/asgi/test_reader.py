"""The reader of a request."""

import uuid
from dataclasses import dataclass
from types import SimpleNamespace
from typing import Any

import pytest

from otel_training._guard import guard
from otel_training.asgi.reader import Readers, find_reader, reader_at, reader_of


@dataclass
class Account:
    """A user of the host's, whose properties are its own code."""

    user_id: int = 9

    @property
    def id(self) -> str:
        raise AssertionError


class Slotted:
    """One without a `__dict__`."""

    __slots__ = ("id",)

    def __init__(self) -> None:
        self.id = "s"


class Session(dict[str, Any]):
    """A session that notes that it was looked at, as Starlette's does."""

    def get(self, key: str, default: Any = None) -> Any:
        raise AssertionError

    __getitem__ = get


@pytest.mark.parametrize(
    ("value", "reader"),
    [
        ("a", "a"), (7, "7"), (uuid.UUID(int=7), str(uuid.UUID(int=7))), (Account(), "9"), (Slotted(), "s"),
        ({"sub": "s", "plan": "free"}, "s"), (SimpleNamespace(username="bob"), "bob"), (SimpleNamespace(), None),
        (None, None), (True, None), ("", None), (object(), None), ([7], None), ({"id": {"id": 3}}, None),
    ],
)  # fmt: skip
def test_reads_ids_and_users(value: Any, reader: str | None) -> None:
    """An id of any library, or what a user's object stores as one."""
    assert reader == reader_of(value)


@pytest.mark.parametrize(
    ("scope", "reader"),
    [
        ({"user": "a", "state": {"user": "b"}, "session": {"user": "c"}}, "a"),
        ({"user": SimpleNamespace(), "state": {"user_id": "b", "user": "c"}}, "b"),
        ({"state": {"user": Account()}, "session": Session(user_id=3)}, "9"),
        ({"session": Session(user_id=3)}, "3"),
        ({"session": Session(user=Session(id=3))}, "3"),
        ({"state": {}, "session": None}, None),
        ({}, None),
    ],
)
def test_knows_where_apps_keep_the_reader(scope: Any, reader: str | None) -> None:
    """`scope["user"]`, the state, the session; looked at in a way that none of them notices."""
    assert reader == reader_at(scope, Readers().places)


def test_a_failing_function_finds_nobody(monkeypatch: pytest.MonkeyPatch) -> None:
    """In production its error is swallowed."""
    monkeypatch.setattr(guard, "raising", False)

    assert None is find_reader(lambda scope: scope["nosuch"], {})
