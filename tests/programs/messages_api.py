"""A loopback Messages API: answers by what the prompt says, whole or as a stream."""

import asyncio
import itertools
import json
from collections.abc import AsyncIterator
from typing import Any

from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import JSONResponse, Response, StreamingResponse
from starlette.routing import Route

ANSWER = '{"insights": [{"text": "One", "category": "c"}], "quality_score": 8}'
USAGE = {
    "input_tokens": 11, "output_tokens": 45, "cache_read_input_tokens": 3, "cache_creation_input_tokens": 9,
    "cache_creation": {"ephemeral_5m_input_tokens": 7, "ephemeral_1h_input_tokens": 2}, "service_tier": "priority",
}  # fmt: skip
seen: list[dict[str, Any]] = []
_numbers = itertools.count(1)


def content(asked: dict[str, Any]) -> list[dict[str, Any]]:
    """The blocks of the answer."""
    prompt = str(asked["messages"][-1]["content"])
    if asked.get("tools"):
        return [{"type": "tool_use", "id": "toolu_1", "name": "save", "input": json.loads(ANSWER)}]
    if "judge" in prompt:
        return [{"type": "text", "text": '{"score": 8}'}]
    answer = ANSWER.replace("One", "One " + prompt[7:-1]) if prompt.startswith("Answer ") else ANSWER
    blocks: list[dict[str, Any]] = [{"type": "text", "text": answer}]
    if asked.get("thinking"):
        blocks.insert(0, {"type": "thinking", "thinking": "Hm.", "signature": "s"})
    return blocks


def message(asked: dict[str, Any]) -> dict[str, Any]:
    """The answer as one message."""
    details = {"output_tokens_details": {"thinking_tokens": 5}} if asked.get("thinking") else {}
    return {
        "id": f"msg_{next(_numbers)}", "type": "message", "role": "assistant", "model": asked["model"] + "-20260101",
        "content": content(asked), "stop_reason": "end_turn", "stop_sequence": None, "usage": {**USAGE, **details},
    }  # fmt: skip


def events(asked: dict[str, Any]) -> list[dict[str, Any]]:
    """The answer as a stream's events."""
    whole = message(asked)
    head = {**whole, "content": [], "stop_reason": None, "usage": {**USAGE, "output_tokens": 1}}
    stream_events: list[dict[str, Any]] = [{"type": "message_start", "message": head}]
    for index, block in enumerate(whole["content"]):
        empty, deltas = streamed(block)
        stream_events.append({"type": "content_block_start", "index": index, "content_block": empty})
        stream_events += [{"type": "content_block_delta", "index": index, "delta": delta} for delta in deltas]
        stream_events.append({"type": "content_block_stop", "index": index})
    stream_events.append(
        {
            "type": "message_delta",
            "delta": {"stop_reason": "end_turn", "stop_sequence": None},
            "usage": {"output_tokens": 45},
        }
    )
    return [*stream_events, {"type": "message_stop"}]


def streamed(block: dict[str, Any]) -> tuple[dict[str, Any], list[dict[str, Any]]]:
    """One block as it starts, and its pieces."""
    if block["type"] == "text":
        text = block["text"]
        return {"type": "text", "text": ""}, [{"type": "text_delta", "text": part} for part in (text[:9], text[9:])]
    if block["type"] == "thinking":
        return {**block, "thinking": "", "signature": ""}, [
            {"type": "thinking_delta", "thinking": "Hm."}, {"type": "signature_delta", "signature": "s"},
        ]  # fmt: skip
    return {**block, "input": {}}, [{"type": "input_json_delta", "partial_json": json.dumps(block["input"])}]


async def stream(asked: dict[str, Any]) -> AsyncIterator[bytes]:
    """The events as server-sent ones; a prompt can ask for an error or a pause in the middle."""
    prompt = str(asked["messages"])
    for number, event in enumerate(events(asked)):
        if number == 3 and "break" in prompt:
            error = {"type": "overloaded_error", "message": "secret text"}
            yield f"event: error\ndata: {json.dumps({'type': 'error', 'error': error})}\n\n".encode()
            return
        if number == 3 and "pause" in prompt:
            await asyncio.sleep(60)
        yield f"event: {event['type']}\ndata: {json.dumps(event)}\n\n".encode()


async def create(request: Request) -> Response:
    """One call."""
    asked = await request.json()
    seen.append({"headers": dict(request.headers), "body": asked})
    prompt = str(asked["messages"])
    if "refuse" in prompt:
        error = {"type": "invalid_request_error", "message": "secret text"}
        return JSONResponse({"type": "error", "error": error}, 400)
    if "retry" in prompt and len(seen) % 2:
        return JSONResponse({"type": "error", "error": {"type": "overloaded_error", "message": "busy"}}, 529)
    if asked.get("stream"):
        return StreamingResponse(stream(asked), media_type="text/event-stream")
    return JSONResponse(message(asked))


batches: dict[str, list[dict[str, Any]]] = {}


async def submit(request: Request) -> Response:
    """Take a batch."""
    name = f"msgbatch_{len(batches)}"
    batches[name] = (await request.json())["requests"]
    counts = dict.fromkeys(("processing", "succeeded", "errored", "canceled", "expired"), 0)
    times = {"created_at": "2026-01-01T00:00:00Z", "expires_at": "2026-01-02T00:00:00Z"}
    return JSONResponse({"id": name, "type": "message_batch", "processing_status": "ended", "request_counts": counts,
                         "results_url": str(request.url) + f"/{name}/results", **times})  # fmt: skip


async def batch(request: Request) -> Response:
    """Tell of a batch."""
    name = request.path_params["name"]
    counts = dict.fromkeys(("processing", "succeeded", "errored", "canceled", "expired"), 0)
    times = {"created_at": "2026-01-01T00:00:00Z", "expires_at": "2026-01-02T00:00:00Z"}
    return JSONResponse({"id": name, "type": "message_batch", "processing_status": "ended", "request_counts": counts,
                         "results_url": str(request.url) + "/results", **times})  # fmt: skip


async def results(request: Request) -> Response:
    """Answer each request of a batch; one that says `refuse` fails."""
    lines = []
    for asked in batches[request.path_params["name"]]:
        answered: dict[str, Any] = {"type": "succeeded", "message": message(asked["params"])}
        if "refuse" in str(asked["params"]["messages"]):
            error = {"type": "error", "error": {"type": "invalid_request_error", "message": "secret text"}}
            answered = {"type": "errored", "error": error}
        lines.append(json.dumps({"custom_id": asked["custom_id"], "result": answered}))
    return Response("\n".join(lines) + "\n", media_type="application/x-jsonl")


BATCHES = "/v1/messages/batches"
app = Starlette(
    routes=[
        Route("/v1/messages", create, methods=["POST"]),
        Route(BATCHES, submit, methods=["POST"]),
        Route(BATCHES + "/{name}", batch),
        Route(BATCHES + "/{name}/results", results),
    ]
)
