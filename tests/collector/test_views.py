"""From the app to the views through the shipper, the collector and `serve`: all of it real."""

import shutil
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import closing, contextmanager
from pathlib import Path

import pytest

from otel_training import config
from otel_training.folder import DataFolder
from otel_training.store.client import Store
from otel_training.store.session import opened
from tests.collector import traffic
from tests.collector.process import ALONE, TOKEN, free_port, running, until
from tests.collector.stored import different, empty, events, everything, inserted
from tests.serve.endpoint import serving
from tests.served import PROGRAMS, environment, run

pytestmark = pytest.mark.timeout(240, func_only=True)

PASSWORD = "of-these-tests"  # noqa: S105
# What is taken waits in the queue until the kill.
PATIENT = {"exporters": {"clickhouse/training": {"sending_queue": {"batch": {"flush_timeout": "1h"}}}}}


@contextmanager
def served(home: Path) -> Iterator[tuple[Store, dict[str, str]]]:
    """Serve a store; gives it as any client reads it, and the variables of a collector before it."""
    with serving(home, password=PASSWORD, OTEL_TRAINING_SERVE_PASSWORD=PASSWORD) as endpoint:
        dsn = f"http://default:{PASSWORD}@127.0.0.1:{endpoint.port}/otel_training"
        with closing(Store(dsn)) as store:
            yield store, {"CH_ENDPOINT": endpoint.url, "CH_USER": "default", "CH_PASSWORD": PASSWORD}


def shipping(home: Path, url: str) -> dict[str, str]:
    """The environment of a program that ships to a collector."""
    return {
        "OTEL_TRAINING_HOME": str(home),
        "OTEL_TRAINING_OTLP_ENDPOINT": url,
        "OTEL_TRAINING_OTLP_HEADERS": f"authorization=Bearer {TOKEN}",
        "OTEL_TRAINING_USER_KEY": "k",
    }


def ship(segments: Path, url: str, home: Path) -> None:
    """Ship copies of segments by the command, as after the death of their app."""
    (home / "ship").mkdir(parents=True, mode=0o700)
    for path in segments.glob("*.jsonl"):
        shutil.copy(path, home / "ship")
    sent = run("-m", "otel_training.cli", "ship", cwd=home, **shipping(home, url))
    assert (0, "") == (sent.returncode, sent.stderr)


def test_the_collector_stores_what_our_own_drain_stores(tmp_path: Path, folder: DataFolder) -> None:
    """Of the same segments, every table and every view of both stores are the same, value for value."""
    made = traffic.make(folder, tmp_path)

    with served(tmp_path / "served") as (store, to_it):
        with running(tmp_path / "queue", configs=ALONE, **to_it) as collector:
            ship(folder.local, collector.url, tmp_path / "sender")
            until(lambda: events(store) >= len(made))
        by_collector = everything(store)
    with opened(config.settings()) as (own, _):
        by_drain = everything(own)

    assert [] == empty(by_drain)
    assert [] == different(by_drain, by_collector)


def test_what_came_twice_is_seen_once(tmp_path: Path, folder: DataFolder) -> None:
    """The same segments twice, the collector killed each time before it has stored them: no table or view tells."""
    made, queue = traffic.make(folder, tmp_path), tmp_path / "queue"

    with served(tmp_path / "served") as (store, to_it):
        for turn in ("first", "second"):
            with running(queue, PATIENT, configs=ALONE, **to_it) as collector:
                before = inserted(store)
                ship(folder.local, collector.url, tmp_path / turn)
                collector.end(signal.SIGKILL)
            with running(queue, configs=ALONE, **to_it):
                until(lambda: events(store) >= len(made))
                until(lambda before=before: inserted(store) >= before + len(made))
        by_collector = everything(store)
    with opened(config.settings()) as (own, _):
        by_drain = everything(own)

    assert [] == different(by_drain, by_collector)


def test_all_is_stored_of_an_app_whose_collector_is_killed(tmp_path: Path) -> None:
    """An app that ships while its collector is killed three times: what it captured, all of it, once."""
    queue, port = tmp_path / "queue", free_port()
    program = [sys.executable, str(PROGRAMS / "steady.py"), "card", "8", "200", "plain"]
    told = environment(**shipping(tmp_path / "app", f"http://127.0.0.1:{port}"))

    with served(tmp_path / "served") as (store, to_it):
        app = subprocess.Popen(program, env=told, stdout=subprocess.PIPE, text=True)
        for _ in range(3):
            with running(queue, configs=ALONE, port=port, **to_it) as collector:
                time.sleep(1.5)
                collector.end(signal.SIGKILL)
        with running(queue, configs=ALONE, port=port, **to_it) as collector:
            captured = {line.split()[0] for line in app.communicate(timeout=60)[0].splitlines()}
            left = run("-m", "otel_training.cli", "ship", cwd=tmp_path, **shipping(tmp_path / "app", collector.url))
            until(lambda: events(store) >= len(captured))
        seen = [row["insight_id"] for row in store.rows("SELECT insight_id FROM v_feedback ORDER BY insight_id")]

    assert (0, "") == (left.returncode, left.stderr)
    assert len(captured) > 1000
    assert sorted(captured) == seen
