"""The real collector, built once."""

import os
import subprocess
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from tests.collector.process import BINARY, ROOT, Backend, Collector, backend, behind, running


@pytest.fixture(scope="session", autouse=True)
def binary() -> None:
    """Build it as a user does, when there is none of this manifest yet."""
    subprocess.run(["make", "--no-print-directory", "collector"], cwd=ROOT, check=True)


@pytest.fixture
def store() -> Iterator[Backend]:
    """What stands for ClickHouse."""
    with backend() as receiver:
        yield receiver


@pytest.fixture
def app() -> Iterator[Backend]:
    """The app's own backend."""
    with backend() as receiver:
        yield receiver


@pytest.fixture
def collector(tmp_path: Path, store: Backend, app: Backend) -> Iterator[Collector]:
    """A collector with the shipped configuration between them."""
    with running(tmp_path / "queue", behind(store, app)) as instance:
        yield instance


@pytest.fixture
def asked() -> Callable[..., subprocess.CompletedProcess[str]]:
    """Ask the binary about a configuration, with nothing in the environment but what is given."""

    def ask(command: str, *arguments: str, **environment: str) -> subprocess.CompletedProcess[str]:
        variables = {"PATH": os.environ["PATH"], **environment}
        argv = [str(BINARY), command, *arguments]
        return subprocess.run(argv, env=variables, capture_output=True, text=True, check=False)

    return ask
