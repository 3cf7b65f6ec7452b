"""Our own losses and backlog as OpenTelemetry metrics, where the host has a meter provider."""

from collections.abc import Iterable

from opentelemetry.metrics import CallbackOptions, MeterProvider, Observation

from otel_training import conventions as names
from otel_training.pipeline.process import current
from otel_training.version import __version__


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
