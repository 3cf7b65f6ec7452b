"""The decorator of extraction functions."""

import asyncio
import inspect
from collections import namedtuple
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, NamedTuple

import pytest
from pydantic import BaseModel

import otel_training

Lines = Callable[[], list[dict[str, Any]]]
ANSWER = {"insights": [{"text": "One", "category": "c"}, {"text": "Two"}], "quality_score": 8, "passed_filters": True}
STABLE = ("training.kind", "training.task.name", "training.outcome", "training.output.count", "error.type")


def stable(record: dict[str, Any]) -> dict[str, Any]:
    """What of a record does not change from run to run."""
    return {name: record[name] for name in STABLE if name in record}


def sync_style(answer: Callable[[], object], **options: Any) -> Callable[..., object]:
    """A decorated sync function, to be called plainly."""

    @otel_training.extraction(task="extract", **options)
    def extract(topic: str, source_url: str, source_content: object = "the default") -> object:
        return answer()

    return extract


def async_style(answer: Callable[[], object], **options: Any) -> Callable[..., object]:
    """A decorated async function, run to its end when called."""

    @otel_training.extraction(task="extract", **options)
    async def extract(topic: str, source_url: str, source_content: object = "the default") -> object:
        await asyncio.sleep(0)
        return answer()

    return lambda *args, **kwargs: asyncio.run(extract(*args, **kwargs))


@pytest.fixture(params=[sync_style, async_style], ids=["sync", "async"])
def style(request: pytest.FixtureRequest) -> Callable[..., Callable[..., object]]:
    """Every way to write an extraction function."""
    return request.param


def raising(error: BaseException) -> Callable[[], object]:
    """An answer that fails."""

    def fail() -> object:
        raise error

    return fail


def test_records_the_whole_extraction(style: Any, lines: Lines) -> None:
    """A call gives one record with what went in, what came out, and how good it was."""
    style(lambda: ANSWER)("chips", "https://x.example/a?id=1", source_content="Text.")

    (record,) = lines()
    for name in ("training.event.id", "training.extraction.id", "training.duration", "training.output.sha256"):
        assert record.pop(name)
    assert {
        "training.kind": "extraction",
        "training.schema.version": "0.1",
        "training.task.name": "extract",
        "training.outcome": "ok",
        "training.output.count": 2,
        "training.quality.score": 8.0,
        "training.filter.passed": True,
        "training.source.topic": "chips",
        "url.full": "https://x.example/a?id=1",
        "training.source.length": 5,
        "training.source.truncated": False,
        "training.redaction": "1",
        "training.redaction.count": 0,
        "body": {
            "training.input": "Text.",
            "training.output": [
                {
                    "insight_id": otel_training.insight_id("https://x.example/a?id=1", text),
                    "derived_id": otel_training.insight_id("https://x.example/a?id=1", text),
                    "text": text,
                    "category": category,
                    "text_sha256": record["body"]["training.output"][index]["text_sha256"],
                }
                for index, (text, category) in enumerate([("One", "c"), ("Two", None)])
            ],
        },
    } == record


def test_returns_the_identical_object(style: Any) -> None:
    """What the function returns is what the caller gets."""
    answer = object()

    assert answer is style(lambda: answer)("t", "u")


@pytest.mark.parametrize(
    ("error", "outcome"),
    [
        (ValueError("secret text"), "error"),
        (asyncio.CancelledError(), "cancelled"),
        (KeyboardInterrupt(), "cancelled"),
        (SystemExit(3), "error"),
    ],
    ids=lambda value: value if isinstance(value, str) else type(value).__name__,
)
def test_raises_the_identical_exception_and_records_its_class_alone(
    style: Any, lines: Lines, error: BaseException, outcome: str
) -> None:
    """A failed attempt is a record too; the exception's text is not in it."""
    with pytest.raises(type(error)) as raised:
        style(raising(error))("t", "u")

    # asyncio.run makes a new CancelledError of one that ended its main task.
    assert raised.value is error or isinstance(error, (asyncio.CancelledError, KeyboardInterrupt))
    (record,) = lines()
    assert {
        "training.kind": "extraction",
        "training.task.name": "extract",
        "training.outcome": outcome,
        "error.type": type(error).__name__,
    } == stable(record)
    assert "secret" not in str(record)


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
    sync_style(lambda: SHAPES[shape])("t", "u")

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
    sync_style(lambda: answer)("t", "u")

    (record,) = lines()
    assert (["One", "Two"], None) == (
        [one["text"] for one in record["body"]["training.output"]],
        record.get("training.quality.score"),
    )


@pytest.mark.parametrize("answer", [None, 5, "text", object(), {"unrelated": 1}, ANSWER.keys(), BaseModel])
def test_takes_what_it_cannot_read_as_no_insights(lines: Lines, answer: object) -> None:
    """An answer of unknown shape is a record without output."""
    sync_style(lambda: answer)("t", "u")

    (record,) = lines()
    assert (None, "ok") == (record["body"]["training.output"], record["training.outcome"])


def test_reads_the_result_by_a_function_of_the_app(lines: Lines) -> None:
    """`result=` turns an answer of any shape into one that can be read."""
    sync_style(lambda: "One|Two", result=lambda answer: answer.split("|"))("t", "u")

    (record,) = lines()
    assert ["One", "Two"] == [one["text"] for one in record["body"]["training.output"]]


def test_takes_the_apps_own_ids(lines: Lines) -> None:
    """An `id` or `insight_id` in a returned item wins over the derived one, which stays known."""
    sync_style(lambda: [{"text": "One", "id": 17}, {"text": "Two", "insight_id": "abc", "id": 1}])("t", "u")

    (record,) = lines()
    found = [(one["insight_id"], one["derived_id"]) for one in record["body"]["training.output"]]
    assert [("17", otel_training.insight_id("u", "One")), ("abc", otel_training.insight_id("u", "Two"))] == found


@pytest.mark.parametrize(
    ("function", "call"),
    [
        (lambda topic, url, content: [], lambda f: f("T", "U", "C")),
        (lambda topic, url, text: [], lambda f: f(text="C", url="U", topic="T")),
        (lambda source_content, *, topic, source_url: [], lambda f: f("C", topic="T", source_url="U")),
        (lambda a, topic="T", source_url="U", source_content="C": [], lambda f: f(1)),
        (lambda source_content, /, *rest, **more: [], lambda f: f("C", topic="T", source_url="U")),
    ],
    ids=["by position", "by keyword", "keyword only", "by default", "by **kwargs"],
)
def test_binds_arguments_by_name(lines: Lines, function: Any, call: Any) -> None:
    """However an argument is passed, the record has it."""
    call(otel_training.extraction(function))

    (record,) = lines()
    found = (record["training.source.topic"], record["url.full"], record["body"]["training.input"])
    assert ("T", "U", "C") == found


def test_binds_arguments_under_other_names(lines: Lines) -> None:
    """`arguments=` says which parameter carries what; a method's self is no argument."""

    class Extractor:
        @otel_training.extraction(arguments={"source_url": "link", "topic": "about"})
        def extract(self, about: str, link: str, content: str) -> list[str]:
            return []

    Extractor().extract("T", "U", "C")
    (record,) = lines()
    found = (record["training.source.topic"], record["url.full"], record["body"]["training.input"])
    assert ("T", "U", "C") == found


@pytest.mark.parametrize("names", [{"source": "topic"}, {"source_url": "nosuch"}])
def test_refuses_arguments_that_do_not_exist(names: dict[str, str]) -> None:
    """A wrong name is an error where the function is decorated."""
    with pytest.raises(TypeError, match="arguments"):
        otel_training.extraction(arguments=names)(lambda topic: None)


@pytest.mark.parametrize(
    ("content", "kept"),
    [
        ({"title": "T", "body": ["a", 1, None, 1.5, True]}, '{"title":"T","body":["a",1,null,1.5,true]}'),
        (b"bytes \xff", "bytes \ufffd"),
        (7, "7"),
        (None, None),
        ([float("nan"), 1 << 70], '[null,"<int>"]'),
    ],
)
def test_keeps_content_that_is_no_text_as_json(lines: Lines, content: object, kept: str | None) -> None:
    """Whatever the source is, the record holds text."""
    sync_style(list)("t", "u", content)

    (record,) = lines()
    assert kept == record["body"]["training.input"]


def test_cuts_long_content_and_says_so(lines: Lines) -> None:
    """The first 8,000 characters are kept; the length is that of the whole."""
    sync_style(list)("t", "u", "wörd " * 2000)

    (record,) = lines()
    assert (("wörd " * 1600), 10_000, True) == (
        record["body"]["training.input"],
        record["training.source.length"],
        record["training.source.truncated"],
    )


def test_leaves_the_function_as_it_is() -> None:
    """Name, docstring, signature and kind of the function stay."""

    @otel_training.extraction
    async def extract(topic: str) -> None:
        """Do it."""

    assert ("extract", "Do it.", True, "(topic: str) -> None") == (
        extract.__name__,
        extract.__doc__,
        inspect.iscoroutinefunction(extract),
        str(inspect.signature(extract)),
    )


def test_one_switch_turns_everything_off(folder: Any) -> None:
    """Switched off, the function runs as it is, and there is no file."""
    otel_training.configure(enabled=False)

    assert ANSWER is sync_style(lambda: ANSWER)("t", "u")
    otel_training.record_feedback("a", "like", user_id=1)
    otel_training.record_score("a", "quality_score", 1)
    assert otel_training.flush(1)
    assert not folder.path.exists()
