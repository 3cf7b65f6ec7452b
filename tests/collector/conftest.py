"""The real collector, built once."""

import subprocess
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.collector.process import ROOT, Backend, Collector, backend, behind, running


@pytest.fixture(scope="session", autouse=True)
def binary() -> None:
    """Build it as a user does, when there is none of this manifest yet."""
    subprocess.run(["make", "--no-print-directory", "collector"], cwd=ROOT, check=True)


@pytest.fixture
def store() -> Iterator[Backend]:
    """What stands for ClickHouse."""
    with backend() as made:
        yield made


@pytest.fixture
def app() -> Iterator[Backend]:
    """The app's own backend."""
    with backend() as made:
        yield made


@pytest.fixture
def collector(tmp_path: Path, store: Backend, app: Backend) -> Iterator[Collector]:
    """A collector with the shipped configuration between them."""
    with running(tmp_path / "queue", behind(store, app)) as made:
        yield made
