"""A stand-in for Anthropic's Messages API: answers about the demo's sources, and about nothing else."""

import json
import uuid
from typing import Any, Final

from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import JSONResponse
from starlette.routing import Route

from otel_training.demo.sources import Source, read_sources

BLOCKED: Final = "Output blocked by content filtering policy"
UNKNOWN: Final = "The stand-in knows the demo's own sources alone."
_CHARACTERS_A_TOKEN: Final = 4
_SOURCES: Final = read_sources()


async def create_message(request: Request) -> JSONResponse:
    """Answer one call, or refuse it, in the API's own shapes."""
    call = await request.json()
    prompt = _prompt_of(call["messages"])
    source = next((source for source in _SOURCES if source.text in prompt), None)
    if source is None or source.blocked:
        return _refusal(UNKNOWN if source is None else BLOCKED)
    return JSONResponse(_message(call["model"], prompt, _answer(source)))


def _prompt_of(messages: list[dict[str, Any]]) -> str:
    contents = [message["content"] for message in messages]
    return "\n".join(text if isinstance(text, str) else "\n".join(block["text"] for block in text) for text in contents)


def _answer(source: Source) -> str:
    insights = [{"text": fact.text, "category": fact.category} for fact in source.facts]
    return json.dumps({"insights": insights, "quality_score": source.quality}, ensure_ascii=False)


def _message(model: str, prompt: str, answer: str) -> dict[str, object]:
    return {
        "id": f"msg_{uuid.uuid4().hex[:24]}",
        "type": "message",
        "role": "assistant",
        "model": model,
        "content": [{"type": "text", "text": answer}],
        "stop_reason": "end_turn",
        "stop_sequence": None,
        "usage": {
            "input_tokens": len(prompt) // _CHARACTERS_A_TOKEN,
            "output_tokens": len(answer) // _CHARACTERS_A_TOKEN,
        },
    }


def _refusal(message: str) -> JSONResponse:
    error = {"type": "invalid_request_error", "message": message}
    return JSONResponse({"type": "error", "error": error}, status_code=400)


app = Starlette(routes=[Route("/v1/messages", create_message, methods=["POST"])])
