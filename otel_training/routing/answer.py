"""What a candidate answers: one call of a model, by the client library that the app has."""

import os
import re
import time
from dataclasses import dataclass
from functools import lru_cache
from typing import Any, Final

from otel_training.capture.result import Result, read_result
from otel_training.errors import TrainingError
from otel_training.privacy.json_text import json_spans
from otel_training.record.record import JSON
from otel_training.routing.state import Definition

_PLACE: Final = re.compile(r"\{(source_content|topic)\}")
_OWN_URL: Final = "https://api.openai.com/"
_NO_KEY: Final = "none"  # what a server of one's own is sent, which asks for no key; the client does not go without


class CandidateError(TrainingError):
    """A candidate cannot be asked as it is defined."""


@dataclass(frozen=True, slots=True)
class Reply:
    """What a candidate answered."""

    insights: list[dict[str, str | None]] | None
    """Each with `text` and `category`; None where the text holds none that can be read."""
    text: str
    model: str
    """The model that answered."""
    input_tokens: int | None
    output_tokens: int | None
    seconds: float
    response_id: str = ""
    """The provider's id of the answer."""
    quality_score: float | None = None
    """What the answer itself says."""
    cache_read_tokens: int | None = None
    """Of the input."""
    cache_write_tokens: int | None = None


def answer(definition: Definition, source_content: str, topic: str = "", timeout: float = 60.0) -> Reply:
    """Ask a candidate about a source, within so many seconds.

    Raises `CandidateError` where it cannot be asked, and what the client raises.
    """
    ask, name = {"openai": (_ask_openai, "OpenAI"), "anthropic": (_ask_anthropic, "Anthropic")}.get(
        definition.provider, (None, "")
    )
    if ask is None:
        raise CandidateError(
            f"A candidate of provider {definition.provider!r} is not asked by name: give its function to experiment()."
        )
    messages = messages_of(definition, source_content, topic)
    try:
        client = _client(definition.provider, name, definition.base_url, definition.key_env, os.getpid())
    except ImportError as error:
        raise CandidateError(
            f"A candidate of provider {definition.provider} needs its client: "
            f"pip install 'otel_training[{definition.provider}]'."
        ) from error
    # Now: with the making of the client the first calls would be slow, whatever model answers.
    started = time.perf_counter()
    text, figures = ask(client, definition, messages, timeout)
    seconds = time.perf_counter() - started
    result = read_answer(text)
    return Reply(insights_of(result), text, **figures, seconds=seconds, quality_score=result.quality_score)


def messages_of(definition: Definition, source_content: str, topic: str) -> list[dict[str, JSON]]:
    """Return a candidate's prompt about a source, the system's turn first where there is one."""
    values = {"source_content": source_content, "topic": topic}
    # In one pass: what stands in braces in a source stays.
    last = _PLACE.sub(lambda place: values[place[1]], definition.template)
    turns = [("system", definition.system)] if definition.system else []
    turns += [(message.role, message.content) for message in definition.messages]
    return [{"role": role, "content": content} for role, content in [*turns, ("user", last)]]


def insights_of(result: Result) -> list[dict[str, str | None]] | None:
    """Return the insights of a result, each with `text` and `category`; None where it holds none."""
    return None if result.insights is None else [{"text": t, "category": c} for t, c, _ in result.insights if t]


def read_answer(text: str) -> Result:
    """Read the insights in an answer: its JSON, wherever that stands in it."""
    result = read_result(text.strip())
    for value, _, _ in () if result.insights is not None else json_spans(text):
        if (inner := read_result(value)).insights is not None:
            return inner
    return result


def _ask_openai(client: Any, definition: Definition, messages: list[Any], timeout: float) -> tuple[str, dict[str, Any]]:
    is_own = not definition.base_url or definition.base_url.startswith(_OWN_URL)
    options: dict[str, Any] = {"max_completion_tokens" if is_own else "max_tokens": definition.max_tokens}
    if definition.temperature is not None:
        options["temperature"] = definition.temperature
    reply = client.chat.completions.create(model=definition.model, messages=messages, timeout=timeout, **options)
    usage = reply.usage
    cached = usage and usage.prompt_tokens_details
    return reply.choices[0].message.content or "", {
        "model": reply.model or definition.model,
        "input_tokens": usage and usage.prompt_tokens,
        "output_tokens": usage and usage.completion_tokens,
        "cache_read_tokens": cached and cached.cached_tokens,
        "response_id": reply.id or "",
    }


def _ask_anthropic(
    client: Any, definition: Definition, messages: list[Any], timeout: float
) -> tuple[str, dict[str, Any]]:
    options: dict[str, Any] = {}
    if definition.temperature is not None:
        # The client's later versions have no parameter for it, though models that they ask do.
        options["extra_body"] = {"temperature": definition.temperature}
    if definition.system:
        options["system"] = definition.system
        messages = messages[1:]
    reply = client.messages.create(
        model=definition.model, messages=messages, max_tokens=definition.max_tokens, timeout=timeout, **options
    )
    usage = reply.usage
    read, written = usage.cache_read_input_tokens or 0, usage.cache_creation_input_tokens or 0
    return "".join(block.text for block in reply.content if block.type == "text"), {
        "model": reply.model,
        "input_tokens": usage.input_tokens + read + written,
        "output_tokens": usage.output_tokens,
        "cache_read_tokens": read,
        "cache_write_tokens": written,
        "response_id": reply.id,
    }


@lru_cache(maxsize=8)
def _client(library: str, name: str, base_url: str, key_env: str, _process: int) -> Any:
    """Make a client, once for each process: making it takes longer than a short call, and a fork shares sockets."""
    from importlib import import_module

    options: dict[str, Any] = {"max_retries": 0}
    if base_url:
        options["base_url"] = base_url
    if key_env:
        if not (key := os.environ.get(key_env)):
            raise CandidateError(f"The key of {base_url or library} is not there: set {key_env}.")
        options["api_key"] = key
    elif base_url:
        options["api_key"] = _NO_KEY
    return getattr(import_module(library), name)(**options)
