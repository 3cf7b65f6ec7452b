"""A client that is watched and one that is not, asked the same: results, exceptions and bytes are the same."""

import asyncio
import gzip
import json
import random
from collections.abc import AsyncIterator, Awaitable, Callable, Iterator
from typing import Any, Final

import anthropic
import httpx2
import pytest
from pydantic import BaseModel

import otel_training
from otel_training.anthropic.watch import unwatch, watch
from otel_training.pipeline import process

Lines = Callable[[], list[dict[str, Any]]]
ODD: Final[tuple[Any, ...]] = (
    "12", "", "\0", [], {}, None, True, -1, 1.5, 1 << 70, ["end_turn"], {"type": "text"}, [None], "x" * 300,
)  # fmt: skip
ANSWER: Final[dict[str, Any]] = {
    "id": "msg_1", "type": "message", "role": "assistant", "model": "claude-x",
    "content": [
        {"type": "thinking", "thinking": "Hm.", "signature": "s"},
        {"type": "text", "text": '{"insights": ["One"]}', "citations": None},
        {"type": "tool_use", "id": "toolu_1", "name": "save", "input": {"insights": ["One"]}},
    ],
    "stop_reason": "end_turn", "stop_sequence": None,
    "usage": {
        "input_tokens": 11, "output_tokens": 45, "cache_read_input_tokens": 3, "cache_creation_input_tokens": 9,
        "cache_creation": {"ephemeral_5m_input_tokens": 7, "ephemeral_1h_input_tokens": 2}, "service_tier": "standard",
    },
}  # fmt: skip
HEAD: Final = {**ANSWER, "content": [], "stop_reason": None}
EVENTS: Final[list[Any]] = [
    {"type": "message_start", "message": HEAD},
    {"type": "content_block_start", "index": 0, "content_block": {"type": "text", "text": ""}},
    {"type": "ping"},
    {"type": "content_block_delta", "index": 0, "delta": {"type": "text_delta", "text": '{"insights": '}},
    {"type": "content_block_delta", "index": 0, "delta": {"type": "text_delta", "text": '["One"]}'}},
    {"type": "content_block_stop", "index": 0},
    {"type": "content_block_start", "index": 1,
     "content_block": {"type": "tool_use", "id": "toolu_1", "name": "save", "input": {}}},
    {"type": "content_block_delta", "index": 1, "delta": {"type": "input_json_delta", "partial_json": '{"a": 1}'}},
    {"type": "content_block_stop", "index": 1},
    {"type": "message_delta", "delta": {"stop_reason": "tool_use", "stop_sequence": None},
     "usage": {"output_tokens": 45}},
    {"type": "message_stop"},
]  # fmt: skip
REQUEST: Final[dict[str, Any]] = {
    "model": "claude-x", "max_tokens": 9, "system": [{"type": "text", "text": "Extract."}],
    "messages": [{"role": "user", "content": [{"type": "text", "text": "P", "cache_control": {"type": "ephemeral"}}]}],
    "tools": [{"name": "save", "description": "d", "input_schema": {"type": "object"}}],
}  # fmt: skip


class Parsed(BaseModel):
    """A parsed answer."""

    insights: list[str]


class Chunks(httpx2.SyncByteStream, httpx2.AsyncByteStream):
    """A body in pieces; one that breaks raises where the rest would come."""

    def __init__(self, body: bytes, size: int, *, breaks: bool) -> None:
        self._pieces = [body[start : start + size] for start in range(0, len(body), size)]
        self._breaks = breaks

    def __iter__(self) -> Iterator[bytes]:
        yield from self._pieces
        if self._breaks:
            raise httpx2.ReadError("cut")

    async def __aiter__(self) -> AsyncIterator[bytes]:
        for piece in self:
            yield piece


def mutated(value: Any, chance: random.Random) -> Any:
    """A copy of JSON with one part of it replaced, removed or doubled."""
    copy = json.loads(json.dumps(value))
    at = copy
    while True:
        keys = list(at) if isinstance(at, dict) else list(range(len(at)))
        key = chance.choice(keys)
        if isinstance(at[key], (dict, list)) and at[key] and chance.random() < 0.7:
            at = at[key]
            continue
        match chance.randrange(4):
            case 0:
                del at[key]
            case 1 if isinstance(at, list):
                at.insert(chance.randrange(len(at)), at[key])
            case _:
                at[key] = chance.choice(ODD)
        return copy


def odd_body(chance: random.Random, *, streams: bool) -> bytes:
    """The bytes of an answer or a stream: mostly one that a specification nearly allows."""
    times = chance.choice((0, 1, 1, 1, 2, 4))
    value: Any = EVENTS if streams else ANSWER
    for _ in range(times):
        value = mutated(value, chance) if value else value
    if streams:
        end = chance.choice(("\n", "\n", "\r\n"))
        names = [event.get("type") if isinstance(event, dict) else None for event in value]
        body = "".join(
            f"event: {name}{end}data: {json.dumps(event)}{end}{end}" for name, event in zip(names, value, strict=True)
        ).encode()
    else:
        body = json.dumps(value).encode()
    match chance.randrange(24):
        case 0:
            return body[: chance.randrange(len(body) + 1)]
        case 1:
            return body.replace(b"One", b"\xff\xfe")
        case 2:
            return body.replace(b"One", b"\\ud83d")
        case 3:
            return b"\xef\xbb\xbf" + body
        case 4:
            return chance.choice((b"", b"null", b"<html>", b"[]", b'"x"', b"data: \n\n", b"1e999", b"{" * 2000))
        case _:
            return body


def odd_answer(chance: random.Random, *, streams: bool) -> Callable[[], httpx2.Response]:
    """What makes an answer, the same each time."""
    body = odd_body(chance, streams=streams)
    status = chance.choice((*[200] * 12, 201, 204, 400, 429, 500, 529))
    media = chance.choice((*["text/event-stream" if streams else "application/json"] * 9, "text/plain", "", "x/y;"))
    headers, packed = {"content-type": media, "request-id": "r"}, body
    match chance.randrange(12):
        case 0:
            headers["content-encoding"], packed = "gzip", gzip.compress(body, mtime=0)
        case 1:
            headers["content-encoding"] = chance.choice(("gzip", "deflate", "identity", "odd"))
    size, breaks = chance.choice((1, 7, 64, 1 << 20)), chance.random() < 0.05
    if status == 200 and chance.random() < 0.02:
        return lambda: (_ for _ in ()).throw(httpx2.ConnectError("refused"))
    return lambda: httpx2.Response(status, headers=headers, stream=Chunks(packed, size, breaks=breaks))


def odd_request(chance: random.Random) -> Callable[[], dict[str, Any]]:
    """What makes a request, the same each time."""
    match chance.randrange(8):
        case 0:
            value = mutated(REQUEST, chance)
            return lambda: value
        case 1:
            return lambda: {**REQUEST, "messages": (message for message in REQUEST["messages"])}
        case 2:
            return lambda: {**REQUEST, "messages": [{"role": "assistant", "content": anthropic.types.Message(
                **{**ANSWER, "content": []}).content}]}  # fmt: skip
        case 3:
            return lambda: {**REQUEST, "extra_body": {"metadata": {"user_id": "u"}}, "system": "\ud800"}
        case 4:
            return lambda: {**REQUEST, "extra_headers": {"x-a": "b"}, "extra_body": {"temperature": 0.5}}
        case _:
            return lambda: REQUEST


def shown(value: object) -> str:
    """A value with its type, as a host may tell them apart."""
    return f"{type(value).__module__}.{type(value).__qualname__} {value!r}"


class Steps:
    """One body of a test for both clients: awaits and iterates where the client is async."""

    def __init__(self, loop: asyncio.AbstractEventLoop | None) -> None:
        self._loop = loop

    def value(self, result: Any) -> Any:
        """Await what is awaitable."""
        if self._loop is None or not isinstance(result, Awaitable):
            return result
        return self._loop.run_until_complete(self._awaited(result))

    async def _awaited(self, result: Awaitable[Any]) -> Any:
        return await result

    def items(self, stream: Any, most: int = 1 << 30) -> list[str]:
        """Read a stream, or its first items."""
        if self._loop is None:
            return [shown(item) for item, _ in zip(stream, range(most), strict=False)]
        return self.value(self._items(stream, most))

    async def _items(self, stream: Any, most: int) -> list[str]:
        read: list[str] = []
        async for item in stream:
            read.append(shown(item))
            if len(read) >= most:
                break
        return read

    def enter(self, manager: Any) -> Any:
        """Enter a context manager."""
        return manager.__enter__() if self._loop is None else self.value(manager.__aenter__())

    def leave(self, manager: Any) -> None:
        """Leave it."""
        if self._loop is None:
            manager.__exit__(None, None, None)
        else:
            self.value(manager.__aexit__(None, None, None))


def create(steps: Steps, messages: Any, asked: dict[str, Any]) -> object:
    return shown(steps.value(messages.create(**asked)))


def parse(steps: Steps, messages: Any, asked: dict[str, Any]) -> object:
    return shown(steps.value(messages.parse(**asked, output_format=Parsed)))


def raw(steps: Steps, messages: Any, asked: dict[str, Any]) -> object:
    response = steps.value(messages.with_raw_response.create(**asked))
    return type(response).__name__, dict(response.headers), shown(steps.value(response.parse()))


def events(steps: Steps, messages: Any, asked: dict[str, Any]) -> object:
    stream = steps.value(messages.create(**asked, stream=True))
    return type(stream), type(stream.response), steps.items(stream)


def first_event(steps: Steps, messages: Any, asked: dict[str, Any]) -> object:
    stream = steps.value(messages.create(**asked, stream=True))
    read = steps.items(stream, 1)
    steps.value(stream.close())
    return read, stream.response.is_closed


def raw_events(steps: Steps, messages: Any, asked: dict[str, Any]) -> object:
    response = steps.value(messages.with_raw_response.create(**asked, stream=True))
    return steps.items(steps.value(response.parse()))


def helper(steps: Steps, messages: Any, asked: dict[str, Any]) -> object:
    manager = messages.stream(**asked)
    stream = steps.enter(manager)
    try:
        return type(stream), shown(steps.value(stream.get_final_message()))
    finally:
        steps.leave(manager)


def helper_text(steps: Steps, messages: Any, asked: dict[str, Any]) -> object:
    manager = messages.stream(**asked)
    stream = steps.enter(manager)
    try:
        return steps.items(stream.text_stream, 1)
    finally:
        steps.leave(manager)


def streaming_response(steps: Steps, messages: Any, asked: dict[str, Any]) -> object:
    manager = messages.with_streaming_response.create(**asked)
    response = steps.enter(manager)
    try:
        return type(response), steps.items(response.iter_lines())
    finally:
        steps.leave(manager)


def streaming_bytes(steps: Steps, messages: Any, asked: dict[str, Any]) -> object:
    manager = messages.with_streaming_response.create(**asked)
    response = steps.enter(manager)
    try:
        return steps.items(response.iter_bytes(50), 2), response.http_response.elapsed is not None
    finally:
        steps.leave(manager)


WHOLE: Final = (create, parse, raw, streaming_response, streaming_bytes)
STREAMS: Final = (events, first_event, raw_events, helper, helper_text)
VOLATILE: Final = ("x-stainless-timeout", "x-stainless-helper")


def outcome(steps: Steps, way: Any, client: Any, beta: bool, asked: Callable[[], dict[str, Any]]) -> object:  # noqa: FBT001 - a case
    """What a host sees of one call."""
    try:
        return way(steps, client.beta.messages if beta else client.messages, asked())
    except Exception as error:  # noqa: BLE001 - whatever it is, it must be the same
        return shown(error), repr(error.__cause__), getattr(error, "body", None)


def run(cases: int, seed: int, kind: Any, steps: Steps, around: Callable[[Callable[[], object]], object]) -> list[Any]:
    """Everything that a host sees of all cases: outcomes, and the requests on the wire."""
    chance, seen = random.Random(seed), list[Any]()

    def handle(request: httpx2.Request) -> httpx2.Response:
        headers = {name: value for name, value in request.headers.items() if name not in VOLATILE}
        seen.append((str(request.url), headers, request.content))
        return make_answer()

    http = (httpx2.AsyncClient if kind is anthropic.AsyncAnthropic else httpx2.Client)(
        transport=httpx2.MockTransport(handle)
    )
    client = kind(api_key="k", base_url="http://api", max_retries=0, http_client=http)
    for _ in range(cases):
        streams, beta = chance.random() < 0.5, chance.random() < 0.2
        way = chance.choice(STREAMS if streams else WHOLE)
        make_answer, asked = odd_answer(chance, streams=streams), odd_request(chance)
        seen.append(around(lambda: outcome(steps, way, client, beta, asked)))  # noqa: B023 - called at once
    steps.value(client.close())
    return seen


def watched(call: Callable[[], object]) -> object:
    """Call inside an extraction."""

    @otel_training.extraction
    def extract() -> list[str]:
        results.append(call())
        return ["One"]

    results: list[object] = []
    extract()
    return results[0]


@pytest.mark.slow
@pytest.mark.filterwarnings("ignore")
@pytest.mark.parametrize("kind", [anthropic.Anthropic, anthropic.AsyncAnthropic])
def test_a_watched_client_does_what_a_bare_one_does(kind: Any, lines: Lines) -> None:
    """For answers that no specification allows, too, by every way to call; and each call is recorded once."""
    loop = asyncio.new_event_loop() if kind is anthropic.AsyncAnthropic else None
    steps, cases = Steps(loop), 400
    unwatch()
    bare = run(cases, 7, kind, steps, lambda call: call())
    watch()
    same = run(cases, 7, kind, steps, watched)
    if loop is not None:
        loop.run_until_complete(loop.shutdown_asyncgens())
        loop.close()

    assert [] == [(event, other) for event, other in zip(bare, same, strict=True) if event != other]
    records = lines()
    sent = sum(isinstance(event, tuple) and isinstance(event[0], str) and event[0].startswith("http") for event in same)
    calls = [record for record in records if record["training.kind"] == "llm_call"]
    assert (cases, {}) == (
        len(records) - len(calls),
        {reason: count for reason, count in process.current().writer.losses.totals().items() if count},
    )
    assert sent <= len(calls) <= sent + cases // 10
