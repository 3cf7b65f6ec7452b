"""Every style of function and of calling it."""

import asyncio
import contextlib
import contextvars
import copy
import functools
import gc
import inspect
import logging
import pickle
import sys
import types
from collections.abc import AsyncGenerator, Callable, Generator, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextvars import copy_context
from typing import Any

import pytest
import wrapt
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


def outcomes(lines: Lines) -> list[tuple[str, str, list[str] | None]]:
    """Topic, outcome and insights of each record."""
    triples = []
    for record in lines():
        output = record["body"]["training.output"]
        texts = None if output is None else [insight["text"] for insight in output]
        triples.append((record["training.source.topic"], record["training.outcome"], texts))
    return triples


def test_a_generators_values_are_its_insights(lines: Lines) -> None:
    """Read to its end it is one extraction; the consumer sees the same values."""
    given = list(generate("t"))

    assert [{"text": f"t {number}"} for number in range(3)] == given
    assert [("t", "ok", ["t 0", "t 1", "t 2"])] == outcomes(lines)


async def test_an_async_generators_values_are_its_insights(lines: Lines) -> None:
    """The same, awaited."""
    given = [insight async for insight in generate_later("t")]

    assert [{"text": f"t {number}"} for number in range(3)] == given
    assert [("t", "ok", ["t 0", "t 1", "t 2"])] == outcomes(lines)


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
    assert [("t", "ok", ["One"])] == outcomes(lines)


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
    ] == outcomes(lines)  # fmt: skip


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
    ] == outcomes(lines)


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
    assert [("t", "ok", [text])] == outcomes(lines)


class Task:
    """A callable object with an interface of its own, as queues of tasks have it."""

    name = "task"

    def __init__(self) -> None:
        self.delayed: list[str] = []

    def __call__(self, topic: str) -> list[str]:
        return ["task"]

    def delay(self, topic: str) -> None:
        self.delayed.append(topic)

    def __len__(self) -> int:
        return len(self.delayed)


def answer(topic: str) -> list[str]:
    """A plain function."""
    return ["plain"]


def answer_one_by_one(topic: str) -> Iterator[str]:
    """A generator function."""
    yield "generator"


async def answer_later(topic: str) -> list[str]:
    """A coroutine function."""
    return ["coroutine"]


async def answer_each_later(topic: str) -> AsyncGenerator[str]:
    """An async generator function."""
    yield "async generator"


class Method:
    """Something to bind to."""

    async def method(self, topic: str) -> list[str]:
        return ["method"]


@wrapt.decorator
def through(wrapped: Any, instance: Any, args: Any, kwargs: Any) -> Any:
    """A decorator of others that binds by itself, and sees what it is bound to."""
    return ["none" if instance is None else getattr(instance, "__name__", "instance"), *wrapped(*args, **kwargs)]


KINDS: dict[str, Any] = {
    "function": answer,
    "generator": answer_one_by_one,
    "coroutine": answer_later,
    "async generator": answer_each_later,
    "partial": functools.partial(answer, "t"),
    "partial of a generator": functools.partial(answer_one_by_one, "t"),
    "partial of a coroutine": functools.partial(answer_later, "t"),
    "method": Method().method,
    "callable object": Task(),
    "cached": functools.lru_cache(answer),
    "one of wrapt's": through(answer),
    "one of wrapt's over a generator": through(answer_one_by_one),
    "builtin": len,
    "class": Task,
}


@pytest.mark.parametrize("kind", KINDS)
def test_keeps_the_kind(kind: str) -> None:
    """What inspects a decorated function, as other decorators do, sees what it saw before."""
    function = KINDS[kind]

    def seen(function: Any) -> dict[str, object]:
        looks = (
            inspect.isfunction, inspect.isgeneratorfunction, inspect.isasyncgenfunction, inspect.iscoroutinefunction,
            inspect.isroutine, inspect.ismethod, inspect.isbuiltin, inspect.isclass, asyncio.iscoroutinefunction,
        )  # fmt: skip
        kinds = {look.__name__: look(function) for look in looks}
        return kinds | {"signature": inspect.signature(function), "class": function.__class__}

    decorated: Any
    for decorated in (otel_training.extraction(function), otel_training.query(function)):
        assert seen(function) == seen(decorated)
        assert function is decorated.__wrapped__


def test_a_retry_that_goes_by_the_kind_goes_on_working(lines: Lines) -> None:
    """A generator that fails at first is begun anew, as without ours; each attempt is a record."""
    failing = [True]

    @otel_training.extraction(task="extract")
    def flaky(topic: str) -> Iterator[str]:
        if failing:
            failing.pop()
            raise ConnectionError
        yield "One"

    def retried(function: Any) -> Any:
        assert inspect.isgeneratorfunction(function)
        with contextlib.suppress(ConnectionError):
            yield from function("t")
        yield from function("t")

    assert ["One"] == list(retried(flaky))
    assert [("t", "error", None), ("t", "ok", ["One"])] == outcomes(lines)


def test_keeps_the_whole_interface(lines: Lines) -> None:
    """Attributes, methods and operators of what is no plain function are there, for reading and writing."""
    cached: Any = otel_training.extraction(functools.lru_cache(answer))
    cached("t")
    task: Any = otel_training.extraction(Task())
    task.delay("later")
    task.name = "renamed"
    partial: Any = otel_training.extraction(functools.partial(answer, topic="t"))

    assert 1 == cached.cache_info().currsize
    cached.cache_clear()
    assert (0, ["later"], 1, "renamed", True) == (
        cached.cache_info().currsize, task.delayed, len(task), task.__wrapped__.name, isinstance(task, Task),
    )  # fmt: skip
    assert (answer, {"topic": "t"}, True) == (partial.func, partial.keywords, isinstance(partial, functools.partial))
    assert (repr(task.__wrapped__), {partial}) == (repr(task), {partial})
    assert ["plain"] == partial()
    assert [("t", "ok", ["plain"])] * 2 == outcomes(lines)


class Bound:
    """Methods below a decorator of others that binds by itself."""

    @otel_training.extraction(task="extract")
    @through
    @classmethod
    def of_class(cls, topic: str) -> list[str]:
        return [cls.__name__]

    @otel_training.extraction(task="extract")
    @through
    @staticmethod
    def static(topic: str) -> list[str]:
        return ["static"]

    @otel_training.extraction(task="extract")
    @through
    def method(self, topic: str) -> list[str]:
        return [type(self).__name__]

    @otel_training.extraction(task="extract")
    @functools.lru_cache  # noqa: B019 - one instance
    def cached(self, topic: str) -> list[str]:
        return ["cached"]

    called: Any = otel_training.extraction(task="extract")(Task())
    partial: Any = otel_training.extraction(task="extract")(functools.partial(answer))

    @otel_training.extraction(task="extract")
    def generate(self, topic: str) -> Iterator[str]:
        yield type(self).__name__


@pytest.mark.parametrize(
    ("call", "given", "insights"),
    [
        (lambda: Bound.of_class("t"), ["Bound", "Bound"], ["Bound", "Bound"]),
        (lambda: Bound().of_class(topic="t"), ["Bound", "Bound"], ["Bound", "Bound"]),
        (lambda: Bound.static("t"), ["none", "static"], ["none", "static"]),
        (lambda: Bound().static("t"), ["none", "static"], ["none", "static"]),
        (lambda: Bound().method("t"), ["instance", "Bound"], ["instance", "Bound"]),
        (lambda: Bound().cached("t"), ["cached"], ["cached"]),
        (lambda: Bound().called("t"), ["task"], ["task"]),
        (lambda: Bound().partial("t"), ["plain"], ["plain"]),
        (lambda: list(Bound().generate("t")), ["Bound"], ["Bound"]),
    ],
    ids=["class", "class of instance", "static", "static of instance", "method", "cached", "object", "partial",
         "generator"],
)  # fmt: skip
def test_binds_as_what_it_wraps(lines: Lines, call: Any, given: object, insights: object) -> None:
    """Whatever binds by itself, binds as before; decorators in between have their effect, arguments their places."""
    assert given == call()
    assert [("t", "ok", insights)] == outcomes(lines)


@otel_training.extraction(task="extract")
def by_name(topic: str) -> Iterator[str]:
    """Found by its name in its module."""
    yield "by name"


@pytest.mark.parametrize("function", [generate, by_name, generate_later], ids=lambda function: function.__name__)
def test_a_decorated_function_is_pickled_by_its_name(monkeypatch: pytest.MonkeyPatch, function: Any) -> None:
    """As functions are: that is how processes hand each other what to do."""
    module = types.ModuleType("some_app")
    setattr(module, function.__name__, function)
    monkeypatch.setitem(sys.modules, "some_app", module)
    monkeypatch.setattr(function, "__module__", "some_app")

    assert pickle.loads(pickle.dumps(function)) is function  # noqa: S301 - our own
    assert copy.deepcopy(function) is copy.copy(function) is function


@pytest.mark.parametrize("take", [copy.copy, copy.deepcopy, lambda value: pickle.loads(pickle.dumps(value))])  # noqa: S301 - our own
def test_a_copy_of_a_decorated_object_is_decorated(lines: Lines, take: Any) -> None:
    """Objects and partials are copied and pickled with what captures them."""
    for function in (functools.partial(max, key=None), functools.partial(sorted, reverse=True)):
        taken = take(otel_training.extraction(task="extract")(function))
        assert function.func is taken.func
        taken(["a"])

    assert ["ok", "ok"] == [outcome for _, outcome, _ in outcomes(lines)]


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
    assert [("t", "ok", [str(depth)]) for depth in range(51)] == outcomes(lines)


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
            job = pool.submit(contextvars.Context().run, lambda: otel_training.current().id)
            ids = [pool.submit(contextvars.Context().run, inside).result(), job.result()]
        assert [otel_training.current().id, ""] == ids
        return []

    spread("t")
    assert [("t", "ok", [])] == outcomes(lines)


def test_suppressed_telemetry_is_no_telemetry_of_ours(lines: Lines) -> None:
    """Where the context asks for none, nothing is captured."""
    token = otel_context.attach(otel_context.set_value("suppress_instrumentation", True))
    try:
        assert 3 == len(list(generate("t")))
    finally:
        otel_context.detach(token)

    assert [] == lines()
