"""A loopback Chat Completions API, as OpenAI and whoever serves a model of one's own speak it."""

import asyncio
from typing import Any

from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import JSONResponse
from starlette.routing import Route

ANSWER = '```json\n{"insights": [{"text": "One", "category": "c"}, {"text": "Two"}], "quality_score": 7.5}\n```'
seen: list[tuple[dict[str, Any], str]] = []
"""What was asked, and by which key."""


async def complete(request: Request) -> JSONResponse:
    """Answer by what the last turn says: refused, hanging, unreadable, none, or two insights."""
    asked = await request.json()
    seen.append((asked, request.headers["authorization"]))
    prompt = asked["messages"][-1]["content"]
    if "refuse" in prompt:
        return JSONResponse({"error": {"message": "no", "type": "server_error"}}, status_code=500)
    if "hang" in prompt:
        await asyncio.sleep(1)
    answer = "I cannot." if "unreadable" in prompt else "[]" if "nothing" in prompt else ANSWER
    message = {"role": "assistant", "content": answer, "refusal": None}
    return JSONResponse({
        "id": "chatcmpl-1", "object": "chat.completion", "created": 1, "model": asked["model"] + "-2026",
        "choices": [{"index": 0, "message": message, "finish_reason": "stop", "logprobs": None}],
        "usage": {"prompt_tokens": 21, "completion_tokens": 12, "total_tokens": 33},
    })  # fmt: skip


app = Starlette(routes=[Route("/v1/chat/completions", complete, methods=["POST"])])
