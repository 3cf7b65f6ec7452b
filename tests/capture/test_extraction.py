"""The decorator of extraction functions."""

import asyncio
import inspect
import threading
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import pytest

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


def told(lines: Lines) -> list[tuple[str, str, list[str] | None]]:
    """Topic, outcome and insights of each record."""
    found = []
    for record in lines():
        output = record["body"]["training.output"]
        texts = None if output is None else [one["text"] for one in output]
        found.append((record["training.source.topic"], record["training.outcome"], texts))
    return found


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


@pytest.mark.parametrize(
    ("content", "kept"),
    [
        ({"title": "T", "body": ["a", 1, None, 1.5, True]}, '{"title":"T","body":["a",1,null,1.5,true]}'),
        (b"bytes \xff", "bytes \ufffd"),
        (7, "7"),
        (None, None),
        ([float("nan"), 1 << 70], '[null,"1180591620717411303424"]'),
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


def test_a_block_is_an_extraction(lines: Lines) -> None:
    """Where no function is the extraction, a `with` block is; its handle takes what came out."""
    with otel_training.extraction(task="block", topic="t", source_url="u", source_content="Text.") as handle:
        assert handle is otel_training.current()
        handle.result({"insights": [{"text": "One"}], "quality_score": 7})
        handle.score(8)

    (record,) = lines()
    assert ("block", "t", "u", "Text.", 8.0, handle.id) == (
        record["training.task.name"], record["training.source.topic"], record["url.full"],
        record["body"]["training.input"], record["training.quality.score"], record["training.extraction.id"],
    )  # fmt: skip


def test_a_failing_block_is_a_failed_extraction(lines: Lines) -> None:
    """The block's exception goes on as it is."""
    error = ValueError()
    with pytest.raises(ValueError, match=r"^$") as raised, otel_training.extraction(topic="t"):
        raise error

    assert (error, [("t", "error", None)]) == (raised.value, told(lines))


def test_blocks_nest_and_run_in_threads_at_once(lines: Lines) -> None:
    """One object may open many blocks, inside each other and side by side."""
    extraction = otel_training.extraction(task="block", topic="t")
    barrier = threading.Barrier(4)

    def work(number: int) -> None:
        with extraction as outer:
            barrier.wait()
            with extraction as inner:
                inner.score(number)
            assert otel_training.current() is outer
            outer.score(number + 0.5)

    with ThreadPoolExecutor(4) as pool:
        list(pool.map(work, range(4)))

    found = sorted(record["training.quality.score"] for record in lines())
    assert [0.0, 0.5, 1.0, 1.5, 2.0, 2.5, 3.0, 3.5] == found


def test_switched_off_a_block_does_nothing(folder: Any) -> None:
    """The handle of a block that is off takes everything and keeps nothing."""
    otel_training.configure(enabled=False)
    with otel_training.extraction(topic="t") as handle:
        handle.result(["One"])
        handle.score(1)

    assert ("", False) == (handle.id, folder.path.exists())
