"""What an extraction returned, read in whatever shape it has."""

import json
from collections import ChainMap, UserDict, UserList, deque, namedtuple
from collections.abc import Callable
from dataclasses import dataclass
from decimal import Decimal
from types import MappingProxyType
from typing import Any, NamedTuple, TypedDict

import numpy as np
import pytest
from pydantic import BaseModel, RootModel

import otel_training
from otel_training.capture.result import read_result

Lines = Callable[[], list[dict[str, Any]]]


def extract(answer: object, **options: Any) -> None:
    """Capture an extraction from the source `u` that returns an answer."""

    @otel_training.extraction(**options)
    def extract(source_url: str) -> object:
        return answer

    extract("u")


@dataclass
class AsDataclass:
    """An answer as a dataclass."""

    extracted_insights: list[Any]
    quality_score: float
    passed_filters: bool


@dataclass(slots=True)
class AsSlots:
    """An answer as a dataclass with slots."""

    insights: list[Any]
    quality_score: float
    passed_filters: bool


class AsModel(BaseModel):
    """An answer as a pydantic model."""

    items: list[Any]
    quality_score: float
    passed_filters: bool


class AsNamed(NamedTuple):
    """An answer as a named tuple."""

    insights: list[Any]
    quality_score: float
    passed_filters: bool


class Item(BaseModel):
    """An insight as a pydantic model."""

    text: str
    category: str | None = None


OldNamed = namedtuple("OldNamed", "insights quality_score passed_filters")  # noqa: PYI024 - a style users have


class SubNamed(AsNamed):
    """An answer as a subclass of a named tuple."""

    def best(self) -> Any:
        """Do what only a subclass does."""


class AsTyped(TypedDict):
    """An answer as a typed mapping."""

    insights: list[Any]
    quality_score: float
    passed_filters: bool


class AsSlotted:
    """An answer as attrs and msgspec make them: what they declare stands in slots."""

    __slots__ = ("_cache", "insights", "passed_filters", "quality_score")

    def __init__(self, insights: list[Any], quality_score: float, *, passed_filters: bool) -> None:
        self._cache: list[Any] = []
        self.insights, self.quality_score, self.passed_filters = insights, quality_score, passed_filters


class AsRoot(RootModel[dict[str, Any]]):
    """An answer as a pydantic model of a mapping."""


class Items(RootModel[list[Any]]):
    """Insights as a pydantic model of a list."""


ITEMS = [{"text": "One", "category": "c"}, Item(text="Two")]


PLAIN = {"insights": ITEMS, "quality_score": 8, "passed_filters": True}
AS_JSON = {**PLAIN, "insights": [ITEMS[0], {"text": "Two"}]}

SHAPES = {
    "mapping": {"insights": ITEMS, "quality_score": 8, "passed_filters": True},
    "extracted": {"extracted_insights": tuple(ITEMS), "quality_score": 8.0, "passed_filters": True},
    "dataclass": AsDataclass(ITEMS, 8, passed_filters=True),
    "slots": AsSlots(ITEMS, 8, passed_filters=True),
    "model": AsModel(items=ITEMS, quality_score=8, passed_filters=True),
    "named tuple": AsNamed(ITEMS, 8, passed_filters=True),
    "old named tuple": OldNamed(ITEMS, 8, True),
    "subclass of a named tuple": SubNamed(ITEMS, 8, passed_filters=True),
    "typed mapping": AsTyped(insights=ITEMS, quality_score=8, passed_filters=True),
    "slots of its own": AsSlotted(ITEMS, 8, passed_filters=True),
    "root model": AsRoot(PLAIN),
    "view": MappingProxyType(PLAIN),
    "user's mapping": UserDict(PLAIN),
    "chain": ChainMap[str, Any]({"insights": Items(ITEMS)}, PLAIN),
    "user's list": {**PLAIN, "insights": UserList(ITEMS)},
    "deque": {**PLAIN, "insights": deque(ITEMS)},
    "by their ids": {**PLAIN, "insights": {"a": ITEMS[0], "b": ITEMS[1]}},
    "tuple": (ITEMS, 8, True),
    "tuple of a result": ({"insights": ITEMS}, np.bool_(True), Decimal(8), "gpt"),
    "JSON": json.dumps(AS_JSON),
    "JSON in bytes": f" {json.dumps(AS_JSON)}".encode(),
    "figures of numpy": {**PLAIN, "quality_score": np.float32(8), "passed_filters": np.bool_(True)},
    "figures as texts": {**PLAIN, "quality_score": "8.0", "passed_filters": "true"},
}


@pytest.mark.parametrize("shape", SHAPES)
def test_reads_results_of_any_shape(lines: Lines, shape: str) -> None:
    """Mappings, dataclasses, models and named tuples say the same."""
    extract(SHAPES[shape])

    (record,) = lines()
    insights = [(insight["text"], insight["category"]) for insight in record["body"]["training.output"]]
    assert ([("One", "c"), ("Two", None)], 8.0, True, 2, None) == (
        insights,
        record["training.quality.score"],
        record["training.filter.passed"],
        record["training.output.count"],
        record.get("training.output.unread"),
    )


@pytest.mark.parametrize(
    "answer",
    [
        ["One", "Two"],
        ("One", "Two"),
        [{"text": "One"}, {"text": "Two"}],
        [{"headline": "One", "confidence": 1}, {"headline": "Two"}],
        [Item(text="One"), np.str_("Two")],
        Items(["One", "Two"]),
        deque(["One", "Two"]),
        np.array(["One", "Two"]),
        '["One", "Two"]',
        {"a1": {"text": "One"}, "a2": Item(text="Two")},
    ],
)
def test_reads_a_bare_list_of_insights(lines: Lines, answer: object) -> None:
    """A list is the insights; nothing is said of quality then."""
    extract(answer)

    (record,) = lines()
    assert (["One", "Two"], None) == (
        [insight["text"] for insight in record["body"]["training.output"]],
        record.get("training.quality.score"),
    )


@pytest.mark.parametrize(
    "answer",
    [
        *(5, "text", b"{", "[1", object(), {"text": "One"}.keys(), BaseModel, {"unrelated": 1}, {"topic": "chips"}),
        *({"insights": "none"}, {"error": {"message": "bad"}}, {"insights": {"count": 3}}, (["One"], ["Two"]), {}),
    ],
)
def test_marks_what_it_cannot_read(lines: Lines, answer: object) -> None:
    """An answer of unknown shape is a record without output that says so."""
    extract(answer)

    (record,) = lines()
    assert (None, "ok", "insights") == (
        record["body"]["training.output"],
        record["training.outcome"],
        record["training.output.unread"],
    )


def test_marks_figures_that_it_cannot_read(lines: Lines) -> None:
    """A score that is no number is not dropped without a word."""
    extract({"insights": ["One"], "quality_score": "good", "passed_filters": "maybe"})

    (record,) = lines()
    assert ("quality_score,passed_filters", None) == (
        record["training.output.unread"],
        record.get("training.quality.score"),
    )


def test_a_function_that_returns_nothing_leaves_nothing_unread(lines: Lines) -> None:
    """No answer is no answer of unknown shape."""
    extract(None)

    (record,) = lines()
    assert (None, None) == (record["body"]["training.output"], record.get("training.output.unread"))


NAMED: dict[str, tuple[dict[str, Any], tuple[str, str | None, str | None]]] = {
    "headline": ({"headline": "One", "tag": "c", "uuid": "7"}, ("One", "c", "7")),
    "title": ({"title": "One", "type": "c", "_id": 7}, ("One", "c", "7")),
    "statement": ({"statement": "One", "label": "c", "insightId": "7"}, ("One", "c", "7")),
    "any other": ({"aussage": "One", "category": "c", "id": 7}, ("One", "c", "7")),
    "headline beside another": ({"summary": "Two", "headline": "One", "uuid": 8, "tag": "c"}, ("One", "c", "8")),
    "text beside another": (
        {"text": "One", "title": "T", "type": "c", "insight_id": 7, "uuid": 8},
        ("One", "c", "7"),
    ),
}


@pytest.mark.parametrize("name", NAMED)
def test_finds_text_category_and_id_under_other_names(lines: Lines, name: str) -> None:
    """Where there is no doubt, an app's own names do."""
    item, kept = NAMED[name]
    extract({"insights": [item, item]})

    (record,) = lines()
    assert [kept, kept] == [
        (insight["text"], insight["category"], insight["insight_id"]) for insight in record["body"]["training.output"]
    ]


@pytest.mark.parametrize(
    "item",
    [{"title": "One", "summary": "Two"}, {"text": ""}, " ", {"score": 1}, ["One"], {"text": {"en": "One"}}, None],
)
def test_an_insight_without_text_gets_no_id(lines: Lines, item: object) -> None:
    """Two insights without a text share neither id nor digest, and the record says that there are some."""
    extract([item, {"text": "Three", "id": 3}] if item == " " else [item])

    (record,) = lines()
    insight = record["body"]["training.output"][0]
    assert ("", "", "", "text") == (
        *(insight[field] for field in ("insight_id", "derived_id", "text_sha256")),
        record["training.output.unread"],
    )


def test_reads_the_result_by_a_function_of_the_app(lines: Lines) -> None:
    """`result=` turns an answer of any shape into one that can be read."""
    extract("One|Two", result=lambda answer: answer.split("|"))

    (record,) = lines()
    assert ["One", "Two"] == [insight["text"] for insight in record["body"]["training.output"]]


def test_takes_the_apps_own_ids(lines: Lines) -> None:
    """An `id` or `insight_id` in a returned item wins over the derived one, which stays known."""
    extract([{"text": "One", "id": 17}, {"text": "Two", "insight_id": "abc", "id": 1}])

    (record,) = lines()
    ids = [(insight["insight_id"], insight["derived_id"]) for insight in record["body"]["training.output"]]
    assert [("17", otel_training.insight_id("u", "One")), ("abc", otel_training.insight_id("u", "Two"))] == ids


_PLAIN: list[dict[str, Any]] = [{"text": "One", "category": "a"}, {"text": "Two", "category": "b"}]


@pytest.mark.parametrize(
    "items",
    [
        [],
        _PLAIN,
        [*_PLAIN, {"text": "Three"}],
        [*_PLAIN, {"text": "Three", "category": None}],
        [*_PLAIN, {"text": "Three", "category": 3}],
        [*_PLAIN, {"text": 3, "category": "c"}],
        [*_PLAIN, {"text": "Three", "id": "c"}],
        [*_PLAIN, {"text": "Three", "category": "c", "id": "d"}],
        [*_PLAIN, {"text": "x" * 20_000, "category": "c"}],
        [*_PLAIN, {"text": "Three", "category": "c" * 2000}],
        [*_PLAIN, "Three"],
        _PLAIN * 200,
    ],
    ids=range(12),
)
def test_the_quick_way_reads_what_the_other_does(items: list[Any]) -> None:
    """A list of plain dictionaries is read by a way of its own, a tuple is not."""
    assert read_result({"insights": tuple(items)}) == read_result({"insights": items})
