"""Spans that a segment's lines stand for."""

from typing import Any

import pytest
from google.protobuf.json_format import Parse
from opentelemetry import trace
from opentelemetry.proto.collector.logs.v1.logs_service_pb2 import ExportLogsServiceRequest
from opentelemetry.proto.collector.trace.v1.trace_service_pb2 import ExportTraceServiceRequest
from opentelemetry.sdk.trace import TracerProvider

import otel_training
from otel_training.shipping.request import to_request
from otel_training.shipping.spans import to_span_request
from otel_training.spool.reading import read_lines


@otel_training.extraction(task="insights", version="7")
def extract(topic: str, source_content: str) -> list[str]:
    """Answer, or fail."""
    if topic == "bad":
        raise LookupError("secret words")
    return [f'about {topic}, "body": {{}}']


def test_a_call_without_a_host_that_traces_is_a_span(segment: Any) -> None:
    """Thin, with the record's ids and times; of an error its class alone."""
    extract("chips", "text")
    with pytest.raises(LookupError):
        extract("bad", "text")
    otel_training.record_feedback("a", "like")
    lines = read_lines(segment())
    request = to_span_request(lines, "none")
    assert request is not None
    ((resource,),) = (Parse(b"".join(request.parts), ExportTraceServiceRequest()).resource_spans,)
    (scope,) = resource.scope_spans
    records = (
        Parse(b"".join(to_request(lines, "none").parts), ExportLogsServiceRequest()).resource_logs[0].scope_logs[0]
    )

    good, bad = scope.spans
    assert [(record.trace_id, record.span_id) for record in records.log_records[:2]] == [
        (span.trace_id, span.span_id) for span in (good, bad)
    ]
    assert ("invoke_workflow insights", records.log_records[0].time_unix_nano) == (good.name, good.end_time_unix_nano)
    assert 0 < good.end_time_unix_nano - good.start_time_unix_nano < 1e9
    assert (0, 2) == (good.status.code, bad.status.code)
    assert {
        "gen_ai.operation.name", "gen_ai.workflow.name", "training.kind", "training.event.id",
        "training.extraction.id", "training.output.count",
    } == {attribute.key for attribute in good.attributes}  # fmt: skip
    assert b"secret words" not in b"".join(request.parts)


def test_a_call_in_a_host_that_traces_is_none(segment: Any) -> None:
    """The host's tracer has its span already."""
    with trace.use_span(TracerProvider().get_tracer("host").start_span("host"), end_on_exit=True):
        extract("chips", "text")

    assert to_span_request(read_lines(segment()), "none") is None
