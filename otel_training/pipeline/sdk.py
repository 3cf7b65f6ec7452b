"""The stock SDK pipeline: records as ordinary OpenTelemetry log records, the spool off.

The lossy way: the SDK's batch processor drops what its queue does not hold, and its exporter what a
collector does not take within seconds. For hosts that must have one pipeline for everything.
"""

import os
from collections.abc import Callable
from functools import cache
from importlib import import_module
from typing import Final

from opentelemetry._logs import LoggerProvider, SeverityNumber
from opentelemetry.trace import NonRecordingSpan, set_span_in_context

from otel_training import conventions as names
from otel_training.events.event import Event
from otel_training.record.record import context_of
from otel_training.version import __version__

_PROTOCOLS: Final = ("OTEL_EXPORTER_OTLP_LOGS_PROTOCOL", "OTEL_EXPORTER_OTLP_PROTOCOL")


def emitter(provider: LoggerProvider) -> Callable[[Event], None]:
    """Return a function that emits events through a provider's logger."""
    logger = provider.get_logger(names.SCOPE, __version__, names.SCHEMA_URL)

    def emit(event: Event) -> None:
        record = event.record
        logger.emit(
            timestamp=record.time,
            context=set_span_in_context(NonRecordingSpan(record.context or context_of(record.event_id))),
            severity_number=SeverityNumber.INFO,
            body=event.body or None,
            attributes={key: value for key, value in event.attributes.items() if value is not None},
            event_name=event.name,
        )

    return emit


def flush_provider(provider: LoggerProvider, timeout: float) -> bool:
    """Flush a provider, where it has a way to; its own answer is not to be trusted."""
    force_flush = getattr(provider, "force_flush", None)
    return force_flush is None or bool(force_flush(int(timeout * 1000)))


@cache
def stock_provider() -> LoggerProvider:
    """Build the SDK's own pipeline with its OTLP exporter, by its `OTEL_EXPORTER_OTLP_*` variables; once a process."""
    from opentelemetry.sdk._logs import LoggerProvider as SdkProvider
    from opentelemetry.sdk._logs.export import BatchLogRecordProcessor

    protocol = next((value for name in _PROTOCOLS if (value := os.environ.get(name))), "http/protobuf")
    module = "grpc" if protocol == "grpc" else "http"
    exporter = import_module(f"opentelemetry.exporter.otlp.proto.{module}._log_exporter").OTLPLogExporter()
    provider = SdkProvider(shutdown_on_exit=False)
    provider.add_log_record_processor(BatchLogRecordProcessor(exporter))
    return provider
