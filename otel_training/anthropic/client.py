"""Claude's client: which of its methods we wrap, in its base alone, below whoever else instruments it.

Every way to call the model goes through `request` there: sync and async, streams, `parse`, raw
responses, beta, Bedrock, Vertex. The app gets the client's own objects; we keep the bytes.
"""

import contextlib
import logging
from contextlib import AbstractContextManager
from functools import partial
from importlib import import_module
from typing import Any, Final

from wrapt import wrap_function_wrapper

from otel_training._guard import guard
from otel_training.anthropic.call import Call, running_call
from otel_training.capture.handle import Handle, running
from otel_training.capture.threads import start, submit
from otel_training.capture.tracing import captures, current_context
from otel_training.conventions import Loss
from otel_training.pipeline.process import lose

_log = logging.getLogger("otel_training")

_PROVIDERS: Final = {
    "anthropic.lib.bedrock": "aws.bedrock",
    "anthropic.lib.vertex": "gcp.vertex_ai",
    "anthropic.lib.foundry": "azure.ai.inference",
}
"""OpenTelemetry's word for who serves the model, by the module of the client's class."""
_MESSAGES: Final = "/v1/messages"
_BATCHES: Final = "/v1/messages/batches"
_wrapped: Final[dict[tuple[Any, str], Any]] = {}  # our wrappers in the client's classes, by class and method


def wrap_client() -> None:
    """Wrap the client, which is imported now; where it is already, do nothing."""
    with guard:
        try:
            owners = [getattr(import_module(module), kind) for module, kind, *_ in _METHODS]
            known = all(hasattr(owner, name) for owner, (*_, name, _wrapper) in zip(owners, _METHODS, strict=True))
        except (ImportError, AttributeError):
            known = False
        if not known:
            lose(Loss.UNKNOWN_CLIENT)
            _log.warning("otel_training does not know this version of anthropic: calls of Claude are not captured")
            return
        for owner, (*_, name, wrapper) in zip(owners, _METHODS, strict=True):
            if (owner, name) not in _wrapped:
                _wrapped[owner, name] = wrap_function_wrapper(owner, name, wrapper)


def unwrap_client() -> None:
    """Put the client's own methods back; one that others have wrapped meanwhile stays, and captures nothing."""
    with guard:
        for (owner, name), wrapper in list(_wrapped.items()):
            if vars(owner).get(name) is wrapper:
                setattr(owner, name, wrapper.__wrapped__)
                del _wrapped[owner, name]


def _request(wrapped: Any, client: Any, args: Any, kwargs: Any) -> Any:
    with _begin(client, args, kwargs):
        return wrapped(*args, **kwargs)


async def _request_async(wrapped: Any, client: Any, args: Any, kwargs: Any) -> Any:
    with _begin(client, args, kwargs):
        return await wrapped(*args, **kwargs)


def _begin(client: Any, args: Any, kwargs: Any) -> AbstractContextManager[None]:
    """Return the scope of one request: a call of a model in an extraction, or a batch of them."""
    with guard:
        options = args[1] if len(args) > 1 else kwargs["options"]
        path = options.url.partition("?")[0] if options.method.lower() == "post" else ""
        handle = running()
        if path == _MESSAGES and handle is not None and (handle.is_shadow or captures()):
            return Call(handle, _provider(client), options, is_stream=bool(kwargs.get("stream")), emit=handle.emit)
        if path == _BATCHES and captures():
            from otel_training.anthropic.batches import emit_prompts

            handle = Handle("" if handle is None else handle.id, current_context())
            return Call(handle, _provider(client), options, is_stream=False, emit=emit_prompts)
        if running_call() is not None:
            # Another request within a call: its response is not the call's answer.
            return Call(Handle("", None), "", options, is_stream=False, emit=None)
    return contextlib.nullcontext()


def _provider(client: Any) -> str:
    modules = [kind.__module__ for kind in type(client).__mro__]
    known = (name for module in modules for part, name in _PROVIDERS.items() if module.startswith(part))
    return next(known, "anthropic")


def _process(wrapped: Any, _client: Any, args: Any, kwargs: Any) -> Any:
    with guard:
        call = running_call()
        if call is not None:
            call.answered(kwargs["response"])
    return wrapped(*args, **kwargs)


def _decode(how: str, wrapped: Any, decoder: Any, args: Any, kwargs: Any) -> Any:
    with guard:
        from otel_training.anthropic import batches

        return getattr(batches, how)(wrapped, decoder, args, kwargs)
    return wrapped(*args, **kwargs)


_BASE: Final = "anthropic._base_client"
_JSONL: Final = "anthropic._decoders.jsonl"
_METHODS: Final[tuple[tuple[str, str, str, Any], ...]] = (
    (_BASE, "SyncAPIClient", "request", _request),
    (_BASE, "AsyncAPIClient", "request", _request_async),
    (_BASE, "SyncAPIClient", "_process_response", _process),
    (_BASE, "AsyncAPIClient", "_process_response", _process),
    (_JSONL, "JSONLDecoder", "__decode__", partial(_decode, "decode")),
    (_JSONL, "AsyncJSONLDecoder", "__decode__", partial(_decode, "decode_async")),
    ("threading", "Thread", "start", start),
    ("concurrent.futures.thread", "ThreadPoolExecutor", "submit", submit),
)
