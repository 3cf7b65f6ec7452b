"""The middleware, around real FastAPI and Starlette apps."""

import asyncio
import functools
import gzip
import json
import signal
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from fastapi import Depends, FastAPI, Request, Response
from fastapi.responses import JSONResponse
from fastapi.testclient import TestClient
from starlette.middleware.gzip import GZipMiddleware

import otel_training
from otel_training.pipeline.pipeline import EXIT_SECONDS
from otel_training.pipeline.process import flush
from otel_training.privacy.identity import Key, pseudonym, text_sha256
from tests.receiving import Receiver, waiting
from tests.served import served

Lines = Callable[[], list[dict[str, Any]]]
LIKE = {"insight_id": "abc", "action": "like", "metadata": {"user_id": 1}}
CARDS = [{"id": "abc", "text": "One"}, {"insight_id": 7, "text": "Two", "url": "https://x.example/2"}]


class Exchange:
    """One request to an ASGI app, sent as a server would, in chunks."""

    def __init__(self, app: Any) -> None:
        self.app = app
        self.sent: list[dict[str, Any]] = []

    def __call__(self, method: str, path: str, *chunks: bytes, query: str = "", scope: Any = None) -> tuple[int, bytes]:
        asyncio.run(self._run(method, path, chunks or (b"",), query, scope or {}))
        body = b"".join(message.get("body", b"") for message in self.sent[1:])
        return self.sent[0]["status"], body

    async def _run(self, method: str, path: str, chunks: tuple[bytes, ...], query: str, extra: dict[str, Any]) -> None:
        self.sent = []
        waiting = [
            {"type": "http.request", "body": chunk, "more_body": number < len(chunks)}
            for number, chunk in enumerate(chunks, 1)
        ]

        async def receive() -> dict[str, Any]:
            return waiting.pop(0) if waiting else {"type": "http.disconnect"}

        async def send(message: dict[str, Any]) -> None:
            self.sent.append(message)

        scope = {
            "type": "http", "asgi": {"version": "3.0"}, "http_version": "1.1", "method": method, "path": path,
            "raw_path": path.encode(), "root_path": "", "scheme": "http", "query_string": query.encode(),
            "headers": [(b"content-type", b"application/json"), (b"accept-encoding", b"gzip")],
            "client": ("127.0.0.1", 1), "server": ("127.0.0.1", 80), **extra,
        }  # fmt: skip
        await self.app(scope, receive, send)


def feed_app(answer: Any = None, status: int = 200, **options: Any) -> Exchange:
    """An app with a feed and an engage route that answer as told."""
    app = FastAPI()

    @app.post("/api/feed/engage")
    async def engage(request: Request) -> Response:
        return JSONResponse({"size": len(await request.body())}, status)

    @app.get("/api/feed")
    async def feed() -> Response:
        return answer if isinstance(answer, Response) else JSONResponse(answer, status)

    app.add_middleware(otel_training.TrainingMiddleware, **options)
    return Exchange(app)


def engaged(**fields: Any) -> bytes:
    """An engage body."""
    return json.dumps({**LIKE, **fields}).encode()


def test_records_an_action(lines: Lines, folder: Any) -> None:
    """A reader's like becomes one record, the reader a pseudonym."""
    assert (200, b'{"size":67}') == feed_app()("POST", "/api/feed/engage", engaged())

    (record,) = lines()
    key = Key(bytes.fromhex(folder.key.read_text()))
    assert record.pop("training.event.id")
    assert {
        "training.kind": "feedback",
        "training.schema.version": "0.1",
        "training.insight.id": "abc",
        "training.feedback.action": "like",
        "http.route": "/api/feed/engage",
        "user.hash": pseudonym(key, "1"),
        "training.user.key_id": key.id,
        "body": None,
    } == record


def test_reads_a_body_in_chunks(lines: Lines) -> None:
    """A body that arrives in pieces is one body."""
    body = engaged()
    feed_app()("POST", "/api/feed/engage", body[:9], b"", body[9:])

    assert ["abc"] == [record["training.insight.id"] for record in lines()]


def test_records_what_was_shown_and_the_links(lines: Lines) -> None:
    """A feed's answer gives one impression, and each pair of id and text once."""
    app = feed_app({"total": 2, "cards": CARDS})
    for _ in range(2):
        assert (200, json.dumps({"total": 2, "cards": CARDS}, separators=(",", ":")).encode()) == app(
            "GET", "/api/feed", query="user_id=3"
        )

    links = [record for record in lines() if record["training.kind"] != "impression"]
    impressions = [record for record in lines() if record["training.kind"] == "impression"]
    assert ['["abc","7"]'] * 2 == [record["training.insight.ids"] for record in impressions]
    assert 1 == len({record["user.hash"] for record in impressions})
    assert [("abc", text_sha256("One"), ""), ("7", text_sha256("Two"), "https://x.example/2")] == [
        (record["training.link.id"], record["training.insight.text_sha256"], record["url.full"]) for record in links
    ]


@pytest.mark.parametrize(
    "answer",
    [CARDS, {"items": CARDS}, {"next": [], "data": CARDS}],
    ids=["list", "mapping", "second list"],
)
def test_finds_the_items_of_a_feed(lines: Lines, answer: Any) -> None:
    """The answer may be a list, or a mapping that holds one."""
    feed_app(answer)("GET", "/api/feed")

    shown = [record["training.insight.ids"] for record in lines() if record["training.kind"] == "impression"]
    assert ['["abc","7"]'] == shown


NAMED = [{"insight": {"uuid": "abc", "headline": "One"}}, {"insight": {"uuid": 7, "headline": "Two"}}]


def test_meets_an_extraction_whose_fields_are_named_otherwise(lines: Lines) -> None:
    """A text has one digest, whatever the extraction and the feed call it."""

    @otel_training.extraction
    def extract(source_content: str) -> Any:
        return {"insights": [{"headline": "One", "type": "market"}]}

    extract("Orders rose.")
    feed_app({"topics": [{"id": 1, "name": "Chips"}], "cards": NAMED})("GET", "/api/feed")

    extraction, impression, *links = lines()
    (insight,) = extraction["body"]["training.output"]
    assert '["abc","7"]' == impression["training.insight.ids"]
    assert [("abc", insight["text_sha256"]), ("7", text_sha256("Two"))] == [
        (link["training.link.id"], link["training.insight.text_sha256"]) for link in links
    ]


@pytest.mark.parametrize(
    ("engage", "method", "path", "query", "body", "action"),
    [
        ("POST|DELETE /cards/{insight_id}/like", "POST", "/cards/abc/like", "", b"", "like"),
        ("POST|DELETE /cards/{insight_id}/like", "DELETE", "/cards/abc/like", "", b"", "unlike"),
        ("POST /cards/{insight_id}/{action}", "POST", "/cards/abc/save", "", b"no json", "bookmark"),
        ("POST /cards/{insight_id}/{action}", "POST", "/cards/abc/react", "", b'{"type": "LIKE"}', "like"),
        ("POST /engage", "POST", "/engage", "insight_id=abc&action=like", b"", "like"),
        ("PUT /engage", "PUT", "/engage", "", b'{"id": "abc", "type": "LIKE", "user_id": 1}', "like"),
    ],
)
def test_records_an_action_of_another_shape(  # noqa: PLR0913, PLR0917 - a case has that many parts
    lines: Lines, engage: str, method: str, path: str, query: str, body: bytes, action: str
) -> None:
    """What the path, the query or the body says, under the names that apps have for it."""
    app = FastAPI()

    @app.api_route(path, methods=[method])
    async def react(request: Request) -> int:
        return len(await request.body())

    app.add_middleware(otel_training.TrainingMiddleware, engage=engage)
    Exchange(app)(method, path, body, query="&".join(filter(None, [query, "user_id=1"])))

    (record,) = lines()
    assert ("abc", action, engage.partition(" ")[2], True) == (
        record["training.insight.id"], record["training.feedback.action"], record["http.route"], "user.hash" in record
    )  # fmt: skip


def test_records_each_action_of_a_batch(lines: Lines, folder: Any) -> None:
    """Each is a record with an id and a reader of its own, in one trace; what is not recognised is counted."""
    batch = [LIKE, {"nr": 3}, {"id": 7, "type": "save", "user_id": 2}, {"nr": 4}]
    feed_app()("POST", "/api/feed/engage", json.dumps({"events": batch}).encode(), query="user_id=9")

    like, save, loss = lines()
    key = Key(bytes.fromhex(folder.key.read_text()))
    assert [("abc", "like", pseudonym(key, "1")), ("7", "bookmark", pseudonym(key, "2"))] == [
        (record["training.insight.id"], record["training.feedback.action"], record["user.hash"])
        for record in (like, save)
    ]
    assert like["training.event.id"] != save["training.event.id"]
    assert ("unrecognised", 2, "POST /api/feed/engage") == lost(loss)[:3]


def test_knows_the_reader_by_the_path(lines: Lines, folder: Any) -> None:
    """Where the template of the route names one."""
    app = FastAPI()
    app.get("/users/{who}/feed")(lambda who: CARDS)
    app.add_middleware(otel_training.TrainingMiddleware, feed="GET /users/{user_id}/feed")
    Exchange(app)("GET", "/users/5/feed", query="user_id=6")

    impression = lines()[0]
    assert pseudonym(Key(bytes.fromhex(folder.key.read_text())), "5") == impression["user.hash"]


def test_sees_a_feed_that_is_compressed_below_it(lines: Lines) -> None:
    """A gzip middleware of the app inside ours hides nothing, and its bytes go out unchanged."""
    app = FastAPI()
    long = [{"id": str(number), "text": f"Insight {number}"} for number in range(50)]
    app.get("/api/feed")(lambda: long)
    app.add_middleware(GZipMiddleware, minimum_size=10)
    app.add_middleware(otel_training.TrainingMiddleware)
    _, body = Exchange(app)("GET", "/api/feed")

    assert long == json.loads(gzip.decompress(body))
    assert ["impression"] + ["link"] * 50 == [record["training.kind"] for record in lines()]


@pytest.mark.parametrize("status", [301, 404, 422, 500])
def test_counts_only_answers_of_success(lines: Lines, status: int) -> None:
    """What the app refused did not happen."""
    app = feed_app(CARDS, status)
    app("POST", "/api/feed/engage", engaged())
    app("GET", "/api/feed")

    assert [] == lines()


@pytest.mark.parametrize(
    ("method", "path"),
    [("GET", "/api/feed/engage"), ("POST", "/api/feed"), ("POST", "/api/feed/engage/more"), ("GET", "/other")],
)
def test_leaves_other_requests_alone(lines: Lines, method: str, path: str) -> None:
    """Method and path must both be those of a route."""
    feed_app(CARDS)(method, path, engaged())

    assert [] == lines()


@pytest.mark.parametrize(
    "body",
    [
        b"",
        b"no json",
        b"\xff\xfe",
        b"[" * 60_000,
        b'{"insight_id": "a", "action": "like"' + b" " * 70_000 + b"}",
    ],
)
def test_counts_a_malformed_action(lines: Lines, body: bytes) -> None:
    """The app's answer is unchanged, and one record is counted as lost, with its route."""
    assert (200, json.dumps({"size": len(body)}, separators=(",", ":")).encode()) == feed_app()(
        "POST", "/api/feed/engage", body
    )

    assert [("malformed", 1, "POST /api/feed/engage", None)] == [lost(record) for record in lines()]


def lost(record: dict[str, Any]) -> tuple[Any, ...]:
    """What the record of a loss tells."""
    reason, count, route, keys = (
        record.get(f"training.loss.{name}") for name in ("reason", "count", "route", "detail")
    )
    return reason, count, route, keys


@pytest.mark.parametrize(
    ("body", "keys"),
    [
        (b"[]", "[]"),
        (b"{}", None),
        (b'"like"', None),
        (b'{"insight_id": true, "action": "like"}', "insight_id, action"),
        (b'{"insight_id": "a", "action": 5}', "insight_id, action"),
        (b'{"card": {"nr": "a", "bob@news.example": 1}, "what": "like"}', "card.nr, card.*, what"),
    ],
)
def test_names_the_keys_of_an_action_that_it_does_not_recognise(lines: Lines, body: bytes, keys: str | None) -> None:
    """Each loss names the route and the keys that were there, and none of their values."""
    app = feed_app()
    for _ in range(2):
        app("POST", "/api/feed/engage", body)

    losses = [lost(record) for record in lines()]
    assert {("unrecognised", "POST /api/feed/engage", keys)} == {(reason, *place) for reason, _, *place in losses}
    assert 2 == sum(count for _, count, *_ in losses)


@pytest.mark.parametrize(
    ("answer", "keys"),
    [
        ({"title": "Feed", "sections": 3}, "title, sections"),
        ([{"kicker": "One"}], "[].kicker"),
        ("hello", None),
    ],
)
def test_names_the_keys_of_a_feed_that_it_does_not_recognise(lines: Lines, answer: Any, keys: str | None) -> None:
    """Also those of items that have no id."""
    feed_app(answer)("GET", "/api/feed")

    assert [("unrecognised", 1, "GET /api/feed", keys)] == [lost(record) for record in lines()]


def test_names_the_routes_that_no_request_was_of(lines: Lines) -> None:
    """Once a process, when several requests of no route have come; it counts as no loss."""
    app = feed_app(CARDS)
    app("GET", "/api/feed")
    for _ in range(5):
        app("POST", "/insights/a/like")

    assert [
        ("unmatched", 0, "POST /api/feed/engage", "feedback"),
        ("unmatched", 0, "GET|POST /api/search", "query"),
    ] == [lost(record) for record in lines() if record["training.kind"] == "loss"]


@pytest.mark.parametrize("word", ["upvote", "Applaud"])
def test_keeps_a_word_that_is_no_action(lines: Lines, word: str) -> None:
    """As it came; the eight actions are known in any case."""
    app = feed_app()
    app("POST", "/api/feed/engage", engaged(action=word))
    app("POST", "/api/feed/engage", engaged(action="LIKE"))

    assert [word, "like"] == [record["training.feedback.action"] for record in lines()]


def test_keeps_no_secret_in_an_action(lines: Lines) -> None:
    """Whatever the app takes for a word loses personal data."""
    feed_app()("POST", "/api/feed/engage", engaged(action="mail bob@news.example"))

    assert ["mail <EMAIL_1>"] == [record["training.feedback.action"] for record in lines()]


READER = 2**70
BODIES = {
    "cut emoji": b'{"insight_id": "abc", "action": "like", "note": "\\ud83d", "metadata": {"user_id": 1}}',
    "NaN": b'{"insight_id": "abc", "action": "like", "dwell": NaN, "metadata": {"user_id": 1}}',
    "infinity": b'{"insight_id": "abc", "action": "like", "dwell": [-Infinity, 1e999], "metadata": {"user_id": 1}}',
    "BOM": b"\xef\xbb\xbf" + engaged(),
    "UTF-16": engaged().decode().encode("utf-16"),
    "UTF-32": engaged().decode().encode("utf-32-le"),
    "raw surrogate": engaged(note="~").replace(b"~", b"\xed\xa0\x80"),
    "long number": engaged(nonce=10**40),
}


@pytest.mark.parametrize("body", BODIES.values(), ids=BODIES)
def test_reads_what_the_app_reads(lines: Lines, body: bytes) -> None:
    """Whatever `json` takes is an action, though a strict parser refuses it."""
    assert LIKE == {key: value for key, value in json.loads(body).items() if key in LIKE}
    feed_app()("POST", "/api/feed/engage", body)

    assert [("abc", "like", True)] == [
        (record["training.insight.id"], record["training.feedback.action"], "user.hash" in record) for record in lines()
    ]


def test_reads_ids_over_64_bits(lines: Lines, folder: Any) -> None:
    """A reader and an insight of any number are those of the same number as text; absurd ones are none."""
    answer = json.dumps([{"id": 2**64, "text": "Cut \ud83d", "score": 10**400}])
    app = feed_app(Response(answer, media_type="application/json"))
    app("POST", "/api/feed/engage", engaged(insight_id=2**64, metadata={"user_id": READER}))
    app("POST", "/api/feed/engage", engaged(insight_id=-(2**63) - 1, metadata={"user_id": 10**400}))
    app("GET", "/api/feed", query=f"user_id={READER}")

    like, other, shown, link = lines()
    key = Key(bytes.fromhex(folder.key.read_text()))
    assert [str(2**64), str(-(2**63) - 1), str(2**64)] == [
        like["training.insight.id"], other["training.insight.id"], link["training.link.id"]
    ]  # fmt: skip
    assert f'["{2**64}"]' == shown["training.insight.ids"]
    assert [pseudonym(key, str(READER)), None, pseudonym(key, str(READER))] == [
        record.get("user.hash") for record in (like, other, shown)
    ]


def test_counts_a_feed_that_is_too_large(lines: Lines) -> None:
    """An answer beyond 1 MiB is passed on whole, and counted."""
    long = [{"id": "a", "text": "x" * (1 << 20)}]
    status, body = feed_app(long)("GET", "/api/feed")

    assert (200, long) == (status, json.loads(body))
    assert ["feed_too_large"] == [record["training.loss.reason"] for record in lines()]


@pytest.mark.parametrize("answer", [Response("<p>hello", media_type="text/html"), JSONResponse([])])
def test_takes_an_answer_without_cards_as_no_impression(lines: Lines, answer: Response) -> None:
    """A page, or an empty feed, shows nobody anything."""
    feed_app(answer)("GET", "/api/feed")

    assert [] == lines()


LINES = b'{"id": "abc", "text": "One"}\n\n{"insight_id": 7, "text": "Two"}\r\n'


@pytest.mark.parametrize("name", ["x-ndjson", "ndjson; charset=utf-8", "jsonl", "x-jsonlines", "json-seq"])
@pytest.mark.parametrize("headers", [{}, {"content-encoding": "gzip"}])
def test_reads_a_feed_of_json_lines(lines: Lines, name: str, headers: dict[str, str]) -> None:
    """Each line is an item, as a stream gives them; also where it is but one."""
    for body in (LINES, b"\x1e" + LINES.replace(b"\n{", b"\n\x1e{"), LINES.splitlines()[0]):
        content = gzip.compress(body) if headers else body
        feed_app(Response(content, media_type=f"application/{name}", headers=headers))("GET", "/api/feed")

    shown = [record["training.insight.ids"] for record in lines() if record["training.kind"] == "impression"]
    assert ['["abc","7"]', '["abc","7"]', '["abc"]'] == shown


def test_counts_a_line_that_is_cut(lines: Lines) -> None:
    """As any content that is no JSON."""
    feed_app(Response(LINES[:-5], media_type="application/x-ndjson"))("GET", "/api/feed")

    assert [("malformed", 1, "GET /api/feed", None)] == [lost(record) for record in lines()]


@pytest.mark.parametrize(
    ("media_type", "encoding", "named"),
    [
        *(("application/json", encoding, f"content-encoding: {encoding}") for encoding in ("br", "zstd", "deflate")),
        ("application/x-ndjson", "br", "content-encoding: br"),
        ("application/msgpack", "identity", "content-type: application/msgpack"),
    ],
)
def test_names_the_encoding_of_a_feed_that_it_does_not_read(
    lines: Lines, media_type: str, encoding: str, named: str
) -> None:
    """Those that the app refused are no loss."""
    headers = {"content-encoding": encoding}
    for status in (200, 200, 404):
        feed_app(Response(b"\x8b", status, headers, media_type))("GET", "/api/feed")

    assert [("unrecognised", 2, "GET /api/feed", named)] == [
        (reason, sum(lost(record)[1] for record in lines()), *place)
        for reason, _, *place in map(lost, lines()[:1])
    ]  # fmt: skip


@pytest.mark.parametrize(("off", "kind"), [("engage", "impression"), ("feed", "feedback")])
def test_a_route_of_none_is_not_captured(lines: Lines, off: str, kind: str) -> None:
    """Nor named as one that no request is of."""
    options: dict[str, Any] = {off: None, "search": None}
    app = feed_app([{"id": "abc"}], **options)
    app("POST", "/api/feed/engage", engaged())
    app("GET", "/api/feed")
    for _ in range(3):
        app("GET", "/other")

    assert [kind] == [record["training.kind"] for record in lines()]


def test_without_a_route_it_is_of_no_use() -> None:
    """Which is said where it is added."""
    with pytest.raises(ValueError, match="engage=None and feed=None"):
        feed_app(engage=None, feed=None)("GET", "/api/feed")


def wsgi(environ: Any, start_response: Any) -> list[bytes]:
    """Serve as Flask and Django do by `wsgi.py`."""
    start_response("200 OK", [])
    return [b"[]"]


@pytest.mark.parametrize("app", [wsgi, lambda request: request], ids=["WSGI", "Django's get_response"])
def test_what_is_no_asgi_application_is_refused_at_once(app: Any) -> None:
    """Each request of it would fail."""
    with pytest.raises(TypeError, match="call record_impressions and record_feedback in its views"):
        otel_training.TrainingMiddleware(app)


def test_what_cannot_be_judged_is_taken() -> None:
    """An application without a readable signature may be one."""
    app: Any = type
    assert otel_training.TrainingMiddleware(app).app is app


class User:
    """A user object of the host whose properties are its own code."""

    def __init__(self) -> None:
        self.id = 9

    @property
    def identity(self) -> str:
        raise AssertionError


@pytest.mark.parametrize(
    ("options", "body", "query", "scope", "reader"),
    [
        ({"user": lambda scope: 5}, engaged(), "user_id=8", {"user": "x"}, "5"),
        ({"user": lambda scope: None}, engaged(), "user_id=8", {"user": "x"}, "1"),
        ({}, engaged(), "user_id=8", {"user": "x"}, "1"),
        ({}, engaged(metadata={}), "user_id=8", {"user": "x"}, "x"),
        ({}, engaged(metadata=None), "user_id=8", {"user": User()}, "9"),
        ({}, engaged(metadata={"user_id": None}), "user_id=8", {}, "8"),
        ({}, engaged(metadata={"user_id": 0}), "", {}, "0"),
        ({}, engaged(metadata={"user_id": True}), "", {}, None),
        ({}, engaged(metadata=[]), "", {}, None),
    ],
)  # fmt: skip
def test_names_the_reader(  # noqa: PLR0913, PLR0917 - a case has that many parts
    lines: Lines, folder: Any, options: Any, body: bytes, query: str, scope: Any, reader: str | None
) -> None:
    """A `user=` callable, else the body, else the scope, else the query."""
    feed_app(**options)("POST", "/api/feed/engage", body, query=query, scope=scope)

    (record,) = lines()
    key = Key(bytes.fromhex(folder.key.read_text()))
    assert (None if reader is None else pseudonym(key, reader)) == record.get("user.hash")


def test_a_failing_user_function_costs_the_reader_alone(lines: Lines, monkeypatch: pytest.MonkeyPatch) -> None:
    """In production an error in `user=` is swallowed; the action is kept."""
    monkeypatch.setattr(otel_training._guard.guard, "raising", False)
    feed_app(user=lambda scope: scope["nosuch"])("POST", "/api/feed/engage", engaged(metadata={}))

    assert [("abc", None)] == [(record["training.insight.id"], record.get("user.hash")) for record in lines()]


def test_switched_off_it_is_not_there(lines: Lines, folder: Any) -> None:
    """The switch leaves the bare app."""
    otel_training.configure(enabled=False)
    assert 200 == feed_app(CARDS)("POST", "/api/feed/engage", engaged())[0]
    assert 200 == feed_app(CARDS)("GET", "/api/feed")[0]

    assert flush(30)
    assert not folder.path.exists()


def known_as(folder: Any, reader: str) -> str:
    """A reader's pseudonym, once something was written."""
    return pseudonym(Key(bytes.fromhex(folder.key.read_text())), reader)


class Claims:
    """What a token says, as an object of the app's."""

    def __init__(self, sub: str) -> None:
        self.sub = sub


def authenticated_app(**options: Any) -> Exchange:
    """An app whose dependency knows the reader only when the middleware has begun, from a thread."""
    app = FastAPI()

    def reader(request: Request) -> None:
        request.state.user = Claims(request.headers["authorization"].removeprefix("Bearer "))

    @app.get("/api/feed", dependencies=[Depends(reader)])
    async def feed(request: Request) -> Any:
        return CARDS

    @app.post("/api/feed/engage", dependencies=[Depends(reader)])
    async def engage(body: dict[str, Any], request: Request, response: Response) -> None:
        if body.get("logs_out"):
            del request.scope["user"], request.state.user

    app.add_middleware(otel_training.TrainingMiddleware, **options)
    return Exchange(app)


async def by_session(scope: Any) -> Any:
    """Look the reader up, which takes a while."""
    await asyncio.sleep(0.01)
    return scope["state"]["user"]


def bearer(token: str) -> dict[str, Any]:
    """The headers of a request by this reader."""
    return {"headers": [(b"content-type", b"application/json"), (b"authorization", f"Bearer {token}".encode())]}


BEARER = bearer("r7")


@pytest.mark.parametrize(
    "user",
    [
        None,
        {"user_id": "state.user"},
        {"user_id": "state.user.sub"},
        lambda scope: scope["state"]["user"].sub,
        lambda scope: scope["state"]["user"],
        by_session,
        functools.partial(by_session),
    ],
)
def test_knows_a_reader_whom_a_dependency_knows(lines: Lines, folder: Any, user: Any) -> None:
    """Whatever way it is named: when the app has answered, its dependency has run."""
    app = authenticated_app(user=user)
    app("GET", "/api/feed", scope=BEARER)
    app("POST", "/api/feed/engage", engaged(metadata={}), scope=BEARER)

    readers = [record["user.hash"] for record in lines() if record["training.kind"] != "link"]
    assert [known_as(folder, "r7")] * 2 == readers


def test_knows_a_reader_whom_the_app_forgets(lines: Lines, folder: Any) -> None:
    """Who was known before the app ran counts where nobody is known after it."""
    body = engaged(metadata={}, logs_out=True)
    authenticated_app()("POST", "/api/feed/engage", body, scope={**BEARER, "user": "r8"})

    (record,) = lines()
    assert known_as(folder, "r8") == record["user.hash"]


def test_a_declared_place_wins_over_the_body(lines: Lines, folder: Any) -> None:
    """As a function does; where there is nothing, the body names the reader."""
    app = authenticated_app(user={"user_id": "state.user.sub"})
    app("POST", "/api/feed/engage", engaged(), scope=BEARER)
    app("POST", "/api/feed/engage", engaged(), scope=bearer(""))

    readers = [record["user.hash"] for record in lines()]
    assert [known_as(folder, "r7"), known_as(folder, "1")] == readers


def test_waits_for_no_reader_before_the_answer(lines: Lines) -> None:
    """An async function runs when the whole answer has been sent; its failure costs the reader alone."""
    sent: list[int] = []

    async def user(scope: Any) -> Any:
        sent.append(len(app.sent))
        raise OSError

    app = feed_app(CARDS, user=user)
    otel_training._guard.guard.raising = False
    app("GET", "/api/feed")

    assert [2] == sent
    assert ["impression", "link", "link"] == [record["training.kind"] for record in lines()]


@pytest.mark.parametrize("error", [OSError, asyncio.CancelledError])
def test_finds_the_reader_though_the_app_fails_later(lines: Lines, error: type[BaseException]) -> None:
    """After the answer an app may still fail or be cancelled, which its server sees as before."""

    async def app(scope: Any, receive: Any, send: Any) -> None:
        await JSONResponse(CARDS)(scope, receive, send)
        raise error

    with pytest.raises(error):
        Exchange(otel_training.TrainingMiddleware(app, user=later))("GET", "/api/feed")

    assert ["impression", "link", "link"] == [record["training.kind"] for record in lines()]
    assert "user.hash" in lines()[0]


async def later(scope: Any) -> int:
    """Find a reader after a while."""
    await asyncio.sleep(0)
    return 7


def test_reads_feeds_and_actions_under_an_app_s_own_names(lines: Lines, folder: Any) -> None:
    """By mappings: ids and texts of items; ids, words and readers of actions."""
    app = feed_app(
        {"topics": [{"id": 1, "title": "Chips"}], "nuggets": [{"nuggetId": 5, "says": {"long": "One"}, "title": "no"}]},
        item={"insight_id": "nuggetId", "text": "says.long"},
        action={"insight_id": "nuggetId", "action": "kind", "user_id": "reader", "like": "up", "x": ["down", "hide"]},
    )
    app("GET", "/api/feed")
    for kind in ("up", "HIDE", "fwd"):
        app("POST", "/api/feed/engage", json.dumps([{"nuggetId": 5, "kind": kind, "reader": 3}]).encode())

    shown, link, *actions = lines()
    reader = known_as(folder, "3")
    assert ('["5"]', text_sha256("One")) == (shown["training.insight.ids"], link["training.insight.text_sha256"])
    assert [("5", "like", reader), ("5", "x", reader), ("5", "fwd", reader)] == [
        (action["training.insight.id"], action["training.feedback.action"], action["user.hash"]) for action in actions
    ]


@pytest.mark.slow
def test_flushes_before_uvicorn_ends_by_a_signal(tmp_path: Path, folder: Any) -> None:
    """A record captured right before SIGTERM is on disk, although no `atexit` runs."""
    with served("late:app", tmp_path, OTEL_TRAINING_HOME=str(folder.path)):
        pass

    (segment,) = folder.local.glob("*.jsonl")
    assert 101 == len(segment.read_bytes().splitlines())


def test_around_an_app_and_in_it_it_records_once(lines: Lines) -> None:
    """The outer one wins; where it has no such route, the inner one does."""
    inner = FastAPI()
    inner.get("/api/feed")(lambda: CARDS)
    inner.get("/feed")(lambda: CARDS)
    inner.add_middleware(otel_training.TrainingMiddleware, feed="GET /feed")
    inner.add_middleware(otel_training.TrainingMiddleware, user=lambda scope: 7)
    inner.add_middleware(otel_training.TrainingMiddleware)
    app = FastAPI()
    app.mount("/v1", inner)
    app.add_middleware(otel_training.TrainingMiddleware, feed="GET /v1/api/feed")
    for path in ("/v1/api/feed", "/v1/feed"):
        Exchange(app)("GET", path)

    impressions = [record for record in lines() if record["training.kind"] == "impression"]
    assert [("/v1/api/feed", None), ("/feed", None)] == [
        (record["http.route"], record.get("user.hash")) for record in impressions
    ]


@pytest.mark.parametrize("path", ["/api/feed", "/other"])
def test_passes_on_what_app_and_server_return(path: str) -> None:
    """Servers look at what an app returns, apps may look at what `send` does."""
    returned: list[Any] = []

    async def app(scope: Any, receive: Any, send: Any) -> str:
        returned.append(await send({"type": "http.response.start", "status": 200, "headers": []}))
        returned.append(await send({"type": "http.response.body"}))
        return "the app"

    async def send(message: Any) -> str:
        return str(message["type"])

    scope = {"type": "http", "method": "GET", "path": path, "headers": []}
    wrapped: Any = otel_training.TrainingMiddleware(app)
    assert "the app" == asyncio.run(wrapped(scope, None, send))
    assert ["http.response.start", "http.response.body"] == returned


@pytest.mark.parametrize(
    "scope", [{}, {"type": "http"}, {"type": 5}, None, {"type": "http", "method": "GET", "path": 3}]
)
def test_an_odd_scope_is_the_app_s(monkeypatch: pytest.MonkeyPatch, scope: Any) -> None:
    """Whatever a server calls it with, the app gets it."""
    monkeypatch.setattr(otel_training._guard.guard, "raising", False)
    seen: list[Any] = []

    async def app(*arguments: Any) -> None:
        seen.extend(arguments)

    asyncio.run(otel_training.TrainingMiddleware(app)(scope, "receive", "send"))  # type: ignore[arg-type]
    assert [scope, "receive", "send"] == seen


@pytest.mark.parametrize(
    "message", [{}, None, {"type": "http.response.start"}, {"type": "http.response.body", "body": 3}]
)
def test_an_odd_message_is_the_server_s(monkeypatch: pytest.MonkeyPatch, message: Any) -> None:
    """Whatever an app sends, the server gets it."""
    monkeypatch.setattr(otel_training._guard.guard, "raising", False)
    sent: list[Any] = []

    async def app(scope: Any, receive: Any, send: Any) -> None:
        await send(message)

    async def send(message: Any) -> None:
        sent.append(message)

    scope = {"type": "http", "method": "GET", "path": "/api/feed", "headers": []}
    asyncio.run(otel_training.TrainingMiddleware(app)(scope, None, send))  # type: ignore[arg-type]
    assert [message] == sent


def test_under_another_loop_it_leaves_the_end_to_the_program(lines: Lines, caplog: pytest.LogCaptureFixture) -> None:
    """No asyncio runs there, so nothing is awaited by it and nothing warned of; requests are captured as ever."""
    sent: list[str] = []

    async def app(scope: Any, receive: Any, send: Any) -> None:
        if scope["type"] == "http":
            await JSONResponse(CARDS)(scope, receive, send)
        else:
            await send({"type": "lifespan.shutdown.complete"})

    async def send(message: Any) -> None:
        sent.append(message["type"])

    wrapped: Any = otel_training.TrainingMiddleware(app)
    for scope in ({"type": "lifespan"}, {"type": "http", "method": "GET", "path": "/api/feed", "headers": []}):
        # A loop of its own: nothing here ever waits.
        with pytest.raises(StopIteration):
            wrapped(scope, None, send).send(None)

    assert ["lifespan.shutdown.complete", "http.response.start", "http.response.body"] == sent
    assert (3, []) == (len(lines()), caplog.messages)


@pytest.fixture
def unhandled() -> Iterator[None]:
    """Nobody handles SIGTERM, as in a program that is no server; coverage does."""
    before = signal.signal(signal.SIGTERM, signal.SIG_DFL)
    yield
    signal.signal(signal.SIGTERM, before)


def test_the_end_of_a_test_client_waits_for_the_disk_alone(unhandled: None, tmp_path: Path, folder: Any) -> None:
    """The program goes on: what could not be delivered yet is delivered later."""
    otel_training.configure(otlp_endpoint="http://127.0.0.1:9", user_key="k")
    app = FastAPI()
    app.add_middleware(otel_training.TrainingMiddleware)
    with TestClient(app):
        otel_training.record_feedback("abc", "like")
        began = time.monotonic()

    assert time.monotonic() - began < EXIT_SECONDS
    assert {"abc"} == {insight for _, insight in waiting(folder.ship)}
    otel_training.configure(otlp_endpoint=None)


@pytest.mark.slow
def test_the_end_of_a_server_waits_for_the_receiver(tmp_path: Path, receiver: Receiver, folder: Any) -> None:
    """A signal ends the program right after: what was captured last is delivered before."""
    options = {"OTEL_TRAINING_OTLP_ENDPOINT": receiver.endpoint, "OTEL_TRAINING_USER_KEY": "k"}
    with served("late:app", tmp_path, OTEL_TRAINING_HOME=str(folder.path), **options):
        pass

    assert 100 == len(receiver.accepted())


def test_a_large_answer_takes_no_room_from_what_comes_next(lines: Lines) -> None:
    """What is not kept of an answer does not wait: actions right behind a search of 40 MB are all recorded."""
    app = FastAPI()

    @app.get("/api/search")
    async def search() -> Response:
        return JSONResponse(["x" * (40 << 20)])

    @app.post("/api/feed/engage")
    async def engage(body: dict[str, Any]) -> dict[str, bool]:
        return {"ok": bool(body)}

    app.add_middleware(otel_training.TrainingMiddleware)
    exchange = Exchange(app)
    exchange("GET", "/api/search", query="q=chips")
    for _ in range(5):
        exchange("POST", "/api/feed/engage", json.dumps(LIKE).encode())

    assert ["query"] + ["feedback"] * 5 == [record["training.kind"] for record in lines()]
