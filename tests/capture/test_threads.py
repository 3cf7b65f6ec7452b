"""Claude's calls in threads that an extraction starts, or hands jobs to."""

import asyncio
import contextvars
import gc
import inspect
import multiprocessing.pool
import threading
import weakref
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from functools import partial
from typing import Any

import anthropic
import httpx2
import pytest
from opentelemetry import context as otel_context
from opentelemetry.sdk.trace import TracerProvider
from opentelemetry.trace import get_current_span

import otel_training
from otel_training.anthropic.watch import unwatch, watch
from otel_training.capture.handle import running

Lines = Callable[[], list[dict[str, Any]]]
ANSWER = {
    "id": "msg_1", "type": "message", "role": "assistant", "model": "claude-y", "stop_reason": "end_turn",
    "content": [{"type": "text", "text": '["One"]'}], "usage": {"input_tokens": 1, "output_tokens": 2},
}  # fmt: skip


def answer(request: httpx2.Request) -> httpx2.Response:
    """Answer as Claude does, or fail."""
    status = 500 if b"fail" in request.content else 200
    return httpx2.Response(status, json=ANSWER)


CLIENT = anthropic.Anthropic(
    api_key="k", max_retries=0, http_client=httpx2.Client(transport=httpx2.MockTransport(answer))
)


def ask(topic: str) -> str:
    """Ask Claude."""
    CLIENT.messages.create(model="m", max_tokens=9, messages=[{"role": "user", "content": topic}])
    return topic


class Asking(threading.Thread):
    """A thread with a `run` of its own."""

    def __init__(self, topic: str) -> None:
        super().__init__(name=f"asking {topic}", daemon=True)
        self.topic = topic

    def run(self) -> None:
        """Ask."""
        ask(self.topic)


POOL = ThreadPoolExecutor(2)


def join(thread: threading.Thread) -> None:
    """Start a thread and wait for its end."""
    thread.start()
    thread.join(30)


def nested(topic: str) -> None:
    """A job that hands a job to another pool."""
    with ThreadPoolExecutor(1) as pool:
        pool.submit(ask, topic).result()


def in_own_pool(topic: str) -> None:
    """A pool of this extraction alone."""
    with ThreadPoolExecutor(2) as pool:
        assert list(pool.map(ask, [topic])) == [topic]


def in_thread_pool(topic: str) -> None:
    """The other pool of the standard library, made inside."""
    with multiprocessing.pool.ThreadPool(1) as pool:
        pool.apply(ask, (topic,))


async def in_executor(topic: str) -> None:
    """The loop's way to the pool."""
    loop = asyncio.get_running_loop()
    await loop.run_in_executor(POOL, ask, topic)


WAYS: dict[str, Callable[[str], Any]] = {
    "submit": lambda topic: POOL.submit(ask, topic).result(),
    "map": lambda topic: list(POOL.map(ask, [topic])),
    "own pool": in_own_pool,
    "nested": lambda topic: POOL.submit(nested, topic).result(),
    "thread": lambda topic: join(threading.Thread(target=ask, args=(topic,))),
    "daemon": lambda topic: join(Asking(topic)),
    "timer": lambda topic: join(threading.Timer(0, ask, kwargs={"topic": topic})),
    "thread pool": in_thread_pool,
}
ASYNC_WAYS: dict[str, Callable[[str], Any]] = {
    "executor": in_executor,
    "default executor": lambda topic: asyncio.get_running_loop().run_in_executor(None, ask, topic),
    "to_thread": lambda topic: asyncio.to_thread(ask, topic),
}


def attributed(lines: Lines) -> list[tuple[str, str]]:
    """The topic of each extraction, with what was asked in it; "" where that belongs to none."""
    records = lines()
    topics = {
        each["training.extraction.id"]: each["training.source.topic"] for each in records if "training.outcome" in each
    }
    return sorted(
        (topics.get(each["training.extraction.id"], ""), each["body"]["training.input"][0]["content"])
        for each in records
        if each["training.kind"] == "llm_call"
    )


def extract(way: Callable[[str], Any], topics: str = "ab") -> None:
    """Extract by sync functions, in turn and at once: each asks in another thread."""

    @otel_training.extraction
    def extracting(topic: str) -> list[str]:
        way(topic)
        return ["One"]

    with ThreadPoolExecutor(len(topics)) as pool:
        list(pool.map(extracting, topics))
    extracting(topics[0])


@pytest.fixture(params=[False, True], ids=["", "inheriting"])
def _contexts(request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """Threads with contexts of their own, and such that inherit one, as all may from Python 3.14 on."""
    unwatch()
    own_start, own_bootstrap = threading.Thread.start, threading.Thread._bootstrap_inner  # type: ignore[attr-defined]

    def start(self: Any) -> None:
        self.inherited = contextvars.copy_context()
        own_start(self)

    if request.param:
        monkeypatch.setattr(threading.Thread, "start", start)
        monkeypatch.setattr(threading.Thread, "_bootstrap_inner", lambda self: self.inherited.run(own_bootstrap, self))
    watch()
    yield
    unwatch()
    monkeypatch.undo()
    watch()


@pytest.mark.usefixtures("_contexts")
@pytest.mark.parametrize("way", WAYS)
def test_calls_in_other_threads_belong_to_their_extraction(lines: Lines, way: str) -> None:
    """Whatever runs them, also where several extractions share it."""
    extract(WAYS[way])

    assert attributed(lines) == [("a", "a"), ("a", "a"), ("b", "b")]


@pytest.mark.parametrize("way", ASYNC_WAYS)
def test_calls_that_a_coroutine_hands_to_threads_belong_to_it(lines: Lines, way: str) -> None:
    """Several at once, on one pool."""

    @otel_training.extraction
    async def extracting(topic: str) -> list[str]:
        await ASYNC_WAYS[way](topic)
        return ["One"]

    async def run() -> None:
        await asyncio.gather(*map(extracting, "abcd"))

    asyncio.run(run())

    assert attributed(lines) == [(topic, topic) for topic in "abcd"]


def test_a_generator_and_a_block_hand_jobs_over(lines: Lines) -> None:
    """In the steps of a generator, and inside a block."""

    @otel_training.extraction
    def extracting(topic: str) -> Iterator[str]:
        for number in range(2):
            yield POOL.submit(ask, f"{topic}{number}").result()

    assert list(extracting("a")) == ["a0", "a1"]
    with otel_training.extraction(topic="b"):
        POOL.submit(ask, "b0").result()

    assert attributed(lines) == [("a", "a0"), ("a", "a1"), ("b", "b0")]


def test_errors_are_the_jobs_own_and_recorded(lines: Lines) -> None:
    """A call that fails in a job raises there, and a cancelled job never runs."""

    @otel_training.extraction
    def extracting(topic: str) -> list[str]:
        with pytest.raises(anthropic.InternalServerError):
            POOL.submit(ask, "fail").result()
        with ThreadPoolExecutor(1) as pool:
            gate = threading.Event()
            blocked = pool.submit(gate.wait, 30)
            cancelled = pool.submit(ask, "never")
            assert cancelled.cancel()
            gate.set()
            assert blocked.result()
        return ["One"]

    extracting("a")

    assert attributed(lines) == [("a", "fail")]


@pytest.mark.usefixtures("_contexts")
def test_threads_of_a_pool_keep_nothing(lines: Lines) -> None:
    """A pool that an extraction starts serves others afterwards, and those that are none."""
    pool, other = ThreadPoolExecutor(2), multiprocessing.pool.ThreadPool(1)

    @otel_training.extraction
    def extracting(topic: str) -> list[str]:
        pool.submit(ask, topic).result()
        return ["One"]

    extracting("a")
    extracting("b")
    pool.submit(ask, "none").result()
    with otel_training.extraction(topic="c"):
        late = multiprocessing.pool.ThreadPool(1)
    late.apply(ask, ("none",))
    assert pool.submit(running).result() is None
    for each in (other, late):
        each.terminate()
    pool.shutdown()

    assert attributed(lines) == [("a", "a"), ("b", "b")]


def test_threads_of_a_pool_serve_others_meanwhile(lines: Lines) -> None:
    """A job that no extraction hands over belongs to none, also while the one that started the thread still runs."""
    pool, gate = ThreadPoolExecutor(1), threading.Event()

    def hand_over() -> None:
        gate.wait(30)
        pool.submit(ask, "none").result()

    stranger = threading.Thread(target=hand_over)
    stranger.start()
    with otel_training.extraction(topic="a"):
        pool.submit(ask, "a").result()
        gate.set()
        stranger.join(30)
    pool.shutdown()

    assert attributed(lines) == [("a", "a")]


def test_a_job_that_outlives_its_extraction_belongs_to_it(lines: Lines) -> None:
    """It was handed over inside."""
    gate = threading.Event()

    def late(topic: str) -> None:
        gate.wait(30)
        ask(topic)

    with otel_training.extraction(topic="a"):
        job = POOL.submit(late, "a")
    gate.set()
    job.result(30)

    assert attributed(lines) == [("a", "a")]


KEY = otel_context.create_key("host")


def test_the_hosts_own_context_stays_as_it_is() -> None:
    """Neither its spans nor its keys go along, what a job sets stays, and threads are freed as they end."""
    seen: list[object] = []

    def look() -> None:
        seen.append((get_current_span().get_span_context().is_valid, otel_context.get_value(KEY)))
        otel_context.attach(otel_context.set_value(KEY, "left"))

    tracer = TracerProvider().get_tracer("host")
    with ThreadPoolExecutor(1) as pool, tracer.start_as_current_span("host"), otel_training.extraction(topic="a"):
        otel_context.attach(otel_context.set_value(KEY, "mine"))
        handle = running()
        pool.submit(look).result()
        pool.submit(look).result()
        thread = threading.Thread(target=look)
        join(thread)
        assert (handle, "mine", "run" in vars(thread)) == (running(), otel_context.get_value(KEY), False)
        gc.disable()
        freed = weakref.ref(thread)
        del thread
        assert freed() is None
        gc.enable()

    assert seen == [(False, None), (False, "left"), (False, None)]


def test_a_thread_that_cannot_start_is_left_as_it_was() -> None:
    """Its error is the host's."""
    with otel_training.extraction(topic="a") as handle:
        thread = threading.Thread(target=ask)
        thread._started.set()  # type: ignore[attr-defined]  # as one that was started
        with pytest.raises(RuntimeError, match="once"):
            thread.start()
        assert ("run" in vars(thread), running()) == (False, handle)
        with ThreadPoolExecutor(1) as pool:
            pass
        with pytest.raises(RuntimeError, match="shutdown"):
            pool.submit(ask, "a")
        assert running() is handle


def test_jobs_of_other_interpreters_go_as_they_are() -> None:
    """From Python 3.14 on a pool of interpreters pickles its jobs."""
    pool_type = type("InterpreterPoolExecutor", (ThreadPoolExecutor,), {"__module__": "concurrent.futures.interpreter"})
    with otel_training.extraction(topic="a"), pool_type(1) as pool:
        assert pool.submit(running).result() is None


def test_switched_off_threads_are_pythons_own() -> None:
    """The methods are wrapped with the client's, and put back with them."""
    watch()
    wrapped = [inspect.getattr_static(threading.Thread, "start"), inspect.getattr_static(ThreadPoolExecutor, "submit")]
    unwatch()
    own = [inspect.getattr_static(threading.Thread, "start"), inspect.getattr_static(ThreadPoolExecutor, "submit")]
    watch()

    assert [hasattr(each, "__wrapped__") for each in (*wrapped, *own)] == [True, True, False, False]


def test_signatures_and_results_stay(lines: Lines) -> None:
    """What is submitted with keywords, as a partial or a method, gets what it was given."""
    with otel_training.extraction(topic="a"), ThreadPoolExecutor(1) as pool:
        got = [
            pool.submit(dict, [("x", 1)], y=2).result(), pool.submit(partial(max, 3), 4).result(),
            pool.submit("a-b".split, sep="-").result(), list(pool.map(pow, [2, 3], [3, 2])),
        ]  # fmt: skip

    assert got == [{"x": 1, "y": 2}, 4, ["a", "b"], [8, 9]]
