"""The review page's app, asked by a client of HTTP."""

import threading
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from http.client import HTTPConnection
from typing import Any, Final
from urllib.parse import quote

import pytest
import uvicorn

from otel_training.errors import StoreError
from otel_training.review.app import MalformedDecisionError, Session, Site, read_decision
from otel_training.review.decisions import Decision, Verdict
from otel_training.review.queue import Queue
from otel_training.serving.server import bind_loopback

BODY: Final = b'{"extraction_id": "e1", "verdict": "accept"}'


@dataclass(frozen=True)
class Answer:
    """An answer over HTTP."""

    status: int
    headers: Mapping[str, str]
    text: str


@dataclass(frozen=True)
class Served:
    """A page that uvicorn serves."""

    address: str
    session: Session

    def ask(self, method: str, path: str, headers: Mapping[str, str] | None = None, body: bytes = b"") -> Answer:
        """Send one request."""
        connection = HTTPConnection(self.address, timeout=30)
        connection.request(
            method, path, body or None, {name: value for name, value in (headers or {}).items() if value}
        )
        answer = connection.getresponse()
        text = answer.read().decode()
        connection.close()
        return Answer(answer.status, {name.lower(): value for name, value in answer.getheaders()}, text)

    def let_in(self) -> dict[str, str]:
        """Open the page by its token; returns the headers of the browser that did."""
        answer = self.ask("GET", f"/?token={self.session.token}")
        assert (303, "/") == (answer.status, answer.headers["location"])
        assert "httponly; path=/; samesite=strict" in answer.headers["set-cookie"].lower()
        return {"Cookie": answer.headers["set-cookie"].split(";")[0], "Origin": f"http://{self.address}"}


@contextmanager
def serving(read: Callable[[], Queue], decide: Callable[[Decision], None]) -> Iterator[Served]:
    """Serve a page."""
    with bind_loopback(0) as listener:
        listener.listen()
        address = f"127.0.0.1:{listener.getsockname()[1]}"
        site = Site(Session(), frozenset({address}), read, decide)
        server = uvicorn.Server(uvicorn.Config(site.app(), lifespan="off", log_config=None))
        thread = threading.Thread(target=server.run, args=([listener],))
        thread.start()
        try:
            yield Served(address, site.session)
        finally:
            server.should_exit = True
            thread.join()


@pytest.fixture
def decided() -> list[Decision]:
    """What the page decided."""
    return []


@pytest.fixture
def site(decided: list[Decision]) -> Iterator[Served]:
    """A page with nothing to review."""
    with serving(lambda: Queue([], 0, 0, None), decided.append) as served:
        yield served


def test_shows_the_page_to_the_browser_that_came_first(site: Served) -> None:
    """Once its token is used, no other browser is let in by it."""
    token = site.session.token
    browser = site.let_in()

    page = site.ask("GET", "/", browser)

    assert 200 == page.status
    nonce = page.text.split('<script nonce="')[1].split('"')[0]
    assert f"script-src 'nonce-{nonce}'" in page.headers["content-security-policy"]
    assert 403 == site.ask("GET", f"/?token={token}").status


@pytest.mark.parametrize(
    ("request_line", "changes", "status"),
    [
        ("GET /", {"Cookie": ""}, 403),
        ("GET /queue", {"Cookie": ""}, 403),
        ("GET /queue", {"Cookie": "otel_training_review=x"}, 403),
        ("GET /queue", {"Cookie": "otel_training_review=\xe9"}, 403),
        ("POST /decisions", {"Cookie": ""}, 403),
        ("POST /decisions", {"Origin": "http://evil.example"}, 403),
        ("POST /decisions", {"Origin": ""}, 403),
        ("GET /queue", {"Host": "evil.example:9"}, 421),
        ("POST /decisions", {"Host": "evil.example:9", "Origin": "http://evil.example:9"}, 421),
    ],
)
def test_refuses_all_others(
    site: Served, decided: list[Decision], request_line: str, changes: dict[str, str], status: int
) -> None:
    """Without the cookie, from another site's page, or under another name (DNS rebinding)."""
    browser = site.let_in()

    method, path = request_line.split()
    answer = site.ask(method, path, {**browser, **changes}, BODY)

    assert (status, []) == (answer.status, decided)


@pytest.mark.parametrize("token", ["", "x", "\xe9"])
def test_lets_nobody_in_without_the_token(site: Served, token: str) -> None:
    """Neither before nor after it was used."""
    assert 403 == site.ask("GET", "/", {}).status
    assert 403 == site.ask("GET", f"/?token={quote(token)}").status
    site.let_in()
    assert 403 == site.ask("GET", f"/?token={quote(token)}").status


def test_takes_decisions(site: Served, decided: list[Decision]) -> None:
    """An accepted, an edited and an undone one."""
    browser = site.let_in()
    edited = b'{"extraction_id": "e2", "verdict": "accept", "insights": [{"text": "a", "category": null}]}'
    undone = b'{"extraction_id": "e1", "verdict": "undo"}'

    assert [200] * 3 == [site.ask("POST", "/decisions", browser, body).status for body in (BODY, edited, undone)]
    assert [
        Decision("e1", Verdict.ACCEPT),
        Decision("e2", Verdict.ACCEPT, [{"text": "a", "category": None}]),
        Decision("e1", Verdict.UNDO),
    ] == decided


@pytest.mark.parametrize(
    "body",
    [
        b"", b"[]", b"{}", b"no json", b'{"extraction_id": "e"}', b'{"extraction_id": "e", "verdict": "maybe"}',
        b'{"extraction_id": 3, "verdict": "accept"}', b'{"extraction_id": "e", "verdict": ["accept"]}',
        b'{"extraction_id": "e", "verdict": "accept", "insights": []}',
        b'{"extraction_id": "e", "verdict": "accept", "insights": {}}',
        b'{"extraction_id": "e", "verdict": "accept", "insights": ["a"]}',
        b'{"extraction_id": "e", "verdict": "accept", "insights": [{"text": " "}]}',
        b'{"extraction_id": "e", "verdict": "accept", "insights": [{"text": "a", "category": 3}]}',
    ],
)  # fmt: skip
def test_refuses_what_is_no_decision(body: bytes) -> None:
    """Each with a sentence."""
    with pytest.raises(MalformedDecisionError, match=r"\.$"):
        read_decision(body)


def test_says_that_a_decision_is_malformed_or_too_long(site: Served, decided: list[Decision]) -> None:
    """And takes it not."""
    browser = site.let_in()

    answers = [site.ask("POST", "/decisions", browser, body) for body in (b"{}", b"x" * (2 << 20))]

    assert [400, 400] == [answer.status for answer in answers]
    assert "The decision is too long.\n" == answers[1].text
    assert [] == decided


@pytest.mark.parametrize("error", [StoreError("The disk is full."), OSError("The disk is full.")])
def test_shows_what_went_wrong(error: Exception) -> None:
    """A store or a disk that refuses is said to the reviewer."""

    def fail(*_: Any) -> Any:
        raise error

    with serving(fail, fail) as site:
        browser = site.let_in()
        answers = [site.ask("GET", "/queue", browser), site.ask("POST", "/decisions", browser, BODY)]

    assert [(500, "The disk is full.\n")] * 2 == [(answer.status, answer.text) for answer in answers]
