"""Claude's calls, by the real client against a loopback Messages API."""

import asyncio
import functools
import json
from collections.abc import Callable, Iterator
from contextvars import copy_context
from pathlib import Path
from types import ModuleType, SimpleNamespace
from typing import Any

import anthropic
import pytest
from pydantic import BaseModel

import otel_training
from otel_training.anthropic.call import Call, running_call
from otel_training.capture.handle import Handle

Lines = Callable[[], list[dict[str, Any]]]
PROMPT: dict[str, Any] = {
    "model": "claude-x", "max_tokens": 100, "system": "Extract.",
    "messages": [{"role": "user", "content": "Source text."}],
}  # fmt: skip
SENT = [{"role": "system", "content": "Extract."}, {"role": "user", "content": "Source text."}]
FIGURES = {
    "gen_ai.provider.name": "anthropic", "gen_ai.request.model": "claude-x",
    "gen_ai.response.model": "claude-x-20260101", "gen_ai.response.id": "msg_",
    "gen_ai.response.finish_reasons": '["stop"]',
    "gen_ai.usage.input_tokens": 23,
    "gen_ai.usage.output_tokens": 45, "gen_ai.usage.cache_read.input_tokens": 3,
    "gen_ai.usage.cache_write.input_tokens": 9, "anthropic.response.service_tier": "priority",
    "anthropic.usage.cache_creation.ephemeral_5m_input_tokens": 7,
    "anthropic.usage.cache_creation.ephemeral_1h_input_tokens": 2,
}  # fmt: skip


class Insight(BaseModel):
    """One insight of a parsed answer."""

    text: str
    category: str


class Parsed(BaseModel):
    """A parsed answer."""

    insights: list[Insight]
    quality_score: float


@pytest.fixture
def client(api: ModuleType) -> Iterator[anthropic.Anthropic]:
    """A client of it."""
    with anthropic.Anthropic(base_url=api.url, api_key="k", max_retries=0) as sync_client:
        yield sync_client


@pytest.fixture
def later(api: ModuleType) -> anthropic.AsyncAnthropic:
    """An async client of it that keeps no connection open after its loop."""
    unkept = {"Connection": "close"}
    return anthropic.AsyncAnthropic(base_url=api.url, api_key="k", max_retries=0, default_headers=unkept)


def extracted(call: Callable[[], Any], answer: Any = None) -> Any:
    """Run a call inside an extraction that returns the loopback's answer."""

    @otel_training.extraction
    def extract(source_content: str) -> Any:
        call()
        return [{"text": "One", "category": "c"}] if answer is None else answer

    return extract("Source text.")


def the_call(lines: Lines) -> dict[str, Any]:
    """The only call's record; its extraction is the other record, and has digests that the call's have."""
    call, extraction = lines()
    assert call["training.extraction.id"] == extraction["training.extraction.id"]
    assert extraction["training.output.texts"] in call["training.output.texts"]
    assert call.pop("training.duration") > 0
    return call


def figures(call: dict[str, Any]) -> dict[str, Any]:
    """The figures of a call."""
    # Each response has an id of its own.
    return {name: call.get(name) for name in FIGURES} | {"gen_ai.response.id": str(call["gen_ai.response.id"])[:4]}


async def consume(stream: Any) -> None:
    """Read an async stream to its end."""
    async for _ in stream:
        pass


def streamed(client: anthropic.Anthropic) -> str:
    """Read the final text of a stream."""
    with client.messages.stream(**PROMPT) as stream:
        return stream.get_final_text()


def streaming(client: anthropic.Anthropic, read: str, **more: Any) -> str:
    """Read the body of a response piece by piece."""
    with client.messages.with_streaming_response.create(**PROMPT, **more) as response:
        reader = response.http_response if read == "iter_raw" else response
        list(getattr(reader, read)())
    return read


SYNC: dict[str, Callable[[anthropic.Anthropic], object]] = {
    "create": lambda client: client.messages.create(**PROMPT),
    "create stream": lambda client: list(client.messages.create(**PROMPT, stream=True)),
    "stream": streamed,
    "parse": lambda client: client.messages.parse(**PROMPT, output_format=Parsed),
    "raw": lambda client: client.messages.with_raw_response.create(**PROMPT).parse(),
    "beta": lambda client: client.beta.messages.create(**PROMPT),
    "raw text": lambda client: client.messages.with_raw_response.create(**PROMPT).text(),
    "raw stream": lambda client: list(client.messages.with_raw_response.create(**PROMPT, stream=True).parse()),
    "streaming bytes": lambda client: streaming(client, "iter_bytes"),
    "streaming text": lambda client: streaming(client, "iter_text"),
    "streaming lines": lambda client: streaming(client, "iter_lines"),
    "streaming events": lambda client: streaming(client, "iter_lines", stream=True),
    "streaming raw": lambda client: streaming(client, "iter_raw"),
    "beta stream": lambda client: list(client.beta.messages.create(**PROMPT, stream=True)),
}


@pytest.mark.parametrize("way", SYNC)
def test_records_a_call_exactly(client: anthropic.Anthropic, lines: Lines, api: ModuleType, way: str) -> None:
    """Usage, prompt and answer of every way to call; nothing is added to the request."""
    bare = SYNC[way](client)
    extracted(lambda: SYNC[way](client))

    call = the_call(lines)
    assert FIGURES == figures(call)
    assert {"training.input": SENT, "training.output": api.ANSWER} == {
        name: call["body"][name] for name in ("training.input", "training.output")
    }
    assert type(bare) is type(SYNC[way](client))
    before, after = api.seen[-3:-1]
    assert before == after


@pytest.mark.parametrize("way", ["create", "create stream", "stream"])
async def test_records_an_async_call_exactly(later: anthropic.AsyncAnthropic, lines: Lines, way: str) -> None:
    """The same, awaited."""

    @otel_training.extraction
    async def extract(source_content: str) -> list[dict[str, str]]:
        if way == "create":
            await later.messages.create(**PROMPT)
        elif way == "create stream":
            await consume(await later.messages.create(**PROMPT, stream=True))
        else:
            async with later.messages.stream(**PROMPT) as stream:
                await stream.get_final_text()
        return [{"text": "One", "category": "c"}]

    await extract("Source text.")
    assert FIGURES == figures(the_call(lines))
    await later.close()


def test_a_tools_arguments_are_the_answer(client: anthropic.Anthropic, lines: Lines) -> None:
    """Where the model answers by a tool, its arguments are what was returned; the tools are kept."""
    tool: Any = {"name": "save", "description": "Save insights.", "input_schema": {"type": "object"}}
    extracted(lambda: client.messages.create(**PROMPT, tools=[tool]))

    body = the_call(lines)["body"]
    assert ("save", '"insights"') == (body["gen_ai.tool.definitions"][0]["name"], body["training.output"][1:11])


def test_thinking_is_no_answer(client: anthropic.Anthropic, lines: Lines, api: ModuleType) -> None:
    """What the model thinks aloud is not part of its answer."""
    extracted(lambda: client.messages.create(**PROMPT, thinking={"type": "enabled", "budget_tokens": 1024}))

    assert api.ANSWER == the_call(lines)["body"]["training.output"]


def test_a_judges_call_is_kept_apart(client: anthropic.Anthropic, lines: Lines) -> None:
    """Two calls under one extraction: only the one whose answer was returned has its digests."""

    def both() -> None:
        client.messages.create(**PROMPT)
        client.messages.create(**{**PROMPT, "messages": [{"role": "user", "content": "judge this"}]})

    extracted(both)
    call, judge, extraction = lines()
    assert [True, False] == [
        extraction["training.output.texts"] in record.get("training.output.texts", "") for record in (call, judge)
    ]


def test_the_whole_prompt_is_kept_and_redacted(client: anthropic.Anthropic, lines: Lines) -> None:
    """Only source_content is cut; what is private in the prompt is replaced there, too."""
    long = "word " * 20_000 + "bob@x.example"
    extracted(lambda: client.messages.create(**{**PROMPT, "messages": [{"role": "user", "content": long}]}))

    assert "word " * 20_000 + "<EMAIL_1>" == the_call(lines)["body"]["training.input"][1]["content"]


def test_a_prompts_version_is_its_system_prompt(client: anthropic.Anthropic, lines: Lines) -> None:
    """The same system prompt has the same version, another one another."""
    for system in ("Extract.", "Extract.", "Extract it all."):
        extracted(functools.partial(client.messages.create, **{**PROMPT, "system": system}))

    first, same, other = [line["gen_ai.prompt.version"] for line in lines() if line["training.kind"] == "llm_call"]
    assert (True, False) == (first == same, first == other)


@pytest.mark.parametrize(
    ("prompt", "streaming", "errors"),
    [
        ("refuse", False, ("BadRequestError", "anthropic.BadRequestError")),
        ("refuse", True, ("BadRequestError", "anthropic.BadRequestError")),
        ("break", True, ("APIStatusError", "overloaded_error")),
    ],
)
def test_a_failed_call_is_recorded_without_its_text(
    client: anthropic.Anthropic,
    lines: Lines,
    prompt: str,
    streaming: bool,  # noqa: FBT001 - a case
    errors: tuple[str, str],
) -> None:
    """Of errors before and during a stream the class or the API's word is kept; the app sees the client's own."""
    error, recorded = errors
    asked = {**PROMPT, "messages": [{"role": "user", "content": prompt}]}

    def call() -> None:
        answer = client.messages.create(**asked, stream=streaming)
        if streaming:
            list(answer)

    with pytest.raises(anthropic.APIStatusError) as raised:
        extracted(call)

    failed, extraction = lines()
    assert [error, recorded, "error", error] == [
        type(raised.value).__name__,
        failed["error.type"],
        extraction["training.outcome"],
        extraction["error.type"],
    ]
    assert "secret" not in str((failed, extraction))


async def test_a_cancelled_stream_is_recorded(later: anthropic.AsyncAnthropic, lines: Lines) -> None:
    """A stream that is cancelled in its middle leaves a call and a cancelled extraction."""
    begun = asyncio.Event()

    @otel_training.extraction
    async def extract(source_content: str) -> None:
        asked = {**PROMPT, "messages": [{"role": "user", "content": "pause"}]}
        async for _ in await later.messages.create(**asked, stream=True):
            begun.set()

    task = asyncio.create_task(extract("x"))
    await begun.wait()
    task.cancel()
    with pytest.raises(asyncio.CancelledError):
        await task
    await later.close()

    by_kind = {record["training.kind"]: record for record in lines()}
    assert ("cancelled", "claude-x") == (
        by_kind["extraction"]["training.outcome"], by_kind["llm_call"]["gen_ai.request.model"],
    )  # fmt: skip


def test_a_retried_call_is_one_call(api: ModuleType, lines: Lines) -> None:
    """What the client retries by itself is one call."""
    asked = {**PROMPT, "messages": [{"role": "user", "content": "retry"}]}
    api.seen.clear()
    with anthropic.Anthropic(base_url=api.url, api_key="k", max_retries=2) as client:
        extracted(lambda: client.messages.create(**asked))

    assert (2, FIGURES) == (len(api.seen), figures(the_call(lines)))


def test_a_call_that_ended_elsewhere_takes_no_answers() -> None:
    """A coroutine closed in another context leaves its call where it began: what is sent there next is not its."""
    context = copy_context()
    call = Call(Handle("", None), "", SimpleNamespace(json_data={}), is_stream=False, emit=None)
    context.run(call.__enter__)
    call.__exit__(None, None, None)

    assert context.run(running_call) is None


def test_a_call_outside_an_extraction_is_not_ours(client: anthropic.Anthropic, lines: Lines) -> None:
    """Calls of other parts of the app are not captured."""
    client.messages.create(**PROMPT)

    assert [] == lines()


async def test_concurrent_calls_go_to_their_own_extraction(later: anthropic.AsyncAnthropic, lines: Lines) -> None:
    """Many extractions at once do not mix up their calls."""

    @otel_training.extraction
    async def extract(topic: str) -> list[dict[str, str]]:
        await later.messages.create(**{**PROMPT, "messages": [{"role": "user", "content": topic}]})
        return [{"text": "One", "category": "c"}]

    await asyncio.gather(*(extract(f"t{number}") for number in range(30)))
    await later.close()
    records = lines()
    topics = {
        record["training.extraction.id"]: record.get("training.source.topic")
        for record in records
        if record["training.kind"] == "extraction"
    }
    calls = [record for record in records if record["training.kind"] == "llm_call"]
    assert 30 == len(calls)
    assert [] == [
        call for call in calls if topics[call["training.extraction.id"]] != call["body"]["training.input"][1]["content"]
    ]


@pytest.mark.slow
def test_exports_the_captured_prompt(client: anthropic.Anthropic, rows: Any, tmp_path: Path) -> None:
    """The exported example is what was sent to Claude and what it answered."""
    extracted(lambda: client.messages.create(**PROMPT))
    otel_training.current().score(9)
    for reader in range(10):
        otel_training.record_feedback(otel_training.insight_id("", "One"), "like", user_id=reader)
    rows("export", "--out", "t.jsonl")

    line = (tmp_path / "t.jsonl").read_text(encoding="ascii")
    assert ("Extract.", True) == (
        json.loads(line)["messages"][0]["content"],
        '"captured"' in (tmp_path / "t.manifest.json").read_text(encoding="utf-8"),
    )


@pytest.mark.slow
@pytest.mark.parametrize("streaming", [False, True])
def test_a_call_that_the_app_reports_too_is_one(client: anthropic.Anthropic, rows: Any, *, streaming: bool) -> None:
    """By the id of its response; the record that says more is kept. Another id is another call."""

    @otel_training.extraction
    def extract() -> list[str]:
        answer: Any = client.messages.create(**PROMPT, stream=streaming)
        first, *_ = list(answer) if streaming else [answer]
        for identity in (first.message.id if streaming else answer.id, "msg_other"):
            otel_training.current().llm_call(model="claude-x", input="P", output="A", response_id=identity)
        return ["One"]

    extract()
    assert ["priority", None] == [row["service_tier"] for row in rows("view", "llm_call")]
