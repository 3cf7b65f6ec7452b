"""The middleware: sees engage and feed requests go by, in pure ASGI, without holding them up."""

import asyncio
from collections.abc import Awaitable, Callable, Mapping, MutableMapping
from typing import Any, Final, TypeAlias
from urllib.parse import parse_qs

from otel_training import conventions as names
from otel_training._guard import guard
from otel_training.capture.routes import Route, parse_route
from otel_training.capture.tracing import captures, current_context, tell_span
from otel_training.conventions import Kind, Loss, Outcome
from otel_training.pipeline.process import emit, lose, write_out
from otel_training.record.clock import event_id, event_number, now, ticks
from otel_training.record.record import Record, Scalar
from otel_training.record.values import snapshot

Scope: TypeAlias = MutableMapping[str, Any]
Message: TypeAlias = MutableMapping[str, Any]
Receive: TypeAlias = Callable[[], Awaitable[Message]]
Send: TypeAlias = Callable[[Message], Awaitable[None]]
App: TypeAlias = Callable[[Scope, Receive, Send], Awaitable[None]]
Reader: TypeAlias = Callable[[Mapping[str, Any]], str | int | None]

ENGAGE_LIMIT: Final = 64 << 10
FEED_LIMIT: Final = 1 << 20


class TrainingMiddleware:
    """Capture readers' actions and what they were shown; only 2xx answers count.

    Args:
        app: The ASGI application.
        engage: Route whose JSON body is `{"insight_id", "action", "metadata": {"user_id"}}`.
        feed: Route whose JSON answer lists items with `id` or `insight_id`, and `text`.
        search: Route whose query string or JSON body has `query`, `q` or `search`, and whose JSON
            answer lists sources, with `quality_score` and `passed_filters` if they have them.
        user: Names the reader of a request, given its ASGI scope. Without it: the engage body's
            `metadata.user_id`, else `scope["user"]`, else the query's `user_id`.

    """

    def __init__(
        self,
        app: App,
        *,
        engage: str = "POST /api/feed/engage",
        feed: str = "GET /api/feed",
        search: str = "GET|POST /api/search",
        user: Reader | None = None,
    ) -> None:
        self.app = app
        self._routes: tuple[tuple[Kind, Route], ...] = (
            (Kind.FEEDBACK, parse_route(engage)),
            (Kind.IMPRESSION, parse_route(feed)),
            (Kind.QUERY, parse_route(search)),
        )
        self._user = user

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Serve one connection as the app alone would."""
        if scope["type"] == "lifespan":
            await self.app(scope, receive, _writing_out(send))
            return
        seen = self._exchange(scope) if scope["type"] == "http" else None
        if seen is None:
            await self.app(scope, receive, send)
        else:
            await self.app(scope, seen.receiving(receive), seen.sending(send))

    def _exchange(self, scope: Scope) -> "Exchange | None":
        with guard:
            if captures():
                for kind, route in self._routes:
                    if route.matches(scope):
                        return Exchange(kind, route, scope, self._user)
        return None


def _writing_out(send: Send) -> Send:
    """Write at lifespan shutdown what waits: uvicorn ends by re-raising SIGTERM, which runs no `atexit`."""

    async def sending(message: Message) -> None:
        if message["type"].startswith("lifespan.shutdown."):
            with guard:
                await asyncio.to_thread(write_out)
        await send(message)

    return sending


class Kept:
    """What goes by of a body, up to a limit; beyond it nothing."""

    __slots__ = ("_chunks", "_limit", "_size")

    def __init__(self, limit: int) -> None:
        self._limit, self._size = limit, 0
        self._chunks: list[bytes] = []

    def add(self, message: Message) -> None:
        """Take the chunk of an ASGI message."""
        chunk = message.get("body", b"")
        self._size += len(chunk)
        if self.is_whole():
            self._chunks.append(bytes(chunk))
        else:
            self._chunks.clear()

    def is_whole(self) -> bool:
        """Tell whether all of it was kept."""
        return self._size <= self._limit

    def content(self) -> bytes:
        """Return it."""
        return b"".join(self._chunks)


class Exchange:
    """One captured request and its answer, and then what waits for the writer thread.

    Not a dataclass: it is made for each request, on the event loop.
    """

    __slots__ = (
        "_answer", "_content", "_context", "_duration", "_found", "_kind", "_named", "_number", "_path", "_query",
        "_reply", "_request", "_scope", "_started", "_status", "_time", "_user",
    )  # fmt: skip

    def __init__(self, kind: Kind, route: Route, scope: Scope, user: Reader | None) -> None:
        self._kind, self._path, self._user = kind, route.path, user
        self._scope: Scope | None = scope
        self._number = event_number()
        self._request = None if kind is Kind.IMPRESSION else Kept(ENGAGE_LIMIT)
        self._answer: Kept | None = None
        self._status = 0
        self._started = ticks()

    def receiving(self, receive: Receive) -> Receive:
        """Keep the request's body as the app reads it, never reading ahead."""
        request = self._request
        if request is None:
            return receive

        async def tee() -> Message:
            message = await receive()
            with guard:
                if message["type"] == "http.request":
                    request.add(message)
            return message

        return tee

    def sending(self, send: Send) -> Send:
        """See the answer; emit after its last chunk was sent."""

        async def tee(message: Message) -> None:
            is_body = message["type"] == "http.response.body"
            with guard:
                if is_body:
                    if self._answer is not None:
                        self._answer.add(message)
                elif message["type"] == "http.response.start":
                    self._start(message)
            await send(message)
            if is_body and not message.get("more_body", False):
                with guard:
                    self._end()

        return tee

    def _start(self, message: Message) -> None:
        self._status = message["status"]
        if self._kind is not Kind.FEEDBACK and _is_json(message.get("headers", ())):
            self._answer = Kept(FEED_LIMIT)
        tell_span(self._kind, self._number)

    def _end(self) -> None:
        """Hand it to the writer where it tells something, without what is the host's."""
        scope, self._scope = self._scope, None
        if scope is None or not 200 <= self._status < 300:  # noqa: PLR2004 - HTTP's own classes
            return
        told, otherwise = (
            (self._answer, Loss.FEED_TOO_LARGE) if self._kind is Kind.IMPRESSION else (self._request, Loss.MALFORMED)
        )
        if told is None:
            return
        if self._kind is not Kind.QUERY and not told.is_whole():
            lose(otherwise)
            return
        self._time, self._duration = now(), ticks() - self._started
        self._content = told.content()
        self._reply = self._answer.content() if self._kind is Kind.QUERY and self._answer is not None else b""
        # From here on its size stays: an odd app may go on sending.
        self._request = self._answer = None
        self._context = current_context()
        self._named = None if self._user is None else self._name(self._user, scope)
        self._found, self._query = _scope_user(scope), scope.get("query_string", b"")
        emit(self)

    def _name(self, user: Reader, scope: Scope) -> str | int | None:
        with guard:
            return user(scope)
        return None

    @property
    def size(self) -> int:
        """About how many bytes it holds."""
        return len(self._content) + len(self._reply)

    def to_record(self) -> Record:
        """Make the record, on the writer thread."""
        attributes: dict[str, Scalar | None] = {names.ROUTE: self._path}
        query, content = _query_string(self._query), self._content
        if self._kind is Kind.QUERY:
            attributes[names.OUTCOME] = Outcome.OK
            attributes[names.DURATION] = self._duration / 1e9
            content = content or snapshot(query)
        return Record(
            self._kind,
            event_id(self._number),
            self._time,
            attributes,
            content,
            self._named,
            query.get("user_id") if self._found is None else self._found,
            self._context,
            self._reply,
        )


def _is_json(headers: Any) -> bool:
    # ASGI allows iterators here, which can be read but once: they are the server's.
    pairs = headers if isinstance(headers, (list, tuple)) else ()
    found = {bytes(pair[0]).lower(): bytes(pair[1]).lower() for pair in pairs if isinstance(pair, (list, tuple))}
    kind = found.get(b"content-type", b"").partition(b";")[0].strip()
    is_json = kind == b"application/json" or kind.endswith(b"+json")
    return is_json and found.get(b"content-encoding", b"identity") in (b"identity", b"gzip")


def _scope_user(scope: Scope) -> object:
    """Return the reader that the host put into the scope, None where there is none.

    Of a user object only stored fields are read: its properties are the host's code.
    """
    user = scope.get("user")
    if user is None or isinstance(user, (str, int)):
        return user
    try:
        stored = object.__getattribute__(user, "__dict__")
    except AttributeError:
        return None
    for name in ("user_id", "id", "username"):
        if isinstance(found := stored.get(name), (str, int)):
            return found
    return None


def _query_string(query: bytes) -> dict[str, str]:
    return {key: values[0] for key, values in parse_qs(query.decode("latin-1")).items()} if query else {}
