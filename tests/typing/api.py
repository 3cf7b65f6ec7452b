"""The public surface as a type checker sees it: never run; `make lint` checks every line.

A line that must not pass is one that mypy is told to ignore: were it to pass, the ignore would be an error.
"""

import functools
from collections.abc import AsyncIterator, Callable, Iterator
from pathlib import Path
from typing import Any, assert_type

from fastapi import FastAPI
from starlette.applications import Starlette

import otel_training
from otel_training import TrainingMiddleware, configure, current, experiment, extraction, flush, insight_id, query
from otel_training.capture.handle import Handle


# A decorated function keeps its type, with and without parentheses, whatever its style.
@extraction
def plain(topic: str, source_url: str = "") -> list[str]:
    """Without parentheses."""
    return [topic, source_url]


@extraction(task="t", version="1", arguments={"topic": "about"}, result=lambda answer: [answer], topic="chips")
def with_keywords(about: str) -> dict[str, int]:
    """With every word."""
    return {about: 1}


@extraction(source_url="https://news.example/1", source_content=b"bytes")
async def later(topic: str) -> int:
    """A coroutine."""
    return len(topic)


@extraction
def stream(topic: str) -> Iterator[str]:
    """A generator."""
    yield topic


@extraction(task="stream")
async def stream_later(topic: str) -> AsyncIterator[str]:
    """An async generator."""
    yield topic


class Extractor:
    """Methods of every kind."""

    @extraction
    def method(self, topic: str) -> list[str]:
        """Without parentheses."""
        return [topic]

    @extraction(task="t")
    async def method_later(self, topic: str) -> list[str]:
        """With parentheses."""
        return [topic]

    @classmethod
    @extraction
    def of_class(cls, topic: str) -> list[str]:
        """Of the class."""
        return [topic]

    @staticmethod
    @extraction
    def static(topic: str) -> list[str]:
        """Of neither."""
        return [topic]

    def __call__(self, topic: str) -> float:
        """As a function."""
        return float(topic)


async def extractions() -> None:
    """Call them all."""
    assert_type(plain("chips"), list[str])
    assert_type(plain("chips", source_url="u"), list[str])
    assert_type(with_keywords("chips"), dict[str, int])
    assert_type(await later("chips"), int)
    assert_type(next(iter(stream("chips"))), str)
    assert_type([text async for text in stream_later("chips")], list[str])
    assert_type(Extractor().method("chips"), list[str])
    assert_type(await Extractor().method_later("chips"), list[str])
    assert_type(Extractor.of_class("chips"), list[str])
    assert_type(Extractor.static("chips"), list[str])
    assert_type(extraction(Extractor())("chips"), float)
    assert_type(experiment("insights", claude=plain, candidate=plain)("chips", source_url="u"), list[str])
    assert_type(await experiment("insights", claude=later, candidate="n", returns=lambda reply: reply)("chips"), int)
    experiment("insights", claude=plain)(1)  # type: ignore[arg-type]
    assert_type(extraction(functools.partial(plain, "chips"))(), list[str])

    plain(7)  # type: ignore[arg-type]
    plain()  # type: ignore[call-arg]
    with_keywords(topic="chips")  # type: ignore[call-arg]
    later("chips").upper()  # type: ignore[attr-defined]
    Extractor().method()  # type: ignore[call-arg]
    extraction(7)  # type: ignore[call-overload]
    extraction(plain, task="t")  # type: ignore[call-overload]
    extraction(tasks="t")  # type: ignore[call-overload]
    extraction(arguments=["topic"])  # type: ignore[call-overload]


def blocks() -> None:
    """A `with` block gives the handle of the extraction."""
    with extraction(topic="chips", source_url="u", source_content="Text.") as handle:
        assert_type(handle, Handle)
        handle.result(["One"])
    with extraction as handle:  # type: ignore[attr-defined]
        pass


def handles() -> None:
    """What is said of the running extraction."""
    handle = assert_type(current(), Handle)
    assert_type(handle.id, str)
    handle.score(8)
    handle.score(0.5, "judge")
    handle.passed()
    handle.passed(passed=False)
    handle.link(["abc", 7])
    handle.link(("abc",))
    handle.llm_call(model="m", input="P", output="A")
    handle.llm_call(model="m", input=[{"role": "user"}], output="A", input_tokens=1, output_tokens=2, provider="p")
    handle.llm_call(model="m", input="P", output="A", response_id="msg_1")
    handle.result({"insights": []})

    handle.score("8")  # type: ignore[arg-type]
    handle.passed("yes")  # type: ignore[arg-type]
    handle.link(7)  # type: ignore[arg-type]
    handle.link([1.5])  # type: ignore[list-item]
    handle.llm_call("m", "P", "A")  # type: ignore[call-arg]
    handle.llm_call(model="m", input="P")  # type: ignore[call-arg]
    handle.id = "abc"  # type: ignore[misc]


@query
def search(q: str) -> list[str]:
    """Without parentheses."""
    return [q]


@query(task="search", argument="words")
async def search_later(words: str, limit: int = 10) -> list[str]:
    """With parentheses."""
    return [words] * limit


@query()
def search_one_by_one(q: str) -> Iterator[str]:
    """Of neither word."""
    yield q


async def queries() -> None:
    """Call them all."""
    assert_type(search("chips"), list[str])
    assert_type(await search_later("chips", limit=3), list[str])
    assert_type(list(search_one_by_one("chips")), list[str])

    search(7)  # type: ignore[arg-type]
    query(search, task="t")  # type: ignore[call-overload]
    query(arguments="q")  # type: ignore[call-overload]


def records() -> None:
    """What an app records by hand."""
    otel_training.record_feedback("abc", "like")
    otel_training.record_feedback(7, "x", user_id=1)
    otel_training.record_impressions(["abc", 7], user_id="reader")
    otel_training.record_score("abc", "judge", 4)
    otel_training.record_correction("abc", [{"text": "One"}])

    otel_training.record_feedback("abc")  # type: ignore[call-arg]
    otel_training.record_feedback("abc", "like", 1)  # type: ignore[call-arg]
    otel_training.record_impressions("abc", 1)  # type: ignore[call-arg]
    otel_training.record_impressions({"abc"})  # type: ignore[arg-type]
    otel_training.record_score("abc", "judge", "4")  # type: ignore[arg-type]
    otel_training.record_correction("abc")  # type: ignore[call-arg]


def settings() -> None:
    """Everything that may be set in code, and what comes back."""
    configure(
        enabled=True, home=Path("data"), user_key="k", otlp_endpoint="https://collector.example",
        otlp_headers={"authorization": "Bearer x"}, otlp_certificate=Path("ca.pem"), otlp_timeout=1000,
        otlp_compression="gzip", content="redacted", redact_patterns=["CASE-1"], redact_allow="a@x.example",
        content_limit=8000, max_bytes=1 << 30, min_free_bytes=1 << 30, max_age_days=30,
    )  # fmt: skip
    configure(home="data", otlp_headers="authorization=Bearer x", redact_patterns="CASE-1", redact_allow=("a",))
    assert_type(flush(), bool)
    assert_type(flush(0.5), bool)
    assert_type(insight_id("https://news.example/1", "One"), str)

    configure("data")  # type: ignore[call-arg, arg-type]
    configure(content="some")  # type: ignore[arg-type]
    configure(otlp_compression="brotli")  # type: ignore[arg-type]
    configure(enabled="on")  # type: ignore[arg-type]
    configure(contents="full")  # type: ignore[call-arg]
    flush("1")  # type: ignore[arg-type]
    insight_id("https://news.example/1")  # type: ignore[call-arg]


def reader(scope: Any) -> str | int | None:
    """Name the reader of a request."""
    return str(scope["user"])


def apps() -> None:
    """Any ASGI framework takes the middleware, and it is an ASGI app itself."""
    FastAPI().add_middleware(TrainingMiddleware)
    Starlette().add_middleware(TrainingMiddleware, engage="POST /act", feed="GET /feed", search="GET /s", user=reader)
    wrapped = TrainingMiddleware(FastAPI(), user=reader)
    TrainingMiddleware(wrapped)

    FastAPI().add_middleware(TrainingMiddleware, user="bob")  # type: ignore[arg-type]
    FastAPI().add_middleware(TrainingMiddleware, feeds="GET /feed")  # type: ignore[call-arg]
    TrainingMiddleware()  # type: ignore[call-arg]
    TrainingMiddleware(7)  # type: ignore[arg-type]


SURFACE: dict[str, Callable[..., object]] = {name: getattr(otel_training, name) for name in otel_training.__all__}
