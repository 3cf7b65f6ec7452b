"""The real collector in a process of its own, and the backend behind it."""

import contextlib
import json
import os
import signal
import subprocess
import threading
import time
import urllib.error
import urllib.request
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any, Final

from tests.ports import free_port

ROOT: Final = Path(__file__).parents[2]
CONFIG: Final = ROOT / "collector" / "config.yaml"
ALONE: Final = (CONFIG, CONFIG.with_name("alone.yaml"))
BINARY: Final = ROOT / ".cache" / "otelcol-training"
TOKEN: Final = "not-a-secret"  # noqa: S105 - of these tests alone
GOGC: Final = "200"
"""How much garbage it collects at once, as in the image."""
VARIABLES: Final = ("OTLP_TOKEN", "QUEUE_DIR", "CH_ENDPOINT", "CH_USER", "CH_PASSWORD", "APP_OTLP_ENDPOINT")


def variables(queue: Path) -> dict[str, str]:
    """The variables of the configuration, each with a value of its own."""
    values = (TOKEN, str(queue), "http://127.0.0.1:8123", "writer", "also-not-secret", "http://127.0.0.1:9")
    return dict(zip(VARIABLES, values, strict=True))


@dataclass
class Backend:
    """A receiver of OTLP/JSON; keeps what it got, by path."""

    received: list[tuple[str, dict[str, Any]]] = field(default_factory=list)
    url: str = ""

    def logs(self) -> list[dict[str, Any]]:
        """Every log record, flat: attributes by name, resource and scope beside them."""
        return [
            {
                **_flat(record),
                "body": record.get("body", {}).get("stringValue"),
                "resource": _flat(resource["resource"]),
                "scope": scope["scope"],
                "record": {key: value for key, value in record.items() if key not in {"attributes", "body"}},
            }
            for path, request in list(self.received)
            if path == "/v1/logs"
            for resource in request["resourceLogs"]
            for scope in resource["scopeLogs"]
            for record in scope["logRecords"]
        ]

    def spans(self) -> list[dict[str, Any]]:
        """Every span as it came, its attributes flat."""
        return [
            {**span, "attributes": _flat(span), "resource": _flat(resource["resource"])}
            for path, request in list(self.received)
            if path == "/v1/traces"
            for resource in request["resourceSpans"]
            for scope in resource["scopeSpans"]
            for span in scope["spans"]
        ]


def flat(request: dict[str, Any]) -> list[dict[str, Any]]:
    """The log records of a request, as a backend tells them."""
    return Backend([("/v1/logs", request)]).logs()


def _flat(carrier: Mapping[str, Any]) -> dict[str, Any]:
    return {attribute["key"]: next(iter(attribute["value"].values())) for attribute in carrier.get("attributes", [])}


@contextlib.contextmanager
def backend(port: int = 0) -> Iterator[Backend]:
    """Serve a backend on loopback."""
    receiver = Backend()

    class Handler(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            body = self.rfile.read(int(self.headers["content-length"]))
            receiver.received.append((self.path, json.loads(body)))
            self.send_response(200)
            self.send_header("content-type", "application/json")
            self.send_header("content-length", "2")
            self.end_headers()
            self.wfile.write(b"{}")

        def log_message(self, format: str, *args: object) -> None:  # noqa: A002 - the base's name
            """Say nothing."""

    server = ThreadingHTTPServer(("127.0.0.1", port), Handler)
    receiver.url = f"http://127.0.0.1:{server.server_port}"
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.05})
    thread.start()
    try:
        yield receiver
    finally:
        server.shutdown()
        server.server_close()
        thread.join()


@dataclass
class Collector:
    """A running collector: `url` takes OTLP over HTTP, `grpc` over gRPC."""

    process: subprocess.Popen[bytes]
    url: str
    grpc: str

    def send(self, path: str, request: object, token: str | None = TOKEN, timeout: float = 30, **headers: str) -> int:
        """Post an OTLP/JSON request and return the status."""
        body = request if isinstance(request, bytes) else json.dumps(request).encode()
        headers |= {"content-type": "application/json"} | ({"authorization": f"Bearer {token}"} if token else {})
        asked = urllib.request.Request(self.url + path, body, headers)  # noqa: S310 - loopback
        try:
            with urllib.request.urlopen(asked, timeout=timeout) as answer:  # noqa: S310 - loopback
                return int(answer.status)
        except urllib.error.HTTPError as error:
            with error:
                return error.code

    def end(self, by: signal.Signals) -> None:
        """End it, politely or as the kernel would."""
        self.process.send_signal(by)
        self.process.wait(timeout=30)


@contextlib.contextmanager
def running(
    queue: Path, *overlays: Mapping[str, Any], configs: Sequence[Path] = (CONFIG,), port: int = 0, **environment: str
) -> Iterator[Collector]:
    """Run the shipped configuration on free ports, with `overlays` merged in; ends it by SIGTERM."""
    http, grpc, health = port or free_port(), free_port(), free_port()
    ports = {
        "receivers": {
            "otlp": {
                "protocols": {
                    "http": {"endpoint": f"127.0.0.1:{http}"},
                    "grpc": {"endpoint": f"127.0.0.1:{grpc}"},
                }
            }
        },
        "extensions": {"health_check": {"endpoint": f"127.0.0.1:{health}"}},
        "service": {"telemetry": {"metrics": {"level": "none"}, "logs": {"level": "warn"}}},
    }
    merged = [f"--config=yaml:{json.dumps(overlay)}" for overlay in (ports, *overlays)]
    # Its log goes where pytest shows it with a failure.
    process = subprocess.Popen(
        [BINARY, *[f"--config={config}" for config in configs], *merged],
        env={**os.environ, "GOGC": GOGC, **variables(queue), **environment},
    )
    try:
        until(lambda: _healthy(health, process))
        yield Collector(process, f"http://127.0.0.1:{http}", f"127.0.0.1:{grpc}")
    finally:
        process.terminate()
        process.wait(timeout=30)


def _healthy(port: int, process: subprocess.Popen[bytes]) -> bool:
    assert process.poll() is None, "the collector ended"
    with contextlib.suppress(OSError), urllib.request.urlopen(f"http://127.0.0.1:{port}", timeout=5) as answer:
        return bool(answer.status == 200)
    return False


def until(holds: Callable[[], object], seconds: float = 60) -> None:
    """Wait until something holds."""
    end = time.monotonic() + seconds
    while not holds():
        assert time.monotonic() < end, "it did not come to hold"
        time.sleep(0.05)


def behind(training: Backend | str, app: Backend | str) -> dict[str, Any]:
    """The overlay that puts readable ends behind the shipped pipelines; receivers, processors and queues stay.

    OTLP takes the place of the ClickHouse exporter, whose INSERTs are tested where the engine answers them.
    """
    urls = [end if isinstance(end, str) else end.url for end in (training, app)]
    readable = {"encoding": "json", "compression": "none"}
    retry = {"enabled": True, "initial_interval": "100ms", "max_interval": "500ms", "max_elapsed_time": 0}
    quick = {"flush_timeout": "50ms", "min_size": 0}
    queue = {"enabled": True, "storage": "file_storage/queue", "sizer": "bytes", "queue_size": 1 << 30}
    taken = {"sending_queue": {**queue, "batch": {**quick, "sizer": "bytes"}}, "retry_on_failure": retry, **readable}
    return {
        "exporters": {
            "otlp_http/training": {"endpoint": urls[0], **taken},
            "otlp_http/app": {"endpoint": urls[1], **taken},
        },
        "service": {
            "pipelines": {
                "logs/training": {"exporters": ["otlp_http/training"]},
                "traces/training": {"exporters": ["otlp_http/training"]},
            }
        },
    }
