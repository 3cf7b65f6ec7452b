"""The load: requests over kept-alive raw sockets, one after the other on each connection."""

import selectors
import socket
import sys
import time
from typing import Any, cast

from tests.bench.child import percentile, tell

BODY = b'{"insight_id":"0190a0a0-4b1c-7abc-8def-0123456789ab","action":"like","metadata":{"user_id":7}}'
REQUEST = (
    b"POST /api/feed/engage HTTP/1.1\r\nHost: bench\r\nContent-Type: application/json\r\n"
    b"Content-Length: %d\r\n\r\n%b" % (len(BODY), BODY)
)
GOOD = b"HTTP/1.1 200"
END = b'{"ok":true}'


def run(port: int, connections: int, seconds: float) -> None:
    """Send for so many seconds; tell requests a second and latencies in milliseconds."""
    with selectors.DefaultSelector() as selector:
        for _ in range(connections):
            selector.register(socket.create_connection(("127.0.0.1", port)), selectors.EVENT_READ)
        began = time.perf_counter()
        latencies = exchanged(selector, began + seconds)
        rate = len(latencies) / (time.perf_counter() - began)
    tell(rate=rate, p50=percentile(latencies, 0.5) * 1e3, p99=percentile(latencies, 0.99) * 1e3)


def exchanged(selector: selectors.BaseSelector, until: float) -> list[float]:
    """Keep one request under way on every connection."""
    sent: dict[Any, float] = {}
    for key in selector.get_map().values():
        _send(cast("socket.socket", key.fileobj), sent)
    latencies = []
    while (now := time.perf_counter()) < until:
        for key, _ in selector.select(1):
            connection = cast("socket.socket", key.fileobj)
            _receive(connection)
            latencies.append(time.perf_counter() - sent[connection])
            _send(connection, sent)
    assert now
    return latencies


def _send(connection: socket.socket, sent: dict[Any, float]) -> None:
    sent[connection] = time.perf_counter()
    connection.sendall(REQUEST)


def _receive(connection: socket.socket) -> None:
    answer = connection.recv(65_536)
    while not answer.endswith(END):
        assert answer.startswith(GOOD), answer
        answer += connection.recv(65_536)


if __name__ == "__main__":
    run(int(sys.argv[1]), int(sys.argv[2]), float(sys.argv[3]))
