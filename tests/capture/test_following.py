"""Extractions that end later than the call: what the call gives back is followed to its end."""

import asyncio
import concurrent.futures
import functools
import gc
import inspect
import logging
import sys
import types
import warnings
from collections.abc import AsyncIterator, Awaitable, Callable, Generator, Iterator
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import pytest
import wrapt
from starlette.responses import StreamingResponse

import otel_training
from otel_training._guard import guard
from otel_training.testing import capture

Lines = Callable[[], list[dict[str, Any]]]
Answer = Callable[[], list[str]]


@pytest.fixture
def lines() -> Iterator[Lines]:
    """Records of what the test captures, without disk."""
    with capture(fixed=False) as captured:
        yield lambda: captured.records


def summary(lines: Lines) -> list[tuple[str, str, str | None, list[str] | None]]:
    """Topic, outcome, error and insights of each record."""
    rows = []
    for record in lines():
        output = record["body"]["training.output"]
        insights = None if output is None else [item["text"] for item in output]
        rows.append((record["training.source.topic"], record["training.outcome"], record.get("error.type"), insights))
    return rows


async def work(answer: Answer) -> list[str]:
    """Answer later, and say inside which extraction."""
    await asyncio.sleep(0.001)
    otel_training.current().score(5)
    return answer()


def work_around(task: Awaitable[list[str]]) -> Any:
    """Give back a bare future that another task sets."""
    future: Any = asyncio.get_running_loop().create_future()

    def copy(done: Any) -> None:
        if done.cancelled():
            future.cancel()
        elif done.exception():
            future.set_exception(done.exception())
        else:
            future.set_result(done.result())

    asyncio.ensure_future(task).add_done_callback(copy)
    return future


def step(answer: Answer) -> Iterator[str]:
    """Answer one by one."""
    otel_training.current().score(5)
    yield from answer()


async def step_later(answer: Answer) -> AsyncIterator[str]:
    """Answer one by one, later."""
    await asyncio.sleep(0)
    otel_training.current().score(5)
    for text in answer():
        yield text


class Lazy:
    """An awaitable of the app's own, with an interface beside."""

    label = "lazy"

    def __init__(self, answer: Answer) -> None:
        self.answer = answer

    def __await__(self) -> Generator[Any, Any, list[str]]:
        return work(self.answer).__await__()


class AsyncBridge:
    """An awaitable whose iterator can only be iterated."""

    def __init__(self, answer: Answer) -> None:
        self.answer = answer

    def __await__(self) -> Iterator[Any]:
        otel_training.current().score(5)
        return self

    def __iter__(self) -> Iterator[Any]:
        return self

    def __next__(self) -> Any:
        raise StopIteration(self.answer())


def hidden(function: Any) -> Any:
    """A decorator that hides that a function is async."""

    def call(answer: Answer) -> Any:
        return function(answer)

    return call


@wrapt.decorator
def at_once(wrapped: Any, instance: Any, args: Any, kwargs: Any) -> Any:
    """A decorator that runs an async function, and makes it look async nevertheless."""
    return asyncio.run(wrapped(*args, **kwargs))


@wrapt.decorator
def all_at_once(wrapped: Any, instance: Any, args: Any, kwargs: Any) -> Any:
    """A decorator that reads a generator, and makes it look like one nevertheless."""
    return list(wrapped(*args, **kwargs))


def in_thread(answer: Answer) -> Any:
    """Answer by a pool of threads."""
    with ThreadPoolExecutor(1) as pool:
        return pool.submit(answer)


async def drain(stream: AsyncIterator[str]) -> list[str]:
    return [text async for text in stream]


async def later(function: Any) -> Any:
    return await function()


async def both(function: Any) -> Any:
    """Await twice: what comes back from an async function is to be awaited as well."""
    return await (await function())


ENDS: dict[str, tuple[Any, Callable[[Any], Any]]] = {
    "coroutine": (work, lambda function: asyncio.run(later(function))),
    "hidden": (hidden(work), lambda function: asyncio.run(later(function))),
    "task": (lambda answer: asyncio.create_task(work(answer)), lambda function: asyncio.run(later(function))),
    "ensured": (lambda answer: asyncio.ensure_future(work(answer)), lambda function: asyncio.run(later(function))),
    "chained": (lambda answer: work_around(work(answer)), lambda function: asyncio.run(later(function))),
    "awaitable": (Lazy, lambda function: asyncio.run(later(function))),
    "bare awaitable": (AsyncBridge, lambda function: asyncio.run(later(function))),
    "future": (in_thread, lambda function: function().result()),
    "generator": (step, lambda function: list(function())),
    "hidden generator": (hidden(step), lambda function: list(function())),
    "async generator": (step_later, lambda function: asyncio.run(drain(function()))),
    "looks async": (at_once(work), lambda function: function()),
    "looks like a generator": (all_at_once(step), lambda function: function()),
}


def decorate(make: Callable[[Answer], Any], answer: Answer) -> Any:
    """A decorated plain function that gives back what ends later."""

    @otel_training.extraction(task="extract", topic="t")
    def extract() -> Any:
        return make(answer)

    return extract


@pytest.mark.parametrize("way", ENDS)
def test_an_extraction_ends_when_what_it_gave_back_ends(lines: Lines, way: str) -> None:
    """The result is what is awaited or yielded at last; what is said meanwhile is said of the extraction."""
    make, consume = ENDS[way]

    assert ["One", "Two"] == consume(decorate(make, lambda: ["One", "Two"]))
    assert [("t", "ok", None, ["One", "Two"])] == summary(lines)
    assert [None if way == "future" else 5.0] == [record.get("training.quality.score") for record in lines()]


@pytest.mark.parametrize("way", ENDS)
@pytest.mark.parametrize("error", [ValueError(), asyncio.CancelledError()], ids=["error", "cancelled"])
def test_an_extraction_fails_when_what_it_gave_back_fails(lines: Lines, way: str, error: BaseException) -> None:
    """The host's exception goes on as it is; its class is in the record."""

    def fail() -> list[str]:
        raise error

    make, consume = ENDS[way]
    with pytest.raises((type(error), concurrent.futures.CancelledError)):
        consume(decorate(make, fail))
    name = type(error).__name__
    assert [("t", "cancelled" if name == "CancelledError" else "error", name)] == [row[:3] for row in summary(lines)]


async def test_an_async_function_may_give_back_what_ends_later(lines: Lines) -> None:
    """What an async function returns is followed as well."""

    @otel_training.extraction(topic="t")
    async def extract(make: Any) -> Any:
        return make(lambda: ["One"])

    assert ["One"] == await drain(await extract(step_later))
    assert ["One"] == list(await extract(step))
    assert ["One"] == await (await extract(work))
    assert ["One"] == await (await extract(lambda answer: asyncio.create_task(work(answer))))

    assert [("t", "ok", None, ["One"])] * 4 == summary(lines)


async def test_gives_the_host_what_it_would_have(lines: Lines) -> None:
    """A task or future is the identical object; a coroutine or generator is one of the same type and name."""
    task = asyncio.create_task(work(list))
    future: Any = concurrent.futures.Future()
    based_on_generator = types.coroutine(step)(list)
    for value in (task, future, based_on_generator, iter([]), map(len, [])):
        assert value is decorate(functools.partial(lambda same, answer: same, value), list)()
    coroutine = decorate(work, list)()
    generator = decorate(step, list)()
    stream = decorate(step_later, list)()
    lazy = decorate(Lazy, list)()

    assert (types.CoroutineType, "work") == (type(coroutine), coroutine.__qualname__)
    assert (types.GeneratorType, "step") == (type(generator), generator.__qualname__)
    assert (types.AsyncGeneratorType, "step_later") == (type(stream), stream.__qualname__)
    assert ("lazy", True, True) == (lazy.label, isinstance(lazy, Lazy), isinstance(lazy, Awaitable))
    assert [[], []] == [await lazy, await lazy]
    await coroutine
    await task


def test_a_coroutine_that_nobody_awaits_is_warned_of_once(lines: Lines) -> None:
    """As without ours; it is no attempt."""
    with warnings.catch_warnings(record=True) as caught:
        warnings.simplefilter("always")
        decorate(work, list)()
        gc.collect()

    assert ["coroutine 'work' was never awaited"] == [str(warning.message) for warning in caught]
    assert [] == lines()


def test_a_tasks_exception_that_nobody_retrieves_is_told_as_before(lines: Lines) -> None:
    """Asyncio goes on to say that it was never retrieved."""
    unhandled: list[str] = []

    def fail() -> list[str]:
        raise ValueError

    async def leave() -> None:
        asyncio.get_running_loop().set_exception_handler(lambda _, context: unhandled.append(context["message"]))
        decorate(lambda answer: asyncio.create_task(work(answer)), fail)()
        await asyncio.sleep(0.05)
        gc.collect()

    asyncio.run(leave())
    assert ["Task exception was never retrieved"] == unhandled
    assert [("t", "error", "ValueError", None)] == summary(lines)


def test_a_task_that_is_done_already_ends_the_extraction(lines: Lines) -> None:
    """Though its event loop is closed."""

    async def spawn() -> Any:
        task = asyncio.create_task(asyncio.sleep(0, ["One"]))
        await task
        return task

    task = asyncio.run(spawn())
    assert task is decorate(lambda answer: task, list)()
    assert [("t", "ok", None, ["One"])] == summary(lines)


class Stream:
    """An iterator of some client library."""

    def __init__(self, answer: Answer) -> None:
        self.rest = answer()

    def __iter__(self) -> "Stream":
        return self

    def __next__(self) -> str:
        if not self.rest:
            raise StopIteration
        return self.rest.pop()


@pytest.mark.parametrize(
    "make", [Stream, lambda answer: StreamingResponse(step(answer)), lambda answer: map(str, answer())],
    ids=["iterator", "response", "map"],
)  # fmt: skip
def test_says_once_what_it_cannot_follow(lines: Lines, caplog: pytest.LogCaptureFixture, make: Any) -> None:
    """An extraction that gives back another kind of stream is `ok`, without insights, and a warning says so."""
    value = make(lambda: ["One"])
    function = decorate(lambda answer: value, list)
    with caplog.at_level(logging.WARNING, "otel_training"):
        assert value is function()
        assert value is function()

    assert [("t", "ok", None, None)] * 2 == summary(lines)
    (message,) = [record.getMessage() for record in caplog.records]
    assert f"extract returned a {type(value).__name__}" in message


def test_in_a_query_sources_are_followed(lines: Lines) -> None:
    """Searches end when what they gave back ends, too."""

    @otel_training.query
    def search(q: str) -> Any:
        return asyncio.sleep(0.001, ["u1", "u2"])

    assert inspect.iscoroutine(coroutine := search("q"))
    assert ["u1", "u2"] == asyncio.run(coroutine)
    assert [2] == [record["training.query.result_count"] for record in lines()]


def test_what_cannot_be_loaded_any_more_does_not_reach_the_host(lines: Lines, monkeypatch: pytest.MonkeyPatch) -> None:
    """A program that gave up its rights, or ends, may import nothing: it gets the awaitable as it is."""
    given = Lazy(list)
    monkeypatch.setitem(sys.modules, "otel_training.capture.awaitable", None)
    monkeypatch.setattr(guard, "raising", False)

    assert (given, 1) == (otel_training.extraction(lambda: given)(), len(lines()))
