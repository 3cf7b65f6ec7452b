"""Draining while the store is served."""

import logging
import threading
import time
from collections.abc import Iterator
from contextlib import closing
from typing import Any

import pytest

from otel_training import record_feedback
from otel_training.errors import StoreError, TrainingError
from otel_training.folder import DataFolder
from otel_training.pipeline import process
from otel_training.serving import drainer as module
from otel_training.serving.drainer import Drainer
from otel_training.store.client import Store, embedded_dsn
from otel_training.store.migrate import migrate
from otel_training.store.owner import ask_to_drain
from tests.collector.process import until

pytestmark = pytest.mark.slow


@pytest.fixture
def drainer(folder: DataFolder) -> Iterator[Drainer]:
    """Of a store without our tables."""
    store = Store(embedded_dsn(folder.store))
    yield Drainer(store, folder)
    store.close()


def test_a_drain_that_fails_is_logged_once_and_tried_again(
    drainer: Drainer, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    """As long as its reason stays; and it succeeds when the reason goes."""
    monkeypatch.setattr(module, "SECONDS", 0.05)
    record_feedback("a", "like", user_id=1)
    process.install()
    thread = threading.Thread(target=drainer.drain_until_stopped)
    with caplog.at_level(logging.WARNING, "otel_training"):
        thread.start()
        until(lambda: caplog.records)
        time.sleep(0.3)
    assert ["Draining failed"] == [record.getMessage()[:15] for record in caplog.records]

    with closing(drainer.store.another()) as other:
        migrate(other)
        until(lambda: other.row("SELECT count() AS n FROM feedback")["n"])
    drainer.stopped.set()
    thread.join()
    assert {"n": 1} == drainer.store.row("SELECT count() AS n FROM feedback")


def test_a_drain_stops_with_the_server(drainer: Drainer) -> None:
    """Between two batches; what is left waits in its segments."""
    migrate(drainer.store)
    drainer.stopped.set()

    with pytest.raises(TrainingError, match="nothing was lost"):
        drainer.drain_now()


def test_a_server_that_is_gone_is_one_sentence() -> None:
    """A command that finds no one at the announced place says so."""
    with pytest.raises(StoreError, match="does not answer"):
        ask_to_drain("http://default:x@127.0.0.1:9/otel_training")


def test_what_the_server_says_is_what_the_command_says(endpoint: Any) -> None:
    """A drain that is refused there is an error here."""
    with pytest.raises(StoreError, match="Code: 516"):
        ask_to_drain(f"http://default:wrong@127.0.0.1:{endpoint.port}/otel_training")
