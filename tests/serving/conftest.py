"""`otel-training serve` as its users run it: a process of its own, asked over HTTP."""

import time
from collections.abc import Callable, Iterator
from typing import Any

import pytest

from tests.serving.endpoint import PASSWORD, Endpoint, serving


@pytest.fixture(scope="session")
def endpoint(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Endpoint]:
    """One `serve` for all tests that do not end it."""
    home = tmp_path_factory.mktemp("served")
    with serving(home, password=PASSWORD, OTEL_TRAINING_SERVE_PASSWORD=PASSWORD, TZ="UTC") as running:
        yield running


@pytest.fixture
def start() -> Any:
    """Start a `serve` of one's own."""
    return serving


@pytest.fixture
def eventually() -> Callable[[Callable[[], bool]], bool]:
    """Wait until something is so."""

    def wait(holds: Callable[[], bool]) -> bool:
        deadline = time.monotonic() + 60
        while not holds():
            if time.monotonic() > deadline:
                return False
            time.sleep(0.05)
        return True

    return wait
