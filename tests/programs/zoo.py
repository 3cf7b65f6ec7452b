"""The app of the identity test: a feed that answers in every odd way that ASGI allows.

`?as=NAME` asks for an odd answer, at any path. With `ZOO_WRAPPED=1` the middleware is there.
"""

import asyncio
import contextlib
import gzip
import hashlib
import json
import logging
import os
import time
from collections.abc import AsyncIterator, Awaitable, Callable
from pathlib import Path
from typing import Any
from urllib.parse import parse_qsl

from fastapi import BackgroundTasks, FastAPI, Request, Response, WebSocket
from pydantic import BaseModel
from starlette.background import BackgroundTask
from starlette.middleware.cors import CORSMiddleware
from starlette.middleware.gzip import GZipMiddleware
from starlette.responses import JSONResponse, StreamingResponse

import otel_training

logging.getLogger("uvicorn.error").setLevel(logging.CRITICAL)
logging.getLogger("otel_training").addHandler(logging.FileHandler("otel_training.log", delay=True))

LOG: dict[str, list[object]] = {}
"""By the request's number: what of its body the app saw, how the reading ended, and the app's error."""
RUNNING: set[str] = set()


class Visit:
    """One request as the app sees it."""

    def __init__(self, scope: Any, receive: Any, send: Any) -> None:
        self.asked = dict(parse_qsl(scope["query_string"].decode("latin-1")))
        self.scope, self._receive, self._send = scope, receive, send
        self.size, self.digest, self.end, self.answered = 0, hashlib.sha256(), "left", False

    async def receive(self) -> Any:
        message = await self._receive()
        if not self.answered:
            self.size += len(message.get("body", b""))
            self.digest.update(message.get("body", b""))
            if not message.get("more_body", False):
                self.end = message["type"]
        return message

    async def send(self, message: Any) -> None:
        self.answered |= message["type"] == "http.response.body" and not message.get("more_body", False)
        await self._send(message)

    async def pieces(self) -> AsyncIterator[bytes]:
        more = True
        while more:
            message = await self.receive()
            if message["type"] == "http.disconnect":
                raise ConnectionAbortedError
            more = message.get("more_body", False)
            yield message.get("body", b"")

    async def read(self) -> None:
        async for _ in self.pieces():
            pass

    def items(self) -> bytes:
        shown = [{"id": card, "text": f"Text of {card}"} for card in self.asked.get("ids", "a").split(",")]
        return json.dumps({"size": self.size, "seen": self.digest.hexdigest(), "items": shown}).encode()

    async def start(self, status: int = 200, kind: bytes = b"application/json", *more: tuple[bytes, bytes]) -> None:
        await self.send({"type": "http.response.start", "status": status, "headers": [(b"content-type", kind), *more]})

    async def body(self, body: Any = b"", *, more: bool = False) -> None:
        await self.send({"type": "http.response.body", "body": body, "more_body": more})

    async def answer(self, status: int = 200, kind: bytes = b"application/json") -> None:
        body = self.items()
        await self.start(status, kind, (b"content-length", str(len(body)).encode()))
        await self.body(body)


async def lenient(visit: Visit) -> None:
    await visit.read()
    await visit.answer()


async def unread(visit: Visit) -> None:
    await visit.answer()


async def early(visit: Visit) -> None:
    await anext(visit.pieces())
    await visit.answer()


async def unzip(visit: Visit) -> None:
    body = b"".join([piece async for piece in visit.pieces()])
    gzip.decompress(body)
    await visit.answer()


async def duplex(visit: Visit) -> None:
    await visit.start()
    await visit.body(b'{"items":[{"id":"first"}', more=True)
    async for piece in visit.pieces():
        if piece:
            await visit.body(b',{"id":"' + piece + b'"}', more=True)
    await visit.body(b"]}")


async def chunked(visit: Visit) -> None:
    await visit.read()
    await visit.start()
    body = visit.items()
    for at in range(0, len(body), 7):
        await visit.body(body[at : at + 7], more=True)
        await visit.body(b"", more=True)
        await asyncio.sleep(0)
    await visit.body()


async def zipped(visit: Visit) -> None:
    async def inside(scope: Any, receive: Any, send: Any) -> None:
        visit.send = send  # type: ignore[method-assign]
        await chunked(visit)

    await GZipMiddleware(inside, minimum_size=1)(visit.scope, visit.receive, visit.send)


async def reused(visit: Visit) -> None:
    await visit.read()
    await visit.start()
    body, buffer = visit.items(), bytearray(16)
    for at in range(0, len(body), 16):
        piece = body[at : at + 16]
        buffer[: len(piece)] = piece
        await visit.body(memoryview(buffer)[: len(piece)], more=True)
        buffer[:] = b"~" * 16
    await visit.body()


async def iterators(visit: Visit) -> None:
    await visit.read()
    headers = (pair for pair in [(b"content-type", b"application/json"), (b"x-kept", b"yes")])
    await visit.send({"type": "http.response.start", "status": 200, "headers": headers})
    await visit.body(visit.items())


async def bare_messages(visit: Visit) -> None:
    await visit.read()
    await visit.send({"type": "http.response.start", "status": 200})
    await visit.send({"type": "http.response.body"})


async def events(visit: Visit) -> None:
    await visit.read()

    async def stream() -> AsyncIterator[bytes]:
        for number in range(5):
            yield b"data: %d\n\n" % number
            await asyncio.sleep(0.001)

    await StreamingResponse(stream(), media_type="text/event-stream")(visit.scope, visit.receive, visit.send)


async def large(visit: Visit) -> None:
    await visit.start()
    await visit.body(b'{"items":[{"id":"a","text":"', more=True)
    for _ in range(int(visit.asked["blocks"])):
        await visit.body(b"x" * 65_536, more=True)
    await visit.body(b'"}]}')


async def broken_json(visit: Visit) -> None:
    await visit.read()
    await visit.start()
    await visit.body(b'{"items":[{"id":"\xff')


async def page(visit: Visit) -> None:
    await visit.read()
    await visit.answer(kind=b"text/html")


async def raises(visit: Visit) -> None:
    await visit.read()
    raise LookupError


async def raises_started(visit: Visit) -> None:
    await visit.read()
    await visit.start()
    await visit.body(b'{"items":', more=True)
    raise LookupError


async def raises_late(visit: Visit) -> None:
    await visit.read()
    await visit.answer()
    raise LookupError


async def twice(visit: Visit) -> None:
    await visit.read()
    await visit.answer()
    await visit.answer()


async def cancelled(visit: Visit) -> None:
    await visit.read()
    raise asyncio.CancelledError


async def unfinished(visit: Visit) -> None:
    await visit.read()
    await visit.start()
    await visit.body(b"[", more=True)


async def nothing(visit: Visit) -> None:
    await visit.read()


async def wrong_length(visit: Visit) -> None:
    await visit.read()
    await visit.start(200, b"application/json", (b"content-length", b"3"))
    await visit.body(visit.items())


async def hints(visit: Visit) -> None:
    await visit.start(103, b"application/json", (b"link", b"</a.css>; rel=preload"))
    await visit.answer()


async def trailers(visit: Visit) -> None:
    await visit.read()
    await visit.start()
    await visit.body(b"[]", more=True)
    await visit.send({"type": "http.response.trailers", "headers": [(b"x-sum", b"1")], "more_trailers": False})


async def from_path(visit: Visit) -> None:
    await visit.start()
    await visit.send({"type": "http.response.pathsend", "path": __file__})


async def background(visit: Visit) -> None:
    await visit.read()

    async def later() -> None:
        await asyncio.sleep(0.01)
        LOG[visit.asked["number"] + " later"] = ["done"]

    task = BackgroundTask(later)
    await JSONResponse(json.loads(visit.items()), background=task)(visit.scope, visit.receive, visit.send)


async def background_raises(visit: Visit) -> None:
    await visit.read()

    def later() -> None:
        raise LookupError

    task = BackgroundTask(later)
    await JSONResponse(json.loads(visit.items()), background=task)(visit.scope, visit.receive, visit.send)


async def status(visit: Visit) -> None:
    await visit.read()
    code = int(visit.asked["code"])
    if code in {204, 304}:
        await visit.start(code)
        await visit.body()
    else:
        await visit.start(code, b"application/json", (b"location", b"/elsewhere"))
        await visit.body(visit.items())


ODD: dict[str, Callable[[Visit], Awaitable[None]]] = {
    handler.__name__: handler
    for handler in (
        lenient, unread, early, unzip, duplex, chunked, zipped, reused, iterators, bare_messages, events, large,
        broken_json, page, raises, raises_started, raises_late, twice, cancelled, unfinished, nothing, wrong_length,
        hints, trailers, from_path, background, background_raises, status,
    )
}  # fmt: skip


class Zoo:
    """Answers oddly where asked to, and logs what the app saw of each request."""

    def __init__(self, app: Any) -> None:
        self.app = app

    async def __call__(self, scope: Any, receive: Any, send: Any) -> None:
        if scope["type"] != "http":
            await self.app(scope, receive, send)
            return
        visit, error = Visit(scope, receive, send), ""
        number, odd = visit.asked.get("number", ""), ODD.get(visit.asked.get("as", ""))
        RUNNING.add(number)
        try:
            await (self.app(scope, visit.receive, visit.send) if odd is None else odd(visit))
        except BaseException as caught:
            error = type(caught).__name__
            raise
        finally:
            RUNNING.discard(number)
            LOG[number] = [visit.size, visit.digest.hexdigest(), visit.end, visit.answered, error]


@contextlib.asynccontextmanager
async def life(_app: FastAPI) -> AsyncIterator[dict[str, str]]:
    yield {"keeper": "Ada"}


class Engagement(BaseModel):
    """A reader's action."""

    insight_id: str | int
    action: str
    metadata: dict[str, Any] = {}


def add_routes(app: FastAPI) -> None:
    """Add the feed's ordinary routes."""

    @app.get("/api/feed")
    def feed(ids: str = "a") -> list[dict[str, str]]:
        return [{"id": card, "text": f"Text of {card}"} for card in ids.split(",")]

    @app.post("/api/feed/engage")
    async def engage(body: Engagement, tasks: BackgroundTasks) -> dict[str, object]:
        tasks.add_task(len, body.action)
        return {"ok": True, "fields": sorted(body.metadata)}

    @app.api_route("/api/search", methods=["GET", "POST"], include_in_schema=False)
    async def search(q: str = "") -> dict[str, object]:
        return {"q": q, "results": [{"quality_score": 8, "passed_filters": True}]}

    @app.websocket("/api/feed")
    @app.websocket("/ws")
    async def echo(socket: WebSocket) -> None:
        await socket.accept("chat" if "chat" in socket.scope["subprotocols"] else None)
        async for text in socket.iter_text():
            await socket.send_text(text)
            await socket.send_bytes(text.encode())

    @app.websocket("/refused")
    async def refused(socket: WebSocket) -> None:
        await socket.close(1008)


app, inner = FastAPI(lifespan=life), FastAPI()
add_routes(app)
add_routes(inner)
app.mount("/v2", inner)


@app.get("/keeper")
async def keeper(request: Request) -> Response:
    """Answer from the lifespan's state."""
    return Response(request.state.keeper)


@app.get("/zoo/log")
def log() -> dict[str, list[object]]:
    """Wait until no numbered request runs; answer what the app saw."""
    deadline = time.monotonic() + 5
    while RUNNING - {""} and time.monotonic() < deadline:
        time.sleep(0.01)
    return {number: LOG[number] for number in sorted(LOG) if number}


@app.get("/zoo/peak")
def peak() -> int:
    """Answer this process's highest memory so far, in KiB."""
    fields = dict(line.split(":", 1) for line in Path("/proc/self/status").read_text(encoding="ascii").splitlines())
    return int(fields["VmHWM"].split()[0])


app.add_middleware(CORSMiddleware, allow_origins=["https://feed.example"])
app.add_middleware(GZipMiddleware, minimum_size=100)
app.add_middleware(Zoo)
if os.environ.get("ZOO_WRAPPED"):
    app.add_middleware(otel_training.TrainingMiddleware)
