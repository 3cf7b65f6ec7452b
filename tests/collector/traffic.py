"""An app's traffic: every kind of record that there is, and every value that a column may hold."""

import asyncio
import contextlib
import json
import math
import random
import uuid
from pathlib import Path
from typing import Any, Final

import anthropic
from fastapi import FastAPI, Request
from opentelemetry import trace
from opentelemetry.trace import NonRecordingSpan, SpanContext, TraceFlags

import otel_training
from otel_training import conventions as names
from otel_training.capture.handle import emit_call
from otel_training.conventions import Kind
from otel_training.folder import DataFolder, make_folder
from otel_training.imports.files import import_files
from otel_training.pipeline import process
from otel_training.pipeline.pipeline import make_finisher
from otel_training.record.clock import event_id, now
from otel_training.record.record import Record
from tests.programs import messages_api
from tests.routed import route_calls
from tests.served import request, threaded

ODD: Final = 'Zoë said: "12 % <b>&amp;</b> \\ / \u2028 🦉 日本"\n\tbob@news.example \x00\x1f\x7f {"a": [1]} '
FIGURES: Final = [0.1 + 0.2, 1 / 3, 0.0, -0.0, 10, 6.9, 1e-7, 1e-5, 123456789.125, 1e15 / 3, 1e22 / 7, 5e-324, math.pi]
TOOL: Final[Any] = {"name": "save", "description": ODD, "input_schema": {"type": "object"}}
OLD: Final = [
    {
        "timestamp": "2025-03-01T12:00:00", "stage": "extraction", "topic": "chips", "source_url": "https://old.example/1",
        "source_content": ODD, "extracted_insights": [{"text": "Old news", "category": "market"}], "quality_score": 8.5,
    },
    {"timestamp": "2025-03-02T08:30:00", "insight_id": "old1", "action": "like", "metadata": {"user_id": 1}},
    {"insight_id": "old1", "text": "Old news"},
]  # fmt: skip


def make(folder: DataFolder, workspace: Path) -> set[str]:
    """Make all of it, in this process, and return the ids of its events, which wait in segments of `folder`."""
    with threaded(messages_api.app) as url:
        extractions(url)
        asyncio.run(later(url))
        batch(url)
    feedback()
    route_calls(folder, "https://news.example/routed", ODD)
    with threaded(feed_app()) as url:
        readers(url)
    process.install()  # finishes the segment
    old = workspace / "old.jsonl"
    old.write_text("".join(json.dumps(entry) + "\n" for entry in OLD), encoding="utf-8")
    import_files([old], make_folder(folder), make_finisher(process.settings(), folder))
    return ids(folder.local)


def ids(segments: Path) -> set[str]:
    """The event ids in the segments of a folder."""
    lines = [line for path in segments.glob("*.jsonl") for line in path.read_bytes().splitlines()[1:]]
    records = [{pair["key"]: pair["value"] for pair in json.loads(line)["attributes"]} for line in lines]
    return {record["training.event.id"]["stringValue"] for record in records}


def extractions(url: str) -> None:
    """Extract in every way that ends differently."""
    client = anthropic.Anthropic(base_url=url, api_key="k", max_retries=0, default_headers={"Connection": "close"})
    asked: Any = {"model": "claude-x", "max_tokens": 100, "system": ODD, "messages": [{"role": "user", "content": ODD}]}

    @otel_training.extraction(task="insights", version="2026-11")
    def extract(topic: str, source_url: str, source_content: str, **answer: Any) -> Any:
        client.messages.create(**asked)
        client.messages.create(**asked, tools=[TOOL])
        list(client.messages.create(**asked, stream=True))
        client.messages.create(**asked, thinking={"type": "enabled", "budget_tokens": 50})
        otel_training.current().llm_call(model="m", input=ODD, output=ODD, input_tokens=2**53 + 1, provider="other")
        answered = json.dumps([ODD, "No category"])
        otel_training.current().llm_call(model="m", input="Extract.", output=answered)
        if "fails" in answer:
            client.messages.create(**{**asked, "messages": [{"role": "user", "content": "refuse"}]})
        return answer

    insights = [{"text": ODD, "category": "market"}, {"text": "No category"}, {"text": "", "id": 7}]
    for index, figure in enumerate(FIGURES):
        passed = {"passed_filters": True} if index % 3 else {}
        extract(
            f"t{index}", f"https://news.example/?{index}", ODD * 40, insights=insights, quality_score=figure, **passed
        )
        otel_training.current().link([f"a{index}", f"b{index}"])
        otel_training.current().score(figure, "editor")
        _review(otel_training.current().id, index % 3 - 1)
        otel_training.current().passed(bool(index % 2))
    extract(ODD, "https://user:pw@news.example/a?token=s3cret&q=%C3%A4", "x" * 9000, insights=[], passed_filters=False)
    traced = SpanContext(2**127 + 1, 2**63 + 1, is_remote=True, trace_flags=TraceFlags(1))
    with contextlib.suppress(anthropic.APIStatusError), trace.use_span(NonRecordingSpan(traced)):
        extract("", "", "", fails=True)
    client.close()
    with otel_training.extraction() as extraction:
        for figures in ({}, {names.INPUT_TOKENS: 7, names.OUTPUT_TOKENS: 7}, {names.SERVICE_TIER: "standard"}):
            attributes: Any = {names.MODEL: "reported by several", names.RESPONSE_ID: "msg_of_several", **figures}
            emit_call(extraction, attributes, {"input": [], "outputs": ["[]"], "tools": None})


async def later(url: str) -> None:
    """Extract as coroutines do, one of which is cancelled."""

    @otel_training.extraction
    async def extract(source_content: str) -> list[str]:
        async with anthropic.AsyncAnthropic(base_url=url, api_key="k") as client:
            await client.messages.create(
                model="claude-x", max_tokens=9, messages=[{"role": "user", "content": source_content}]
            )
        await asyncio.sleep(60 if source_content == "cancel" else 0)
        return [source_content]

    await asyncio.gather(*(extract(f"text {number}") for number in range(5)))
    cancelled = asyncio.create_task(extract("cancel"))
    await asyncio.sleep(0.5)
    cancelled.cancel()
    await asyncio.wait([cancelled])


def batch(url: str) -> None:
    """Submit a Message Batch and read its results."""
    params: Any = {"model": "claude-x", "max_tokens": 9, "messages": [{"role": "user", "content": ODD}]}
    with anthropic.Anthropic(base_url=url, api_key="k") as client:
        submitted = client.messages.batches.create(
            requests=[{"custom_id": f"r{letter}", "params": params} for letter in "ab"]
        )
        for result in client.messages.batches.results(submitted.id):
            with otel_training.extraction(topic=result.custom_id, source_content=ODD) as extraction:
                extraction.result([result.custom_id])


def _review(target: str, value: int) -> None:
    """Record a reviewer's decision, as `otel-training review` does."""
    attributes: dict[str, str | float] = {
        names.SCORE_TARGET: target, names.SCORE_NAME: names.SCORE_REVIEW, names.SCORE_VALUE: float(value),
        names.USER_HASH: "0" * 32, names.EVALUATOR_KIND: names.HUMAN,
    }  # fmt: skip
    process.emit(Record(Kind.SCORE, event_id(), now(), attributes))


def feedback() -> None:
    """Record what an app records itself, with hundreds of figures."""
    random.seed(7)
    for number in range(300):
        otel_training.record_score(f"a{number % 9}", "editor", random.uniform(-10, 10) * 10 ** random.randrange(-9, 9))
    for number, action in enumerate(("like", "x", "bookmark", "share", "unlike", "unx", "wave " + ODD)):
        otel_training.record_feedback(f"a{number}", action, user_id=number)
        otel_training.record_feedback(
            otel_training.insight_id("https://news.example/?3", "No category"), action, user_id=7
        )
    otel_training.record_feedback(otel_training.insight_id("https://news.example/?3", "No category"), "x", user_id=8)
    otel_training.record_impressions([ODD, "a1", "b1", 7, str(uuid.UUID(int=7))], user_id=ODD)
    otel_training.record_impressions(["a1", "a2"])
    otel_training.record_correction("a" * 36, [{"text": ODD, "category": ODD}, {"text": "No category"}])

    @otel_training.query
    def search(query: str) -> Any:
        if query == "fails":
            raise ValueError(query)
        return [{"quality_score": figure, "passed_filters": figure > 1} for figure in FIGURES]

    search(ODD)
    with contextlib.suppress(ValueError):
        search("fails")


def feed_app() -> FastAPI:
    """Make the app that serves the feed."""
    app = FastAPI()
    app.add_middleware(otel_training.TrainingMiddleware)

    @app.get("/api/feed")
    def feed() -> Any:
        return {"items": [{"id": "app1", "text": ODD}, {"id": "app2", "text": "text 3", "url": "https://x.example"}]}

    @app.post("/api/feed/engage")
    async def engage(request: Request) -> Any:
        return {"size": len(await request.body())}

    @app.get("/api/search")
    def search(q: str) -> Any:
        return {"q": q, "results": [{"quality_score": 1 / 3, "passed_filters": True}, {}]}

    return app


def readers(url: str) -> None:
    """Read the feed and react; what is no engagement is a loss."""
    for reader in range(3):
        assert 200 == request(f"{url}/api/feed?user_id={reader}")[0]
        assert 200 == request(f"{url}/api/search?q=caf%C3%A9&user_id={reader}")[0]
        for action in ("like", "unlike", "bookmark"):
            body = {"insight_id": "app1", "action": action, "metadata": {"user_id": reader}}
            assert 200 == request(f"{url}/api/feed/engage", body)[0]
    assert 200 == request(f"{url}/api/feed/engage", b"{broken")[0]
    assert 200 == request(f"{url}/api/feed/engage", {"card": "app1", "sort": "like"})[0]
