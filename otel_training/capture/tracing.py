"""Our part in the host's trace: inherited ids, one span where the host traces, the active context."""

from collections.abc import Mapping
from typing import Final

from opentelemetry import context as otel_context
from opentelemetry import trace
from opentelemetry.context import Context
from opentelemetry.trace import Span, SpanContext, Status, StatusCode, Tracer, TracerProvider

from otel_training import conventions as names
from otel_training.conventions import Kind
from otel_training.pipeline.process import settings
from otel_training.record.clock import event_id
from otel_training.record.record import Scalar
from otel_training.version import version

SUPPRESSED: Final = (otel_context._SUPPRESS_INSTRUMENTATION_KEY, "suppress_instrumentation")  # noqa: SLF001
"""Set by whoever wants no telemetry of what it does: the SDK's exporters, and instrumentations."""

_FIRST, _SECOND = SUPPRESSED
_tracer: Tracer | None = None


def use_tracer_provider(provider: TracerProvider | None) -> None:
    """Take spans from this provider; None: from the global one."""
    global _tracer  # noqa: PLW0603 - one process has one instrumentation
    _tracer = None if provider is None else _tracer_of(provider)


def _tracer_of(provider: TracerProvider) -> Tracer:
    return provider.get_tracer(names.SCOPE, version(), names.SCHEMA_URL)


def _own_tracer() -> Tracer:
    """Return our tracer, asked for once: that takes as long as a span."""
    global _tracer  # noqa: PLW0603 - one process has one instrumentation
    if _tracer is None:
        _tracer = _tracer_of(trace.get_tracer_provider())
    return _tracer


def captures(context: Context | None = None) -> bool:
    """Tell whether anything is to be captured here: the switch, and what the context asks for."""
    if not settings().enabled:
        return False
    asked = otel_context.get_current() if context is None else context
    return not (asked.get(_FIRST) or asked.get(_SECOND))


def current_context(context: Context | None = None) -> SpanContext | None:
    """Inherit the valid current context, sampled or not; None where there is none.

    What is derived then is never made current: spans started under it would record into a trace
    that the host does not have.
    """
    span = trace.get_current_span(context)
    return None if span is trace.INVALID_SPAN else _valid(span)


def _valid(span: Span) -> SpanContext | None:
    found = span.get_span_context()
    return found if found.is_valid else None


def start_span(name: str, attributes: Mapping[str, Scalar]) -> Span | None:
    """Start a span of ours where the host traces; None where nothing would record it."""
    if _tracer is None and getattr(trace, "_TRACER_PROVIDER", trace) is None:
        # Nobody has set a provider. Asking the API in public looks into the environment, for 0.6 us;
        # where the private name is gone, that is what is done.
        return None
    span = _own_tracer().start_span(name)
    if not span.is_recording():
        return None
    # Given at the start they take nearly twice as long: the SDK copies them for its samplers, too.
    span.set_attributes(attributes)
    return span


def mark_server_span(kind: Kind, number: int) -> None:
    """Add our attributes to the host's span of a request, which needs no span of ours."""
    span = trace.get_current_span()
    if span.is_recording():
        span.set_attributes({names.KIND: kind, names.EVENT_ID: event_id(number)})


def end_span(span: Span, error: BaseException | None) -> None:
    """End a span; of an error its class alone, never its text."""
    if error is not None:
        span.set_attribute(names.ERROR_TYPE, type(error).__qualname__)
        span.set_status(Status(StatusCode.ERROR))
    span.end()


def enter(before: Context, key: str, value: object, span: Span | None) -> Context:
    """Make a value, and a span where there is one, current; returns what was current before."""
    context = Context({**before, key: value})
    otel_context.attach(context if span is None else trace.set_span_in_context(span, context))
    return before


def leave(key: str, value: object, before: Context | None) -> None:
    """Make current what was before.

    By attaching it, not by a token: a step that is abandoned mid-await is finalised in another
    context, where a token would not be valid
    (https://github.com/open-telemetry/opentelemetry-python/issues/2606).
    """
    if before is not None and otel_context.get_value(key) is value:
        otel_context.attach(before)
