"""A receiver in a process of its own, shipping to it, and what would be shipped."""

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

import otel_training
from otel_training.folder import DataFolder
from otel_training.pipeline import process
from otel_training.shipping import shipper
from tests.receiving import Receiver


@pytest.fixture
def ships(receiver: Receiver, folder: DataFolder, monkeypatch: pytest.MonkeyPatch) -> Iterator[Receiver]:
    """Ship from this process to the receiver, soon trying again."""
    monkeypatch.setattr(shipper, "LONGEST_WAIT", 1.0)
    monkeypatch.setattr(shipper, "TRIM_SECONDS", 1.0)
    otel_training.configure(otlp_endpoint=receiver.endpoint, otlp_timeout=1000, user_key="k")
    yield receiver
    receiver.be("ok")
    process.install()


@pytest.fixture
def segment(folder: DataFolder) -> Any:
    """The segment of what was captured."""

    def read() -> Path:
        assert otel_training.flush(30)
        (path,) = folder.local.glob("*.jsonl")
        return path

    return read
