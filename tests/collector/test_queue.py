"""What the collector took is not lost, whatever ends it."""

import signal
from pathlib import Path
from typing import Any

import pytest

from otel_training import conventions as names
from otel_training.folder import DataFolder
from tests.collector.process import CONFIG, backend, behind, flat, running, until
from tests.collector.records import captured
from tests.ports import free_port

pytestmark = [pytest.mark.slow, pytest.mark.timeout(120, func_only=True)]


@pytest.mark.parametrize("ending", [signal.SIGKILL, signal.SIGTERM], ids=["kill", "term"])
def test_survives_its_end_and_a_store_that_is_down(tmp_path: Path, folder: DataFolder, ending: signal.Signals) -> None:
    """Taken while the store is down, ended twice, started again when it is up: every record arrives."""
    request, queue, port = captured(folder.local), tmp_path / "queue", free_port()
    ends = behind(f"http://127.0.0.1:{port}", "http://127.0.0.1:9")

    with running(queue, ends) as first:
        assert 200 == first.send("/v1/logs", request)
        first.end(ending)
    with running(queue, ends) as second:
        second.end(ending)
    with backend(port) as store, running(queue, ends):
        until(store.logs)

    assert {record[names.EVENT_ID] for record in flat(request)} == {record[names.EVENT_ID] for record in store.logs()}


def test_starts_while_clickhouse_is_down(tmp_path: Path, folder: DataFolder) -> None:
    """The shipped exporter, without any ClickHouse: records are taken and stay queued through a kill."""
    request, queue = captured(folder.local), tmp_path / "queue"

    with running(queue, CH_ENDPOINT=f"http://127.0.0.1:{free_port()}") as first:
        assert 200 == first.send("/v1/logs", request)
        first.end(signal.SIGKILL)
    with running(queue, CH_ENDPOINT=f"http://127.0.0.1:{free_port()}"):
        pass

    (waiting,) = [path for path in queue.iterdir() if "clickhouse" in path.name and "logs" in path.name]
    kept = waiting.read_bytes()
    assert [] == [record[names.EVENT_ID] for record in flat(request) if record[names.EVENT_ID].encode() not in kept]


def test_a_gateway_acknowledges_nothing_that_kafka_has_not(tmp_path: Path, folder: DataFolder) -> None:
    """While no broker answers, the sender of training records is left waiting and will send them again."""
    brokers = f"127.0.0.1:{free_port()}"
    files = [CONFIG, CONFIG.with_name("gateway.yaml")]
    kafka: dict[str, Any] = {"KAFKA_BROKERS": brokers, "KAFKA_USER": "u", "KAFKA_PASSWORD": "p"}

    with running(tmp_path / "queue", configs=files, **kafka) as gateway, pytest.raises(TimeoutError):
        gateway.send("/v1/logs", captured(folder.local), timeout=2)
