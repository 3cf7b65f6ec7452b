"""A segment's lines as a request, and the spans that they stand for."""

import gzip
from pathlib import Path
from typing import Any

import pytest
from google.protobuf.json_format import Parse
from opentelemetry.proto.collector.logs.v1.logs_service_pb2 import ExportLogsServiceRequest

import otel_training
from otel_training.shipping.request import CHUNK, DamagedError, opening, to_request
from otel_training.spool.reading import read_lines


@otel_training.extraction(task="insights", version="7")
def extract(topic: str, source_content: str) -> list[str]:
    """Answer, or fail."""
    if topic == "bad":
        raise LookupError("secret words")
    return [f'about {topic}, "body": {{}}']


def test_a_request_is_what_the_protocol_says(segment: Any) -> None:
    """Every field of it is known to OTLP, and every record is in it, in order; compressed, it is the same."""
    for topic in ("chips", "ships"):
        extract(topic, "text " * 3000)
    otel_training.record_feedback("a", "like")
    lines = read_lines(segment())
    request = to_request(lines, "none")
    body = b"".join(request.parts)

    parsed = Parse(body, ExportLogsServiceRequest())
    (resource,) = parsed.resource_logs
    (scope,) = resource.scope_logs
    assert (3, ["training.extraction", "training.extraction", "training.feedback"]) == (
        request.records,
        [record.event_name for record in scope.log_records],
    )
    assert ("otel_training", resource.schema_url) == (scope.scope.name, scope.schema_url)
    assert "service.name" in {attribute.key for attribute in resource.resource.attributes}
    assert (len(body), body) == (request.size, gzip.decompress(b"".join(to_request(lines, "gzip").parts)))


def test_no_part_is_large(segment: Any) -> None:
    """Steps that hold the GIL work on a part at a time."""
    for _ in range(200):
        extract("chips", "text " * 1600)
    request = to_request(read_lines(segment()), "none")

    assert request.size > 4 * CHUNK
    assert max(map(len, request.parts)) <= CHUNK


@pytest.mark.parametrize("lines", [1, 2, 3, 10])
def test_halves_between_two_lines(tmp_path: Path, segment: Any, lines: int) -> None:
    """Halved again and again, every line is there once; a single one cannot be halved."""
    for number in range(lines):
        otel_training.record_feedback(str(number) * number, "like")
    waiting, records = [read_lines(segment())], []
    while waiting:
        piece = waiting.pop()
        half = piece.middle()
        if half is None:
            records.append(piece.read())
        else:
            waiting += [piece.since(half), piece.to(half)]

    assert lines == len(records)
    assert segment().read_bytes().splitlines(keepends=True)[1:] == records


@pytest.mark.parametrize("head", [b"", b"\n", b"{}\n", b"[1]\n", b"no JSON\n", b'{"resource":{}}\n'])
def test_a_segment_without_a_header_is_damaged(tmp_path: Path, head: bytes) -> None:
    """Nobody knows whose its lines are."""
    path = tmp_path / "x.jsonl"
    path.write_bytes(head)
    lines = read_lines(path)

    with pytest.raises(DamagedError):
        opening(lines.header)


def test_a_last_line_that_was_cut_short_is_left_out(tmp_path: Path, segment: Any) -> None:
    """The whole lines are what is sent."""
    otel_training.record_feedback("a", "like")
    path = tmp_path / "x.jsonl"
    whole = segment().read_bytes()
    path.write_bytes(whole + b'{"timeUnix')

    assert (len(whole), 10) == (read_lines(path).end, read_lines(path).torn)
