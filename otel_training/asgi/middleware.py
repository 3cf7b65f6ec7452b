"""The middleware: chooses the engage, feed and search requests whose exchanges are captured, in pure ASGI."""

import asyncio
import inspect
import signal
from collections.abc import Awaitable, Callable
from typing import Any, Final, TypeAlias

from otel_training import conventions as names
from otel_training._guard import guard
from otel_training._loop import running_loop
from otel_training._turn import shorten_turns
from otel_training.asgi.exchange import Exchange, Message, Receive, Scope, Send
from otel_training.asgi.reader import FindReader, parse_user
from otel_training.asgi.routes import ACTION, ITEM, Names, parse_naming, parse_route
from otel_training.capture.tracing import captures, current_context
from otel_training.conventions import Kind, Loss
from otel_training.events.finish import load_readers_kinds
from otel_training.pipeline.process import current, emit
from otel_training.record.clock import event_id, now
from otel_training.record.record import COMMON, Record, Scalar

load_readers_kinds()

App: TypeAlias = Callable[[Scope, Receive, Send], Awaitable[Any]]

_CAPTURED: Final = "otel_training.captured"
"""The key of a scope that is captured: an app may have us around it and in what it mounts."""
UNMATCHED_REQUESTS: Final = 3  # requests of no route after which the routes that none was of are named


class TrainingMiddleware:
    """Capture readers' actions, what they were shown and what they searched; only 2xx responses count.

    A route of None is not captured.

    Args:
        app: The ASGI application.
        engage: Route whose JSON body is `{"insight_id", "action", "metadata": {"user_id"}}`, or a list of
            these; `{insight_id}` and `{action}` may stand in its path.
        feed: Route whose JSON response lists items with `id` or `insight_id`, and `text`.
        search: Route whose query string or JSON body has `query`, `q` or `search`, and whose JSON
            response lists sources, with `quality_score` and `passed_filters` if they have them.
        item: What the feed calls an item's `insight_id`, `text` and `source_url`: `{"insight_id": "card.id"}`;
            or a function from an item to a mapping under these names.
        action: What an engage body calls `insight_id`, `action` and `user_id`, and the app's word for `like`
            and the others; or a function from an action to a mapping under the first three.
        user: Where the ASGI scope holds the reader when the app has answered, `{"user_id": "state.user.id"}`;
            or a function, sync or async, from the scope to the reader. Without it: what the engage body
            names, else `scope["user"]`, `user` of its state or session, the path's or the query's `user_id`.

    """

    def __init__(  # noqa: PLR0913 - one parameter an option
        self, app: App, *, engage: str | None = "POST /api/feed/engage", feed: str | None = "GET /api/feed",
        search: str | None = "GET|POST /api/search", item: Names | None = None, action: Names | None = None,
        user: FindReader | None = None,
    ) -> None:  # fmt: skip
        _refuse_other_protocols(app)
        shorten_turns()
        self.app = app
        if engage is None and feed is None:
            raise ValueError(
                "with engage=None and feed=None nothing of readers is captured: name one of the two routes"
            )
        routes = (
            (Kind.FEEDBACK, engage, parse_naming("action", action, ACTION)),
            (Kind.IMPRESSION, feed, parse_naming("item", item, ITEM)),
            (Kind.QUERY, search, COMMON),
        )
        self._routes = [(kind, parse_route(text, naming)) for kind, text, naming in routes if text is not None]
        self._readers = parse_user(user)
        self._unmatched = UNMATCHED_REQUESTS
        """How many unmatched requests are still tolerated; at 0 the routes that none matched have been named."""
        self._matched: set[Kind] = set()

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> Any:
        """Serve one connection as the app alone would."""
        exchange = None
        with guard:
            if scope["type"] == "http":
                exchange = self._begin(scope)
            elif scope["type"] == "lifespan":
                send = _write_out_at_shutdown(send)
        if exchange is None:
            return await self.app(scope, receive, send)
        try:
            return await self.app(scope, exchange.tee_receive(receive), exchange.tee_send(send))
        finally:
            await exchange.name_reader()

    def _begin(self, scope: Scope) -> Exchange | None:
        """Begin to capture a request; None where no route matches, capture is off, or another of us captures it."""
        if not captures() or _CAPTURED in scope:
            return None
        for kind, route in self._routes:
            if (shape := route.match(scope)) is not None:
                self._matched.add(kind)
                scope[_CAPTURED] = True
                return Exchange(kind, route.path, shape, scope, self._readers)
        if self._unmatched:
            self._count_unmatched()
        return None

    def _count_unmatched(self) -> None:
        """Name the routes that no request was of, once, so that `doctor` can."""
        self._unmatched -= 1
        if self._unmatched:
            return
        for kind, route in self._routes:
            if kind not in self._matched:
                attributes: dict[str, Scalar | None] = {
                    names.LOSS_REASON: Loss.UNMATCHED.value, names.LOSS_COUNT: 0, names.LOSS_ROUTE: route.text,
                    names.LOSS_DETAIL: kind.value,
                }  # fmt: skip
                emit(Record(Kind.LOSS, event_id(), now(), attributes, context=current_context()))


def _refuse_other_protocols(app: App) -> None:
    """Raise where an app cannot be ASGI, as Flask's and what Django gives its middleware."""
    try:
        signature = inspect.signature(app)
    except (AttributeError, NameError, TypeError, ValueError):  # of what is written in C, or annotated for mypy alone
        return
    try:
        signature.bind({}, None, None)
    except TypeError as error:
        raise TypeError(
            "TrainingMiddleware wraps an ASGI application, and this is none: wrap what serves it by ASGI, as Django's "
            "get_asgi_application(), or, under WSGI, call record_impressions and record_feedback in its views"
        ) from error


def _write_out_at_shutdown(send: Send) -> Send:
    """Write what waits to the disk at lifespan shutdown: uvicorn ends by re-raising SIGTERM, which runs no `atexit`."""

    async def send_when_written(message: Message) -> Any:
        with guard:
            if message["type"] == "lifespan.startup.complete" and captures():
                current().writer.expect_notice()
            elif message["type"].startswith("lifespan.shutdown."):
                await _write_out()
        return await send(message)

    return send_when_written


async def _write_out() -> None:
    if running_loop() is None:  # trio's, whose servers end by a normal exit
        return
    # A server handles SIGTERM, and is about to end. Where nobody does, a test goes on: on disk is enough.
    await asyncio.to_thread(current().write_out, is_last=callable(signal.getsignal(signal.SIGTERM)))
