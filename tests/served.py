"""Starting real programs and real servers for tests."""

import contextlib
import json
import os
import signal
import socket
import subprocess
import sys
import threading
import time
import urllib.error
import urllib.request
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

from tests.ports import free_port

PROGRAMS = Path(__file__).parent / "programs"
TRACED: dict[str, str] = {}
"""The variable that has coverage follow a program, which then takes nearly twice as long."""


def environment(**extra: str) -> dict[str, str]:
    """The environment of a user who configured nothing of ours."""
    clean = {name: value for name, value in os.environ.items() if not name.startswith(("OTEL_", "PYTEST_"))}
    return {**clean, **extra}


def run(*argv: object, cwd: Path, **extra: str) -> subprocess.CompletedProcess[str]:
    """Run a Python program to its end."""
    return subprocess.run(
        [sys.executable, *map(str, argv)],
        cwd=cwd,
        env=environment(**extra),
        capture_output=True,
        text=True,
        timeout=100,
        check=False,
    )


@contextlib.contextmanager
def served(app: str, cwd: Path, **extra: str) -> Iterator[str]:
    """Serve an ASGI app by a real uvicorn from `cwd`; ends it by SIGTERM."""
    port = free_port()
    process = subprocess.Popen(
        [
            sys.executable,
            "-m",
            "uvicorn",
            app,
            "--port",
            str(port),
            "--log-level",
            "warning",
            "--app-dir",
            str(PROGRAMS),
        ],
        cwd=cwd,
        env=environment(**extra),
    )
    url = f"http://127.0.0.1:{port}"
    try:
        _wait(url, process)
        yield url
    finally:
        process.send_signal(signal.SIGTERM)
        process.wait(timeout=60)


def _wait(url: str, process: subprocess.Popen[bytes]) -> None:
    for _ in range(1200):
        assert process.poll() is None, "the server ended"
        with contextlib.suppress(urllib.error.URLError, ConnectionError):
            request(url + "/openapi.json")
            return
        time.sleep(0.05)
    raise TimeoutError(url)


def request(url: str, body: object = None, headers: Mapping[str, str] | None = None) -> tuple[int, Any]:
    """Send a GET, or a POST of JSON, and return status and answer."""
    data = None if body is None else body if isinstance(body, bytes) else json.dumps(body).encode()
    asked = urllib.request.Request(url, data, {"content-type": "application/json", **(headers or {})})  # noqa: S310
    try:
        with urllib.request.urlopen(asked, timeout=30) as answer:  # noqa: S310 - loopback
            return answer.status, json.loads(answer.read() or b"null")
    except urllib.error.HTTPError as error:
        with error:
            return error.code, None


@contextlib.contextmanager
def threaded(app: Any) -> Iterator[str]:
    """Serve an ASGI app by a real uvicorn in a thread of this process."""
    import uvicorn

    with socket.socket() as listening:
        listening.bind(("127.0.0.1", 0))
        server = uvicorn.Server(uvicorn.Config(app, log_level="warning", lifespan="off"))
        thread = threading.Thread(target=server.run, kwargs={"sockets": [listening]})
        thread.start()
        while not server.started:
            time.sleep(0.01)
        yield f"http://127.0.0.1:{listening.getsockname()[1]}"
        server.should_exit = server.force_exit = True
        thread.join()
