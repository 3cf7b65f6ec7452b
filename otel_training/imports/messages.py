"""Messages of a model's call in anybody's shape, as the texts and blocks that our own records have.

Shapes: OpenTelemetry's parts, OpenAI's chat, Anthropic's blocks, Bedrock's Converse, or a plain text; as JSON or as a
text that holds it.
"""

from collections.abc import Iterable, Iterator
from itertools import chain
from typing import Any, Final

import orjson

from otel_training.events.host_json import MalformedError, read_json
from otel_training.imports.rows import objects_in
from otel_training.record.record import JSON

_THOUGHTS: Final = frozenset({"thinking", "redacted_thinking", "reasoning", "reasoningContent"})
_ANSWERS: Final = frozenset({"tool_call_response", "tool_result", "toolResult"})
_CALLS: Final = frozenset({"tool_call", "tool_use", "toolUse", "function"})
_ROLES: Final = {"human": "user", "ai": "assistant", "model": "assistant", "developer": "system"}


def read_messages(value: object) -> list[JSON]:
    """Return the messages sent, a system prompt first."""
    parsed = parse(value)
    if isinstance(parsed, dict):
        listed = next((parsed[key] for key in ("messages", "prompt", "input", "inputText") if key in parsed), None)
        if listed is None and "role" not in parsed:
            return [_message("user", _dumps(parsed))]
        head = read_system(parsed.get("system"))
        return [*head, *(read_messages(listed) if listed is not None else _read_message(parsed))]
    if isinstance(parsed, list):
        return list(chain.from_iterable(map(_read_message, parsed)))
    return [_message("user", str(parsed))] if parsed not in (None, "") else []


def read_system(value: object) -> list[JSON]:
    """Return a system prompt that stands beside the messages."""
    content = _content(parse(value))
    return [_message("system", content)] if content else []


def read_outputs(value: object) -> list[JSON]:
    """Return what may be the answer: the text, and the arguments of each tool call."""
    parsed = parse(value)
    if isinstance(parsed, dict):
        match parsed:
            case {"choices": list(choices)}:
                return _of_messages([choice.get("message", choice.get("text")) for choice in objects_in(choices)][:1])
            case {"output": {"message": dict(message)}} | {"message": dict(message)}:
                return _of_messages([message])
    listed = parsed if isinstance(parsed, list) else [parsed]
    if listed and all(_is_message(item) for item in listed):
        return _of_messages(listed)
    # What the app stored is the answer itself, parsed.
    return [] if value is None else [value if isinstance(value, str) else _dumps(parsed)]


def texts_in(messages: Iterable[JSON]) -> Iterator[str]:
    """Yield the texts that a user sent."""
    for message in objects_in(messages):
        if message.get("role") == "user":
            content = message.get("content")
            blocks = [{"text": content}] if isinstance(content, str) else objects_in(content)
            yield from (text for block in blocks if isinstance(text := block.get("text"), str))


def parse(value: object) -> Any:
    """Return what a text holds as JSON, else the text; anything else as it is."""
    if isinstance(value, str) and value.lstrip()[:1] in ("[", "{"):
        try:
            return read_json(value.encode("utf-8", "surrogatepass"))
        except MalformedError:
            pass
    return value


def _of_messages(messages: list[Any]) -> list[JSON]:
    blocks = [block for message in messages for block in _blocks(message)]
    texts = [str(block["text"]) for block in blocks if block.get("type") == "text"]
    calls = [block.get("input") for block in blocks if block.get("type") == "tool_use"]
    return [*(["".join(texts)] if texts else []), *(call if isinstance(call, str) else _dumps(call) for call in calls)]


def _read_message(value: object) -> list[JSON]:
    if isinstance(value, str):
        return [_message("user", value)]
    if not isinstance(value, dict):
        return []
    role = value.get("role")
    role = _ROLES.get(role, role) if isinstance(role, str) else _ROLES.get(str(value.get("type")), "user")
    blocks = _blocks(value)
    match blocks:
        case [{"type": "text", "text": text}]:
            return [_message(role, text)]
        case [_, *_]:
            return [_message(role, [*blocks])]
    return []


def _blocks(message: object) -> list[dict[str, Any]]:
    """Return what a message holds, as Anthropic's blocks."""
    if not isinstance(message, dict):
        return [{"type": "text", "text": message}] if isinstance(message, str) and message else []
    parts = message.get("parts", message.get("content"))
    calls = message.get("tool_calls")
    parts = [*(parts if isinstance(parts, list) else [parts]), *(calls if isinstance(calls, list) else [])]
    return [block for part in parts if (block := _block(part))]


def _block(part: object) -> dict[str, Any]:
    if not isinstance(part, dict):
        return {"type": "text", "text": part} if isinstance(part, str) else {}
    kind = str(part.get("type") or next(iter(part), ""))
    inner = part[kind] if isinstance(part.get(kind), dict) else part
    if kind in _THOUGHTS:
        return {}
    if kind in _CALLS:
        sent = inner.get("input", inner.get("arguments"))
        return {"type": "tool_use", "name": inner.get("name"), "input": parse(sent)}
    if kind in _ANSWERS:
        answer = next((inner[key] for key in ("content", "response", "result") if key in inner), None)
        return {"type": "tool_result", "content": answer}
    text = part.get("text", part.get("content"))
    # Of a file or an image only its kind is kept.
    if isinstance(text, str):
        return {"type": "text", "text": text}
    return {} if kind == "text" else {"type": kind}


def _content(value: object) -> JSON:
    return "\n".join(str(block["text"]) for block in _blocks({"content": value}) if block.get("type") == "text")


def _is_message(item: object) -> bool:
    return isinstance(item, dict) and (
        "parts" in item or "tool_calls" in item or ("content" in item and ("role" in item or "type" in item))
    )


def _message(role: str, content: JSON) -> dict[str, JSON]:
    return {"role": role, "content": content}


def _dumps(value: object) -> str:
    try:
        return orjson.dumps(value).decode()
    except TypeError:
        return ""
