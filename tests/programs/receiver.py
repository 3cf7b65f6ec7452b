"""An OTLP/HTTP receiver that fails on demand, in a process of its own so that it can be killed.

`receiver.py PORT FOLDER`: `FOLDER/mode` says how it behaves, read anew for each request; accepted
event ids go to `FOLDER/accepted`, with the insight's, one a line, before the answer; every request to
`FOLDER/requests`; losses that it was told of to `FOLDER/losses`. With `FOLDER/tls.pem` it speaks HTTPS.
"""

import contextlib
import gzip
import importlib
import json
import os
import socket
import ssl
import struct
import sys
import threading
import time
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any

PORT, FOLDER = int(sys.argv[1]), Path(sys.argv[2])
MODES = (
    "ok", "slow:1", "hang", "drip", "refuse", "backlog", "429", "429:1", "500", "503", "302", "401", "404", "garbage",
    "partial", "reset", "413:2000", "exhausted:2000", "400:TEXT", "500:TEXT",
)  # fmt: skip
"""Every mode; a number after the colon is seconds or bytes, a text one that a record holds."""


def mode() -> tuple[str, str]:
    """How to behave now, and its argument."""
    name, _, argument = (FOLDER / "mode").read_text(encoding="utf-8").strip().partition(":")
    return name, argument


def append(name: str, text: str) -> None:
    """Append to a file by one system call."""
    file = os.open(FOLDER / name, os.O_WRONLY | os.O_CREAT | os.O_APPEND, 0o600)
    os.write(file, text.encode())
    os.close(file)


def named(record: dict[str, Any]) -> str:
    """The id of a record, and of the insight that it is about."""
    attributes = {pair["key"]: pair["value"] for pair in record["attributes"]}
    insight = attributes.get("training.insight.id", {}).get("stringValue", "-")
    return f"{attributes['training.event.id']['stringValue']} {insight}"


class Receiver(BaseHTTPRequestHandler):
    """Behaves as `mode` says."""

    protocol_version = "HTTP/1.1"

    def do_POST(self) -> None:
        raw = self.rfile.read(int(self.headers["content-length"]))
        name, argument = mode()
        request = {"path": self.path, "mode": name, "size": len(raw), "headers": dict(self.headers.items())}
        append("requests", json.dumps(request) + "\n")
        if self.path.endswith("/v1/traces"):
            self.spans(raw, name)
            return
        getattr(self, f"mode_{name}")(self.records(raw), len(raw), argument)

    def spans(self, raw: bytes, name: str) -> None:
        """Keep spans, where it takes them."""
        if name != "ok":
            self.answer(404, b"404 page not found")
            return
        append("spans", raw.decode() + "\n")
        self.answer(200)

    def records(self, raw: bytes) -> list[dict[str, Any]] | None:
        """The records of a request; None where it is no OTLP/JSON."""
        encoding = self.headers.get("content-encoding")
        if encoding == "gzip":
            raw = gzip.decompress(raw)
        elif encoding == "zstd":
            raw = importlib.import_module("backports.zstd").decompress(raw)
        try:
            asked = json.loads(raw)
            records = [
                record
                for resource in asked["resourceLogs"]
                if "attributes" in resource["resource"]
                for scope in resource["scopeLogs"]
                for record in scope["logRecords"]
            ]
            return records if all(map(named, records)) else None
        except (ValueError, KeyError, TypeError):
            return None

    def answer(self, status: int, body: bytes = b"{}", **headers: str) -> None:
        """Answer like a collector."""
        self.send_response(status)
        self.send_header("content-type", "application/json")
        self.send_header("content-length", str(len(body)))
        for key, value in headers.items():
            self.send_header(key.replace("_", "-"), value)
        self.end_headers()
        with contextlib.suppress(OSError):
            self.wfile.write(body)

    def accept(self, records: list[dict[str, Any]]) -> None:
        """Keep records."""
        for record in records:
            if record["eventName"] == "training.loss":
                attributes = {pair["key"]: pair["value"] for pair in record["attributes"]}
                count = attributes["training.loss.count"]["intValue"]
                append("losses", f"{named(record)} {attributes['training.loss.reason']['stringValue']} {count}\n")
        append(
            "accepted", "".join(f"{named(record)}\n" for record in records if record["eventName"] != "training.loss")
        )

    def mode_ok(self, records: list[dict[str, Any]] | None, size: int, argument: str) -> None:
        if records is None:
            self.answer(400, b'{"code":3,"message":"no OTLP"}')
            return
        self.accept(records)
        self.answer(200, b'{"partialSuccess":{}}')

    def mode_slow(self, records: list[dict[str, Any]] | None, size: int, argument: str) -> None:
        time.sleep(float(argument))
        self.mode_ok(records, size, "")

    def mode_hang(self, records: list[dict[str, Any]] | None, size: int, argument: str) -> None:
        time.sleep(3600)

    def mode_drip(self, records: list[dict[str, Any]] | None, size: int, argument: str) -> None:
        self.wfile.write(b"HTTP/1.1 200 OK\r\n")
        with contextlib.suppress(OSError):
            for number in range(3600):
                self.wfile.write(f"x-drip-{number}: 1\r\n".encode())
                time.sleep(0.2)

    def mode_429(self, records: list[dict[str, Any]] | None, size: int, argument: str) -> None:
        self.answer(429, b'{"code":8,"message":"too many"}', **({"retry_after": argument} if argument else {}))

    def mode_500(self, records: list[dict[str, Any]] | None, size: int, argument: str) -> None:
        if argument and argument not in json.dumps(records):
            self.mode_ok(records, size, "")
        else:
            self.answer(500, b"oops")

    def mode_400(self, records: list[dict[str, Any]] | None, size: int, argument: str) -> None:
        if argument and records is not None and argument not in json.dumps(records):
            self.mode_ok(records, size, "")
        else:
            self.answer(400, b'{"code":3,"message":"I do not like it"}')

    def mode_503(self, records: list[dict[str, Any]] | None, size: int, argument: str) -> None:
        self.answer(503, b'{"code":14,"message":"unavailable"}')

    def mode_302(self, records: list[dict[str, Any]] | None, size: int, argument: str) -> None:
        self.answer(302, b"", location="/login?token=t0psecret")

    def mode_401(self, records: list[dict[str, Any]] | None, size: int, argument: str) -> None:
        self.answer(401, json.dumps({"message": f"bad token {self.headers.get('authorization')}"}).encode())

    def mode_404(self, records: list[dict[str, Any]] | None, size: int, argument: str) -> None:
        self.answer(404, b"404 page not found")

    def mode_garbage(self, records: list[dict[str, Any]] | None, size: int, argument: str) -> None:
        self.answer(200, b"<html>Please log in</html>")

    def mode_partial(self, records: list[dict[str, Any]] | None, size: int, argument: str) -> None:
        """Leave out every other record."""
        records = records or []
        self.accept(records[::2])
        rejection = {"rejectedLogRecords": str(len(records[1::2])), "errorMessage": "every other one"}
        self.answer(200, json.dumps({"partialSuccess": rejection}).encode())

    def mode_reset(self, records: list[dict[str, Any]] | None, size: int, argument: str) -> None:
        """Accept, and reset the connection instead of answering."""
        self.accept(records or [])
        self.connection.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
        self.close_connection = True
        self.connection.close()

    def mode_413(self, records: list[dict[str, Any]] | None, size: int, argument: str) -> None:
        if size > int(argument):
            self.answer(413, b"too large")
        else:
            self.mode_ok(records, size, "")

    def mode_exhausted(self, records: list[dict[str, Any]] | None, size: int, argument: str) -> None:
        if size > int(argument):
            self.answer(429, b'{"code":8,"message":"larger than max"}')
        else:
            self.mode_ok(records, size, "")

    def mode_refuse(self, records: list[dict[str, Any]] | None, size: int, argument: str) -> None:
        """End a connection that was kept from before."""
        self.close_connection = True
        self.connection.shutdown(socket.SHUT_RDWR)

    mode_backlog = mode_refuse

    def log_message(self, format: str, *args: object) -> None:  # noqa: A002 - the base's name
        """Say nothing."""


class Server(ThreadingHTTPServer):
    """A server whose connections end with it."""

    daemon_threads = True

    def handle_error(self, request: Any, client_address: Any) -> None:
        """Say nothing of connections that end."""


def serve() -> None:
    """Listen, but for the modes in which nobody does."""
    while True:
        name, _ = mode()
        if name == "refuse":
            time.sleep(0.02)
        elif name == "backlog":
            full_backlog()
        else:
            with Server(("127.0.0.1", PORT), Receiver) as server:
                if (FOLDER / "tls.pem").exists():
                    secure = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
                    secure.load_cert_chain(FOLDER / "tls.pem")
                    server.socket = secure.wrap_socket(server.socket, server_side=True)
                watch = threading.Thread(target=until_closed, args=(server,), daemon=True)
                watch.start()
                server.serve_forever(poll_interval=0.02)
            watch.join()


def until_closed(server: Server) -> None:
    """Stop serving when a mode asks for it."""
    while mode()[0] not in ("refuse", "backlog"):
        time.sleep(0.02)
    server.shutdown()


def full_backlog() -> None:
    """Listen with a queue that is full: connections are neither taken nor refused."""
    with socket.socket() as listening:
        listening.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        listening.bind(("127.0.0.1", PORT))
        listening.listen(0)
        waiting = [socket.socket() for _ in range(4)]
        for client in waiting:
            client.setblocking(False)
            client.connect_ex(("127.0.0.1", PORT))
        while mode()[0] == "backlog":
            time.sleep(0.02)
        for client in waiting:
            client.close()


if __name__ == "__main__":
    serve()
