"""The endpoint as an ASGI app: reads a request, runs it on a thread, streams the answer."""

import asyncio
import secrets
from collections import Counter
from collections.abc import Awaitable, Callable, Iterator, Mapping
from concurrent.futures import Executor
from contextlib import contextmanager
from dataclasses import dataclass, field
from itertools import chain
from pathlib import Path
from tempfile import SpooledTemporaryFile
from typing import IO, Any, Final, TypeAlias, TypeVar

from otel_training.serving.clickhouse import native
from otel_training.serving.clickhouse.compression import decompress, read_frames, write_frames
from otel_training.serving.clickhouse.engine import Engine, QueryResult, Question
from otel_training.serving.clickhouse.errors import QueryError, RouteError, refusal
from otel_training.serving.clickhouse.fence import Fence
from otel_training.serving.clickhouse.reply import exception_block, headers_of, send_head, send_text
from otel_training.serving.clickhouse.request import Request, read_form, read_request
from otel_training.serving.clickhouse.statement import read_statement
from otel_training.serving.clickhouse.user import User, find_user

Receive: TypeAlias = Callable[[], Awaitable[dict[str, Any]]]
Send: TypeAlias = Callable[[dict[str, Any]], Awaitable[None]]
T = TypeVar("T")

_MEMORY_BYTES: Final = 32 << 20
_PIECE_BYTES: Final = 1 << 20
_KILL_SECONDS: Final = 0.5
_BODY_SECONDS: Final = 30.0
_BODY_BYTES: Final = 4 << 30
# The longest statement, or head of an INSERT: the engine's own limit (max_query_size).
_HEAD_BYTES: Final = 1 << 18


@dataclass(frozen=True, slots=True)
class App:
    """The endpoint of one store."""

    engine: Engine
    users: Mapping[str, User]
    routes: Mapping[str, Callable[[], None]]
    """Paths beside ClickHouse's, and what runs there on a thread; a `RouteError` is its failure."""
    threads: Executor
    kill_thread: Executor  # kills queries though all threads wait for some
    folder: Path  # where bodies are kept that are too large for the memory
    version: str
    timezone: str
    fence: Fence
    _running: Counter[str] = field(default_factory=Counter)  # requests by user; the event loop's alone

    async def __call__(self, scope: dict[str, Any], receive: Receive, send: Send) -> None:
        """Answer one request."""
        path, method = scope["path"], scope["method"]
        if _is_of_a_page(scope["headers"]):
            await send_text(send, 403, "Pages of a browser are not answered here.\n")
        elif method == "GET" and (path == "/ping" or (path == "/" and not scope["query_string"])):
            await send_text(send, 200, "Ok.\n")
        elif path not in {"/", *self.routes} or method not in {"GET", "POST"}:
            await send_text(send, 404, f"There is no {method} {path} here: statements go to POST /.\n")
        else:
            await self._answer(scope, receive, send)

    async def _answer(self, scope: dict[str, Any], receive: Receive, send: Send) -> None:
        request = None
        try:
            request = read_request(scope)
            user = find_user(request, self.users)
            if (route := self.routes.get(scope["path"])) is not None and user.has_routes:
                await self._run_on_thread(route)
                await send_text(send, 200, "Ok.\n")
                return
            if route is not None:
                raise refusal(497, "ACCESS_DENIED", f"{user.name}: Not enough privileges.")
            with self._counted(user), SpooledTemporaryFile(_MEMORY_BYTES, dir=str(self.folder)) as body:
                if await _receive_body(receive, body):
                    if request.form:
                        request = read_request(scope, await self._run_on_thread(read_form, body, request.form))
                    await self._query(user, request, body, receive, send)
        except QueryError as error:
            await send_text(
                send, error.status, f"{error}\n", error.code, frames=bool(request and request.writes_frames)
            )
        except RouteError as error:
            await send_text(send, 500, f"{error}\n")
        except OSError as error:
            no_space = refusal(243, "NOT_ENOUGH_SPACE", f"The body cannot be kept: {error.strerror or error}.")
            await send_text(send, no_space.status, f"{no_space}\n", no_space.code)

    @contextmanager
    def _counted(self, user: User) -> Iterator[None]:
        """Count a request of a user while it runs; raises `QueryError` for one too many."""
        if self._running[user.name] >= user.max_queries:
            sentence = f"Too many simultaneous queries for user {user.name}, maximum: {user.max_queries}."
            raise refusal(202, "TOO_MANY_SIMULTANEOUS_QUERIES", sentence)
        self._running[user.name] += 1
        try:
            yield
        finally:
            self._running[user.name] -= 1

    async def _query(self, user: User, request: Request, body: IO[bytes], receive: Receive, send: Send) -> None:
        mark = self.engine.new_mark()
        gone = asyncio.Event()
        watch = asyncio.create_task(self._kill_at_hangup(receive, mark, gone))
        try:
            result = await self._run_on_thread(self._run_statement, user, request, body, mark)
            try:
                await self._send_result(request, result, send, gone)
            finally:
                await self._run_on_thread(result.rest.close)
        finally:
            watch.cancel()
        # Only now: once an answer has ended, `receive` says that the client has gone.
        await send({"type": "http.response.body"})

    def _run_statement(self, user: User, request: Request, body: IO[bytes], mark: str) -> QueryResult:
        """Find the statement, wherever the client put it, and run it with the data that follow it."""
        source = decompress(_pieces(body), request.coding)
        if request.reads_frames:
            source = read_frames(source)
        text = request.query.rstrip().encode() + b"\n" if request.query else b""
        for piece in source:
            text += piece
            if len(text) > _HEAD_BYTES:
                break
        statement = read_statement(text, self.engine.parse)
        if user.is_fenced:
            self.fence.check(statement, request.settings)
        if request.protocol >= native.HELLO_PROTOCOL and native.HELLO.fullmatch(statement.text):
            return QueryResult("Native", native.hello_block(self.version, self.timezone))
        return self.engine.run(Question(user, request, statement, chain([text[statement.data_at :]], source), mark))

    async def _send_result(self, request: Request, result: QueryResult, send: Send, gone: asyncio.Event) -> None:
        """Send an answer, all but its end."""
        tag = secrets.token_hex(8)
        chunks: Iterator[bytes] = chain(filter(None, [result.first]), result.rest)
        if request.waits_for_end:
            whole: list[bytes] = await self._run_on_thread(list, chunks)
            chunks = iter(whole)
        if request.writes_frames:
            chunks = write_frames(chunks)
        await send_head(send, headers_of(request, result, self.timezone, tag))
        try:
            while (chunk := await self._run_on_thread(next, chunks, None)) is not None and not gone.is_set():
                await send({"type": "http.response.body", "body": chunk, "more_body": True})
        except QueryError as error:
            # Too late for a status: the block that ClickHouse's clients look for.
            await send({"type": "http.response.body", "body": exception_block(error, tag), "more_body": True})

    async def _kill_at_hangup(self, receive: Receive, mark: str, gone: asyncio.Event) -> None:
        """Wait until the client has gone, then kill its query again and again: it may only be about to begin."""
        while (await receive())["type"] != "http.disconnect":
            pass
        gone.set()
        while True:
            await asyncio.get_running_loop().run_in_executor(self.kill_thread, self.engine.kill, mark)
            await asyncio.sleep(_KILL_SECONDS)

    async def _run_on_thread(self, function: Callable[..., T], *arguments: Any) -> T:
        return await asyncio.get_running_loop().run_in_executor(self.threads, function, *arguments)


async def _receive_body(receive: Receive, body: IO[bytes]) -> bool:
    """Take in the whole body before anything runs; False when the client hung up within it.

    Raises `QueryError` for one that stops in the middle, and for one that is too large.
    """
    while True:
        try:
            message = await asyncio.wait_for(receive(), _BODY_SECONDS)
        except TimeoutError as error:
            raise refusal(209, "SOCKET_TIMEOUT", "The rest of the body does not come.") from error
        if message["type"] == "http.disconnect":
            return False
        body.write(message.get("body", b""))
        if body.tell() > _BODY_BYTES:
            raise refusal(307, "TOO_MANY_BYTES", f"The body is larger than {_BODY_BYTES >> 30} GiB.")
        if not message.get("more_body", False):
            body.seek(0)
            return True


def _is_of_a_page(headers: list[tuple[bytes, bytes]]) -> bool:
    """Return whether a web page asks: a browser may reach this machine where the page's author cannot."""
    return any(name == b"origin" or (name == b"sec-fetch-site" and value != b"none") for name, value in headers)


def _pieces(body: IO[bytes]) -> Iterator[bytes]:
    while piece := body.read(_PIECE_BYTES):
        yield piece
