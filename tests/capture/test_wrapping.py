"""Every style of function and of calling it."""

import asyncio
import functools
import gc
import inspect
import logging
from collections.abc import AsyncGenerator, Callable, Generator, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextvars import copy_context
from typing import Any

import pytest
from opentelemetry import context as otel_context

import otel_training
from otel_training.folder import DataFolder
from otel_training.testing import capture

Lines = Callable[[], list[dict[str, Any]]]


@pytest.fixture
def lines() -> Iterator[Lines]:
    """Records of what the test captures, without disk."""
    with capture(fixed=False) as captured:
        yield lambda: captured.records


@otel_training.extraction(task="extract")
def generate(topic: str) -> Generator[dict[str, str]]:
    """Give insights one by one."""
    for number in range(3):
        otel_training.current().score(number)
        yield {"text": f"{topic} {number}"}


@otel_training.extraction(task="extract")
async def generate_later(topic: str) -> AsyncGenerator[dict[str, str]]:
    """Give insights one by one, with work between."""
    for number in range(3):
        await asyncio.sleep(0)
        otel_training.current().score(number)
        yield {"text": f"{topic} {number}"}


def told(lines: Lines) -> list[tuple[str, str, list[str] | None]]:
    """Topic, outcome and insights of each record."""
    found = []
    for record in lines():
        output = record["body"]["training.output"]
        texts = None if output is None else [one["text"] for one in output]
        found.append((record["training.source.topic"], record["training.outcome"], texts))
    return found


def test_a_generators_values_are_its_insights(lines: Lines) -> None:
    """Read to its end it is one extraction; the consumer sees the same values."""
    given = list(generate("t"))

    assert [{"text": f"t {number}"} for number in range(3)] == given
    assert [("t", "ok", ["t 0", "t 1", "t 2"])] == told(lines)


async def test_an_async_generators_values_are_its_insights(lines: Lines) -> None:
    """The same, awaited."""
    given = [one async for one in generate_later("t")]

    assert [{"text": f"t {number}"} for number in range(3)] == given
    assert [("t", "ok", ["t 0", "t 1", "t 2"])] == told(lines)


def test_a_generators_return_value_wins(lines: Lines) -> None:
    """A generator that yields progress and returns the answer is read by its answer."""

    @otel_training.extraction(task="extract")
    def progress(topic: str) -> Any:
        yield "10 %"
        return [{"text": "One"}]

    def consume() -> Any:
        return (yield from progress("t"))

    stream = consume()
    next(stream)
    with pytest.raises(StopIteration) as stop:
        next(stream)
    assert [{"text": "One"}] == stop.value.value
    assert [("t", "ok", ["One"])] == told(lines)


def test_a_consumer_may_send_and_throw() -> None:
    """What a consumer sends or throws reaches the generator, and its answer comes back."""

    @otel_training.extraction(task="extract")
    def echo(topic: str) -> Any:
        heard = yield "first"
        try:
            yield heard
        except KeyError:
            yield "caught"

    stream = echo("t")
    assert ["first", "heard", "caught"] == [next(stream), stream.send("heard"), stream.throw(KeyError())]


async def test_a_consumer_may_send_and_throw_later() -> None:
    """The same, awaited."""

    @otel_training.extraction(task="extract")
    async def echo(topic: str) -> Any:
        heard = yield "first"
        try:
            yield heard
        except KeyError:
            yield "caught"

    stream: Any = echo("t")
    assert ["first", "heard", "caught"] == [
        await anext(stream), await stream.asend("heard"), await stream.athrow(KeyError()),
    ]  # fmt: skip
    await stream.aclose()


def test_tells_how_a_generator_ended(lines: Lines) -> None:
    """Read to the end, closed early, let go, failed: each is told apart, none but the first is ok."""

    @otel_training.extraction(task="extract")
    def failing(topic: str) -> Any:
        yield "One"
        raise ValueError

    list(generate("whole"))
    closed = generate("closed")
    next(closed)
    closed.close()
    left = generate("left")
    next(left)
    del left
    gc.collect()
    with pytest.raises(ValueError, match=r"^$"):
        list(failing("failed"))

    assert [
        ("whole", "ok", ["whole 0", "whole 1", "whole 2"]), ("closed", "closed", ["closed 0"]),
        ("left", "abandoned", ["left 0"]), ("failed", "error", ["One"]),
    ] == told(lines)  # fmt: skip


async def test_tells_how_an_async_generator_ended(lines: Lines) -> None:
    """The same for async ones, and cancelled besides."""
    closed = generate_later("closed")
    await anext(closed)
    await closed.aclose()
    left = generate_later("left")
    await anext(left)
    del left
    gc.collect()
    await asyncio.sleep(0.01)

    @otel_training.extraction(task="extract")
    async def slow(topic: str) -> Any:
        yield "One"
        await asyncio.sleep(60)

    async def consume() -> None:
        async for _ in slow("cancelled"):
            pass

    task = asyncio.create_task(consume())
    await asyncio.sleep(0.01)
    task.cancel()
    with pytest.raises(asyncio.CancelledError):
        await task

    assert [
        ("closed", "closed", ["closed 0"]),
        ("left", "abandoned", ["left 0"]),
        ("cancelled", "cancelled", ["One"]),
    ] == told(lines)


def test_an_unstarted_generator_is_no_attempt(lines: Lines) -> None:
    """A generator that nobody asked for a value did nothing."""
    generate("t").close()

    assert [] == lines()


def test_the_consumer_runs_outside_the_extraction() -> None:
    """Between two values the consumer has its own context, and afterwards as well."""
    before = otel_context.get_current()

    assert [True] * 3 == [otel_context.get_current() is before for _ in generate("t")]
    assert otel_context.get_current() is before


@pytest.mark.parametrize("way", ["break", "other task", "other thread", "cancel"])
def test_no_way_to_end_a_stream_upsets_the_context(caplog: pytest.LogCaptureFixture, way: str) -> None:
    """However a consumer stops, OpenTelemetry has no context to complain about and the next one is clean."""

    async def first() -> None:
        async for _ in generate_later("t"):
            break

    async def step(stream: Any) -> None:
        await anext(stream)

    async def consume() -> None:
        if way == "break":
            await first()
        elif way == "other task":
            stream = generate_later("t")
            for _ in range(2):
                await asyncio.create_task(step(stream))
            await stream.aclose()
        elif way == "cancel":
            task = asyncio.create_task(step(generate_later("t")))
            await asyncio.sleep(0)
            task.cancel()
        else:
            plain = generate("t")
            await asyncio.to_thread(next, plain)
            next(plain)
            await asyncio.to_thread(plain.close)
        gc.collect()
        await asyncio.sleep(0.01)
        assert otel_training.current().id == "" or otel_training.current().finished

    with caplog.at_level(logging.ERROR):
        copy_context().run(asyncio.run, consume())
    assert [] == [record.message for record in caplog.records]


class Extractor:
    """Methods of all kinds, and an object that is called."""

    @otel_training.extraction(task="extract")
    def method(self, topic: str) -> list[str]:
        return [type(self).__name__]

    @classmethod
    @otel_training.extraction(task="extract")
    def below(cls, topic: str) -> list[str]:
        return [cls.__name__]

    @otel_training.extraction(task="extract")
    @classmethod
    def above(cls, topic: str) -> list[str]:
        return [cls.__name__]

    @otel_training.extraction(task="extract")
    @staticmethod
    def static(topic: str) -> list[str]:
        return ["static"]

    def __call__(self, topic: str) -> list[str]:
        return ["called"]


class Later:
    """An object whose call is async."""

    async def __call__(self, topic: str) -> list[str]:
        return ["later"]


async def plainly(prefix: str, topic: str) -> list[str]:
    """An async function to bind partly."""
    return [prefix]


STYLES: dict[str, tuple[Callable[..., Any], str]] = {
    "method": (Extractor().method, "Extractor"),
    "classmethod below": (Extractor.below, "Extractor"),
    "classmethod above": (Extractor.above, "Extractor"),
    "staticmethod": (Extractor.static, "static"),
    "callable object": (otel_training.extraction(Extractor()), "called"),
    "async callable object": (otel_training.extraction(Later()), "later"),
    "partial": (otel_training.extraction(functools.partial(plainly, "partial")), "partial"),
    "lambda": (otel_training.extraction(lambda topic: ["lambda"]), "lambda"),  # type: ignore[misc] # mypy infers none here
}


@pytest.mark.parametrize("style", STYLES)
def test_takes_whatever_can_be_called(lines: Lines, style: str) -> None:
    """Methods, partials and objects are functions, too."""
    function, text = STYLES[style]
    value = function("t")
    if inspect.isawaitable(value):
        value = asyncio.run(value)  # type: ignore[arg-type]

    assert [text] == value
    assert [("t", "ok", [text])] == told(lines)


def test_switched_off_a_generator_runs_as_it_is(folder: DataFolder) -> None:
    """Its consumer sees the same values, and there is no file."""
    otel_training.configure(enabled=False)

    assert (3, False) == (len(list(generate("t"))), folder.path.exists())


def test_recursion_gives_each_call_its_own_record(lines: Lines) -> None:
    """An extraction that calls itself is as many extractions."""

    @otel_training.extraction(task="extract")
    def recurse(topic: str, depth: int) -> list[str]:
        identity = otel_training.current().id
        if depth:
            recurse(topic, depth - 1)
        assert otel_training.current().id == identity
        return [str(depth)]

    recurse("t", 50)
    assert [("t", "ok", [str(depth)]) for depth in range(51)] == told(lines)


def test_the_running_extraction_follows_opentelemetrys_context(lines: Lines) -> None:
    """Wherever the host carries its context, the handle is there; elsewhere it is not."""

    @otel_training.extraction(task="extract")
    def spread(topic: str) -> list[str]:
        carried = otel_context.get_current()

        def inside() -> str:
            token = otel_context.attach(carried)
            try:
                return otel_training.current().id
            finally:
                otel_context.detach(token)

        with ThreadPoolExecutor(1) as pool:
            found = [pool.submit(inside).result(), pool.submit(lambda: otel_training.current().id).result()]
        assert [otel_training.current().id, ""] == found
        return []

    spread("t")
    assert [("t", "ok", [])] == told(lines)


def test_suppressed_telemetry_is_no_telemetry_of_ours(lines: Lines) -> None:
    """Where the context asks for none, nothing is captured."""
    token = otel_context.attach(otel_context.set_value("suppress_instrumentation", True))
    try:
        assert 3 == len(list(generate("t")))
    finally:
        otel_context.detach(token)

    assert [] == lines()
