"""Snapshots of hostile values."""

import enum
import math
from collections import OrderedDict, UserDict
from datetime import UTC, datetime
from decimal import Decimal
from typing import Any

import orjson
import pytest
from hypothesis import given
from hypothesis import strategies as st

from otel_training.record.values import plain, snapshot, text_of

LOUD = ("__repr__", "__str__", "__iter__", "__len__", "__bool__", "__getattr__", "__eq__", "__format__", "items")


def loud(self: Any, *_: Any) -> Any:
    """Fail whenever the host's code would run."""
    raise AssertionError("foreign code ran")


Loud = type("Loud", (), {**dict.fromkeys(LOUD, loud), "__hash__": lambda self: 1})
LoudDict = type("LoudDict", (dict,), {"items": loud, "__iter__": loud, "__getitem__": loud})
LoudStr = type("LoudStr", (str,), {"__str__": loud, "__getitem__": loud, "encode": loud})


class Colour(enum.Enum):
    """An enumeration of the host."""

    RED = "red"


def cyclic() -> list[Any]:
    """A list that holds itself."""
    cycle: list[Any] = [1]
    cycle.append(cycle)
    return cycle


def deep(levels: int) -> list[Any]:
    """A list in a list in a list."""
    nested: list[Any] = []
    for _ in range(levels):
        nested = [nested]
    return nested


HOSTILE: dict[str, tuple[object, object]] = {
    "plain": ({"a": [1, 2.5, None, True, "x"]}, {"a": [1, 2.5, None, True, "x"]}),
    "surrogate": ("lone \ud800 surrogate", "lone ? surrogate"),
    "large integers": ([1 << 64, -(1 << 63), 1 << 600], ["18446744073709551616", -(1 << 63), "<int>"]),
    "no numbers": ([math.inf, math.nan], [None, None]),
    "set": ({"k": {1, 2}}, {"k": "<set>"}),
    "others": ([b"x", object, Decimal(1), datetime.now(UTC)], ["<bytes>", "<type>", 1, "<datetime>"]),
    "enum": ([Colour.RED], ["red"]),
    "keys": ({1: "a", (2,): "b"}, {"<int>": "a", "<tuple>": "b"}),
    "ordered mapping": (OrderedDict(a=1), {"a": 1}),
    "object": (UserDict(a=1), {"a": 1}),
    "loud mapping": (LoudDict(a=1), {"a": 1}),
    "loud object": ([Loud()], ["<Loud>"]),
    "generator": ((x for x in [1]), "<generator>"),
    "builtin": (len, "<builtin_function_or_method>"),
}


@pytest.mark.parametrize("name", HOSTILE)
def test_keeps_what_is_plain_and_names_the_rest(name: str) -> None:
    """Plain values stay; others become the name of their type, and no code of theirs runs."""
    value, kept = HOSTILE[name]

    assert kept == orjson.loads(snapshot(value))


BUDGETED: dict[str, object] = {
    "cycle": cyclic(),
    "depth": deep(5000),
    "breadth": [[0] * 1000] * 3,
    "keys": {str(number): number for number in range(1000)},
}


@pytest.mark.parametrize("name", BUDGETED)
def test_ends_within_its_budgets(name: str) -> None:
    """Cycles, depth and breadth are cut."""
    value = BUDGETED[name]

    assert len(orjson.dumps(plain(value))) < 20_000
    assert orjson.loads(snapshot(value)) is not None


@given(
    st.recursive(
        st.none() | st.booleans() | st.integers() | st.floats() | st.text() | st.binary() | st.builds(Loud),
        lambda inner: st.lists(inner) | st.dictionaries(st.text() | st.integers(), inner) | st.tuples(inner, inner),
    )
)
def test_never_raises(value: object) -> None:
    """Whatever nests in whatever, a snapshot is JSON."""
    orjson.loads(snapshot(value))


CUT: dict[str, tuple[object, str | None]] = {
    "none": (None, None),
    "text": ("abcdef", "abc"),
    "loud text": (LoudStr("abcdef"), "abc"),
    "list": ([1, 2], "[1,"),
    "odd characters": ("a\0\ud800b", "a\ufffd?"),
    "wide characters": ("\U0001f600" * 5, "\U0001f600" * 3),
}


@pytest.mark.parametrize("name", CUT)
def test_cuts_texts_by_characters(name: str) -> None:
    """A text is cut before anything else is done with it."""
    value, text = CUT[name]

    assert text == text_of(value, 3)
