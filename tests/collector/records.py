"""Our records, made by the product, as the request that ships them."""

import json
from collections.abc import Mapping
from pathlib import Path
from typing import Any, Final

import otel_training

RESOURCE: Final = {"service.name": "app", "host.name": "bobs-laptop"}


def captured(local: Path) -> dict[str, Any]:
    """Capture one record of most kinds and concatenate their segment to an OTLP/JSON request."""

    @otel_training.extraction
    def extract(topic: str, source_url: str, source_content: str) -> dict[str, Any]:
        messages = [{"role": "user", "content": f"Extract insights: {source_content}"}]
        otel_training.current().llm_call(model="claude-haiku-5-5", input=messages, output="{}")
        return {"insights": [{"text": "Chip orders rose 12 %", "category": "market"}], "quality_score": 8.5}

    extract("chips", "https://news.example/asml?id=17", "Mail bob@news.example ...")
    otel_training.current().link(["abc123"])
    otel_training.record_impressions(["abc123", "abc124"], user_id=7)
    otel_training.record_feedback("abc123", "like", user_id=7)
    otel_training.record_score("abc123", "editor", 4)
    otel_training.record_correction(otel_training.current().id, ["What the answer should have been"])
    assert otel_training.flush(30)
    return request(local)


def request(local: Path) -> dict[str, Any]:
    """Concatenate the segments of a folder to one request: each header around its lines."""
    resources = []
    for path in sorted(local.glob("*.jsonl")):
        header, *lines = [json.loads(line) for line in path.read_text(encoding="utf-8").splitlines()]
        scope = {"scope": header["scope"], "schemaUrl": header["schemaUrl"], "logRecords": lines}
        resources.append({"resource": header["resource"], "scopeLogs": [scope]})
    return {"resourceLogs": resources}


def log(body: object, attributes: Mapping[str, str]) -> dict[str, Any]:
    """A request of one foreign log record, with all that a log record may carry."""
    record: dict[str, Any] = {"timeUnixNano": "1", "severityText": "bob@news.example", **_carrying(attributes)}
    record |= {} if body is None else {"body": body}
    scope = {"scope": {"name": "app", **_carrying({"card": "4111 1111 1111 1111"})}, "logRecords": [record]}
    return {"resourceLogs": [{"resource": _carrying(RESOURCE), "scopeLogs": [scope]}]}


def span(scope: str, attributes: Mapping[str, str]) -> dict[str, Any]:
    """A request of one span of the host, with all that a span may carry."""
    host_span = {
        "traceId": "0" * 31 + "1",
        "spanId": "0" * 15 + "1",
        "name": "POST /api/feed/engage",
        "startTimeUnixNano": "1",
        "endTimeUnixNano": "3",
        **_carrying(attributes),
        "events": [{"name": "exception", "timeUnixNano": "2", **_carrying({"exception.message": "key=s3cret"})}],
        "links": [{"traceId": "0" * 31 + "2", "spanId": "0" * 15 + "2", **_carrying({"mail": "bob@news.example"})}],
        "status": {"code": 2, "message": "key=s3cret"},
    }
    scopes = [{"scope": {"name": scope}, "spans": [host_span]}]
    return {"resourceSpans": [{"resource": _carrying(RESOURCE), "scopeSpans": scopes}]}


def _carrying(attributes: Mapping[str, str]) -> dict[str, Any]:
    return {"attributes": [{"key": key, "value": {"stringValue": value}} for key, value in attributes.items()]}
