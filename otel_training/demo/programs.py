"""Programs of the demo: each a process of its own, stopped whatever happens."""

import signal
import socket
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from typing import Final

from otel_training.errors import TrainingError

STARTS_WITHIN: Final = 20.0
STOPS_WITHIN: Final = 10.0


def run_program(module: str, cwd: Path, environment: Mapping[str, str], say: Callable[[str], None]) -> None:
    """Run a module to its end; each line that it prints goes to `say`.

    Raises `TrainingError` when it fails.
    """
    with _start([module], cwd, environment, stdout=subprocess.PIPE) as process:
        for line in process.stdout or ():
            say(line.rstrip())
        if code := process.wait():
            raise TrainingError(f"The demo's program {module} failed with exit code {code}: its message stands above.")


@contextmanager
def serve(app: str, cwd: Path, environment: Mapping[str, str]) -> Iterator[str]:
    """Serve an ASGI app by uvicorn on a free port of the loopback interface; yields its URL.

    Raises `TrainingError` when it does not start.
    """
    port = _free_port()
    options = ["--host", "127.0.0.1", "--port", str(port), "--log-level", "warning"]
    with _start(["uvicorn", app, *options], cwd, environment) as process:
        _wait_until_it_listens(app, port, process)
        yield f"http://127.0.0.1:{port}"


@contextmanager
def _start(
    module: list[str], cwd: Path, environment: Mapping[str, str], stdout: int | None = None
) -> Iterator[subprocess.Popen[str]]:
    argv = [sys.executable, "-m", *module]
    with _without_interrupts():
        process = subprocess.Popen(argv, cwd=cwd, env=environment, stdout=stdout, text=True)  # noqa: S603 - our own
    with process:
        try:
            yield process
        finally:
            _stop(process)


@contextmanager
def _without_interrupts() -> Iterator[None]:
    """Have a program that is started meanwhile ignore Ctrl-C, of which it would print a traceback: we end it."""
    if threading.current_thread() is not threading.main_thread():
        yield
        return
    before = signal.signal(signal.SIGINT, signal.SIG_IGN)
    try:
        yield
    finally:
        signal.signal(signal.SIGINT, before)


def _stop(process: subprocess.Popen[str]) -> None:
    process.terminate()
    try:
        process.wait(STOPS_WITHIN)
    except subprocess.TimeoutExpired:
        process.kill()


def _free_port() -> int:
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port: int = free.getsockname()[1]
        return port


def _wait_until_it_listens(app: str, port: int, process: subprocess.Popen[str]) -> None:
    end = time.monotonic() + STARTS_WITHIN
    while time.monotonic() < end and process.poll() is None:
        try:
            socket.create_connection(("127.0.0.1", port), timeout=1).close()
        except OSError:
            time.sleep(0.05)
        else:
            return
    raise TrainingError(f"The demo's server {app} did not start within {STARTS_WITHIN:g} seconds.")
