"""The way from a folder to a store: the shipper, the collector and `serve`, all of them real."""

import shutil
from collections.abc import Iterator, Mapping
from contextlib import closing, contextmanager
from pathlib import Path
from typing import Any, Final

from otel_training.store.client import Store
from tests.collector.process import ALONE, TOKEN, Collector, running
from tests.served import run
from tests.serving.endpoint import Endpoint, serving

PASSWORD: Final = "of-these-tests"  # noqa: S105


@contextmanager
def served(home: Path) -> Iterator[tuple[Store, Endpoint]]:
    """Serve a store; gives it as any client reads it, and where it is served."""
    with serving(home, password=PASSWORD, OTEL_TRAINING_SERVE_PASSWORD=PASSWORD) as endpoint:
        dsn = f"http://default:{PASSWORD}@127.0.0.1:{endpoint.port}/otel_training"
        with closing(Store(dsn)) as store:
            yield store, endpoint


@contextmanager
def collecting(queue: Path, into: Endpoint, *overlays: Mapping[str, Any], port: int = 0) -> Iterator[Collector]:
    """Run a collector that stores what it takes there."""
    writer = into.as_user("writer")
    variables = {"CH_ENDPOINT": into.url, "CH_USER": writer.user, "CH_PASSWORD": writer.password}
    with running(queue, *overlays, configs=ALONE, port=port, **variables) as collector:
        yield collector


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
