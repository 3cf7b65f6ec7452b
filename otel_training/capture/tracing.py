"""Our part in the host's trace: inherited ids, one span where the host traces, the active context."""

import functools
from collections.abc import Mapping
from types import TracebackType
from typing import Final, NamedTuple

from opentelemetry import context as otel_context
from opentelemetry import trace
from opentelemetry.context import Context
from opentelemetry.trace import Span, Status, StatusCode, TracerProvider

from otel_training import config
from otel_training import conventions as names
from otel_training._guard import guard
from otel_training.delivery.clock import random_bits
from otel_training.delivery.record import Scalar
from otel_training.version import version

SUPPRESSED: Final = (otel_context._SUPPRESS_INSTRUMENTATION_KEY, "suppress_instrumentation")  # noqa: SLF001
"""Set by whoever wants no telemetry of what it does: the SDK's exporters, and instrumentations."""

_provider: TracerProvider | None = None


class Ids(NamedTuple):
    """Trace id, span id (lower-case hex) and flags, as a log record carries them."""

    trace_id: str
    span_id: str
    trace_flags: int


def use_tracer_provider(provider: TracerProvider | None) -> None:
    """Take spans from this provider; None: from the global one."""
    global _provider  # noqa: PLW0603 - one process has one instrumentation
    _provider = provider


def captures() -> bool:
    """Tell whether anything is to be captured here: the switch, and what the context asks for."""
    if not config.settings().enabled:
        return False
    current = otel_context.get_current()
    return not any(current.get(key) for key in SUPPRESSED)


def current_ids(span: Span | None = None) -> Ids:
    """Inherit the valid current context, sampled or not; mint ids only when there is none.

    A minted context is never made current: spans started under it would record into a trace
    that the host does not have.
    """
    context = (trace.get_current_span() if span is None else span).get_span_context()
    if context.is_valid:
        return Ids(f"{context.trace_id:032x}", f"{context.span_id:016x}", int(context.trace_flags))
    noise = f"{random_bits(192):048x}"
    return Ids(noise[:32], noise[32:], 0)


def start_span(name: str, attributes: Mapping[str, Scalar]) -> Span | None:
    """Start a span of ours where the host traces; None where nothing would record it."""
    span = _tracer(_provider or trace.get_tracer_provider()).start_span(name, attributes=attributes)
    return span if span.is_recording() else None


def is_tracing() -> bool:
    """Tell whether there is a provider that could record a span."""
    return not isinstance(_provider or trace.get_tracer_provider(), trace.ProxyTracerProvider)


@functools.lru_cache(maxsize=1)
def _tracer(provider: TracerProvider) -> trace.Tracer:
    """Return our tracer of a provider; asking the SDK for one takes as long as a span."""
    return provider.get_tracer(names.SCOPE, version(), names.SCHEMA_URL)


def tell_span(attributes: Mapping[str, Scalar]) -> None:
    """Add our attributes to the host's current span: a request has one, and needs no other."""
    span = trace.get_current_span()
    if span.is_recording():
        span.set_attributes(attributes)


def end_span(span: Span, attributes: Mapping[str, Scalar | None], error: BaseException | None) -> None:
    """End a span with what is known now; of an error its class alone, never its text."""
    span.set_attributes({key: value for key, value in attributes.items() if value is not None})
    if error is not None:
        span.set_attribute(names.ERROR_TYPE, type(error).__qualname__)
        span.set_status(Status(StatusCode.ERROR))
    span.end()


class Activation:
    """Makes a value, and a span where there is one, current while the host's code runs.

    Goes back by attaching what was before, not by a token: a step that is abandoned mid-await is
    finalised in another context, where a token would not be valid
    (https://github.com/open-telemetry/opentelemetry-python/issues/2606).
    """

    __slots__ = ("_before", "_key", "_span", "_value")

    def __init__(self, key: str, value: object, span: Span | None) -> None:
        self._key, self._value, self._span = key, value, span
        self._before: Context | None = None

    def __enter__(self) -> None:
        with guard:
            self._before = otel_context.get_current()
            context = Context({**self._before, self._key: self._value})
            otel_context.attach(context if self._span is None else trace.set_span_in_context(self._span, context))

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trail: TracebackType | None
    ) -> None:
        with guard:
            if self._before is not None and otel_context.get_value(self._key) is self._value:
                otel_context.attach(self._before)
