"""The sink: a process that takes HTTP requests on raw sockets, reads them whole and answers 200."""

import contextlib
import re
import socket
import subprocess
import sys
import threading
from collections.abc import Iterator

ANSWER = b"HTTP/1.1 200 OK\r\nContent-Type: application/x-protobuf\r\nContent-Length: 0\r\n\r\n"
_LENGTH = re.compile(rb"content-length: *(\d+)", re.IGNORECASE)


@contextlib.contextmanager
def sink() -> Iterator[str]:
    """Run a sink; gives the endpoint of its traces."""
    process = subprocess.Popen([sys.executable, "-m", "tests.bench.sink"], stdout=subprocess.PIPE, text=True)
    with process:
        try:
            assert process.stdout is not None
            yield f"http://127.0.0.1:{process.stdout.readline().strip()}/v1/traces"
        finally:
            process.terminate()


def serve() -> None:
    """Answer until the process is ended; says its port first."""
    with socket.create_server(("127.0.0.1", 0)) as listener:
        sys.stdout.write(f"{listener.getsockname()[1]}\n")
        sys.stdout.flush()
        while True:
            connection, _ = listener.accept()
            threading.Thread(target=answer, args=(connection,), daemon=True).start()


def answer(connection: socket.socket) -> None:
    """Read request after request of one connection."""
    buffer = bytearray(1 << 20)
    with connection, contextlib.suppress(ConnectionError):
        while head := _head(connection):
            known, _, body = head.partition(b"\r\n\r\n")
            match = _LENGTH.search(known)
            waiting = (int(match[1]) if match else 0) - len(body)
            while waiting > 0:
                waiting -= connection.recv_into(buffer, min(waiting, len(buffer)))
            connection.sendall(ANSWER)


def _head(connection: socket.socket) -> bytes:
    head = b""
    while b"\r\n\r\n" not in head:
        if not (chunk := connection.recv(65_536)):
            return b""
        head += chunk
    return head


if __name__ == "__main__":
    serve()
