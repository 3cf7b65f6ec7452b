"""Hostile values: whatever an app passes or returns, nothing escapes and no neighbour is lost."""

import math
import time
import tracemalloc
from collections.abc import Callable, Iterator
from datetime import UTC, datetime
from decimal import Decimal
from itertools import product
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

import otel_training
from otel_training.testing import Captured, capture

# So many calls, traced for coverage, would take twice as long: what they run is covered elsewhere.
pytestmark = [pytest.mark.slow, pytest.mark.no_cover]

DUNDERS = (
    "__repr__", "__str__", "__iter__", "__len__", "__bool__", "__eq__", "__format__", "__getitem__", "__contains__",
    "__int__", "__float__", "__index__", "__bytes__", "__getattr__", "items", "get", "keys",
)  # fmt: skip


def loud(*_: Any, **__: Any) -> Any:
    """Fail whenever foreign code would run."""
    raise AssertionError("foreign code ran")


Loud = type("Loud", (), {**dict.fromkeys(DUNDERS, loud), "__hash__": lambda self: 1})
LoudDict = type(
    "LoudDict", (dict,), dict.fromkeys(("__iter__", "__getitem__", "items", "get", "keys", "__len__"), loud)
)
LoudList = type("LoudList", (list,), dict.fromkeys(("__iter__", "__repr__"), loud))
LoudText = type("LoudText", (str,), dict.fromkeys(("__str__", "__getitem__", "encode", "strip", "__len__"), loud))
LoudInt = type("LoudInt", (int,), dict.fromkeys(("__str__", "__repr__", "__int__", "__index__", "__float__"), loud))


def cyclic() -> list[Any]:
    """A list and a mapping that hold each other."""
    values: list[Any] = []
    values.append({"self": values})
    return values


def deep(levels: int) -> Any:
    """A list in a list in a list."""
    nested: Any = "bottom"
    for _ in range(levels):
        nested = [nested]
    return nested


POISON: list[Callable[[], Any]] = [
    Loud, lambda: LoudDict(insights=["One"], quality_score=8), lambda: LoudList([1, 2]), lambda: LoudText("text"),
    lambda: LoudInt(7), cyclic, lambda: deep(5000), lambda: "\ud800", lambda: "\0", lambda: 1 << 70, lambda: math.nan,
    lambda: math.inf, lambda: {1, 2}, object, lambda: iter(()), lambda: b"\xff", lambda: Decimal("NaN"),
    lambda: datetime.now(UTC), lambda: type, lambda: len, lambda: {Loud(): Loud()}, lambda: {"insights": Loud()},
    lambda: {"insights": [Loud(), {"text": Loud(), "category": Loud(), "id": Loud()}, None, 7]},
    lambda: {"quality_score": Loud(), "passed_filters": Loud(), "insight_count": Loud()}, lambda: LoudText("\ud800"),
    lambda: {"insights": [{"text": "x" * 100_000}] * 1000}, lambda: memoryview(b"x"), lambda: NotImplemented,
]  # fmt: skip


@pytest.fixture
def captured() -> Iterator[Captured]:
    """Capture with errors of ours raised."""
    with capture() as captures:
        yield captures


def attack(value: Any, answer: Any) -> None:
    """Pass a value wherever an app can, and see the identical answer come back."""

    @otel_training.extraction
    def extract(topic: Any, source_url: Any, source_content: Any) -> Any:
        handle = otel_training.current()
        handle.score(value)
        handle.link([value])
        handle.llm_call(model=value, input=value, output=value, input_tokens=3)
        return answer

    assert extract(value, value, value) is answer
    otel_training.current().passed(value)
    otel_training.record_feedback(value, value, user_id=value)
    otel_training.record_impressions([value], user_id=value)
    otel_training.record_score(value, value, value)
    otel_training.record_correction(value, answer)


def test_hostile_values_harm_nobody(captured: Captured) -> None:
    """Every poison as value with every other as answer: no exception, no error of ours, no neighbour lost."""
    pairs = list(product(POISON, POISON))
    for number, (value, answer) in enumerate(pairs):
        attack(value(), answer())
        otel_training.record_feedback(f"neighbour-{number}", "like")
        if number % 200 == 199:
            assert otel_training.flush(30)
    assert otel_training.flush(30)

    records = captured.records
    neighbours = [
        record["training.insight.id"]
        for record in records
        if str(record.get("training.insight.id")).startswith("neighbour")
    ]
    assert [f"neighbour-{index}" for index in range(len(pairs))] == neighbours
    assert len(pairs) == sum(record["training.kind"] == "extraction" for record in records)
    assert {"malformed", "unrecognised"} >= {
        record["training.loss.reason"] for record in records if record["training.kind"] == "loss"
    }


ANYTHING = st.recursive(
    st.none()
    | st.booleans()
    | st.integers()
    | st.floats()
    | st.text()
    | st.binary()
    | st.builds(Loud)
    | st.datetimes(),
    lambda inner: (
        st.lists(inner)
        | st.tuples(inner, inner)
        | st.dictionaries(
            st.text() | st.integers() | st.sampled_from(["insights", "text", "quality_score", "id"]), inner
        )
        | st.builds(lambda value: {"insights": [{"text": value, "category": value}], "quality_score": value}, inner)
    ),
    max_leaves=20,
)


@given(ANYTHING, ANYTHING)
@settings(
    max_examples=100, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow]
)
def test_no_value_escapes(value: Any, answer: Any) -> None:
    """Whatever nests in whatever."""
    with capture() as captures:
        attack(value, answer)
        assert 1 == sum(record["training.kind"] == "extraction" for record in captures.records)


HUGE: dict[str, Callable[[int], Any]] = {
    "text": lambda size: "x" * (100 * size),
    "wide text": lambda size: "\u20ac" * (50 * size),
    "elements": lambda size: list(range(size)),
    "insights": lambda size: {"insights": ["One"] * size},
    "keys": lambda size: {str(number): number for number in range(size)},
}


@pytest.mark.parametrize("name", HUGE)
def test_a_huge_value_costs_no_more_than_a_large_one(captured: Captured, name: str) -> None:
    """As argument and as answer: on the caller's thread, what is a hundred times as large takes no more CPU."""

    @otel_training.extraction
    def extract(source_content: Any) -> Any:
        return source_content

    def cost(value: Any) -> float:
        began = time.thread_time()
        extract(value)
        spent = time.thread_time() - began
        assert otel_training.flush(30)
        return spent

    large, huge = (HUGE[name](size) for size in (10_000, 1_000_000))
    pairs = [(cost(large), cost(huge)) for _ in range(5)]

    assert min(later for _, later in pairs) < 5 * min(first for first, _ in pairs)


@pytest.mark.parametrize("name", HUGE)
def test_a_huge_value_takes_no_room(captured: Captured, name: str) -> None:
    """At most 4 MB of a million elements, or of a text of 100 MB."""
    huge = HUGE[name](1_000_000)

    @otel_training.extraction
    def extract(source_content: Any) -> Any:
        return huge

    extract("warm up")
    assert otel_training.flush(30)
    tracemalloc.start()
    extract(huge)
    _, peak = tracemalloc.get_traced_memory()
    tracemalloc.stop()

    assert peak <= 4_000_000
