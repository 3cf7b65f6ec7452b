"""The review page's app: one page, its queue, and the decisions that come back; for one browser of this machine."""

import asyncio
import secrets
from collections.abc import Callable
from dataclasses import asdict, dataclass, field
from http.cookies import SimpleCookie
from importlib.resources import files
from typing import TYPE_CHECKING, Any, Final

import orjson

from otel_training.conventions import COMMAND
from otel_training.errors import TrainingError
from otel_training.review.decisions import Decision, Verdict
from otel_training.review.queue import Queue

if TYPE_CHECKING:
    from starlette.applications import Starlette
    from starlette.requests import Request
    from starlette.responses import Response

_COOKIE: Final = "otel_training_review"
_BODY_BYTES: Final = 1 << 20
_INSIGHTS: Final = 256
_POLICY: Final = (
    "default-src 'none'; connect-src 'self'; script-src 'nonce-{nonce}'; style-src 'nonce-{nonce}'; base-uri 'none'; "
    "form-action 'none'; frame-ancestors 'none'"
)
_HEADERS: Final = {
    "Cache-Control": "no-store",
    "Referrer-Policy": "no-referrer",
    "X-Content-Type-Options": "nosniff",
    "X-Frame-Options": "DENY",
}


class MalformedDecisionError(Exception):
    """A body that is no decision; the message is the reason."""


@dataclass(slots=True)
class Session:
    """Who may use the page: the first browser that opens the printed address."""

    token: str = field(default_factory=lambda: secrets.token_urlsafe(24))  # good for one visit
    cookie: str = ""

    def open(self, token: str) -> bool:
        """Take the token, once; from then on the cookie is what counts."""
        if not self.token or not secrets.compare_digest(token.encode(), self.token.encode()):
            return False
        self.token, self.cookie = "", secrets.token_urlsafe(24)
        return True

    def is_known(self, cookie: str) -> bool:
        """Return whether a cookie is that of the browser that came first."""
        return bool(self.cookie) and secrets.compare_digest(cookie.encode(), self.cookie.encode())


@dataclass(frozen=True, slots=True)
class Site:
    """The page of one command: where its data comes from, and who may see it."""

    session: Session
    hosts: frozenset[str]  # the names, with the port, that a browser may call it by
    read: Callable[[], Queue]
    """Runs on a thread, as `decide` does; their `TrainingError` or `OSError` is shown on the page."""
    decide: Callable[[Decision], None]
    _turn: asyncio.Lock = field(default_factory=asyncio.Lock)  # the store is opened for one request at a time

    def app(self) -> "Starlette":
        """Return the ASGI app."""
        from starlette.applications import Starlette
        from starlette.routing import Route

        routes = [Route("/", self.show), Route("/queue", self.queue), Route("/decisions", self.take, methods=["POST"])]
        return Starlette(routes=routes)

    async def show(self, request: "Request") -> "Response":
        """Answer the page; a browser that brings the token is let in first."""
        from starlette.responses import HTMLResponse, RedirectResponse

        if request.headers.get("host") in self.hosts and self.session.open(request.query_params.get("token", "")):
            answer = RedirectResponse("/", 303, headers=_HEADERS)
            answer.set_cookie(_COOKIE, self.session.cookie, httponly=True, samesite="strict")
            return answer
        if refusal := self._refusal(request):
            return refusal
        nonce = secrets.token_urlsafe(16)
        page = (files("otel_training.review") / "page.html").read_text(encoding="utf-8").replace("{nonce}", nonce)
        return HTMLResponse(page, headers={**_HEADERS, "Content-Security-Policy": _POLICY.format(nonce=nonce)})

    async def queue(self, request: "Request") -> "Response":
        """Answer the queue as JSON."""
        return self._refusal(request) or await self._answer(lambda: asdict(self.read()))

    async def take(self, request: "Request") -> "Response":
        """Take a decision; an empty object says that it is kept."""
        if refusal := self._refusal(request):
            return refusal
        try:
            decision = read_decision(await _read_body(request))
        except MalformedDecisionError as error:
            return _text(400, f"{error}")
        return await self._answer(lambda: self.decide(decision))

    def _refusal(self, request: "Request") -> "Response | None":
        # Another site's page may send a browser here: under a name of its own, or with the cookie.
        host = request.headers.get("host")
        if host not in self.hosts:
            return _text(421, f"This page is opened by the address that `{COMMAND} review` prints.")
        if request.method == "POST" and request.headers.get("origin") != f"http://{host}":
            return _text(403, "Decisions come from the page itself.")
        if not self.session.is_known(_cookie_of(request)):
            return _text(403, f"This page was opened elsewhere, or is over: run `{COMMAND} review` again.")
        return None

    async def _answer(self, work: Callable[[], Any]) -> "Response":
        from starlette.concurrency import run_in_threadpool
        from starlette.responses import Response

        try:
            async with self._turn:
                result = await run_in_threadpool(work)
        except (TrainingError, OSError) as error:
            return _text(500, f"{error}")
        return Response(orjson.dumps(result), media_type="application/json", headers=_HEADERS)


async def _read_body(request: "Request") -> bytes:
    """Read a body up to its limit, beyond which it is no decision."""
    body = b""
    async for piece in request.stream():
        body += piece
        if len(body) > _BODY_BYTES:
            raise MalformedDecisionError("The decision is too long.")
    return body


def _text(status: int, sentence: str) -> "Response":
    from starlette.responses import PlainTextResponse

    return PlainTextResponse(f"{sentence}\n", status, headers=_HEADERS)


def read_decision(body: bytes) -> Decision:
    """Read what the page sent; raises `MalformedDecisionError` with the reason."""
    try:
        row = orjson.loads(body)
        extraction_id, verdict, insights = row["extraction_id"], Verdict(row["verdict"]), row.get("insights")
    except (orjson.JSONDecodeError, TypeError, KeyError, ValueError, AttributeError):
        sentence = "A decision has `extraction_id` and a `verdict`: accept, reject or undo."
        raise MalformedDecisionError(sentence) from None
    if not isinstance(extraction_id, str) or not (insights is None or _are_insights(insights)):
        raise MalformedDecisionError("Insights are a list, each with a `text` and a `category`.")
    return Decision(extraction_id, verdict, insights)


def _are_insights(insights: object) -> bool:
    if not isinstance(insights, list) or not 0 < len(insights) <= _INSIGHTS:
        return False
    fields = [(item.get("text"), item.get("category")) if isinstance(item, dict) else (None, None) for item in insights]
    return all(isinstance(text, str) and text.strip() and isinstance(category, str | None) for text, category in fields)


def _cookie_of(request: "Request") -> str:
    morsel = SimpleCookie(request.headers.get("cookie", "")).get(_COOKIE)
    return morsel.value if morsel else ""
