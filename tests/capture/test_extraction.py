"""The decorator of extraction functions."""

import asyncio
import contextvars
import gc
import importlib
import inspect
import threading
from collections.abc import AsyncIterator, Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import AsyncExitStack, ExitStack, asynccontextmanager, contextmanager, suppress
from typing import Annotated, Any

import pytest
from fastapi import Depends, FastAPI
from opentelemetry.sdk.trace import TracerProvider
from opentelemetry.trace import get_current_span
from starlette.testclient import TestClient

import otel_training
from otel_training.anthropic.watch import unwatch, watch
from otel_training.capture.handle import Handle, running
from otel_training.pipeline.process import install

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


def outcomes(lines: Lines) -> list[tuple[str, str, list[str] | None]]:
    """Topic, outcome and insights of each record."""
    triples = []
    for record in lines():
        output = record["body"]["training.output"]
        texts = None if output is None else [insight["text"] for insight in output]
        triples.append((record["training.source.topic"], record["training.outcome"], texts))
    return triples


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
    for name in (
        "training.event.id",
        "training.extraction.id",
        "training.duration",
        "training.output.texts",
        "training.output.categories",
    ):
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
        "training.redaction": "2",
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
    assert otel_training.flush(30)
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

    assert (error, [("t", "error", None)]) == (raised.value, outcomes(lines))


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

    scores = sorted(record["training.quality.score"] for record in lines())
    assert [0.0, 0.5, 1.0, 1.5, 2.0, 2.5, 3.0, 3.5] == scores


def test_switched_off_a_block_does_nothing(folder: Any) -> None:
    """The handle of a block that is off takes everything and keeps nothing."""
    otel_training.configure(enabled=False)
    with otel_training.extraction(topic="t") as handle:
        handle.result(["One"])
        handle.score(1)

    assert ("", False) == (handle.id, folder.path.exists())


def ended(lines: Lines) -> list[tuple[str, str, float | None]]:
    """Topic, outcome and score of each record, by topic."""
    return sorted(
        (record["training.source.topic"], record["training.outcome"], record.get("training.quality.score"))
        for record in lines()
    )


def block(topic: str) -> Any:
    """Open a block with an object of its own."""
    return otel_training.extraction(topic=topic)


def elsewhere(work: Callable[[], object]) -> object:
    """Run in another thread, with its own context."""
    with ThreadPoolExecutor(1) as pool:
        return pool.submit(work).result()


@pytest.mark.parametrize("order", [(0, 1, 2), (2, 0, 1), (1, 2, 0), (2, 1, 0)], ids=str)
@pytest.mark.parametrize("traced", [False, True], ids=["", "traced"])
def test_blocks_end_in_any_order(lines: Lines, order: tuple[int, ...], *, traced: bool) -> None:
    """Each has its own outcome and score, the host's context is afterwards what it was before."""
    install(tracer_provider=TracerProvider() if traced else None)
    before = get_current_span()
    with block("outer") as outer:
        stacks = [ExitStack() for _ in range(3)]
        for number, stack in enumerate(stacks):
            stack.enter_context(block(f"t{number}")).score(number)
        for number in order:
            error = ValueError() if number == 1 else None
            stacks[number].__exit__(None if error is None else ValueError, error, None)
        assert otel_training.current() is outer

    assert get_current_span() is before
    assert ended(lines) == [("outer", "ok", None), ("t0", "ok", 0.0), ("t1", "error", 1.0), ("t2", "ok", 2.0)]


def test_what_runs_is_what_has_not_ended(lines: Lines) -> None:
    """A block that has ended before the one inside it does not get what is recorded after both."""
    first, second = ExitStack(), ExitStack()
    first.enter_context(block("first"))
    inner = second.enter_context(block("second"))
    first.close()
    assert otel_training.current() is inner
    second.close()
    otel_training.current().score(3)

    (_, _, score) = lines()
    assert inner.id == score["training.score.target"]


@pytest.fixture(params=[False, True], ids=["", "carried"])
def _threads(request: pytest.FixtureRequest) -> Iterator[None]:
    """Threads as Python has them, and such that know the extraction that starts them."""
    unwatch()
    if request.param:
        importlib.import_module("anthropic")
        watch()
    yield
    watch()


@pytest.mark.usefixtures("_threads")
@pytest.mark.parametrize("outcome", ["ok", "error", "cancelled"])
def test_a_block_ends_in_another_thread(lines: Lines, outcome: str) -> None:
    """Its thread goes on without it: what comes next is not part of it."""
    stack = ExitStack()
    error = {"ok": None, "error": ValueError(), "cancelled": asyncio.CancelledError()}[outcome]

    def run() -> None:
        stack.enter_context(block("across")).score(7)
        elsewhere(lambda: stack.__exit__(None if error is None else type(error), error, None))
        with block("next") as handle:
            assert handle is otel_training.current()
            handle.score(8)
        assert handle is otel_training.current()

    elsewhere(run)

    assert ended(lines) == [("across", outcome, 7.0), ("next", "ok", 8.0)]


@pytest.mark.parametrize("way", ["to_thread", "task"])
def test_a_block_ends_in_a_copy_of_its_context(lines: Lines, way: str) -> None:
    """The coroutine that opened it goes on without it."""

    async def close(stack: ExitStack) -> None:
        stack.close()

    async def run() -> None:
        stack = ExitStack()
        stack.enter_context(block("across")).score(7)
        await (asyncio.to_thread(stack.close) if way == "to_thread" else asyncio.create_task(close(stack)))
        assert running() is None
        with block("next") as handle:
            handle.score(8)
        assert handle is otel_training.current()

    asyncio.run(run())

    assert ended(lines) == [("across", "ok", 7.0), ("next", "ok", 8.0)]


def test_a_task_that_outlives_its_block_belongs_to_it() -> None:
    """What it records about a call is the block's."""

    async def later() -> str:
        await asyncio.sleep(0.001)
        return otel_training.current().id

    async def run() -> tuple[str, str]:
        with block("a") as handle:
            task = asyncio.create_task(later())
        return handle.id, await task

    expected, seen = asyncio.run(run())
    assert expected == seen


SHARED = otel_training.extraction(task="shared", topic="shared")


@pytest.mark.parametrize("kind", ["sync", "async"])
@pytest.mark.parametrize("opens", ["shared", "own"])
def test_dependencies_of_requests_at_once_have_each_their_own(lines: Lines, kind: str, opens: str) -> None:
    """A sync dependency is entered and left in threads and contexts of their own."""
    together = threading.Barrier(4)

    def sync_dependency(number: int) -> Iterator[Handle]:
        with SHARED if opens == "shared" else block("own") as handle:
            yield handle

    async def async_dependency(number: int) -> AsyncIterator[Handle]:
        with SHARED if opens == "shared" else block("own") as handle:
            yield handle

    app = FastAPI()

    @app.get("/{number}")
    def endpoint(
        number: int, handle: Annotated[Handle, Depends(sync_dependency if kind == "sync" else async_dependency)]
    ) -> int:
        together.wait(10)
        handle.score(number)
        if number % 2:
            raise ValueError
        return number

    with TestClient(app, raise_server_exceptions=False) as client, ThreadPoolExecutor(4) as pool:
        list(pool.map(lambda number: client.get(f"/{number}"), range(4)))

    assert sorted((score, outcome) for _, outcome, score in ended(lines)) == [
        (0.0, "ok"), (1.0, "error"), (2.0, "ok"), (3.0, "error"),
    ]  # fmt: skip


@pytest.mark.parametrize("place", ["here", "context", "thread"])
@pytest.mark.parametrize("shared", [False, True], ids=["own", "shared"])
def test_generators_with_blocks_end_wherever_they_are_closed(lines: Lines, place: str, *, shared: bool) -> None:
    """Generators that hold a block, stepped in turn and ended in the order of their beginning, also by letting go."""

    def hold(number: int) -> Iterator[int]:
        with SHARED if shared else block("held") as handle:
            handle.score(number)
            yield number
            raise ValueError

    def close() -> None:
        with suppress(ValueError):
            next(generators[0])
        generators[1].close()
        generators.clear()
        gc.collect()

    generators: list[Any] = [hold(number) for number in range(3)]
    assert list(map(next, generators)) == [0, 1, 2]
    {"here": close, "context": lambda: contextvars.Context().run(close), "thread": lambda: elsewhere(close)}[place]()

    assert sorted((score, outcome) for _, outcome, score in ended(lines)) == [
        (0.0, "error"), (1.0, "error"), (2.0, "error"),
    ]  # fmt: skip


def test_a_block_ends_in_another_task(lines: Lines) -> None:
    """An async stack may be closed by another task, while others are open."""

    @asynccontextmanager
    async def holding(number: int) -> AsyncIterator[None]:
        with block(f"t{number}") as handle:
            handle.score(number)
            yield

    async def run() -> None:
        stacks = [AsyncExitStack() for _ in range(3)]
        await asyncio.gather(*(stack.enter_async_context(holding(n)) for n, stack in enumerate(stacks)))
        await asyncio.gather(*(stack.aclose() for stack in reversed(stacks)))

    asyncio.run(run())

    assert ended(lines) == [(f"t{number}", "ok", float(number)) for number in range(3)]


def test_one_object_opens_blocks_in_tasks_at_once(lines: Lines) -> None:
    """Also by stacks, whose frames are not the app's."""

    async def work(number: int) -> None:
        with ExitStack() as stack:
            stack.enter_context(SHARED).score(number)
            await asyncio.sleep(0.001 * (3 - number))
            if number == 1:
                raise ValueError

    async def run() -> None:
        await asyncio.gather(*(work(number) for number in range(3)), return_exceptions=True)

    asyncio.run(run())

    assert sorted((score, outcome) for _, outcome, score in ended(lines)) == [
        (0.0, "ok"), (1.0, "error"), (2.0, "ok"),
    ]  # fmt: skip


@contextmanager
def timed() -> Iterator[Handle]:
    """The app's own context manager around a block."""
    with block("timed") as handle:
        yield handle


def test_a_call_inside_a_block_that_has_ended_belongs_to_what_is_around(lines: Lines) -> None:
    """A function that is called after the block around it was closed elsewhere is an extraction as any other."""
    stack = ExitStack()
    stack.enter_context(timed())
    elsewhere(stack.close)
    sync_style(lambda: ANSWER)("t", "u")
    otel_training.current().score(5)

    _, extraction, score = lines()
    assert score["training.score.target"] == extraction["training.extraction.id"]


@pytest.mark.parametrize("odd", ["\ud800", "a\udcffb", "\0"])
def test_names_that_are_no_utf8_cost_no_record(odd: str, lines: Lines) -> None:
    """Tasks, versions and functions are named whatever the app likes; the record, and the span, have it clean."""

    def extract(topic: str) -> list[str]:
        return [topic]

    extract.__name__ = odd
    otel_training.extraction(extract)(odd)
    otel_training.extraction(task=odd, version=odd)(extract)(odd)
    with otel_training.extraction(task=odd, version=odd):
        pass
    otel_training.query(task=odd)(extract)(odd)

    clean = odd.replace("\ud800", "?").replace("\udcff", "?").replace("\0", "\ufffd")
    records = [record for record in lines() if "training.task.name" in record or "gen_ai.workflow.name" in record]
    assert [clean] * 4 == [record["training.task.name"] for record in records]
    assert [None, clean, clean, None] == [record.get("training.task.version") for record in records]
