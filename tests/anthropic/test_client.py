"""Which requests of which clients are calls of a model."""

import base64
import json
import struct
from collections.abc import Callable
from typing import Any

import anthropic
import httpx2
import pytest

import otel_training

Lines = Callable[[], list[dict[str, Any]]]
PROMPT: dict[str, Any] = {"model": "claude-x", "max_tokens": 9, "messages": [{"role": "user", "content": "P"}]}
ANSWER = {
    "id": "msg_1", "type": "message", "role": "assistant", "model": "claude-y", "stop_reason": "end_turn",
    "content": [{"type": "text", "text": '["One"]'}], "usage": {"input_tokens": 1, "output_tokens": 2},
}  # fmt: skip
EVENTS: list[dict[str, Any]] = [
    {"type": "message_start", "message": {**ANSWER, "content": [], "usage": {"input_tokens": 1, "output_tokens": 1}}},
    {"type": "content_block_start", "index": 0, "content_block": {"type": "text", "text": ""}},
    {"type": "content_block_delta", "index": 0, "delta": {"type": "text_delta", "text": '["One"]'}},
    {"type": "message_delta", "delta": {"stop_reason": "end_turn"}, "usage": {"output_tokens": 2}},
]
CLIENTS: dict[str, tuple[type, dict[str, Any]]] = {
    "anthropic": (anthropic.Anthropic, {"api_key": "k"}),
    "aws.bedrock": (anthropic.AnthropicBedrock, {"api_key": "k", "aws_region": "us-east-1"}),
    "gcp.vertex_ai": (anthropic.AnthropicVertex, {"region": "us-east5", "project_id": "p", "access_token": "t"}),
    "azure.ai.inference": (anthropic.AnthropicFoundry, {"api_key": "k", "resource": "r"}),
}


def frame(event: dict[str, Any]) -> bytes:
    """An event as Bedrock sends it (vnd.amazon.eventstream), with a header as it has."""
    header = b"\x0b:event-type\x07\x00\x05chunk"
    payload = json.dumps({"bytes": base64.b64encode(json.dumps(event).encode()).decode(), "p": "abc"}).encode()
    return struct.pack(">III", 16 + len(header) + len(payload), len(header), 0) + header + payload + b"\0\0\0\0"


def amazon(request: httpx2.Request) -> httpx2.Response:
    """Answer as Bedrock does."""
    headers = {"content-type": "application/vnd.amazon.eventstream"}
    return httpx2.Response(200, headers=headers, stream=httpx2.ByteStream(b"".join(map(frame, EVENTS))))


def whole(request: httpx2.Request) -> httpx2.Response:
    """Answer a message, or the number of tokens."""
    return httpx2.Response(200, json={"input_tokens": 3} if "count" in request.url.path else ANSWER)


def client_of(provider: str, handle: Callable[[httpx2.Request], httpx2.Response]) -> Any:
    """A provider's client, whose requests are handled here."""
    kind, options = CLIENTS[provider]
    return kind(**options, http_client=httpx2.Client(transport=httpx2.MockTransport(handle)))


def recorded(call: Callable[[], object], lines: Lines) -> list[dict[str, Any]]:
    """Call in an extraction, and return its calls of models."""

    @otel_training.extraction
    def extract() -> list[str]:
        call()
        return ["One"]

    extract()
    return [record for record in lines() if record["training.kind"] == "llm_call"]


@pytest.mark.parametrize("beta", [False, True])
@pytest.mark.parametrize("provider", CLIENTS)
def test_records_who_serves_the_model(lines: Lines, provider: str, *, beta: bool) -> None:
    """Every provider's client is captured, its beta resources too, with the provider's name and the model asked for."""
    client = client_of(provider, whole)
    (call,) = recorded(lambda: (client.beta if beta else client).messages.create(**PROMPT), lines)

    assert (provider, "claude-x", "claude-y", PROMPT["messages"], '["One"]', 1, 2) == (
        call["gen_ai.provider.name"], call["gen_ai.request.model"], call["gen_ai.response.model"],
        call["body"]["training.input"], call["body"]["training.output"],
        call["gen_ai.usage.input_tokens"], call["gen_ai.usage.output_tokens"],
    )  # fmt: skip


@pytest.mark.parametrize("cut", [0, 5, 100])
def test_reads_bedrocks_stream(lines: Lines, cut: int) -> None:
    """A stream in Amazon's frames is read as far as it came."""

    def handle(request: httpx2.Request) -> httpx2.Response:
        whole = amazon(request).read()
        headers = {"content-type": "application/vnd.amazon.eventstream"}
        return httpx2.Response(200, headers=headers, stream=httpx2.ByteStream(whole[: len(whole) - cut]))

    def call() -> None:
        streamed = client_of("aws.bedrock", handle).messages.with_streaming_response.create(**PROMPT, stream=True)
        with streamed as response:
            list(response.iter_bytes())

    (recorded_call,) = recorded(call, lines)
    assert ('["One"]', 1 if cut else 2) == (
        recorded_call["body"]["training.output"], recorded_call["gen_ai.usage.output_tokens"],
    )  # fmt: skip


def test_counting_tokens_is_no_call(lines: Lines) -> None:
    """What is asked of the API beside answers is not recorded."""
    assert [] == recorded(lambda: client_of("anthropic", whole).messages.count_tokens(
        model="claude-x", messages=PROMPT["messages"]
    ), lines)  # fmt: skip


def test_a_call_outside_extractions_is_not_recorded(lines: Lines) -> None:
    """Nothing says which extraction it belongs to."""
    client_of("anthropic", whole).messages.create(**PROMPT)

    assert [] == lines()


def test_what_middleware_answers_by_itself_is_no_call(lines: Lines) -> None:
    """The client's own middleware may ask twice, count tokens, or answer from a cache: the last response counts."""
    asked: list[str] = []

    def handle(request: httpx2.Request) -> httpx2.Response:
        asked.append(request.url.path)
        return whole(request)

    def twice(request: Any, call_next: Any) -> Any:
        client.messages.count_tokens(model="claude-x", messages=PROMPT["messages"])
        call_next(request)
        response = call_next(request)
        client.messages.count_tokens(model="claude-x", messages=PROMPT["messages"])
        return response

    client = anthropic.Anthropic(
        api_key="k",
        http_client=httpx2.Client(transport=httpx2.MockTransport(handle)),
        middleware=[lambda request, call_next: (twice if "count" not in request.url else forward)(request, call_next)],
    )
    (call,) = recorded(lambda: client.messages.create(**PROMPT), lines)
    answer: Any = lambda _request, _next: "cached"  # noqa: E731 - a middleware
    cached = anthropic.Anthropic(api_key="k", middleware=[answer])
    assert "cached" == cached.messages.create(**PROMPT)

    assert (4, '["One"]', 2) == (len(asked), call["body"]["training.output"], call["gen_ai.usage.output_tokens"])


def forward(request: Any, call_next: Any) -> Any:
    """Middleware that does nothing."""
    return call_next(request)
