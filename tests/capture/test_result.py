"""What an extraction returned, read in whatever shape it has."""

from collections import namedtuple
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, NamedTuple

import pytest
from pydantic import BaseModel

import otel_training

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


ITEMS = [{"text": "One", "category": "c"}, Item(text="Two")]


SHAPES = {
    "mapping": {"insights": ITEMS, "quality_score": 8, "passed_filters": True},
    "extracted": {"extracted_insights": tuple(ITEMS), "quality_score": 8.0, "passed_filters": True},
    "dataclass": AsDataclass(ITEMS, 8, passed_filters=True),
    "slots": AsSlots(ITEMS, 8, passed_filters=True),
    "model": AsModel(items=ITEMS, quality_score=8, passed_filters=True),
    "named tuple": AsNamed(ITEMS, 8, passed_filters=True),
    "old named tuple": OldNamed(ITEMS, 8, True),
}


@pytest.mark.parametrize("shape", SHAPES)
def test_reads_results_of_any_shape(lines: Lines, shape: str) -> None:
    """Mappings, dataclasses, models and named tuples say the same."""
    extract(SHAPES[shape])

    (record,) = lines()
    insights = [(one["text"], one["category"]) for one in record["body"]["training.output"]]
    assert ([("One", "c"), ("Two", None)], 8.0, True, 2) == (
        insights,
        record["training.quality.score"],
        record["training.filter.passed"],
        record["training.output.count"],
    )


@pytest.mark.parametrize("answer", [["One", "Two"], ("One", "Two"), [{"text": "One"}, {"text": "Two"}]])
def test_reads_a_bare_list_of_insights(lines: Lines, answer: object) -> None:
    """A list is the insights; nothing is said of quality then."""
    extract(answer)

    (record,) = lines()
    assert (["One", "Two"], None) == (
        [one["text"] for one in record["body"]["training.output"]],
        record.get("training.quality.score"),
    )


@pytest.mark.parametrize("answer", [None, 5, "text", object(), {"unrelated": 1}, {"text": "One"}.keys(), BaseModel])
def test_takes_what_it_cannot_read_as_no_insights(lines: Lines, answer: object) -> None:
    """An answer of unknown shape is a record without output."""
    extract(answer)

    (record,) = lines()
    assert (None, "ok") == (record["body"]["training.output"], record["training.outcome"])


def test_reads_the_result_by_a_function_of_the_app(lines: Lines) -> None:
    """`result=` turns an answer of any shape into one that can be read."""
    extract("One|Two", result=lambda answer: answer.split("|"))

    (record,) = lines()
    assert ["One", "Two"] == [one["text"] for one in record["body"]["training.output"]]


def test_takes_the_apps_own_ids(lines: Lines) -> None:
    """An `id` or `insight_id` in a returned item wins over the derived one, which stays known."""
    extract([{"text": "One", "id": 17}, {"text": "Two", "insight_id": "abc", "id": 1}])

    (record,) = lines()
    found = [(one["insight_id"], one["derived_id"]) for one in record["body"]["training.output"]]
    assert [("17", otel_training.insight_id("u", "One")), ("abc", otel_training.insight_id("u", "Two"))] == found
