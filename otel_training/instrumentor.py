"""The instrumentor: the same capture by OpenTelemetry's own conventions, with the host's providers."""

from collections.abc import Collection
from dataclasses import dataclass
from typing import Any

from opentelemetry.instrumentation.instrumentor import (  # type: ignore[attr-defined]  # it has no __all__
    BaseInstrumentor,
)

from otel_training.capture.anthropic.watch import unwatch, watch
from otel_training.capture.tracing import use_tracer_provider
from otel_training.config import forget
from otel_training.pipeline.lifecycle import configure, use_logger_provider
from otel_training.pipeline.metrics import observe


@dataclass(frozen=True, slots=True)
class Configuration:
    """What declarative configuration may set; the words of `otel_training.configure`."""

    home: str | None = None
    user_key: str | None = None
    content_limit: int | None = None
    max_bytes: int | None = None
    min_free_bytes: int | None = None


class TrainingInstrumentor(BaseInstrumentor):  # type: ignore[misc]  # untyped there
    """Turn capture on with the host's providers, and off again.

    `instrument(tracer_provider=, logger_provider=, meter_provider=)` and the arguments of
    `otel_training.configure`. Given a logger provider, records go through it as ordinary log
    records and the spool is off: the lossy way.
    """

    configuration = Configuration

    def instrumentation_dependencies(self) -> Collection[str]:
        """Need nothing: what is not installed is not captured."""
        return ()

    def _instrument(self, **kwargs: Any) -> None:
        use_tracer_provider(kwargs.pop("tracer_provider", None))
        use_logger_provider(kwargs.pop("logger_provider", None))
        meter_provider = kwargs.pop("meter_provider", None)
        if meter_provider is not None:
            observe(meter_provider)
        forget("enabled")
        configure(**kwargs)
        watch()

    def _uninstrument(self, **kwargs: Any) -> None:  # noqa: ARG002 - the base's signature
        unwatch()
        use_tracer_provider(None)
        use_logger_provider(None)
        configure(enabled=False)
