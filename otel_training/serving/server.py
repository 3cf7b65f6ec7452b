"""Serving the embedded store on this machine's loopback, until a signal."""

import os
import signal
import socket
import threading
import time
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from typing import TYPE_CHECKING, Final

from otel_training.errors import TrainingError
from otel_training.folder import DataFolder
from otel_training.serving.clickhouse.app import App
from otel_training.serving.clickhouse.engine import Engine
from otel_training.serving.clickhouse.session import Sessions
from otel_training.serving.drainer import Drainer
from otel_training.store.client import Store

if TYPE_CHECKING:
    from uvicorn import Server

HOST: Final = "127.0.0.1"
GRACE_SECONDS: Final = 1.5
_THREADS: Final = 64
_KEEP_ALIVE_SECONDS: Final = 75
_URL_BYTES: Final = 1 << 20
_BACKLOG: Final = 128
_POLL_SECONDS: Final = 0.05


@contextmanager
def bound(port: int) -> Iterator[socket.socket]:
    """Take a port of the loopback; raises `TrainingError` when it is not free."""
    # With its protocol named, or asyncio leaves Nagle's algorithm on: 40 ms for each small answer.
    with socket.socket(socket.AF_INET, socket.SOCK_STREAM, socket.IPPROTO_TCP) as taken:
        taken.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            taken.bind((HOST, port))
        except OSError as error:
            reason = error.strerror or type(error).__name__
            raise TrainingError(f"Port {port} cannot be taken ({reason}): choose another with --port.") from error
        yield taken


def serve(store: Store, folder: DataFolder, taken: socket.socket, password: str, ready: Callable[[], None]) -> None:
    """Serve until SIGINT or SIGTERM, draining meanwhile; `ready` is called when clients may come.

    What does not stop within `GRACE_SECONDS` then ends with the process, which loses nothing.
    """
    drainer = Drainer(store, folder)
    engine = Engine(folder.store, Sessions(folder.store))
    version, timezone = engine.constants()
    watchdog = threading.Timer(GRACE_SECONDS, os._exit, (0,))
    watchdog.daemon = True
    with ThreadPoolExecutor(_THREADS) as threads, ThreadPoolExecutor(1) as aside:
        server = _server(App(engine, password, drainer.now, threads, aside, folder.path, version, timezone))
        running = [
            threading.Thread(target=server.run, args=([taken],), daemon=True),
            threading.Thread(target=drainer.run, daemon=True),
        ]
        with _signalled() as stop:
            for one in running:
                one.start()
            while not server.started and running[0].is_alive():
                time.sleep(_POLL_SECONDS)
            ready()
            while running[0].is_alive() and not stop.wait(1):
                pass
        watchdog.start()
        server.should_exit = True
        drainer.stopped.set()
        while any(one.is_alive() for one in running):
            engine.kill()
            running[0].join(_POLL_SECONDS)
    engine.sessions.close()
    watchdog.cancel()


def _server(app: App) -> "Server":
    import uvicorn

    return uvicorn.Server(
        uvicorn.Config(
            app,
            http="h11",
            ws="none",
            lifespan="off",
            log_config=None,
            access_log=False,
            server_header=False,
            backlog=_BACKLOG,
            timeout_keep_alive=_KEEP_ALIVE_SECONDS,
            timeout_graceful_shutdown=1,
            h11_max_incomplete_event_size=_URL_BYTES,
        )
    )


@contextmanager
def _signalled() -> Iterator[threading.Event]:
    """Tell of SIGINT and SIGTERM by an event, for a while."""
    stop = threading.Event()
    before = {one: signal.signal(one, lambda *_: stop.set()) for one in (signal.SIGINT, signal.SIGTERM)}
    try:
        yield stop
    finally:
        for one, handler in before.items():
            signal.signal(one, handler)
