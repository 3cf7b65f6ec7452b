"""A stand-in for Anthropic's API: answers about the demo's sources, and about nothing else, and judges such answers.

The demo's own sources it knows by heart. Of the others a model gets the hard ones wrong now and then; the cheap model
gets every second one wrong unless its prompt shows examples, and in spite of these after `POST /drop`. A wrong answer
leaves insights out or has other figures. The judge knows nothing of who answered: it looks at source and answer alone.
"""

import asyncio
import json
import random
import re
from dataclasses import replace
from typing import Any, Final
from uuid import uuid4

from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import Route

from otel_training.demo.sources import Fact, Source, read_all

TODAY: Final = "claude-sonnet-5-5"
CHEAP: Final = "claude-haiku-5-5"
BLOCKED: Final = "Output blocked by content filtering policy"
UNKNOWN: Final = "The stand-in knows the demo's own sources alone."
_CHARACTERS_A_TOKEN: Final = 4
_SECONDS: Final = {TODAY: 0.12, CHEAP: 0.04}
_WRONG: Final = {"careless": 0.5, "hard": 0.5, "easy": 0.01}  # the share of wrong answers
_HARD: Final = 6.5  # sources of a lower quality are hard
_MOST: Final = 9  # the judge's best score
_NO_SUPPORT: Final = 2
_SOURCES: Final = read_all()
_dropped: Final[set[str]] = set()
_batches: Final[dict[str, list[dict[str, Any]]]] = {}


async def create_message(request: Request) -> JSONResponse:
    """Answer one call, or refuse it, in the API's own shapes."""
    call = await request.json()
    model, turns = call["model"], call["messages"]
    # In the turns before, there are examples.
    source = _find(_prompt_of(turns[-1:]))
    if source is None or source.blocked:
        error = {"type": "invalid_request_error", "message": UNKNOWN if source is None else BLOCKED}
        return JSONResponse({"type": "error", "error": error}, status_code=400)
    if source.edition:
        await asyncio.sleep(_SECONDS.get(model, 0))
        is_careless = model in _dropped or (model == CHEAP and len(turns) == 1)
        source = _read(source, "careless" if is_careless else "hard" if source.quality < _HARD else "easy")
    return JSONResponse(_message(model, _prompt_of(turns), _answer(source)))


async def drop(request: Request) -> Response:
    """Have a model be careless from now on."""
    _dropped.add((await request.json())["model"])
    return Response(status_code=204)


async def submit(request: Request) -> JSONResponse:
    """Take a batch of questions to the judge."""
    _batches[name := f"msgbatch_{uuid4().hex}"] = (await request.json())["requests"]
    return _batch(request, name)


async def look(request: Request) -> JSONResponse:
    """Say that a batch has ended."""
    return _batch(request, request.path_params["name"])


async def results(request: Request) -> Response:
    """Answer all judgements of a batch, one a line."""
    lines = (json.dumps(_judged(**asked)) for asked in _batches[request.path_params["name"]])
    return Response("\n".join(lines), media_type="application/x-jsonl")


def _find(text: str) -> Source | None:
    return next((source for source in _SOURCES if source.text in text), None)


def _read(source: Source, how: str) -> Source:
    """Return a source as it is read: where that goes wrong, its first fact alone, or with other figures."""
    # Whoever reads it: what is hard is hard for all.
    chance = random.Random(f"{how} {source.url}")  # noqa: S311 - a script, no secret
    if chance.random() >= _WRONG[how]:
        return source
    first, *others = source.facts
    if chance.randrange(2):
        return replace(source, facts=(first,))
    other = re.sub(r"\d", lambda digit: str(9 - int(digit[0])), first.text)
    return replace(source, facts=(Fact(other, first.category), *others))


def _prompt_of(messages: list[dict[str, Any]]) -> str:
    contents = [message["content"] for message in messages]
    return "\n".join(text if isinstance(text, str) else "\n".join(block["text"] for block in text) for text in contents)


def _answer(source: Source) -> str:
    insights = [{"text": fact.text, "category": fact.category} for fact in source.facts]
    return json.dumps({"insights": insights, "quality_score": source.quality}, ensure_ascii=False)


def _judged(custom_id: str, params: dict[str, Any]) -> dict[str, Any]:
    question = json.loads(text := _prompt_of(params["messages"]))
    verdicts = [
        {"answer": label, "reason": "", "score": _score({insight["text"] for insight in answer}, question["source"])}
        for label, answer in question["answers"].items()
    ]
    call = {"type": "tool_use", "id": "toolu_1", "name": params["tools"][0]["name"], "input": {"verdicts": verdicts}}
    message = _message(params["model"], text, json.dumps(verdicts)) | {"content": [call], "stop_reason": "tool_use"}
    return {"custom_id": custom_id, "result": {"type": "succeeded", "message": message}}


def _score(texts: set[str], content: str) -> int:
    """Score by the rubric: what the source does not say costs most, then what is missing."""
    source = _find(content)
    if source is None or not texts or any(text not in content for text in texts):
        return _NO_SUPPORT
    return round(_MOST * sum(fact.text in texts for fact in source.facts) / len(source.facts))


def _message(model: str, prompt: str, answer: str) -> dict[str, object]:
    tokens = [len(text) // _CHARACTERS_A_TOKEN for text in (prompt, answer)]
    return {
        "id": f"msg_{uuid4().hex[:24]}", "type": "message", "role": "assistant", "model": model,
        "content": [{"type": "text", "text": answer}], "stop_reason": "end_turn", "stop_sequence": None,
        "usage": dict(zip(("input_tokens", "output_tokens"), tokens, strict=True)),
    }  # fmt: skip


def _batch(request: Request, name: str) -> JSONResponse:
    counts = dict.fromkeys(("processing", "errored", "canceled", "expired"), 0) | {"succeeded": len(_batches[name])}
    times = dict.fromkeys(("created_at", "expires_at", "ended_at"), "2026-12-31T00:00:00Z")
    url = f"{request.base_url}v1/messages/batches/{name}/results"
    return JSONResponse(
        {"id": name, "type": "message_batch", "processing_status": "ended", "request_counts": counts,
         "results_url": url, "archived_at": None, "cancel_initiated_at": None, **times}
    )  # fmt: skip


app = Starlette(
    routes=[
        Route("/v1/messages", create_message, methods=["POST"]),
        Route("/v1/messages/batches", submit, methods=["POST"]),
        Route("/v1/messages/batches/{name}", look),
        Route("/v1/messages/batches/{name}/results", results),
        Route("/drop", drop, methods=["POST"]),
    ]
)
