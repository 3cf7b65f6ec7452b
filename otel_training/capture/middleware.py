"""The middleware: sees engage and feed requests go by, in pure ASGI, without holding them up."""

import asyncio
from collections.abc import Awaitable, Callable, Mapping, MutableMapping
from dataclasses import dataclass, field
from typing import Any, Final, TypeAlias
from urllib.parse import parse_qs

from otel_training import conventions as names
from otel_training._guard import guard
from otel_training.capture.routes import Route, parse_route
from otel_training.capture.tracing import captures, current_ids
from otel_training.conventions import Kind, Loss
from otel_training.delivery.lifecycle import emit, flush, lose
from otel_training.delivery.record import Record, event_id, now

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
        user: Names the reader of a request, given its ASGI scope. Without it: the engage body's
            `metadata.user_id`, else `scope["user"]`, else the query's `user_id`.

    """

    def __init__(
        self,
        app: App,
        *,
        engage: str = "POST /api/feed/engage",
        feed: str = "GET /api/feed",
        user: Reader | None = None,
    ) -> None:
        self.app = app
        self._routes: tuple[tuple[Kind, Route], ...] = (
            (Kind.FEEDBACK, parse_route(engage)),
            (Kind.IMPRESSION, parse_route(feed)),
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
        elif seen.kind is Kind.FEEDBACK:
            await self.app(scope, seen.receiving(receive), seen.sending(send))
        else:
            await self.app(scope, receive, seen.sending(send))

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
class Exchange:
    """One captured request and its answer."""

    kind: Kind
    route: Route
    scope: Scope
    user: Reader | None
    kept: list[bytes] = field(default_factory=list)
    size: int = 0
    status: int = 0
    readable: bool = True

    def receiving(self, receive: Receive) -> Receive:
        """Keep the request's body as the app reads it, never reading ahead."""

        async def tee() -> Message:
            message = await receive()
            with guard:
                if message["type"] == "http.request":
                    self._keep(message, ENGAGE_LIMIT)
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
            if self.kind is Kind.IMPRESSION:
                self.readable = _is_json(message.get("headers", ()))
        elif message["type"] == "http.response.body" and self.kind is Kind.IMPRESSION:
            self._keep(message, FEED_LIMIT)

    def _keep(self, message: Message, limit: int) -> None:
        chunk = message.get("body", b"")
        self.size += len(chunk)
        if self.size > limit or not self.readable:
            self.kept.clear()
        elif chunk:
            self.kept.append(bytes(chunk))

    def _emit(self) -> None:
        if not 200 <= self.status < 300:  # noqa: PLR2004 - HTTP's own classes
            return
        if self.size > (ENGAGE_LIMIT if self.kind is Kind.FEEDBACK else FEED_LIMIT):
            lose(Loss.MALFORMED if self.kind is Kind.FEEDBACK else Loss.FEED_TOO_LARGE)
        elif self.readable:
            record = Record(
                self.kind,
                event_id(),
                now(),
                {names.ROUTE: self.route.path},
                b"".join(self.kept),
                None if self.user is None else self._named(self.user),
                _scope_user(self.scope),
                *current_ids(),
            )
            emit(record)

    def _named(self, user: Reader) -> str | int | None:
        with guard:
            return user(self.scope)
        return None


def _is_json(headers: Any) -> bool:
    found = {bytes(name).lower(): bytes(value).lower() for name, value in headers}
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
    return parse_qs(scope.get("query_string", b"").decode("latin-1")).get("user_id", [None])[0]
