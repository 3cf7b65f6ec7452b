"""Serving the embedded store on this machine's loopback, until a signal."""

import os
import signal
import socket
import threading
import time
from collections.abc import Callable, Iterator, Mapping
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from functools import partial
from typing import TYPE_CHECKING, Final

from otel_training.conventions import DATABASE
from otel_training.errors import TrainingError
from otel_training.folder import DataFolder
from otel_training.serving.clickhouse.app import App
from otel_training.serving.clickhouse.engine import Engine
from otel_training.serving.clickhouse.errors import RouteError
from otel_training.serving.clickhouse.fence import read_fence
from otel_training.serving.clickhouse.session import Sessions
from otel_training.serving.clickhouse.user import User
from otel_training.serving.drainer import Drainer
from otel_training.store.client import Store, connect_embedded

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
def bind_loopback(port: int) -> Iterator[socket.socket]:
    """Bind a socket to a port of the loopback; raises `TrainingError` when it is not free."""
    # With its protocol named, or asyncio leaves Nagle's algorithm on: 40 ms for each small answer.
    with socket.socket(socket.AF_INET, socket.SOCK_STREAM, socket.IPPROTO_TCP) as listener:
        listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            listener.bind((HOST, port))
        except OSError as error:
            reason = error.strerror or type(error).__name__
            raise TrainingError(f"Port {port} cannot be taken ({reason}): choose another with --port.") from error
        yield listener


def serve(
    store: Store, folder: DataFolder, listener: socket.socket, users: Mapping[str, User], announce: Callable[[], None]
) -> None:
    """Serve until SIGINT or SIGTERM, draining meanwhile; `announce` is called when clients may come.

    What does not stop within `GRACE_SECONDS` then ends with the process, which loses nothing.
    """
    drainer = Drainer(store, folder)
    connect = partial(connect_embedded, folder.store)
    engine = Engine(connect, Sessions(connect), DATABASE)
    version, timezone = engine.read_version_and_timezone()
    fence = read_fence(engine.read_names)
    watchdog = threading.Timer(GRACE_SECONDS, os._exit, (0,))
    watchdog.daemon = True
    with ThreadPoolExecutor(_THREADS) as threads, ThreadPoolExecutor(1) as kill_thread:
        routes = {"/drain": partial(_drain, drainer)}
        server = _make_server(App(engine, users, routes, threads, kill_thread, folder.path, version, timezone, fence))
        serving = threading.Thread(target=server.run, args=([listener],), daemon=True)
        draining = threading.Thread(target=drainer.drain_until_stopped, daemon=True)
        with _catch_signals() as stop:
            serving.start()
            draining.start()
            while not server.started and serving.is_alive():
                time.sleep(_POLL_SECONDS)
            announce()
            while serving.is_alive() and not stop.wait(1):
                pass
        watchdog.start()
        server.should_exit = True
        drainer.stopped.set()
        while serving.is_alive() or draining.is_alive():
            engine.kill()
            serving.join(_POLL_SECONDS)
    engine.sessions.close()
    watchdog.cancel()


def _drain(drainer: Drainer) -> None:
    """Drain when another command asks for it."""
    try:
        drainer.drain_now()
    except TrainingError as error:
        raise RouteError(str(error)) from error


def _make_server(app: App) -> "Server":
    import uvicorn

    from otel_training.serving.clickhouse.connection import GuardedConnection

    return uvicorn.Server(
        uvicorn.Config(
            app,
            http=GuardedConnection,
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
def _catch_signals() -> Iterator[threading.Event]:
    """Set the event at SIGINT and SIGTERM, instead of what they do otherwise."""
    stop = threading.Event()
    before = {number: signal.signal(number, lambda *_: stop.set()) for number in (signal.SIGINT, signal.SIGTERM)}
    try:
        yield stop
    finally:
        for number, handler in before.items():
            signal.signal(number, handler)
