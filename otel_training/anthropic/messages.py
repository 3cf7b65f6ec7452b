"""The JSON of the Messages API: requests and answers, whole or streamed.

Any text may come from a proxy: what has another type than the API's counts as absent.
"""

import base64
import json
import struct
from collections.abc import Iterable, Iterator, Mapping
from typing import Any, Final

import orjson

from otel_training import conventions as names
from otel_training.events.host_json import MalformedError, read_json
from otel_training.record.fields import NAME_LIMIT
from otel_training.record.record import JSON, Scalar
from otel_training.record.values import INT64, clean_text

_FINISH_REASONS: Final = {
    "end_turn": "stop", "stop_sequence": "stop", "max_tokens": "length", "tool_use": "tool_call",
}  # fmt: skip
"""OpenTelemetry's words for the API's reasons; others stay as they are."""
_THOUGHTS: Final = ("thinking", "redacted_thinking")
_PRELUDE: Final = struct.Struct(">II4x")
_CHECKSUM: Final = 4


def read_mapping(text: bytes) -> dict[str, JSON]:
    """Parse a JSON object; an empty one for anything else."""
    try:
        return _mapping(orjson.loads(text))
    except orjson.JSONDecodeError:
        return _read_as_apps_do(text)


def content_of(request: Mapping[str, JSON], message: Mapping[str, JSON]) -> dict[str, JSON]:
    """Return the content of a call's record: messages sent, texts that may be the answer, tools offered."""
    return {"input": _messages(request), "outputs": _outputs(message), "tools": _without_bytes(request.get("tools"))}


def request_figures(request: Mapping[str, JSON]) -> dict[str, Scalar | None]:
    """Return the attributes that a request gives."""
    return {names.MODEL: _name(request.get("model")), names.MAX_TOKENS: _count(request.get("max_tokens"))}


def answer_figures(message: Mapping[str, JSON]) -> dict[str, Scalar | None]:
    """Return the attributes that an answer gives; all input tokens count as such, cached or not."""
    usage, reason = _mapping(message.get("usage")), _name(message.get("stop_reason"))
    written, details = _mapping(usage.get("cache_creation")), _mapping(usage.get("output_tokens_details"))
    cached = [_count(usage.get(f"cache_{kind}_input_tokens")) for kind in ("read", "creation")]
    fresh, error = _count(usage.get("input_tokens")), _name(_mapping(message.get("error")).get("type"))
    return {
        names.RESPONSE_MODEL: _name(message.get("model")),
        names.RESPONSE_ID: _name(message.get("id")),
        names.FINISH_REASONS: None if reason is None else orjson.dumps([_FINISH_REASONS.get(reason, reason)]).decode(),
        names.INPUT_TOKENS: None if fresh is None else fresh + sum(count or 0 for count in cached),
        names.OUTPUT_TOKENS: _count(usage.get("output_tokens")),
        names.CACHE_READ_TOKENS: cached[0],
        names.CACHE_WRITE_TOKENS: cached[1],
        names.REASONING_TOKENS: _count(details.get("thinking_tokens")),
        names.SERVICE_TIER: _name(usage.get("service_tier")),
        names.CACHE_5M_TOKENS: _count(written.get("ephemeral_5m_input_tokens")),
        names.CACHE_1H_TOKENS: _count(written.get("ephemeral_1h_input_tokens")),
        # A word like `overloaded_error`; a sentence could quote the prompt.
        names.ERROR_TYPE: error if error is None or error.isidentifier() else "error",
    }


def server_sent_events(body: bytes) -> Iterator[JSON]:
    """Return the data of each server-sent event; what is no JSON is passed over."""
    for line in body.splitlines():
        if line.startswith(b"data:"):
            yield read_mapping(line.removeprefix(b"data:"))


def amazon_events(body: bytes) -> Iterator[JSON]:
    """Return the data of each frame of Bedrock's event stream (vnd.amazon.eventstream), up to the first torn one."""
    start = 0
    while start + _PRELUDE.size + _CHECKSUM <= len(body):
        length, headers = _PRELUDE.unpack_from(body, start)
        payload = read_mapping(body[start + _PRELUDE.size + headers : start + length - _CHECKSUM]).get("bytes")
        if isinstance(payload, str):
            yield read_mapping(base64.b64decode(payload.encode("ascii", "replace")))
        start += max(length, _PRELUDE.size)


def fold(events: Iterable[JSON]) -> dict[str, JSON]:
    """Fold a stream's events into the message that they carry, or into as much of it as came."""
    message: dict[str, JSON] = {}
    blocks: dict[int, tuple[dict[str, JSON], list[str]]] = {}
    for event in events:
        match event:
            case {"type": "message_start", "message": dict(start)}:
                message = start
            case {"type": "content_block_start", "index": int(index), "content_block": dict(block)}:
                blocks[index] = (block, [])
            case {"index": int(index), "delta": {"text": str(piece)} | {"partial_json": str(piece)}} if index in blocks:
                blocks[index][1].append(piece)
            case {"type": "message_delta", "delta": dict(delta), **rest}:
                usage = {key: value for key, value in _mapping(rest.get("usage")).items() if value is not None}
                message = {**message, **delta, "usage": {**_mapping(message.get("usage")), **usage}}
            case {"type": "error", "error": dict(error)}:
                message = {**message, "error": error}
    return {**message, "content": [_whole(block, "".join(pieces)) for block, pieces in blocks.values()]}


def _read_as_apps_do(text: bytes) -> dict[str, JSON]:
    """Parse JSON that only `json` reads, and make it writable: half an emoji becomes `?`."""
    try:
        readable = json.dumps(read_json(text), ensure_ascii=False).encode("utf-8", "replace")
        return _mapping(orjson.loads(readable))
    except (MalformedError, RecursionError, orjson.JSONDecodeError):
        return {}


def _whole(block: dict[str, JSON], rest: str) -> dict[str, JSON]:
    """Return a block completed by its later pieces: more text, or its input as JSON."""
    if not rest:
        return block
    if block.get("type") == "text":
        return {**block, "text": f"{block.get('text') or ''}{rest}"}
    try:
        return {**block, "input": orjson.loads(rest)}
    except orjson.JSONDecodeError:
        return {**block, "input": rest}


def _messages(request: Mapping[str, JSON]) -> list[JSON]:
    system, messages = request.get("system"), request.get("messages")
    head: list[JSON] = [{"role": "system", "content": _content(system)}] if system else []
    sent = [message for message in messages if isinstance(message, dict)] if isinstance(messages, list) else []
    return [*head, *({"role": message.get("role"), "content": _content(message.get("content"))} for message in sent)]


def _content(content: JSON) -> JSON:
    """Return a message's content: a single text as such, as in chat formats, else its blocks without thoughts."""
    if not isinstance(content, list):
        return content
    blocks = [_without_bytes(block) for block in content if _mapping(block).get("type") not in _THOUGHTS]
    match blocks:
        case [{"type": "text", "text": text}]:
            return text
        case _:
            return blocks


def _without_bytes(value: JSON) -> JSON:
    """Return a block without files, images and cache control."""
    if isinstance(value, list):
        return [_without_bytes(item) for item in value]
    if not isinstance(value, dict):
        return value
    kept = {key: _without_bytes(item) for key, item in value.items() if key != "cache_control"}
    return {**kept, "data": "<base64>"} if kept.get("type") == "base64" else kept


def _outputs(message: Mapping[str, JSON]) -> list[JSON]:
    """Return what may be the model's answer: the text, and the arguments of each tool call."""
    content = message.get("content")
    blocks = [_mapping(block) for block in content] if isinstance(content, list) else []
    texts = [text for block in blocks if block.get("type") == "text" and isinstance(text := block.get("text"), str)]
    calls = [block.get("input") for block in blocks if block.get("type") == "tool_use"]
    arguments = [call if isinstance(call, str) else orjson.dumps(call).decode() for call in calls]
    return [*(["".join(texts)] if texts else []), *arguments]


def _mapping(value: Any) -> dict[str, JSON]:
    return value if isinstance(value, dict) else {}


def _name(value: JSON) -> str | None:
    return clean_text(value, NAME_LIMIT) if isinstance(value, str) else None


def _count(value: JSON) -> int | None:
    return value if type(value) is int and 0 <= value < INT64 else None
