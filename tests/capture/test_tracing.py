"""Our part in the host's trace."""

from collections.abc import Iterator
from typing import Any

import pytest
from fastapi import FastAPI
from opentelemetry import trace
from opentelemetry.instrumentation.fastapi import FastAPIInstrumentor
from opentelemetry.sdk.trace import TracerProvider
from opentelemetry.sdk.trace.export import SimpleSpanProcessor
from opentelemetry.sdk.trace.export.in_memory_span_exporter import InMemorySpanExporter
from opentelemetry.sdk.trace.sampling import ALWAYS_OFF

import otel_training
from otel_training.anthropic.watch import watch
from otel_training.instrumentor import TrainingInstrumentor


@otel_training.extraction
def extract(topic: str) -> dict[str, Any]:
    """Answer one insight."""
    return {"insights": ["Mail bob@x.example"], "quality_score": 8}


@pytest.fixture
def instrumentor() -> Iterator[TrainingInstrumentor]:
    """An instrumentor that is taken off again."""
    training_instrumentor = TrainingInstrumentor()
    yield training_instrumentor
    if training_instrumentor.is_instrumented_by_opentelemetry:
        training_instrumentor.uninstrument()
    # As the package is once it is imported.
    watch()
    otel_training.configure(enabled=True)


@pytest.fixture
def spans() -> tuple[TracerProvider, InMemorySpanExporter]:
    """A tracer provider of the host and what it exports."""
    exporter, provider = InMemorySpanExporter(), TracerProvider()
    provider.add_span_processor(SimpleSpanProcessor(exporter))
    return provider, exporter


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
    assert otel_training.flush(30)

    (path,) = folder.local.glob("*.jsonl")
    line = path.read_bytes().splitlines()[1]
    assert f'"traceId":"{7:032x}","spanId":"{9:016x}","flags":{int(sampled)}'.encode() in line


@pytest.mark.parametrize("tracing", ["contrib", "native", "none"])
async def test_a_request_has_the_hosts_server_span_alone(
    spans: tuple[TracerProvider, InMemorySpanExporter], tracing: str, lines: Any
) -> None:
    """Beside the contrib instrumentation, FastAPI's own, or neither: no span of ours, our attributes on theirs."""
    provider, exporter = spans
    telemetry: Any = {"tracer_provider": provider, "operation_spans": False, "logs": False, "metrics": False}
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
    assert [] == [span.name for span in exporter.get_finished_spans() if "training" in span.instrumentation_scope.name]
    assert (0 if tracing == "none" else 1) == len(servers)
    for server in servers:
        assert server.attributes is not None
        assert record["training.event.id"] == server.attributes["training.event.id"]
        assert str is type(server.attributes["training.kind"])


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
