"""Clients that open connections and ask nothing."""

import asyncio
import contextlib
import socket
import threading
import time
from collections.abc import Iterator
from tempfile import SpooledTemporaryFile
from typing import Any

import pytest
import uvicorn

from otel_training.serving.clickhouse import app, connection
from otel_training.serving.clickhouse.connection import GuardedConnection
from otel_training.serving.clickhouse.errors import QueryError
from otel_training.serving.clickhouse.reply import send_text

pytestmark = pytest.mark.slow

HEAD = b"GET / HTTP/1.1\r\nHost: x\r\n"


async def answer(_scope: Any, _receive: Any, send: Any) -> None:
    """The least that is an answer."""
    await send_text(send, 200, "Ok.\n")


@pytest.fixture
def port(monkeypatch: pytest.MonkeyPatch) -> Iterator[int]:
    """A server that waits for a head for half a second, and takes 20 connections."""
    monkeypatch.setattr(connection, "HEAD_SECONDS", 0.5)
    monkeypatch.setattr(connection, "CONNECTIONS", 20)
    with socket.create_server(("127.0.0.1", 0)) as listener:
        server = uvicorn.Server(uvicorn.Config(answer, http=GuardedConnection, lifespan="off", log_config=None))
        thread = threading.Thread(target=server.run, args=([listener],))
        thread.start()
        yield listener.getsockname()[1]
        server.should_exit = True
        thread.join()


def begin(port: int, data: bytes) -> socket.socket:
    """Open a connection, and send what may be a part of a request."""
    client = socket.create_connection(("127.0.0.1", port), timeout=20)
    client.sendall(data)
    return client


def read(client: socket.socket) -> bytes:
    """Read what comes first; b'' where the server has closed."""
    try:
        return client.recv(1000)
    except ConnectionResetError:
        return b""


@pytest.mark.parametrize(
    "data", [b"", b"G", HEAD, HEAD + b"\r\n" + HEAD], ids=["nothing", "a letter", "half", "second"]
)
def test_a_head_that_does_not_come_ends_the_connection(port: int, data: bytes) -> None:
    """The first, or one after an answer."""
    with begin(port, data) as client:
        begun = time.monotonic()
        while read(client):
            pass

        assert time.monotonic() - begun < 15


def test_a_slow_head_is_not_waited_for_anew(port: int) -> None:
    """Not byte by byte."""
    with begin(port, HEAD) as client:
        client.settimeout(0.1)
        for _ in range(100):
            with contextlib.suppress(TimeoutError):
                assert b"" == read(client)
                break
            with contextlib.suppress(OSError):
                client.sendall(b"X")
        else:
            pytest.fail("it waits for ever")


def test_too_many_make_room_for_who_asks(port: int, monkeypatch: pytest.MonkeyPatch) -> None:
    """The one that has waited longest is closed, and neither a new one nor one that is answered."""
    monkeypatch.setattr(connection, "HEAD_SECONDS", 60)
    waiting = [begin(port, HEAD) for _ in range(50)]
    with begin(port, HEAD + b"\r\n") as client:
        assert read(client).startswith(b"HTTP/1.1 200")
    assert b"" == read(waiting[0])
    for peer in waiting:
        peer.close()


@pytest.mark.parametrize(("name", "value", "code"), [("_BODY_SECONDS", 0.05, 209), ("_BODY_BYTES", 2, 307)])
def test_a_body_is_waited_for_and_kept_within_bounds(
    monkeypatch: pytest.MonkeyPatch, name: str, value: float, code: int
) -> None:
    """One that stops in the middle, or does not end, is an error."""
    monkeypatch.setattr(app, name, value)
    parts = [{"type": "http.request", "body": b"abc", "more_body": True}]

    async def receive() -> dict[str, Any]:
        return parts.pop() if parts else await asyncio.Event().wait()  # type: ignore[return-value]

    with SpooledTemporaryFile() as body, pytest.raises(QueryError) as raised:
        asyncio.run(app._receive_body(receive, body))

    assert (code, True) == (raised.value.code, raised.value.status in {408, 413})
