"""The instrumentor: OpenTelemetry's contract."""

import os
import subprocess
import sys
import time
from collections.abc import Iterator
from dataclasses import fields
from importlib.metadata import entry_points
from pathlib import Path
from typing import Any

import pytest
from fastapi import FastAPI
from opentelemetry import trace
from opentelemetry.instrumentation.fastapi import FastAPIInstrumentor
from opentelemetry.sdk._logs import LoggerProvider
from opentelemetry.sdk._logs.export import InMemoryLogRecordExporter, SimpleLogRecordProcessor
from opentelemetry.sdk.metrics import MeterProvider
from opentelemetry.sdk.metrics.export import InMemoryMetricReader
from opentelemetry.sdk.trace import TracerProvider
from opentelemetry.sdk.trace.export import SimpleSpanProcessor
from opentelemetry.sdk.trace.export.in_memory_span_exporter import InMemorySpanExporter
from opentelemetry.sdk.trace.sampling import ALWAYS_OFF

import otel_training
from otel_training.conventions import Loss
from otel_training.instrumentor import Configuration, TrainingInstrumentor
from otel_training.pipeline import lifecycle

PROGRAMS = Path(__file__).parent / "programs"


@otel_training.extraction
def extract(topic: str) -> dict[str, Any]:
    """Answer one insight."""
    return {"insights": ["Mail bob@x.example"], "quality_score": 8}


@pytest.fixture
def instrumentor() -> Iterator[TrainingInstrumentor]:
    """An instrumentor that is taken off again."""
    made = TrainingInstrumentor()
    yield made
    if made.is_instrumented_by_opentelemetry:
        made.uninstrument()
    otel_training.configure(enabled=True)


@pytest.fixture
def spans() -> tuple[TracerProvider, InMemorySpanExporter]:
    """A tracer provider of the host and what it exports."""
    exporter, provider = InMemorySpanExporter(), TracerProvider()
    provider.add_span_processor(SimpleSpanProcessor(exporter))
    return provider, exporter


def test_is_found_by_its_entry_point() -> None:
    """`opentelemetry-instrument` finds it by name."""
    (found,) = entry_points(group="opentelemetry_instrumentor", name="otel_training")

    assert found.load() is TrainingInstrumentor


def test_sends_records_through_a_given_logger_provider(instrumentor: TrainingInstrumentor, folder: Any) -> None:
    """They are ordinary log records then, redacted, with the host's trace; the spool is off."""
    exporter, provider = InMemoryLogRecordExporter(), LoggerProvider()
    provider.add_log_record_processor(SimpleLogRecordProcessor(exporter))
    instrumentor.instrument(logger_provider=provider)
    extract("t")
    lifecycle.lose(Loss.MALFORMED)
    assert otel_training.flush(5)

    record, loss = (one.log_record for one in exporter.get_finished_logs())
    assert record.attributes is not None
    assert ("training.extraction", "t", True, "<EMAIL_1>" in str(record.body)) == (
        record.event_name, record.attributes["training.source.topic"], record.trace_id != 0, True,
    )  # fmt: skip
    assert "training.loss" == loss.event_name
    assert [] == list(folder.local.glob("*.jsonl"))
    (scope,) = {one.instrumentation_scope for one in exporter.get_finished_logs()}
    assert ("otel_training", "urn:otel_training:schema:0.1") == (scope.name, scope.schema_url)


def test_shows_its_losses_as_metrics(instrumentor: TrainingInstrumentor) -> None:
    """Where there is a meter provider, what was lost and what waits are metrics."""
    reader = InMemoryMetricReader()
    instrumentor.instrument(meter_provider=MeterProvider([reader]))
    for _ in range(3):
        lifecycle.lose(Loss.QUEUE_FULL)
    assert otel_training.flush(5)

    (resource,) = reader.get_metrics_data().resource_metrics  # type: ignore[union-attr]
    found = {
        metric.name: [(dict(point.attributes), point.value) for point in metric.data.data_points]
        for metric in resource.scope_metrics[0].metrics
    }
    assert {
        "training.events.dropped": [({"training.loss.reason": "queue_full"}, 3)],
        "training.events.waiting": [({}, 0)],
    } == found


def test_uninstrument_turns_everything_off_and_instrument_on_again(
    instrumentor: TrainingInstrumentor, folder: Any
) -> None:
    """After `uninstrument` nothing is captured; after `instrument` it is."""
    instrumentor.instrument()
    instrumentor.uninstrument()
    extract("off")
    instrumentor.instrument()
    extract("on")
    assert otel_training.flush(5)

    (path,) = folder.local.glob("*.jsonl")
    assert (True, False) == (b'"on"' in path.read_bytes(), b'"off"' in path.read_bytes())


def test_takes_what_declarative_configuration_gives(instrumentor: TrainingInstrumentor) -> None:
    """Each of its options is one of `configure`."""
    instrumentor.instrument(content_limit=5)

    assert 5 == otel_training.config.settings().content_limit
    assert [] == [one.name for one in fields(Configuration) if one.name not in otel_training.configure.__kwdefaults__]


def test_makes_one_span_where_the_host_traces(
    instrumentor: TrainingInstrumentor, spans: tuple[TracerProvider, InMemorySpanExporter], contexts: Any
) -> None:
    """An extraction is one thin span of ours, under whatever is current; its record has the same ids."""
    provider, exporter = spans
    instrumentor.instrument(tracer_provider=provider)
    with provider.get_tracer("host").start_as_current_span("host") as host:
        extract("t")

    span, _ = exporter.get_finished_spans()
    assert span.parent is not None
    assert span.attributes is not None
    assert (host.get_span_context().span_id, "invoke_workflow extract") == (span.parent.span_id, span.name)
    assert {"gen_ai.operation.name": "invoke_workflow", "gen_ai.workflow.name": "extract"} == dict(span.attributes)
    ours = span.context
    assert [(f"{ours.trace_id:032x}", f"{ours.span_id:016x}", int(ours.trace_flags))] == contexts()


def test_a_failed_extractions_span_has_no_text_of_it(
    instrumentor: TrainingInstrumentor, spans: tuple[TracerProvider, InMemorySpanExporter]
) -> None:
    """The status is an error, the class is there, the message is not."""
    provider, exporter = spans
    instrumentor.instrument(tracer_provider=provider)

    @otel_training.extraction
    def fail() -> None:
        raise ValueError("secret")

    with pytest.raises(ValueError, match="secret"):
        fail()
    (span,) = exporter.get_finished_spans()
    assert span.attributes is not None
    assert ("ValueError", trace.StatusCode.ERROR, None, ()) == (
        span.attributes["error.type"], span.status.status_code, span.status.description, span.events,
    )  # fmt: skip


@pytest.mark.parametrize("sampled", [True, False])
def test_inherits_a_remote_parent(instrumentor: TrainingInstrumentor, folder: Any, sampled: bool) -> None:  # noqa: FBT001
    """A valid current context is inherited, sampled or not, with no span where nothing records."""
    instrumentor.instrument(tracer_provider=TracerProvider(sampler=ALWAYS_OFF))
    context = trace.SpanContext(7, 9, is_remote=True, trace_flags=trace.TraceFlags(int(sampled)))
    with trace.use_span(trace.NonRecordingSpan(context)):
        extract("t")
    assert otel_training.flush(5)

    (path,) = folder.local.glob("*.jsonl")
    line = path.read_bytes().splitlines()[1]
    assert f'"traceId":"{7:032x}","spanId":"{9:016x}","flags":{int(sampled)}'.encode() in line


@pytest.mark.parametrize("tracing", ["contrib", "native", "none"])
async def test_a_request_has_the_hosts_server_span_alone(
    spans: tuple[TracerProvider, InMemorySpanExporter], tracing: str, lines: Any
) -> None:
    """Beside the contrib instrumentation, FastAPI's own, or neither: no span of ours, our attributes on theirs."""
    provider, exporter = spans
    telemetry = {"tracer_provider": provider, "operation_spans": False, "logs": False, "metrics": False}
    app = FastAPI(telemetry=telemetry if tracing == "native" else {"tracing": False, "logs": False, "metrics": False})

    @app.post("/api/feed/engage")
    async def engage(body: dict[str, Any]) -> dict[str, bool]:
        return {"ok": True}

    app.add_middleware(otel_training.TrainingMiddleware)
    if tracing == "contrib":
        FastAPIInstrumentor.instrument_app(app, tracer_provider=provider, exclude_spans=["receive", "send"])
    await request(app)

    (record,) = lines()
    servers = [span for span in exporter.get_finished_spans() if span.kind is trace.SpanKind.SERVER]
    assert [] == [span.name for span in exporter.get_finished_spans() if "training" in span.instrumentation_scope.name]  # type: ignore[union-attr]
    assert (0 if tracing == "none" else 1) == len(servers)
    for server in servers:
        assert server.attributes is not None
        assert record["training.event.id"] == server.attributes["training.event.id"]


async def request(app: FastAPI) -> None:
    """Send one engage request."""
    waiting = [{"type": "http.request", "body": b'{"insight_id": "a", "action": "like"}', "more_body": False}]

    async def receive() -> dict[str, Any]:
        return waiting.pop() if waiting else {"type": "http.disconnect"}

    async def send(message: Any) -> None:
        pass

    scope = {
        "type": "http", "asgi": {"version": "3.0"}, "http_version": "1.1", "method": "POST", "root_path": "",
        "path": "/api/feed/engage", "raw_path": b"/api/feed/engage", "scheme": "http", "query_string": b"",
        "headers": [(b"content-type", b"application/json"), (b"host", b"x")], "client": ("127.0.0.1", 1),
        "server": ("127.0.0.1", 80),
    }  # fmt: skip
    await app(scope, receive, send)


@pytest.mark.parametrize("protocol", ["http/protobuf", ""])
def test_the_stock_pipeline_sends_by_otlp(tmp_path: Path, folder: Any, protocol: str) -> None:
    """`OTEL_TRAINING_PIPELINE=sdk` sends records by the SDK's exporter to its own endpoint."""
    out = tmp_path / "requests"
    with subprocess.Popen(
        [sys.executable, str(PROGRAMS / "sink.py"), str(out)], stdout=subprocess.PIPE, text=True
    ) as sink:
        assert sink.stdout is not None
        endpoint = f"http://127.0.0.1:{sink.stdout.readline().strip()}"
        program = (
            "import otel_training\notel_training.record_feedback('a', 'like')\nassert otel_training.flush(10)\n"
            "otel_training.record_feedback('b', 'like')"
        )
        extra = {"OTEL_TRAINING_PIPELINE": "sdk", "OTEL_EXPORTER_OTLP_ENDPOINT": endpoint}
        environ = {**os.environ, **extra, **({"OTEL_EXPORTER_OTLP_PROTOCOL": protocol} if protocol else {})}
        subprocess.run([sys.executable, "-c", program], env=environ, check=True)
        time.sleep(0.2)
        sink.kill()

    assert ["/v1/logs training.feedback"] * 2 == out.read_text(encoding="utf-8").splitlines()
    assert [] == list(folder.local.glob("*.jsonl"))


def test_works_under_opentelemetry_instrument(tmp_path: Path, folder: Any) -> None:
    """Started by the zero-code command, an app is captured as ever, and nothing complains."""
    program = tmp_path / "app.py"
    program.write_text(
        "import otel_training\n@otel_training.extraction\ndef extract(topic): return ['One']\nextract('t')\n",
        encoding="utf-8",
    )
    none = {f"OTEL_{signal}_EXPORTER": "none" for signal in ("TRACES", "METRICS", "LOGS")}
    command = Path(sys.executable).parent / "opentelemetry-instrument"
    done = subprocess.run(
        [str(command), sys.executable, str(program)],
        env={**os.environ, **none}, capture_output=True, text=True, check=False,
    )  # fmt: skip

    assert (0, "") == (done.returncode, done.stderr)
    (path,) = folder.local.glob("*.jsonl")
    assert 2 == len(path.read_bytes().splitlines())
