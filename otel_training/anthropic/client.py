"""Claude's client: one GenAI instrumentation captures its calls, ours or the host's.

`opentelemetry-instrumentation-genai-anthropic` reads prompts, answers and streams; the client makes
the CLIENT span itself. What we add is which extraction a call belongs to. Where the host uses the
same instrumentation, ours is taken off and we read from the host's.
"""

import importlib
import logging
import os
from typing import Any, Final

from opentelemetry.instrumentation.utils import unwrap

from otel_training._guard import guard
from otel_training.anthropic.batches import wrap_batches
from otel_training.anthropic.calls import note_usage, record_invocation
from otel_training.capture.tracing import captures
from otel_training.config import from_environment

_log = logging.getLogger("otel_training")

_PACKAGE: Final = "opentelemetry.instrumentation.genai.anthropic"
_MODULES: Final = ("anthropic.resources.messages", "anthropic.resources.beta.messages")
_METHODS: Final = ("create", "stream", "parse")


class _Client:
    """What we changed in the client library and in its instrumentation, so that all of it can be undone."""

    def __init__(self) -> None:
        self._own: Any = None
        """Our instrumentor, where the host has none."""
        self._wrapped: list[tuple[Any, str]] = []
        self._cells: list[tuple[Any, object]] = []
        """Closure cells of the host's wrappers, and what they held."""

    def begin(self) -> None:
        """Wrap the client, which is imported now."""
        with guard:
            if self._wrapped or not from_environment(os.environ).enabled:
                return
            try:
                from opentelemetry.instrumentation.genai.anthropic import AnthropicInstrumentor
                from opentelemetry.util.genai._inference_invocation import InferenceInvocation
            except ImportError:
                _log.info("otel_training sees no prompts of Claude: pip install 'otel_training[anthropic]'")
                return
            self._wrap_invocations(InferenceInvocation)
            wrap_batches(self._wrap)
            self._wrap_instrumentor(AnthropicInstrumentor)
            if AnthropicInstrumentor().is_instrumented_by_opentelemetry:
                self._read_content_by_hosts()
            else:
                self._instrument(AnthropicInstrumentor)

    def end(self) -> None:
        """Undo every change; the host's own instrumentation stays, as it was."""
        with guard:
            self._uninstrument()
            while self._wrapped:
                unwrap(*self._wrapped.pop())
            while self._cells:
                cell, before = self._cells.pop()
                cell.cell_contents = before
        self._own = None

    def _wrap(self, owner: Any, name: str, wrapper: Any) -> None:
        from wrapt import wrap_function_wrapper

        wrap_function_wrapper(owner, name, wrapper)
        self._wrapped.append((owner, name))

    def _wrap_invocations(self, invocation: Any) -> None:
        """Record each finished inference, whoever began it: all ways go through these two functions."""
        self._wrap(invocation, "_call_completion_hook", _on_completion)
        self._wrap(importlib.import_module(f"{_PACKAGE}.wrappers"), "set_invocation_response_attributes", _on_response)

    def _wrap_instrumentor(self, instrumentor: Any) -> None:
        """Take ours off before the host's own instrumentation comes on, and read from that one then."""

        def instrument(wrapped: Any, instance: Any, args: Any, kwargs: Any) -> Any:
            if instance is self._own:
                return wrapped(*args, **kwargs)
            with guard:
                self._uninstrument()
            result = wrapped(*args, **kwargs)
            with guard:
                self._read_content_by_hosts()
            return result

        self._wrap(instrumentor, "_instrument", instrument)

    def _instrument(self, instrumentor: Any) -> None:
        from opentelemetry._logs import NoOpLoggerProvider
        from opentelemetry.metrics import NoOpMeterProvider
        from opentelemetry.trace import NoOpTracerProvider

        # A class of our own: the host's is a singleton, which stays free for the host.
        own = type(
            "TrainingAnthropicInstrumentor",
            (instrumentor,),
            {"_instance": None, "_is_instrumented_by_opentelemetry": False},
        )
        self._own = own()
        self._own.instrument(
            tracer_provider=NoOpTracerProvider() if _client_traces() else None,
            meter_provider=NoOpMeterProvider(),
            logger_provider=NoOpLoggerProvider(),
            completion_hook=_ContentHook(),
        )

    def _uninstrument(self) -> None:
        if self._own is not None and self._own.is_instrumented_by_opentelemetry:
            self._own.uninstrument()

    def _read_content_by_hosts(self) -> None:
        """Make the host's instrumentation read content: its wrappers hold the choice in their closures."""
        for module in _MODULES:
            resources = importlib.import_module(module)
            for owner in ("Messages", "AsyncMessages"):
                for name in _METHODS:
                    method = getattr(getattr(resources, owner), name, None)
                    wrapper = getattr(method, "_self_wrapper", None)
                    code, cells = getattr(wrapper, "__code__", None), getattr(wrapper, "__closure__", None) or ()
                    if code is not None and "capture_content" in code.co_freevars:
                        cell = cells[code.co_freevars.index("capture_content")]
                        self._cells.append((cell, cell.cell_contents))
                        cell.cell_contents = True


CLIENT: Final = _Client()
"""One process has one client library."""


def _on_completion(wrapped: Any, instance: Any, args: Any, kwargs: Any) -> Any:
    with guard:
        if captures():
            record_invocation(instance)
    return wrapped(*args, **kwargs)


def _on_response(wrapped: Any, _instance: Any, args: Any, kwargs: Any) -> Any:
    with guard:
        note_usage(*args[:2])
    return wrapped(*args, **kwargs)


class _ContentHook:
    """A completion hook that does nothing: with any in place, prompts and answers are read."""

    def on_completion(self, **_content: Any) -> None:
        """Do nothing: `_on_completion` gets the whole invocation."""


def _client_traces() -> bool:
    """Return whether the client makes the CLIENT span itself, as it does since 1.14."""
    from importlib.util import find_spec

    return (
        find_spec("anthropic._tracing") is not None
        and os.environ.get("ANTHROPIC_OPEN_TELEMETRY", "").lower() != "false"
    )
