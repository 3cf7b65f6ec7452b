"""`otel-training serve` in a process of its own, and asking it over HTTP."""

import contextlib
import http.client
import socket
import subprocess
import sys
import urllib.error
import urllib.request
from base64 import b64encode
from collections.abc import Iterator
from dataclasses import dataclass, replace
from email.message import Message
from pathlib import Path
from typing import Any
from urllib.parse import urlencode

from otel_training.folder import DataFolder
from tests.served import TRACED, environment
from tests.stores import lay_store

PASSWORD = "sésame/öffne dich"  # noqa: S105 - of these tests alone

AS_SERVER = """
import sys
from dataclasses import replace
from otel_training.folder import find_folder, make_folder
from otel_training.pipeline import process
from otel_training.serving import server
from otel_training.serving.users import OWNER, lend_rights, read_or_make_users
from otel_training.store.session import own_embedded

folder = make_folder(find_folder(process.settings()))
with server.bind_loopback(0) as listener, own_embedded(folder) as (store, owner):
    lend_rights(store)
    users, _ = read_or_make_users(process.settings(), folder)
    users[OWNER] = replace(users[OWNER], is_fenced=False)
    address = f"http://127.0.0.1:{listener.getsockname()[1]}"
    announced = f"Serving {address} password {users[OWNER].password} \\n"
    server.serve(store, folder, listener, users, lambda: sys.stderr.write(announced) and sys.stderr.flush())
"""


@dataclass(frozen=True)
class Answer:
    """What came back."""

    status: int
    body: bytes
    headers: Message

    @property
    def code(self) -> str:
        """The number of ClickHouse's error."""
        return str(self.headers["X-ClickHouse-Exception-Code"])


@dataclass(frozen=True)
class Endpoint:
    """A running `serve`."""

    port: int
    home: Path
    process: subprocess.Popen[str]
    password: str = PASSWORD
    user: str = "default"

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.port}"

    @property
    def authorization(self) -> str:
        return "Basic " + b64encode(f"{self.user}:{self.password}".encode()).decode()

    def as_user(self, name: str) -> "Endpoint":
        """The same, asked by the reader or the writer."""
        return replace(self, user=name, password=(self.home / "data" / f"serve.{name}.password").read_text())

    def ask(
        self, body: bytes | str = b"", headers: dict[str, str] | None = None, path: str = "/", **query: Any
    ) -> Answer:
        """Send a request as curl would."""
        data = body.encode() if isinstance(body, str) else body
        request = urllib.request.Request(  # noqa: S310 - loopback
            f"{self.url}{path}?{urlencode(query)}",
            data or None,
            {"Authorization": self.authorization} | (headers or {}),
        )
        try:
            with urllib.request.urlopen(request, timeout=90) as answer:  # noqa: S310 - loopback
                return Answer(answer.status, answer.read(), answer.headers)
        except urllib.error.HTTPError as error:
            with error:
                return Answer(error.code, error.read(), error.headers)

    def hang(self, statement: str, **query: str) -> socket.socket:
        """Send a request, and do not read the answer."""
        client = socket.create_connection(("127.0.0.1", self.port))
        head = f"POST /?{urlencode(query)} HTTP/1.1\r\nHost: x\r\nAuthorization: {self.authorization}\r\n"
        client.sendall(f"{head}Content-Length: {len(statement)}\r\n\r\n{statement}".encode())
        return client

    def ask_or_fail(self, body: str) -> None:
        """Ask, where the answer does not matter."""
        with contextlib.suppress(OSError, http.client.HTTPException):
            self.ask(body)

    def rows(self, statement: str, **query: Any) -> list[list[str]]:
        """Ask, and read the TabSeparated answer."""
        answer = self.ask(statement, **query)
        assert 200 == answer.status, answer.body
        return [line.split("\t") for line in answer.body.decode().splitlines()]


@contextlib.contextmanager
def serving(home: Path, *argv: object, password: str = "", is_server: bool = False, **extra: str) -> Iterator[Endpoint]:
    """Run `serve` of a migrated store until the block ends; its password is the one given, else the one it prints.

    As a stand-in for a server it has no fence: its owner makes views by the rights of who makes them.
    """
    home.mkdir(parents=True, exist_ok=True)
    folder = DataFolder(home / "data")
    if not folder.store.exists():
        lay_store(folder)
    process = subprocess.Popen(
        [
            sys.executable,
            *(("-c", AS_SERVER) if is_server else ("-m", "otel_training.cli")),
            "serve",
            *map(str, argv or ("--port", "0")),
        ],
        cwd=home,
        env=environment(OTEL_TRAINING_HOME=str(home / "data"), **TRACED, **extra),
        stderr=subprocess.PIPE,
        text=True,
    )
    try:
        assert process.stderr is not None
        announced = process.stderr.readline()
        assert announced.startswith("Serving http://127.0.0.1:"), announced + process.stderr.read()
        port = int(announced.split("127.0.0.1:")[1].split()[0])
        yield Endpoint(port, home, process, password or announced.split("password ")[1].split()[0])
    finally:
        process.terminate()
        process.wait(timeout=60)
        process.stderr.close()
