"""Message Batches: prompts are captured when they are submitted, answers when they are read.

A batch's results come hours later, perhaps to another process. Each result belongs to the extraction
that runs when it is read, else to the next one that begins before the following result: so a loop over
the results, with one extraction in its body, is enough. A `custom_id` that is an extraction's id names
that extraction.
"""

from collections.abc import AsyncIterator, Iterator
from typing import Any

from otel_training import conventions as names
from otel_training._guard import guard
from otel_training.anthropic.call import Call
from otel_training.anthropic.messages import answer_figures, content_of, read_mapping, request_figures
from otel_training.capture.handle import Handle, claim, emit_call, running, unclaimed
from otel_training.capture.tracing import captures, current_context
from otel_training.record.fields import MESSAGE_LIMIT, NAME_LIMIT
from otel_training.record.record import JSON, Scalar
from otel_training.record.values import fields_of, plain, text_of


def emit_prompts(call: Call) -> None:
    """Emit one call of a model for each request of a batch that was accepted; its answer comes later."""
    batch, requests = call.answer().get("id"), read_mapping(call.request).get("requests")
    for request in requests if isinstance(batch, str) and isinstance(requests, list) else ():
        if isinstance(request, dict) and isinstance(params := request.get("params"), dict):
            attributes: dict[str, Scalar | None] = {
                names.PROVIDER: call.provider, **request_figures(params), names.BATCH_ID: text_of(batch, NAME_LIMIT),
                names.BATCH_CUSTOM_ID: text_of(request.get("custom_id"), NAME_LIMIT),
            }  # fmt: skip
            emit_call(call.handle, attributes, content_of(params, {}))


def decode(wrapped: Any, decoder: Any, args: Any, kwargs: Any) -> Iterator[Any]:
    """Pass a batch's results on as they are read, and emit the call that each answers."""
    for result in wrapped(*args, **kwargs):
        _offer(result, decoder)
        yield result
    claim(None)


async def decode_async(wrapped: Any, decoder: Any, args: Any, kwargs: Any) -> AsyncIterator[Any]:
    """Pass a batch's results on as they are read, and emit the call that each answers."""
    async for result in wrapped(*args, **kwargs):
        _offer(result, decoder)
        yield result
    claim(None)


def _offer(result: Any, decoder: Any) -> None:
    """Emit a result under the running extraction; where none runs, let the next one claim it."""
    with guard:
        if not captures():
            return
        claim(None)
        attributes, content = _call_of(fields_of(result) or {}, _batch_id(decoder))

        def emit(handle: Handle | None) -> None:
            with guard:
                emit_call(Handle("" if handle is None else handle.id, current_context()), attributes, content)

        handle = running()
        if handle is not None and not handle.finished:
            emit(handle)
        else:
            unclaimed.set(emit)


def _call_of(result: dict[Any, Any], batch_id: str) -> tuple[dict[str, Scalar | None], dict[str, JSON]]:
    """Return attributes and content of the call of a model that a result answers."""
    outcome = plain(result.get("result"), limit=MESSAGE_LIMIT)
    outcome = outcome if isinstance(outcome, dict) else {}
    message = outcome.get("message")
    answer = message if isinstance(message, dict) else {}
    attributes: dict[str, Scalar | None] = {
        names.PROVIDER: "anthropic", names.BATCH_ID: batch_id,
        names.BATCH_CUSTOM_ID: text_of(result.get("custom_id"), NAME_LIMIT), **answer_figures(answer),
    }  # fmt: skip
    if not answer:
        attributes[names.ERROR_TYPE] = text_of(outcome.get("type"), NAME_LIMIT)
    return attributes, {"input": None, "outputs": content_of({}, answer)["outputs"], "tools": None}


def _batch_id(decoder: Any) -> str:
    """Return the id of the batch whose results are read: `../batches/<id>/results`."""
    *_, batch_id, _results = decoder.http_response.request.url.path.split("/")
    return text_of(batch_id, NAME_LIMIT) or ""
