"""The instrumentor: the same capture by OpenTelemetry's own conventions, with the host's providers."""

import logging
from collections.abc import Collection, Iterable
from dataclasses import dataclass, field, make_dataclass
from inspect import signature
from typing import Any, Final

from opentelemetry.instrumentation.instrumentor import (  # type: ignore[attr-defined]  # it has no __all__
    BaseInstrumentor,
)
from opentelemetry.metrics import CallbackOptions, MeterProvider, Observation

from otel_training import conventions as names
from otel_training.anthropic.watch import unwatch, watch
from otel_training.pipeline.arguments import ARGUMENTS, read_arguments
from otel_training.pipeline.configure import configure
from otel_training.pipeline.declared import find_wrong, refuse
from otel_training.pipeline.process import current, install
from otel_training.version import __version__

_log = logging.getLogger("otel_training")

_Options: Final = make_dataclass(
    "_Options",
    [(name, given.annotation, field(default=None)) for name, given in signature(configure).parameters.items()],
)


@dataclass(init=False)
class Configuration(_Options):  # type: ignore[misc,valid-type]  # it has one field for each argument
    """What declarative configuration may set: every argument of `otel_training.configure`."""

    unknown_options: str | None = None
    """Other options, between commas: not refused here, as nobody would turn capture off then."""

    def __init__(self, **options: Any) -> None:
        """Take options, known or not."""
        super().__init__(**{name: value for name, value in options.items() if name in ARGUMENTS})
        self.unknown_options = ", ".join(sorted(options.keys() - ARGUMENTS)) or None


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
        tracer_provider = kwargs.pop("tracer_provider", None)
        logger_provider = kwargs.pop("logger_provider", None)
        meter_provider = kwargs.pop("meter_provider", None)
        unknown = kwargs.pop("unknown_options", None)
        arguments = {name: value for name, value in kwargs.items() if name in ARGUMENTS}
        wrong = [*([f"the unknown options {unknown}"] if unknown else ()), *find_wrong(arguments)]
        if others := kwargs.keys() - arguments.keys():
            # Some distributions hand the same arguments to every instrumentor.
            _log.warning("otel_training has no use for the arguments: %s", ", ".join(sorted(others)))
        settings = refuse(f"its instrumentor was given {', '.join(wrong)}") if wrong else read_arguments(arguments)
        install(settings, forget=("enabled",), tracer_provider=tracer_provider, logger_provider=logger_provider)
        if meter_provider is not None:
            observe(meter_provider)
        watch()

    def _uninstrument(self, **kwargs: Any) -> None:  # noqa: ARG002 - the base's signature
        unwatch()
        install({"enabled": False}, tracer_provider=None, logger_provider=None)


def observe(provider: MeterProvider) -> None:
    """Register the instruments; they read this process's writer when they are collected."""
    meter = provider.get_meter(names.SCOPE, __version__, names.SCHEMA_URL)
    meter.create_observable_counter(
        names.METRIC_DROPPED, callbacks=[_dropped], unit="{event}", description="Records lost, by reason."
    )
    meter.create_observable_gauge(
        names.METRIC_WAITING, callbacks=[_waiting], unit="{event}", description="Records captured and not yet on disk."
    )


def _dropped(_options: CallbackOptions) -> Iterable[Observation]:
    return [
        Observation(count, {names.LOSS_REASON: reason.value})
        for reason, count in current().writer.losses.totals().items()
        if count
    ]


def _waiting(_options: CallbackOptions) -> Iterable[Observation]:
    return [Observation(len(current().writer.queue))]
