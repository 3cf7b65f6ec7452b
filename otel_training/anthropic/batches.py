"""Message Batches: prompts are captured when they are submitted, answers when they are read.

A batch's results come hours later, perhaps to another process. Each result belongs to the extraction
that runs when it is read, else to the next one that begins before the following result: so a loop over
the results, with one extraction in its body, is enough. A `custom_id` that is an extraction's id names
that extraction.
"""

import contextlib
import importlib
from collections.abc import AsyncIterator, Callable, Iterator, Mapping
from typing import Any, Final

from otel_training import conventions as names
from otel_training._guard import guard
from otel_training.capture.handle import Handle, claim, current, emit_call, leave_to_next
from otel_training.capture.tracing import captures, current_context
from otel_training.record.fields import MESSAGE_LIMIT, NAME_LIMIT
from otel_training.record.record import JSON, Scalar
from otel_training.record.values import plain, text_of

_MODULES: Final = ("anthropic.resources.messages.batches", "anthropic.resources.beta.messages.batches")


def wrap_batches(wrap: Callable[[Any, str, Any], None]) -> None:
    """Wrap the client's methods that submit a batch and that read its results."""
    for name in _MODULES:
        with contextlib.suppress(ImportError):
            module = importlib.import_module(name)
            wrap(module.Batches, "create", _create)
            wrap(module.AsyncBatches, "create", _create_async)
            wrap(module.Batches, "results", _results)
            wrap(module.AsyncBatches, "results", _results_async)


def _create(wrapped: Any, _instance: Any, args: Any, kwargs: Any) -> Any:
    batch = wrapped(*args, **kwargs)
    _emit_prompts(batch, kwargs)
    return batch


async def _create_async(wrapped: Any, _instance: Any, args: Any, kwargs: Any) -> Any:
    batch = await wrapped(*args, **kwargs)
    _emit_prompts(batch, kwargs)
    return batch


def _emit_prompts(batch: Any, kwargs: Mapping[str, Any]) -> None:
    """Emit one call of a model for each request of a batch; its answer comes later."""
    with guard:
        requests = kwargs.get("requests")
        if not captures() or not isinstance(requests, (list, tuple)):
            return
        for request in requests:
            params = request["params"]
            custom_id = text_of(request["custom_id"], NAME_LIMIT) or ""
            attributes: dict[str, Scalar | None] = {
                names.PROVIDER: "anthropic",
                names.MODEL: text_of(params.get("model"), NAME_LIMIT),
                names.MAX_TOKENS: params.get("max_tokens"),
                names.BATCH_ID: batch.id,
                names.BATCH_CUSTOM_ID: custom_id,
            }
            content = {"input": _messages(params), "outputs": [], "tools": _tools(params)}
            emit_call(_handle(current().id), attributes, content)


def _messages(params: Mapping[str, Any]) -> JSON:
    system = params.get("system")
    head: list[JSON] = [] if system is None else [{"role": "system", "content": plain(system, limit=MESSAGE_LIMIT)}]
    messages = plain(params.get("messages"), limit=MESSAGE_LIMIT)
    return [*head, *(messages if isinstance(messages, list) else [])]


def _tools(params: Mapping[str, Any]) -> JSON:
    return plain(params.get("tools"), limit=MESSAGE_LIMIT)


def _results(wrapped: Any, _instance: Any, args: Any, kwargs: Any) -> Any:
    decoder = wrapped(*args, **kwargs)
    with guard:
        # The app gets the client's own decoder.
        decoder._iterator = _pass_on(decoder._iterator, _batch_id(args, kwargs))  # noqa: SLF001
    return decoder


async def _results_async(wrapped: Any, _instance: Any, args: Any, kwargs: Any) -> Any:
    decoder = await wrapped(*args, **kwargs)
    with guard:
        decoder._iterator = _pass_on_async(decoder._iterator, _batch_id(args, kwargs))  # noqa: SLF001
    return decoder


def _pass_on(results: Iterator[Any], batch_id: str) -> Iterator[Any]:
    for result in results:
        _offer(result, batch_id)
        yield result
    claim(None)


async def _pass_on_async(results: AsyncIterator[Any], batch_id: str) -> AsyncIterator[Any]:
    async for result in results:
        _offer(result, batch_id)
        yield result
    claim(None)


def _offer(result: Any, batch_id: str) -> None:
    """Emit a result under the running extraction; where none runs, let the next one claim it."""
    with guard:
        if not captures():
            return
        claim(None)
        attributes, content = _call_of(result, batch_id)

        def emit(handle: Handle | None) -> None:
            with guard:
                emit_call(_handle("" if handle is None else handle.id), attributes, content)

        running = current()
        if running.id and not running.finished:
            emit(running)
        else:
            leave_to_next(emit)


def _call_of(result: Any, batch_id: str) -> tuple[dict[str, Scalar | None], dict[str, JSON]]:
    """Return attributes and content of the call of a model that a result answers."""
    message = getattr(result.result, "message", None)
    usage = getattr(message, "usage", None)
    read, written = (getattr(usage, f"cache_{kind}_input_tokens", None) or 0 for kind in ("read", "creation"))
    fresh = getattr(usage, "input_tokens", None)
    reason = getattr(message, "stop_reason", None)
    attributes: dict[str, Scalar | None] = {
        names.PROVIDER: "anthropic",
        names.BATCH_ID: batch_id,
        names.BATCH_CUSTOM_ID: text_of(result.custom_id, NAME_LIMIT),
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
    calls = [text_of(block.input, MESSAGE_LIMIT) for block in blocks if block.type == "tool_use"]
    return [*([text] if text else []), *calls]


def _batch_id(args: Any, kwargs: Mapping[str, Any]) -> str:
    return text_of(args[0] if args else kwargs.get("message_batch_id"), NAME_LIMIT) or ""


def _handle(extraction_id: str) -> Handle:
    return Handle(extraction_id, current_context())
