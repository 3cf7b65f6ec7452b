"""Claude's calls: the GenAI instrumentation captures them, ours or the host's, never both.

`opentelemetry-instrumentation-genai-anthropic` reads prompts, answers and streams; the SDK makes
the CLIENT span itself. What we add is which extraction a call belongs to. Where the host uses the
same instrumentation, ours gives way and reads from the host's.
"""

import importlib
import logging
import os
from typing import Any, Final

from opentelemetry.instrumentation.utils import unwrap

from otel_training._guard import guard
from otel_training.capture.anthropic.batches import read_batches
from otel_training.capture.anthropic.calls import note_usage, record_invocation
from otel_training.capture.tracing import captures
from otel_training.config import from_environment

_log = logging.getLogger("otel_training")

_PACKAGE: Final = "opentelemetry.instrumentation.genai.anthropic"
_MESSAGES: Final = ("anthropic.resources.messages", "anthropic.resources.beta.messages")
_METHODS: Final = ("create", "stream", "parse")
_watching = False
_ours: Any = None
_wrapped: list[tuple[Any, str]] = []


def watch() -> None:
    """Capture Claude's calls as soon as the app imports `anthropic`, or now if it has."""
    global _watching  # noqa: PLW0603 - one process has one client library
    if _watching:
        return
    _watching = True
    from wrapt.importer import when_imported

    when_imported("anthropic")(lambda _module: _begin())


def unwatch() -> None:
    """Take every wrapper of ours off again; the host's own instrumentation stays."""
    global _watching, _ours
    with guard:
        if _ours is not None and _ours.is_instrumented_by_opentelemetry:
            _ours.uninstrument()
        while _wrapped:
            unwrap(*_wrapped.pop())
    _watching, _ours = False, None


def _begin() -> None:
    with guard:
        if not _watching or _wrapped or not from_environment(os.environ).enabled:
            return
        try:
            from opentelemetry.instrumentation.genai.anthropic import AnthropicInstrumentor
            from opentelemetry.util.genai._inference_invocation import InferenceInvocation
        except ImportError:
            _log.info("otel_training sees no prompts of Claude: pip install 'otel_training[anthropic]'")
            return
        _read_invocations(InferenceInvocation)
        read_batches(_wrap)
        _give_way(AnthropicInstrumentor)
        if AnthropicInstrumentor().is_instrumented_by_opentelemetry:
            _adopt()
        else:
            _instrument(AnthropicInstrumentor)


def _read_invocations(invocation: Any) -> None:
    """See each finished inference, whoever began it: the one place that all ways go through."""

    def called(wrapped: Any, instance: Any, args: Any, kwargs: Any) -> Any:
        with guard:
            if captures():
                record_invocation(instance)
        return wrapped(*args, **kwargs)

    def answered(wrapped: Any, instance: Any, args: Any, kwargs: Any) -> Any:  # noqa: ARG001 - wrapt's signature
        with guard:
            note_usage(*args[:2])
        return wrapped(*args, **kwargs)

    _wrap(invocation, "_call_completion_hook", called)
    wrappers = importlib.import_module(f"{_PACKAGE}.wrappers")
    _wrap(wrappers, "set_invocation_response_attributes", answered)


def _wrap(owner: Any, name: str, wrapper: Any) -> None:
    from wrapt import wrap_function_wrapper

    wrap_function_wrapper(owner, name, wrapper)
    _wrapped.append((owner, name))


def _give_way(instrumentor: Any) -> None:
    """Take ours off before the host's own instrumentation comes on, and read from that one then."""

    def instrumenting(wrapped: Any, instance: Any, args: Any, kwargs: Any) -> Any:
        if instance is _ours:
            return wrapped(*args, **kwargs)
        with guard:
            if _ours is not None and _ours.is_instrumented_by_opentelemetry:
                _ours.uninstrument()
        result = wrapped(*args, **kwargs)
        with guard:
            _adopt()
        return result

    _wrap(instrumentor, "_instrument", instrumenting)


def _instrument(instrumentor: Any) -> None:
    from opentelemetry._logs import NoOpLoggerProvider
    from opentelemetry.metrics import NoOpMeterProvider
    from opentelemetry.trace import NoOpTracerProvider

    global _ours  # noqa: PLW0603 - one process has one client library
    # Beside the host's, whose singleton stays free for the host.
    own = type(
        "TrainingAnthropicInstrumentor",
        (instrumentor,),
        {"_instance": None, "_is_instrumented_by_opentelemetry": False},
    )
    _ours = own()
    _ours.instrument(
        tracer_provider=NoOpTracerProvider() if _sdk_traces() else None,
        meter_provider=NoOpMeterProvider(),
        logger_provider=NoOpLoggerProvider(),
        completion_hook=_Content(),
    )


class _Content:
    """A hook that asks for content and does nothing: with one in place prompts and answers are read."""

    def on_completion(self, **_told: Any) -> None:
        """Do nothing: `_read_invocations` sees the whole invocation."""


def _sdk_traces() -> bool:
    """Tell whether the SDK makes the CLIENT span itself, as it does since 1.14."""
    from importlib.util import find_spec

    return (
        find_spec("anthropic._tracing") is not None
        and os.environ.get("ANTHROPIC_OPEN_TELEMETRY", "").lower() != "false"
    )


def _adopt() -> None:
    """Make the host's instrumentation read content: its wrappers hold the choice in their closures."""
    for module in _MESSAGES:
        resources = importlib.import_module(module)
        for method in (
            getattr(getattr(resources, kind), name, None) for kind in ("Messages", "AsyncMessages") for name in _METHODS
        ):
            wrapper = getattr(method, "_self_wrapper", None)
            code, cells = getattr(wrapper, "__code__", None), getattr(wrapper, "__closure__", None) or ()
            if code is not None and "capture_content" in code.co_freevars:
                cells[code.co_freevars.index("capture_content")].cell_contents = True
