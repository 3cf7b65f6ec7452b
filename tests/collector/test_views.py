"""From the app to the views through the shipper, the collector and `serve`: all of it real."""

import signal
import subprocess
import sys
import time
from collections.abc import Callable
from pathlib import Path

import pytest

from otel_training.folder import DataFolder
from otel_training.pipeline import process
from otel_training.store.client import Store
from otel_training.store.costs import price_calls
from otel_training.store.session import open_drained
from otel_training.store.settle import settle_beside_inserts
from tests.collector import traffic
from tests.collector.process import until
from tests.collector.stored import different, empty, events, everything, inserted, settled
from tests.collector.way import collecting, served, ship, shipping
from tests.ports import free_port
from tests.served import PROGRAMS, environment, run

pytestmark = [pytest.mark.slow, pytest.mark.timeout(240, func_only=True)]

# What is taken waits in the queue until the kill.
REPORTED = (
    "SELECT count() AS rows, countIf(reason != '') AS costs FROM v_call_costs WHERE model = 'reported by several'"
)
PATIENT = {"exporters": {"clickhouse/training": {"sending_queue": {"batch": {"flush_timeout": "1h"}}}}}


def test_the_collector_stores_what_our_own_drain_stores(tmp_path: Path, folder: DataFolder) -> None:
    """Of the same segments, every table and every view of both stores are the same, value for value."""
    ids = traffic.make(folder, tmp_path)

    with served(tmp_path / "served") as (store, endpoint):
        with collecting(tmp_path / "queue", endpoint) as collector:
            ship(folder.local, collector.url, tmp_path / "sender")
            until(lambda: events(store) >= len(ids))
        # A call that several report is one once it is priced, as ours are.
        price_calls(store, folder)
        settle_beside_inserts(store)
        by_collector = everything(store)
        assert [{"rows": 1, "costs": 1}] == list(store.rows(REPORTED))
    with open_drained(process.settings()) as (own, _):
        by_drain = everything(own)

    assert [] == empty(by_drain)
    assert [] == different(by_drain, by_collector)


def has(store: Store, rows: int) -> Callable[[], bool]:
    """Tell whether so many rows were ever inserted."""
    return lambda: inserted(store) >= rows


def test_what_came_twice_is_seen_once(tmp_path: Path, folder: DataFolder) -> None:
    """The same segments twice, the collector killed each time before it has stored them: no table or view tells."""
    ids, queue = traffic.make(folder, tmp_path), tmp_path / "queue"

    with served(tmp_path / "served") as (store, endpoint):
        for turn in ("first", "second"):
            with collecting(queue, endpoint, PATIENT) as collector:
                before = inserted(store)
                ship(folder.local, collector.url, tmp_path / turn)
                collector.end(signal.SIGKILL)
            with collecting(queue, endpoint):
                until(has(store, before + 2 * len(ids)))
                settled(store)
        price_calls(store, folder)
        settle_beside_inserts(store)
        by_collector = everything(store)
    with open_drained(process.settings()) as (own, _):
        by_drain = everything(own)

    assert [] == different(by_drain, by_collector)


def test_all_is_stored_of_an_app_whose_collector_is_killed(tmp_path: Path) -> None:
    """An app that ships while its collector is killed three times: what it captured, all of it, once."""
    queue, port = tmp_path / "queue", free_port()
    program = [sys.executable, str(PROGRAMS / "steady.py"), "card", "8", "200", "plain"]
    variables = environment(**shipping(tmp_path / "app", f"http://127.0.0.1:{port}"))

    with served(tmp_path / "served") as (store, endpoint):
        app = subprocess.Popen(program, env=variables, stdout=subprocess.PIPE, text=True)
        for _ in range(3):
            with collecting(queue, endpoint, port=port) as collector:
                time.sleep(1.5)
                collector.end(signal.SIGKILL)
        with collecting(queue, endpoint, port=port) as collector:
            captured = {line.split()[0] for line in app.communicate(timeout=60)[0].splitlines()}
            left = run("-m", "otel_training.cli", "ship", cwd=tmp_path, **shipping(tmp_path / "app", collector.url))
            until(lambda: events(store) >= len(captured))
        seen = [row["insight_id"] for row in store.rows("SELECT insight_id FROM v_feedback ORDER BY insight_id")]

    assert (0, "") == (left.returncode, left.stderr)
    assert len(captured) > 500
    assert sorted(captured) == seen
