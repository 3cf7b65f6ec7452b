"""Tracing: the host's context, which records inherit, and one span for each call where the host traces."""

from collections.abc import Mapping
from typing import Any, Final

from opentelemetry import context as otel_context
from opentelemetry import trace
from opentelemetry.context import Context
from opentelemetry.trace import Span, SpanContext, Status, StatusCode

from otel_training import conventions as names
from otel_training.conventions import Kind
from otel_training.pipeline.process import current, settings
from otel_training.record.clock import event_id
from otel_training.record.known import qualname_of
from otel_training.record.record import Scalar

SUPPRESSED: Final = (otel_context._SUPPRESS_INSTRUMENTATION_KEY, "suppress_instrumentation")  # noqa: SLF001
"""Context keys that ask for no telemetry: set by the SDK's exporters, and by instrumentations."""

_SUPPRESSED_BY_API, _SUPPRESSED_BY_NAME = SUPPRESSED
SHADOW: Final = otel_context.create_key("otel_training.shadow")
"""The handle of what a candidate answers beside: it alone takes what is captured there, until it has ended."""


def captures() -> bool:
    """Return whether to capture: capture is switched on, and the current context does not ask for no telemetry."""
    return settings().enabled and not is_suppressed(otel_context.get_current())


def is_suppressed(context: Context) -> bool:
    """Return whether a context asks for no telemetry, or is a shadow's, of which no record is made but its own."""
    return bool(context) and (
        bool(context.get(_SUPPRESSED_BY_API) or context.get(_SUPPRESSED_BY_NAME)) or shadow_in(context) is not None
    )


def shadow_in(context: Context) -> Any:
    """Return the handle of the shadow that runs in a context; None where none does."""
    shadow: Any = context.get(SHADOW)
    return None if shadow is None or shadow.finished else shadow


def current_context(context: Context | None = None) -> SpanContext | None:
    """Return the current span's context, sampled or not; None where there is no valid one.

    One that is derived in its place is never made current: spans started under it would record into
    a trace that the host does not have.
    """
    span = trace.get_current_span(context)
    if span is trace.INVALID_SPAN:
        return None
    span_context = span.get_span_context()
    return span_context if span_context.is_valid else None


def start_span(name: str, attributes: Mapping[str, Scalar]) -> Span | None:
    """Start a span of ours where the host traces; None where nothing would record it."""
    pipeline = current()
    if pipeline.tracer_provider is None and getattr(trace, "_TRACER_PROVIDER", trace) is None:
        # Nobody has set a provider. The API's public function looks into the environment, for 0.6 us;
        # it is used where the private name is gone.
        return None
    span = pipeline.tracer().start_span(name)
    if not span.is_recording():
        return None
    # One by one: given together, or at the start, the SDK cleans them as a mapping, which takes a third longer.
    for key, value in attributes.items():
        span.set_attribute(key, value)
    return span


def mark_server_span(kind: Kind, number: int) -> None:
    """Add our attributes to the host's span of a request, which needs no span of ours."""
    span = trace.get_current_span()
    if span.is_recording():
        span.set_attributes({names.KIND: kind.value, names.EVENT_ID: event_id(number)})


def enter(before: Context, key: str, value: object, span: Span | None) -> Context:
    """Make a value current under a key, and a span if there is one; return `before`, for `leave`."""
    context = Context({**before, key: value} if before else {key: value})
    otel_context.attach(context if span is None else trace.set_span_in_context(span, context))
    return before


def leave(key: str, value: object, before: Context) -> bool:
    """Restore the context from before `enter`, unless another value is current by now; return whether it did.

    By attaching it, not by a token: a step that is abandoned mid-await is finalised in another
    context, where a token would not be valid
    (https://github.com/open-telemetry/opentelemetry-python/issues/2606).
    """
    is_current = otel_context.get_current().get(key) is value
    if is_current:
        otel_context.attach(before)
    return is_current


def end_span(span: Span, error: BaseException | None) -> None:
    """End a span; of an error it gets the class alone, never the text."""
    if error is not None:
        span.set_attribute(names.ERROR_TYPE, qualname_of(type(error)))
        span.set_status(Status(StatusCode.ERROR))
    span.end()
