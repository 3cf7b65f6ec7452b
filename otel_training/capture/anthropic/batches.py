"""Message Batches: prompts when they are submitted, answers when they are read, in whatever process.

A batch's results come hours later. Each result belongs to the extraction that runs when it is read,
else to the next one that begins before the following result: so a loop over the results, with one
extraction in its body, is enough. A `custom_id` that is an extraction's id names that extraction.
"""

import contextlib
import importlib
from collections.abc import AsyncIterator, Callable, Iterator, Mapping
from contextvars import ContextVar
from typing import Any, Final

from otel_training import conventions as names
from otel_training._guard import guard
from otel_training.capture.handle import Handle, current, emit_call
from otel_training.capture.tracing import captures, current_context
from otel_training.record.record import JSON, Scalar
from otel_training.record.values import plain, text_of

_MODULES: Final = ("anthropic.resources.messages.batches", "anthropic.resources.beta.messages.batches")
_PROMPT_LIMIT: Final = 4 << 20
_unclaimed: ContextVar[Callable[[Handle | None], None] | None] = ContextVar("otel_training.batch_result", default=None)


def read_batches(wrap: Callable[[Any, str, Any], None]) -> None:
    """See batches submitted and their results read, by the client's own methods."""
    for name in _MODULES:
        with contextlib.suppress(ImportError):
            module = importlib.import_module(name)
            wrap(module.Batches, "create", _submitting)
            wrap(module.AsyncBatches, "create", _submitting_later)
            wrap(module.Batches, "results", _reading)
            wrap(module.AsyncBatches, "results", _reading_later)


def claim(handle: Handle | None) -> None:
    """Give the result that was read last to the extraction that begins now."""
    emit = _unclaimed.get()
    if emit is not None:
        _unclaimed.set(None)
        emit(handle)


def _submitting(wrapped: Any, _instance: Any, args: Any, kwargs: Any) -> Any:
    batch = wrapped(*args, **kwargs)
    _submitted(batch, kwargs)
    return batch


async def _submitting_later(wrapped: Any, _instance: Any, args: Any, kwargs: Any) -> Any:
    batch = await wrapped(*args, **kwargs)
    _submitted(batch, kwargs)
    return batch


def _submitted(batch: Any, kwargs: Mapping[str, Any]) -> None:
    with guard:
        requests = kwargs.get("requests")
        if not captures() or not isinstance(requests, (list, tuple)):
            return
        for request in requests:
            params = request["params"]
            custom_id = text_of(request["custom_id"], 256) or ""
            attributes: dict[str, Scalar | None] = {
                names.PROVIDER: "anthropic",
                names.MODEL: text_of(params.get("model"), 256),
                names.MAX_TOKENS: params.get("max_tokens"),
                names.BATCH_ID: batch.id,
                names.BATCH_CUSTOM_ID: custom_id,
            }
            emit_call(
                _handle(current().id), attributes, {"input": _messages(params), "outputs": [], "tools": _tools(params)}
            )


def _messages(params: Mapping[str, Any]) -> JSON:
    system = params.get("system")
    head: list[JSON] = [] if system is None else [{"role": "system", "content": plain(system, limit=_PROMPT_LIMIT)}]
    asked = plain(params.get("messages"), limit=_PROMPT_LIMIT)
    return [*head, *(asked if isinstance(asked, list) else [])]


def _tools(params: Mapping[str, Any]) -> JSON:
    return plain(params.get("tools"), limit=_PROMPT_LIMIT)


def _reading(wrapped: Any, _instance: Any, args: Any, kwargs: Any) -> Any:
    decoder = wrapped(*args, **kwargs)
    with guard:
        decoder._iterator = _each(decoder._iterator, _batch_id(args, kwargs))  # noqa: SLF001 - the decoder stays itself
    return decoder


async def _reading_later(wrapped: Any, _instance: Any, args: Any, kwargs: Any) -> Any:
    decoder = await wrapped(*args, **kwargs)
    with guard:
        decoder._iterator = _each_later(decoder._iterator, _batch_id(args, kwargs))  # noqa: SLF001 - as above
    return decoder


def _each(results: Iterator[Any], batch_id: str) -> Iterator[Any]:
    for result in results:
        _read(result, batch_id)
        yield result
    claim(None)


async def _each_later(results: AsyncIterator[Any], batch_id: str) -> AsyncIterator[Any]:
    async for result in results:
        _read(result, batch_id)
        yield result
    claim(None)


def _read(result: Any, batch_id: str) -> None:
    with guard:
        if not captures():
            return
        claim(None)
        attributes, content = _told(result, batch_id)

        def emit(handle: Handle | None) -> None:
            with guard:
                emit_call(_handle("" if handle is None else handle.id), attributes, content)

        running = current()
        if running.id and not running.finished:
            emit(running)
        else:
            _unclaimed.set(emit)


def _told(result: Any, batch_id: str) -> tuple[dict[str, Scalar | None], dict[str, JSON]]:
    message = getattr(result.result, "message", None)
    usage = getattr(message, "usage", None)
    read, written = (getattr(usage, f"cache_{kind}_input_tokens", None) or 0 for kind in ("read", "creation"))
    fresh = getattr(usage, "input_tokens", None)
    reason = getattr(message, "stop_reason", None)
    attributes: dict[str, Scalar | None] = {
        names.PROVIDER: "anthropic",
        names.BATCH_ID: batch_id,
        names.BATCH_CUSTOM_ID: text_of(result.custom_id, 256),
        names.RESPONSE_MODEL: getattr(message, "model", None),
        names.RESPONSE_ID: getattr(message, "id", None),
        names.FINISH_REASONS: None if reason is None else f'["{reason}"]',
        names.INPUT_TOKENS: None if fresh is None else fresh + read + written,
        names.OUTPUT_TOKENS: getattr(usage, "output_tokens", None),
        names.CACHE_READ_TOKENS: read or None,
        names.CACHE_WRITE_TOKENS: written or None,
        names.SERVICE_TIER: getattr(usage, "service_tier", None),
        names.ERROR_TYPE: None if message is not None else result.result.type,
    }
    return attributes, {"input": None, "outputs": _outputs(message), "tools": None}


def _outputs(message: Any) -> list[JSON]:
    blocks = getattr(message, "content", None) or []
    text = "".join(block.text for block in blocks if block.type == "text")
    calls = [text_of(block.input, _PROMPT_LIMIT) for block in blocks if block.type == "tool_use"]
    return [*([text] if text else []), *calls]


def _batch_id(args: Any, kwargs: Mapping[str, Any]) -> str:
    return text_of(args[0] if args else kwargs.get("message_batch_id"), 256) or ""


def _handle(extraction_id: str) -> Handle:
    return Handle(extraction_id, current_context())
