"""The middleware: sees engage and feed requests go by, in pure ASGI, without holding them up."""

import asyncio
from collections.abc import Awaitable, Callable, Mapping, MutableMapping
from dataclasses import dataclass, field
from typing import Any, Final, TypeAlias
from urllib.parse import parse_qs

from otel_training import conventions as names
from otel_training._guard import guard
from otel_training.capture.routes import Route, parse_route
from otel_training.capture.tracing import captures, current_context, tell_span
from otel_training.conventions import Kind, Loss, Outcome
from otel_training.delivery.clock import event_id, now, ticks
from otel_training.delivery.lifecycle import emit, flush, lose
from otel_training.delivery.record import Record, Scalar
from otel_training.delivery.snapshot import snapshot

Scope: TypeAlias = MutableMapping[str, Any]
Message: TypeAlias = MutableMapping[str, Any]
Receive: TypeAlias = Callable[[], Awaitable[Message]]
Send: TypeAlias = Callable[[Message], Awaitable[None]]
App: TypeAlias = Callable[[Scope, Receive, Send], Awaitable[None]]
Reader: TypeAlias = Callable[[Mapping[str, Any]], str | int | None]

ENGAGE_LIMIT: Final = 64 << 10
FEED_LIMIT: Final = 1 << 20
SHUTDOWN_SECONDS: Final = 2.0


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
            await self.app(scope, receive, _flushing(send))
            return
        seen = self._exchange(scope) if scope["type"] == "http" else None
        if seen is None:
            await self.app(scope, receive, send)
        else:
            await self.app(scope, seen.receiving(receive), seen.sending(send))

    def _exchange(self, scope: Scope) -> "Exchange | None":
        with guard:
            if captures():
                found = next(((kind, route) for kind, route in self._routes if route.matches(scope)), None)
                return None if found is None else Exchange(*found, scope, self._user)
        return None


def _flushing(send: Send) -> Send:
    """Flush at lifespan shutdown: uvicorn ends by re-raising SIGTERM, which runs no `atexit`."""

    async def sending(message: Message) -> None:
        if message["type"].startswith("lifespan.shutdown."):
            with guard:
                await asyncio.to_thread(flush, SHUTDOWN_SECONDS)
        await send(message)

    return sending


@dataclass(slots=True)
class Kept:
    """What goes by of a body, up to a limit; beyond it nothing."""

    limit: int
    chunks: list[bytes] = field(default_factory=list)
    size: int = 0

    def add(self, message: Message) -> None:
        """Take the chunk of an ASGI message."""
        chunk = message.get("body", b"")
        self.size += len(chunk)
        if self.is_whole():
            self.chunks.append(bytes(chunk))
        else:
            self.chunks.clear()

    def is_whole(self) -> bool:
        """Tell whether all of it was kept."""
        return self.size <= self.limit

    def content(self) -> bytes:
        """Return it."""
        return b"".join(self.chunks)


@dataclass(slots=True)
class Exchange:
    """One captured request and its answer."""

    kind: Kind
    route: Route
    scope: Scope
    user: Reader | None
    request: Kept = field(default_factory=lambda: Kept(ENGAGE_LIMIT))
    answer: Kept = field(default_factory=lambda: Kept(FEED_LIMIT))
    status: int = 0
    readable: bool = False
    began: int = field(default_factory=ticks)
    identity: str = field(default_factory=event_id)

    def receiving(self, receive: Receive) -> Receive:
        """Keep the request's body as the app reads it, never reading ahead."""
        if self.kind is Kind.IMPRESSION:
            return receive

        async def tee() -> Message:
            message = await receive()
            with guard:
                if message["type"] == "http.request":
                    self.request.add(message)
            return message

        return tee

    def sending(self, send: Send) -> Send:
        """See the answer; emit after its last chunk was sent."""

        async def tee(message: Message) -> None:
            with guard:
                self._see(message)
            await send(message)
            if message["type"] == "http.response.body" and not message.get("more_body", False):
                with guard:
                    self._emit()

        return tee

    def _see(self, message: Message) -> None:
        if message["type"] == "http.response.start":
            self.status = message["status"]
            self.readable = self.kind is not Kind.FEEDBACK and _is_json(message.get("headers", ()))
            tell_span({names.KIND: self.kind, names.EVENT_ID: self.identity})
        elif message["type"] == "http.response.body" and self.readable:
            self.answer.add(message)

    def _emit(self) -> None:
        if not 200 <= self.status < 300:  # noqa: PLR2004 - HTTP's own classes
            return
        match self.kind:
            case Kind.FEEDBACK:
                self._emit_if(self.request, Loss.MALFORMED)
            case Kind.IMPRESSION if self.readable:
                self._emit_if(self.answer, Loss.FEED_TOO_LARGE)
            case Kind.QUERY:
                asked = self.request.content() or snapshot(_query_string(self.scope))
                self._record(asked, self.answer.content())

    def _emit_if(self, kept: Kept, otherwise: Loss) -> None:
        if kept.is_whole():
            self._record(kept.content(), b"")
        else:
            lose(otherwise)

    def _record(self, content: bytes, answer: bytes) -> None:
        attributes: dict[str, Scalar | None] = {names.ROUTE: self.route.path}
        if self.kind is Kind.QUERY:
            attributes[names.OUTCOME] = Outcome.OK
            attributes[names.DURATION] = (ticks() - self.began) / 1e9
        emit(
            Record(
                self.kind,
                self.identity,
                now(),
                attributes,
                content,
                None if self.user is None else self._named(self.user),
                _scope_user(self.scope),
                current_context(),
                answer,
            )
        )

    def _named(self, user: Reader) -> str | int | None:
        with guard:
            return user(self.scope)
        return None


def _is_json(headers: Any) -> bool:
    # ASGI allows iterators here, which can be read but once: they are the server's.
    pairs = headers if isinstance(headers, (list, tuple)) else ()
    found = {bytes(pair[0]).lower(): bytes(pair[1]).lower() for pair in pairs if isinstance(pair, (list, tuple))}
    kind = found.get(b"content-type", b"").partition(b";")[0].strip()
    is_json = kind == b"application/json" or kind.endswith(b"+json")
    return is_json and found.get(b"content-encoding", b"identity") in (b"identity", b"gzip")


def _scope_user(scope: Scope) -> object:
    """Return the reader that the host put into the scope, else the query's `user_id`.

    Of a user object only stored fields are read: its properties are the host's code.
    """
    user = scope.get("user")
    if isinstance(user, (str, int)):
        return user
    try:
        stored = object.__getattribute__(user, "__dict__")
    except AttributeError:
        stored = {}
    for name in ("user_id", "id", "username"):
        if isinstance(found := stored.get(name), (str, int)):
            return found
    return _query_string(scope).get("user_id")


def _query_string(scope: Scope) -> dict[str, str]:
    return {key: values[0] for key, values in parse_qs(scope.get("query_string", b"").decode("latin-1")).items()}
