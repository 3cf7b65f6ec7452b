"""Calls of a model: a finished OpenTelemetry GenAI invocation becomes a record under its extraction."""

import time
from collections.abc import Mapping
from typing import Any, Final

import orjson
from opentelemetry import context as otel_context

from otel_training import conventions as names
from otel_training.capture.handle import RUNNING, Handle, emit_call
from otel_training.record.fields import MESSAGE_LIMIT
from otel_training.record.record import JSON, Scalar
from otel_training.record.values import fields_of, plain

_FIELDS: Final[Mapping[str, str]] = {
    "provider_name": names.PROVIDER,
    "request_model": names.MODEL,
    "response_model": names.RESPONSE_MODEL,
    "response_id": names.RESPONSE_ID,
    "request_max_tokens": names.MAX_TOKENS,
    "request_stream": names.STREAM,
    "usage_input_tokens": names.INPUT_TOKENS,
    "usage_output_tokens": names.OUTPUT_TOKENS,
    "usage_cache_read_input_tokens": names.CACHE_READ_TOKENS,
    "usage_cache_write_input_tokens": names.CACHE_WRITE_TOKENS,
    "usage_reasoning_output_tokens": names.REASONING_TOKENS,
    "response_time_to_first_chunk": names.FIRST_CHUNK,
}
"""The attribute that each field of an invocation's data becomes."""
DETAILS: Final = "_otel_training_details"


def record_invocation(invocation: Any) -> None:
    """Record a finished inference under the extraction that was running when it began."""
    handle = otel_context.get_value(RUNNING, invocation._span_context)  # noqa: SLF001 - no public word for it
    if not isinstance(handle, Handle):
        return
    data = invocation.data
    values = {name: getattr(data, field, None) for field, name in _FIELDS.items()}
    attributes: dict[str, Scalar | None] = {
        name: value for name, value in values.items() if isinstance(value, (str, int, float))
    }
    reasons = getattr(data, "response_finish_reasons", None)
    error = invocation.attributes.get(names.ERROR_TYPE)
    attributes[names.FINISH_REASONS] = orjson.dumps(reasons).decode() if isinstance(reasons, list) else None
    attributes[names.ERROR_TYPE] = error if isinstance(error, str) else None
    attributes[names.DURATION] = max(0.0, time.perf_counter() - invocation._monotonic_start_s)  # noqa: SLF001
    attributes.update(getattr(invocation, DETAILS, {}))
    emit_call(handle, attributes, _content(data))


def note_usage(invocation: Any, message: Any) -> None:
    """Note on an invocation what its price depends on and it has no field for: tier and cache lifetimes."""
    usage = getattr(message, "usage", None)
    written = getattr(usage, "cache_creation", None)
    figures = {
        names.SERVICE_TIER: getattr(usage, "service_tier", None),
        names.CACHE_5M_TOKENS: getattr(written, "ephemeral_5m_input_tokens", None),
        names.CACHE_1H_TOKENS: getattr(written, "ephemeral_1h_input_tokens", None),
    }
    setattr(invocation, DETAILS, {name: value for name, value in figures.items() if isinstance(value, (str, int))})


def _content(data: Any) -> dict[str, JSON]:
    system = data.system_instructions
    messages: list[JSON] = [{"role": "system", "content": _content_of(system)}] if system else []
    messages += [{"role": message.role, "content": _content_of(message.parts)} for message in data.input_messages or []]
    tools = getattr(data, "tool_definitions", None)
    return {
        "input": messages,
        "outputs": _outputs([part for message in data.output_messages or [] for part in message.parts]),
        "tools": plain(list(tools), limit=MESSAGE_LIMIT) if tools else None,
    }


def _content_of(parts: Any) -> JSON:
    """Return a message's content: its one text as that text, as chat formats do, else its blocks."""
    match [_block_of(part) for part in parts or []]:
        case [{"type": "text", "text": text}]:
            return text
        case blocks:
            return blocks


def _block_of(part: Any) -> JSON:
    if getattr(part, "type", None) == "text":
        return {"type": "text", "text": plain(part.content, limit=MESSAGE_LIMIT)}
    return plain(fields_of(part), limit=MESSAGE_LIMIT)


def _outputs(parts: list[Any]) -> list[JSON]:
    """Return what may be the model's answer: the text, and the arguments of each tool call."""
    text = "".join(part.content for part in parts if getattr(part, "type", None) == "text")
    calls = [part.arguments for part in parts if getattr(part, "type", None) == "tool_call"]
    arguments: list[JSON] = [
        call if isinstance(call, str) else orjson.dumps(plain(call, limit=MESSAGE_LIMIT)).decode() for call in calls
    ]
    return [*([text] if text else []), *arguments]
