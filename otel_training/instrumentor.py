"""The instrumentor: the same capture by OpenTelemetry's own conventions, with the host's providers."""

from collections.abc import Collection
from dataclasses import field, make_dataclass
from inspect import signature
from typing import Any, Final

from opentelemetry.instrumentation.instrumentor import (  # type: ignore[attr-defined]  # it has no __all__
    BaseInstrumentor,
)

from otel_training.anthropic.watch import unwatch, watch
from otel_training.capture.tracing import use_tracer_provider
from otel_training.pipeline.configure import configure, read_arguments
from otel_training.pipeline.metrics import observe
from otel_training.pipeline.process import install

Configuration: Final = make_dataclass(
    "Configuration",
    [(name, parameter.annotation, field(default=None)) for name, parameter in signature(configure).parameters.items()],
    frozen=True,
    slots=True,
)
"""What declarative configuration may set: every argument of `otel_training.configure`."""


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
        logger_provider = kwargs.pop("logger_provider", None)
        meter_provider = kwargs.pop("meter_provider", None)
        if unknown := kwargs.keys() - signature(configure).parameters.keys():
            raise TypeError(f"{', '.join(sorted(unknown))}: no argument of otel_training.configure")
        install(read_arguments(kwargs), forget=("enabled",), logger_provider=logger_provider)
        if meter_provider is not None:
            observe(meter_provider)
        watch()

    def _uninstrument(self, **kwargs: Any) -> None:  # noqa: ARG002 - the base's signature
        unwatch()
        use_tracer_provider(None)
        install({"enabled": False}, logger_provider=None)
