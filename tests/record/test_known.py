"""Wrappers of known libraries, opened without running anything of a subclass."""

import argparse
import enum
import pathlib
import types
import urllib.parse
import uuid
from collections import ChainMap, UserDict, UserList, UserString, deque
from decimal import Decimal
from fractions import Fraction
from typing import Any

import httpx2
import numpy as np
import pydantic
import pytest
from starlette import datastructures

from otel_training.record.known import attributes_of, unwrap

URL = "https://user:password@x.example/a?b=1#c"


def loud(self: Any, *_: Any) -> Any:
    """Fail whenever the host's code would run."""
    raise AssertionError("foreign code ran")


class Level(enum.IntEnum):
    """A score as an enumeration."""

    GOOD = 8


class Colour(str, enum.Enum):  # noqa: UP042 - a style users have
    """A text as an enumeration."""

    RED = "red"


class Texts(pydantic.RootModel[list[str]]):
    """A model that is a list."""


class Link(pydantic.AnyUrl):
    """A host's own URL."""


class Quiet(UserDict[str, Any]):
    """A mapping whose methods are the host's."""

    __getitem__ = __iter__ = items = __len__ = loud

    def __init__(self, data: dict[str, Any]) -> None:
        self.data = data


class Yarl:
    """As in `yarl`, which is not installed here."""

    __str__ = lambda self: URL  # noqa: E731


Yarl.__module__, Yarl.__qualname__ = "yarl._url", "URL"

WRAPPED: dict[str, tuple[object, object]] = {
    "enum": (Level.GOOD, 8),
    "text enum": (Colour.RED, "red"),
    "uuid": (uuid.UUID(int=1), "00000000-0000-0000-0000-000000000001"),
    "float32": (np.float32(8.5), 8.5),
    "int64": (np.int64(3), 3),
    "bool": (np.bool_(True), True),
    "array of nothing": (np.array(8.5), 8.5),
    "array": (np.array(["a", "b"]), ["a", "b"]),
    "whole decimal": (Decimal("3.00"), 3),
    "decimal": (Decimal("8.5"), 8.5),
    "no number": (Decimal("sNaN"), None),
    "large decimal": (Decimal("1e200"), 1e200),
    "fraction": (Fraction(17, 2), 8.5),
    "large fraction": (Fraction(10**400, 3), None),
    "view": (types.MappingProxyType({"a": 1}), {"a": 1}),
    "user's mapping": (Quiet({"a": 1}), {"a": 1}),
    "user's list": (UserList([1]), [1]),
    "user's text": (UserString("a"), "a"),
    "chain": (ChainMap({"a": 1}, UserDict({"a": 2, "b": 3})), {"a": 1, "b": 3}),
    "deque": (deque([1, 2]), [1, 2]),
    "model of a list": (Texts(["a"]), ["a"]),
    "twice": (types.MappingProxyType(UserDict({"a": 1})), {"a": 1}),
    "httpx": (httpx2.URL(URL), URL),
    "starlette": (datastructures.URL(URL), URL),
    "yarl": (Yarl(), URL),
    "pydantic": (pydantic.AnyUrl(URL), URL),
    "own class": (Link(URL), URL),
    "pydantic_core": (
        pydantic.TypeAdapter(pydantic.PostgresDsn).validate_python("postgres://u:p@h/d"),
        "postgres://u:p@h/d",
    ),
    "split": (urllib.parse.urlsplit(URL), URL),
    "parsed": (urllib.parse.urlparse(URL), URL),
    "split bytes": (urllib.parse.urlsplit(URL.encode()), URL.encode()),
    "path": (pathlib.Path("a/b"), "a/b"),
}


@pytest.mark.parametrize("name", WRAPPED)
def test_opens_wrappers_of_known_classes(name: str) -> None:
    """What is inside comes out, of subclasses too."""
    value, inside = WRAPPED[name]

    assert (inside, type(inside)) == (unwrap(value), type(unwrap(value)))


class Meta(type):
    """A metaclass that watches."""

    __getattribute__ = loud


class Watched(metaclass=Meta):
    """An object whose class is the host's altogether."""

    __getattribute__ = __str__ = __iter__ = __len__ = loud


Impostor = type("Enum", (), {"__str__": loud, "_value_": property(loud)})


LEFT: dict[str, object] = {
    "watched": object.__new__(Watched),
    "impostor": Impostor(),
    "number": 1.5,
    "text": "a",
    "none": None,
    "builtin": len,
    "class": object,
}


@pytest.mark.parametrize("name", LEFT)
def test_leaves_all_others_as_they_are(name: str) -> None:
    """Nothing of a class that is not known runs, whatever its name."""
    assert unwrap(LEFT[name]) is LEFT[name]


class Slotted:
    """An object whose dictionary has a slot."""

    __slots__ = ("__dict__",)


Ruled = type("Ruled", (), {"__dict__": property(loud)})


@pytest.mark.parametrize(
    ("value", "attributes"),
    [
        (types.SimpleNamespace(), {"a": 1}),
        (argparse.Namespace(), {"a": 1}),
        (Slotted(), {"a": 1}),
        (type("Failed", (Exception,), {})(), {"a": 1}),
        (type("Numbered", (int,), {})(), {"a": 1}),
        (Ruled(), {}),
        (1, {}),
    ],
    ids=["namespace", "arguments", "slot", "error", "number", "property", "none"],
)
def test_reads_the_attributes_that_an_object_keeps(value: Any, attributes: dict[str, int]) -> None:
    """From where Python keeps them; what its class would make of the question is not read."""
    if attributes:
        value.a = 1

    assert attributes == attributes_of(value)
