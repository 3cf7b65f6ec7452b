"""The whole chain: an app ships to the real collector, which writes to `otel-training serve`; both go and come back."""

import contextlib
import signal
import tempfile
import time
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from tests.bench.results import Row
from tests.collector.process import CONFIG, TOKEN, Collector, running
from tests.faults.app import Field
from tests.ports import free_port
from tests.serving.endpoint import Endpoint, serving

PASSWORD = "of-this-run-alone"  # noqa: S105 - nothing else knows it
QUIET = {"level": "fatal"}
UP_SECONDS = 2.0
ARRIVAL_SECONDS = 90.0
"""The collector may wait for half a minute before it asks ClickHouse again."""


@dataclass
class Chain:
    """A collector and the store behind it, each of which ends and comes back on its own port."""

    place: Path
    http: int = field(default_factory=free_port)
    store: int = field(default_factory=free_port)
    serving: Endpoint | None = None

    @property
    def endpoint(self) -> str:
        """The collector's base URL."""
        return f"http://127.0.0.1:{self.http}"

    def be(self, mode: str) -> None:
        """Do nothing: what fails here is ended and started again."""

    def collector(self) -> contextlib.AbstractContextManager[Collector]:
        """Run the collector as it is shipped."""
        http = {"endpoint": f"127.0.0.1:{self.http}"}
        ports = {"receivers": {"otlp": {"protocols": {"http": http}}}, "service": {"telemetry": {"logs": QUIET}}}
        variables: dict[str, Any] = {
            "CH_ENDPOINT": f"http://127.0.0.1:{self.store}",
            "CH_USER": "default",
            "CH_PASSWORD": PASSWORD,
        }
        return running(self.place / "queue", ports, configs=(CONFIG, CONFIG.with_name("alone.yaml")), **variables)

    @contextlib.contextmanager
    def clickhouse(self) -> Iterator[None]:
        """Run `serve`."""
        home = self.place / "store"
        with serving(home, "--port", self.store, password=PASSWORD, OTEL_TRAINING_SERVE_PASSWORD=PASSWORD) as endpoint:
            self.serving = endpoint
            yield
        self.serving = None

    def named(self) -> Counter[str]:
        """How many events each insight has in the view."""
        assert self.serving is not None
        asked = "SELECT insight_id, count() FROM otel_training.v_feedback GROUP BY insight_id"
        return Counter({name: int(count) for name, count in self.serving.rows(asked)})


def rows(*, quick: bool) -> list[Row]:
    """Kill the collector again and again, for a while with ClickHouse down."""
    return collected(*((3, 10) if quick else (20, 120)))


def collected(kills: int, down: float) -> list[Row]:
    """Count what is not in the view once all is up again."""
    with tempfile.TemporaryDirectory(ignore_cleanup_errors=True) as place:
        chain = Chain(Path(place))
        app_field = Field(chain, Path(place) / "data", f"authorization=Bearer {TOKEN}")
        third = kills // 3
        with chain.clickhouse():
            app = app_field.start("c", 3600, 500)
            _kill(chain, third, UP_SECONDS)
        _kill(chain, third, down / third)
        with chain.clickhouse():
            _kill(chain, kills - 2 * third, UP_SECONDS)
            with chain.collector():
                time.sleep(1)
                app_field.kill(app, signal.SIGTERM)
                app_field.settle()
                _await(chain, app_field)
            name = f"collector killed -9 {kills} times, ClickHouse down for {down:.0f} s"
            return [
                Row(f"{name}: lost of {len(app_field.certain):,}", app_field.lost(), "records", "= 0"),
                Row(f"{name}: made double", app_field.doubled(), "events", "= 0"),
            ]


def _kill(chain: Chain, times: int, seconds: float) -> None:
    """Run the collector and kill it, so many times."""
    for _ in range(times):
        with chain.collector() as collector:
            time.sleep(seconds)
            collector.end(signal.SIGKILL)


def _await(chain: Chain, app_field: Field[Chain]) -> None:
    """Wait until all that is certain has arrived, or long enough."""
    end = time.monotonic() + ARRIVAL_SECONDS
    while app_field.lost() and time.monotonic() < end:
        time.sleep(0.5)
