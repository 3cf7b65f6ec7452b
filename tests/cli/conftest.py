"""Data for the tests of commands."""

import subprocess
import sys
from collections.abc import Iterator

import pytest

import otel_training
from otel_training.folder import DataFolder
from otel_training.pipeline import process
from tests.cli.news import extract
from tests.receiving import Receiver, environment, waiting_ids


@pytest.fixture
def gathered() -> None:
    """An extraction, three impressions, two actions and an orphan."""
    extract("chips", "u1", "text")
    known = otel_training.insight_id("u1", "About chips")
    for reader in range(3):
        otel_training.record_impressions([known], user_id=reader)
    otel_training.record_feedback(known, "like", user_id=0)
    otel_training.record_feedback(known, "share", user_id=1)
    otel_training.record_feedback("nosuch", "x")


@pytest.fixture
def left(receiver: Receiver, folder: DataFolder, monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """Three records that an app left behind while the receiver was away; this process knows the endpoint."""
    receiver.be("503")
    program = "import otel_training as o; [o.record_feedback(n, 'like') for n in 'abc']"
    subprocess.run([sys.executable, "-c", program], env=environment(receiver, folder.path), check=True)
    assert 3 == len(waiting_ids(folder.ship))
    monkeypatch.setenv("OTEL_TRAINING_OTLP_ENDPOINT", receiver.endpoint.replace("//", "//me:t0psecret@"))
    monkeypatch.setenv("OTEL_TRAINING_USER_KEY", "k")
    process.reset()
    yield
    process.install()
