"""A loopback Messages API for the real `anthropic` client."""

import importlib.util
from collections.abc import Iterator
from types import ModuleType

import pytest

from tests.served import PROGRAMS, threaded


@pytest.fixture(scope="module")
def api() -> Iterator[ModuleType]:
    """Serve it by a real uvicorn in a thread; `url` is where."""
    spec = importlib.util.spec_from_file_location("messages_api", PROGRAMS / "messages_api.py")
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    with threaded(module.app) as url:
        module.url = url  # type: ignore[attr-defined]
        yield module
