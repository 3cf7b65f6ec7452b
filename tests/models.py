"""Models that stand in for real ones: they speak the protocols of OpenAI and Anthropic on this machine."""

import itertools
import json
import re
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import Any

from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import Route

from tests.served import threaded

SENTENCE = re.compile(r"[^.]+\.")


def facts_of(source: str) -> list[str]:
    """The first two sentences of a source: what should be extracted from it."""
    return [sentence.strip() for sentence in SENTENCE.findall(source)[:2]]


def good(prompt: str) -> str:
    """Answer the facts of the source."""
    source = prompt.rpartition("\n\n")[2]
    insights = [{"text": text, "category": "market"} for text in facts_of(source)]
    return json.dumps({"insights": insights, "quality_score": 8})


def bad(prompt: str) -> str:
    """Answer what the source does not say."""
    return json.dumps({"insights": [{"text": "Bananas are yellow", "category": "fruit"}], "quality_score": 10})


def strict(question: dict[str, Any]) -> dict[str, Any]:
    """Judge by whether the source says each insight."""
    verdicts = [
        {"answer": label, "reason": "", "score": 9 if _is_said(insights, question["source"]) else 2}
        for label, insights in question["answers"].items()
    ]
    return {"verdicts": verdicts}


def _is_said(insights: list[dict[str, str]], source: str) -> bool:
    return bool(insights) and all(insight["text"] in source for insight in insights)


@dataclass
class Models:
    """What answers, and what was asked."""

    answer: Callable[[str], str] = good
    judge: Callable[[dict[str, Any]], Any] = strict
    status: Callable[[str], int] = lambda prompt: 200
    """The status of an answer to a prompt."""
    named: str = ""
    """The model that an answer names, if another than was asked."""
    cached: int = 0
    """Tokens of the prompt that its cache read."""
    polls: int = 0
    """How often a batch is looked at before it has ended."""
    batches: dict[str, list[dict[str, Any]]] = field(default_factory=dict)
    prompts: list[list[dict[str, Any]]] = field(default_factory=list)
    questions: list[dict[str, Any]] = field(default_factory=list)
    url: str = ""
    _ids: Iterator[int] = field(default_factory=itertools.count)
    _looked: dict[str, int] = field(default_factory=dict)

    async def chat(self, request: Request) -> Response:
        """`POST /v1/chat/completions`."""
        call = await request.json()
        prompt = call["messages"][-1]["content"]
        if (status := self.status(prompt)) != 200:
            return JSONResponse({"error": {"message": "no"}}, status)
        self.prompts.append(call["messages"])
        text = self.answer(prompt)
        choice = {"index": 0, "finish_reason": "stop", "message": {"role": "assistant", "content": text}}
        usage = {"prompt_tokens": 400, "completion_tokens": 60, "total_tokens": 460,
                 "prompt_tokens_details": {"cached_tokens": self.cached}}  # fmt: skip
        return JSONResponse(
            {
                "id": "c1",
                "object": "chat.completion",
                "created": 1,
                "model": self.named or call["model"],
                "choices": [choice],
                "usage": usage,
            }
        )

    async def message(self, request: Request) -> Response:
        """`POST /v1/messages`: Claude, who is always right."""
        call = await request.json()
        content = [{"type": "text", "text": good(call["messages"][-1]["content"])}]
        return JSONResponse(
            {"id": f"msg_{next(self._ids)}", "type": "message", "role": "assistant", "model": call["model"],
             "content": content, "stop_reason": "end_turn", "stop_sequence": None,
             "usage": {"input_tokens": 3000, "output_tokens": 60}}
        )  # fmt: skip

    async def submit(self, request: Request) -> Response:
        """`POST /v1/messages/batches`."""
        requests = (await request.json())["requests"]
        name = f"msgbatch_{len(self.batches) + 1}"
        self.batches[name] = requests
        return JSONResponse(self._batch(name))

    async def look(self, request: Request) -> Response:
        """`GET /v1/messages/batches/{name}`."""
        if request.path_params["name"] not in self.batches:
            return JSONResponse({"type": "error", "error": {"type": "not_found_error", "message": "gone"}}, 404)
        return JSONResponse(self._batch(request.path_params["name"]))

    async def results(self, request: Request) -> Response:
        """`GET /v1/messages/batches/{name}/results`, in another order than asked."""
        requests = self.batches[request.path_params["name"]]
        lines = [json.dumps(self._result(entry)) for entry in reversed(requests)]
        return Response("\n".join(lines), media_type="application/x-jsonl")

    def _batch(self, name: str) -> dict[str, Any]:
        self._looked[name] = self._looked.get(name, -1) + 1
        has_ended = self._looked[name] >= self.polls
        at = "2026-01-02T03:04:05Z"
        counts = {"processing": 0, "succeeded": len(self.batches[name]), "errored": 0, "canceled": 0, "expired": 0}
        return {
            "id": name, "type": "message_batch", "processing_status": "ended" if has_ended else "in_progress",
            "request_counts": counts, "created_at": at, "expires_at": at, "ended_at": at if has_ended else None,
            "archived_at": None, "cancel_initiated_at": None,
            "results_url": f"{self.url}/v1/messages/batches/{name}/results" if has_ended else None,
        }  # fmt: skip

    def _result(self, request: dict[str, Any]) -> dict[str, Any]:
        question = json.loads(request["params"]["messages"][0]["content"])
        self.questions.append(question)
        verdict = self.judge(question)
        if isinstance(verdict, str):
            kind, _, error = verdict.partition(" ")
            failed = {"error": {"type": "error", "error": {"type": error, "message": "no"}}} if error else {}
            return {"custom_id": request["custom_id"], "result": {"type": kind, **failed}}
        message = {
            "id": f"msg_{request['custom_id']}", "type": "message", "role": "assistant",
            "model": request["params"]["model"], "stop_reason": "tool_use", "stop_sequence": None,
            "content": [{"type": "tool_use", "id": "t1", "name": "verdict", "input": verdict}],
            "usage": {"input_tokens": 500, "output_tokens": 80},
        }  # fmt: skip
        return {"custom_id": request["custom_id"], "result": {"type": "succeeded", "message": message}}


@contextmanager
def serving(models: Models) -> Iterator[str]:
    """Serve them; yields the address."""
    app = Starlette(
        routes=[
            Route("/v1/chat/completions", models.chat, methods=["POST"]),
            Route("/v1/messages", models.message, methods=["POST"]),
            Route("/v1/messages/batches", models.submit, methods=["POST"]),
            Route("/v1/messages/batches/{name}", models.look),
            Route("/v1/messages/batches/{name}/results", models.results),
        ]
    )
    with threaded(app) as url:
        models.url = url
        yield url
