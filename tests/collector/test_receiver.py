"""Who may send what to the collector."""

import gzip
import json
from typing import Any

import pytest

from otel_training.folder import DataFolder
from tests.collector.process import Backend, Collector, until
from tests.collector.records import captured, log

pytestmark = [pytest.mark.slow, pytest.mark.timeout(120, func_only=True)]

LIMIT = 64 << 20


@pytest.mark.parametrize("token", [None, "", "wrong"])
def test_needs_the_token(collector: Collector, store: Backend, folder: DataFolder, token: str | None) -> None:
    """Without it a request is refused, and nothing of it gets anywhere."""
    assert 401 == collector.send("/v1/logs", captured(folder.local), token)
    assert [] == store.received


def test_grpc_needs_the_token(collector: Collector) -> None:
    """The other protocol has the same door."""
    import grpc
    from opentelemetry.proto.collector.logs.v1.logs_service_pb2 import ExportLogsServiceRequest
    from opentelemetry.proto.collector.logs.v1.logs_service_pb2_grpc import LogsServiceStub

    with grpc.insecure_channel(collector.grpc) as channel, pytest.raises(grpc.RpcError) as refused:
        LogsServiceStub(channel).Export(ExportLogsServiceRequest(), timeout=10)

    assert grpc.StatusCode.UNAUTHENTICATED == refused.value.code()


def test_takes_64_mib_and_no_more(collector: Collector, app: Backend) -> None:
    """A request of just under the limit is taken, one byte over it is refused."""
    empty = len(json.dumps(log({"stringValue": ""}, {})))

    codes = [
        collector.send("/v1/logs", json.dumps(log({"stringValue": "x" * (LIMIT - empty + over)}, {})).encode())
        for over in (0, 1)
    ]

    assert [200, 400] == codes
    until(app.logs)
    assert [LIMIT - empty] == [len(record["body"]) for record in app.logs()]


def test_a_compressed_request_is_measured_unpacked(collector: Collector, app: Backend) -> None:
    """What is small on the wire and too large unpacked is refused; one that fits is taken."""
    requests = [json.dumps(log({"stringValue": "x" * size}, {})).encode() for size in (1 << 20, LIMIT)]
    packed: Any = {"content-encoding": "gzip"}

    codes = [collector.send("/v1/logs", gzip.compress(request, 1), **packed) for request in requests]

    assert [200, 400] == codes
    until(app.logs)
    assert [1 << 20] == [len(record["body"]) for record in app.logs()]
