"""Raw HTTP conversations, drawn from a seed, and what is to be recorded of each."""

import gzip
import json
import random
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any
from urllib.parse import urlencode

from websockets.frames import Frame, Opcode

EXCHANGES = 2_000
CLOSE = "connection: close"
JSON = "content-type: application/json"
REFUSED = ("raises", "raises_started", "cancelled", "unfinished", "nothing", "wrong_length", "trailers")
"""Odd answers that read the body and never become a whole answer of success."""
READING = (
    "lenient", "chunked", "zipped", "reused", "iterators", "bare_messages", "events", "broken_json", "page",
    "raises_late", "twice", "background", "background_raises",
)  # fmt: skip
"""Odd answers of success that read the whole body."""
HASTY = ("unread", "early", "duplex", "hints", "from_path")
"""Odd answers that may begin before the body was read, so a small body alone keeps the connection in order."""
UNSHOWN = ("iterators", "bare_messages", "events", "page")
"""Odd answers of success that are no JSON, or do not let themselves be read twice."""


@dataclass(frozen=True)
class Exchange:
    """What a client says on one connection, and what is to be recorded of it."""

    steps: tuple[tuple[bytes, bytes], ...]
    """Bytes to send, each with the bytes to wait for before the next."""
    actions: tuple[tuple[str, str], ...] = ()
    shown: tuple[str, ...] = ()
    losses: tuple[str, ...] = ()
    leaves: bool = False
    """Tells whether the client goes without waiting for the answer."""


@dataclass(frozen=True)
class Body:
    """An engage body, and whether the app's model takes it."""

    content: bytes
    accepted: bool

    def outcome(self, *, seen: bool = True) -> dict[str, Any]:
        """What an answer of success makes of it: an action where it is one as the README has it."""
        content = gzip.decompress(self.content) if self.content[:1] == b"\x1f" else self.content
        if not seen or not content:
            # What stands in the query is no action.
            return {"losses": ("unrecognised",)}
        try:
            action = json.loads(content) if len(self.content) <= 65_536 else None
        except (ValueError, RecursionError):
            return {"losses": ("malformed",)}
        if len(self.content) > 65_536:
            return {"losses": ("malformed",)}
        target, word = (action.get("insight_id"), action.get("action")) if isinstance(action, dict) else (None, None)
        if type(target) not in {str, int} or type(word) is not str:
            return {"losses": ("unrecognised",)}
        return {"actions": ((str(target), word),)}


def plain(rng: random.Random, number: str, **fields: Any) -> tuple[bytes, tuple[str, str]]:
    """An action, and the pair that is recorded of it."""
    action = rng.choice(["like", "x", "bookmark", "share", "applaud"])
    event = {"insight_id": f"i{number}", "action": action, "metadata": {"user_id": rng.randrange(50)}, **fields}
    content = json.dumps(event, ensure_ascii=rng.random() < 0.5).encode()
    return content, (f"i{number}", action)


def good_body(rng: random.Random, number: str) -> Body:
    """A body that both the app and the README take."""
    content, _ = plain(rng, number, note=rng.choice(["", "Grüße 🦓", "a\u2028b", "</script>"]))
    nested = content[:-1] + b',"deep":' + b"[" * 300 + b"]" * 300 + b"}"
    repeated = b'{"insight_id":"old","action":"x",' + content[1:]
    spaced = b" \r\n\t" * rng.randrange(1_000) + content
    full = content.ljust(rng.choice([16_384, 65_535, 65_536]))
    content = rng.choice([content, content, nested, repeated, spaced, full])
    return Body(content, accepted=True)


def odd_body(rng: random.Random, number: str) -> Body:
    """A body that is wrong for the app, for the README, or for both."""
    good, _ = plain(rng, number)
    refused = [
        b"", good[:-1], b"null", b"[]", b"{}", b'"like"', good.replace(b'"i', b'"\xff\xc3'), b"\x00" * 9,
        b'{"insight_id":"a","action":5}', b"[" * 30_000 + b"]" * 30_000, b"{" * 500, b"\xed\xa0\x80",
    ]  # fmt: skip
    odd = [
        good.ljust(rng.choice([65_537, 70_000, 300_000])),
        good.replace(f'"i{number}"'.encode(), rng.choice([b"true", b"%d" % (1 << 70)])),
        good[:-1] + rng.choice([b',"a":NaN}', b',"a":-Infinity}', b',"a":"\\ud800"}']),
        good.decode().encode(rng.choice(["utf-16", "utf-32", "utf-8-sig"])),
    ]
    if rng.random() < 0.2:
        return Body(gzip.compress(good, mtime=0), accepted=False)
    accepted = rng.random() < 0.4
    return Body(rng.choice(odd if accepted else refused), accepted=accepted)


def target(path: str, number: str, **query: Any) -> str:
    """A path whose query names the request, for the zoo's log, and what it is to show."""
    return f"{path}?{urlencode({'number': number, 'ids': f'c{number},d{number}', **query})}"


def head(method: str, where: str, *headers: str, version: str = "1.1") -> bytes:
    """A request's head."""
    return "\r\n".join([f"{method} {where} HTTP/{version}", "Host: zoo.example", *headers, "", ""]).encode("latin-1")


def framed(rng: random.Random, content: bytes) -> tuple[str, bytes]:
    """A body's header and bytes: by its length, or in odd chunks with extensions and trailers."""
    if rng.random() < 0.6:
        return f"Content-Length: {len(content)}", content
    chunks, at = b"", 0
    while at < len(content):
        piece = content[at : at + rng.choice([1, 2, 7, 4_096, 20_000]) * (1 + len(content) // 20_000)]
        chunks += b"%x%s\r\n%s\r\n" % (len(piece), rng.choice([b"", b";odd=1"]), piece)
        at += len(piece)
    return "Transfer-Encoding: chunked", chunks + b"0\r\n" + rng.choice([b"", b"X-Sum: 1\r\n"]) + b"\r\n"


def some_headers(rng: random.Random) -> list[str]:
    """Headers that change what an app answers."""
    choice = [
        "Accept-Encoding: gzip", "Origin: https://feed.example", "X-Odd: \xe9\xff", "Cookie: a=b; c", "Expect: nothing",
        "If-None-Match: *", "Accept-Encoding: br", "X-Empty:",
    ]  # fmt: skip
    return rng.sample(choice, rng.randrange(4))


def engage(rng: random.Random, number: str, last: str = CLOSE) -> tuple[bytes, dict[str, Any]]:
    """An action to the app's own route."""
    body = (good_body if rng.random() < 0.6 else odd_body)(rng, number)
    kind, content = framed(rng, body.content)
    path = rng.choice(["/api/feed/engage", "/api/feed/engage", "/api/feed/%65ngage", "/v2/api/feed/engage"])
    sent = head("POST", target(path, number), JSON, last, kind, *some_headers(rng)) + content
    counts = body.accepted and not path.startswith("/v2")
    return sent, body.outcome() if counts else {}


def feed(rng: random.Random, number: str, last: str = CLOSE) -> tuple[bytes, dict[str, Any]]:
    """A look at the app's own feed."""
    path = rng.choice(["/api/feed", "/api/feed", "/api/f%65ed", "/v2/api/feed"])
    sent = head("GET", target(path, number, user_id=rng.randrange(50)), last, *some_headers(rng))
    return sent, {} if path.startswith("/v2") else {"shown": (f'["c{number}","d{number}"]',)}


def own(rng: random.Random, number: str) -> Exchange:
    """An ordinary request to an ordinary route, in one or more writes."""
    sent, expected = (engage if rng.random() < 0.7 else feed)(rng, number)
    cuts = sorted(rng.randrange(len(sent)) for _ in range(rng.choice([0, 0, 1, 3])))
    steps = tuple((sent[start:end], b"") for start, end in zip([0, *cuts], [*cuts, None], strict=True))
    return Exchange(steps, **expected)


def pipelined(rng: random.Random, number: str) -> Exchange:
    """Two or three requests in one write, before the first answer."""
    count = rng.choice([2, 2, 3])
    requests = [
        rng.choice([engage, feed])(rng, f"{number}p{at}", CLOSE if at == count - 1 else "X-More: yes")
        for at in range(count)
    ]
    expected: dict[str, Any] = {
        name: tuple(value for _, outcome in requests for value in outcome.get(name, ()))
        for name in ("actions", "shown", "losses")
    }
    return Exchange(((b"".join(sent for sent, _ in requests), b""),), **expected)


def odd_engage(rng: random.Random, number: str) -> Exchange:
    """An action to an endpoint that answers oddly."""
    body = (good_body if rng.random() < 0.6 else odd_body)(rng, number)
    names = [*READING * 2, *REFUSED, "status", "unzip"] + list(HASTY) * (len(body.content) < 8_000)
    name, code = rng.choice(names), rng.choice([200, 201, 202, 204, 206, 304, 307, 404, 422, 500])
    kind, content = framed(rng, body.content)
    where = target("/api/feed/engage", number, **{"as": name, "code": code})
    steps = ((head("POST", where, JSON, CLOSE, kind, *some_headers(rng)) + content, b""),)
    succeeds = (
        name in {*READING, "unread", "early", "duplex"}
        or (name == "status" and code < 300)
        or (name == "unzip" and body.content[:1] in {b"", b"\x1f"})
    )
    return Exchange(steps, **body.outcome(seen=name != "unread") if succeeds else {})


def odd_feed(rng: random.Random, number: str) -> Exchange:
    """A look at a feed that answers oddly."""
    name = rng.choice([*READING * 2, *REFUSED, *HASTY, "status", "large"])
    code, blocks = rng.choice([200, 203, 204, 206, 301, 304, 404, 500]), rng.choice([1, 15, 16, 17])
    where = target("/api/feed", number, **{"as": name, "code": code, "blocks": blocks})
    shown = {"duplex": '["first"]', "large": '["a"]'}.get(name, f'["c{number}","d{number}"]')
    expected: dict[str, Any] = {"shown": (shown,)}
    if name in {*REFUSED, *UNSHOWN, "hints", "from_path"} or (name == "status" and code >= 300):
        expected = {}
    elif name == "broken_json" or (name == "status" and code == 204):
        expected = {"losses": ("malformed",)}
    elif name == "large" and blocks > 15:
        expected = {"losses": ("feed_too_large",)}
    return Exchange(((head("GET", where, CLOSE, *some_headers(rng)), b""),), **expected)


def other(rng: random.Random, number: str) -> Exchange:
    """A method or path that no capture is about, or an HTTP that is none."""
    method = rng.choice(["HEAD", "HEAD", "OPTIONS", "OPTIONS", "PUT", "DELETE", "post", "GET", "TRACE", "BREW"])
    path = rng.choice(["/", "/keeper", "/docs", "/openapi.json", "/api/feed/", "/api/feed/engage", "/v2/api/feed", "*"])
    if method not in {"GET", "post"}:
        path = rng.choice([path, "/api/feed", "/api/search"])
    more = rng.choice([(), ("Origin: https://feed.example", "Access-Control-Request-Method: POST")])
    name = rng.choice(["", "", *READING, *REFUSED]) if path not in {"/api/feed/", "/api/feed/engage", "*"} else ""
    where = path if path == "*" else target(path, number, **{"as": name})
    sent = head(method, where, CLOSE, *more, *some_headers(rng), version=rng.choice(["1.1", "1.1", "1.0"]))
    posted = head("POST", target("/api/feed/engage", number), JSON, "Transfer-Encoding: chunked")
    broken = [
        b"GET /api/feed HTTP/1.1\r\n\r\n", b"GET /api/feed HTTP/x.1\r\nHost: a\r\n\r\n",
        b"GET /api/feed\xff HTTP/1.1\r\nHost: a\r\n\r\n", b"\x16\x03\x01\x02\x00\x01\r\n\r\n", posted + b"zz\r\n",
        b"GET /keeper HTTP/9.9\r\nHost: a\r\n b: c\r\nConnection: close\r\n\r\n",
        posted.replace(b": chunked", b": gzip, chunked"), posted[:-2] + b"Content-Length: 2\r\n\r\n0\r\n\r\n",
    ]  # fmt: skip
    return Exchange(((rng.choice(broken) if rng.random() < 0.2 else sent, b""),))


def searched(rng: random.Random, number: str) -> Exchange:
    """A search, asked for by query string or body."""
    where = target("/api/search", number, q="stripes", **{"as": rng.choice(["", "lenient", "zipped", "page"])})
    if rng.random() < 0.5:
        return Exchange(((head("GET", where, CLOSE, *some_headers(rng)), b""),))
    kind, content = framed(rng, b'{"query":"stripes"}')
    return Exchange(((head("POST", where, JSON, CLOSE, kind) + content, b""),))


def left(rng: random.Random, number: str) -> Exchange:
    """A client that goes: with half of its body unsaid, or with all of it said."""
    content, action = plain(rng, number)
    where = target("/api/feed/engage", number, **{"as": rng.choice(["", "lenient", "chunked"])})
    sent = head("POST", where, JSON, f"Content-Length: {len(content)}")
    if rng.random() < 0.3:
        return Exchange(((sent + content, b""),), leaves=True, actions=(action,))
    return Exchange(((sent + content[: rng.randrange(len(content))], b""),), leaves=True)


def unsaid(rng: random.Random, number: str) -> Exchange:
    """A body of which the rest is never said, to an endpoint that does not wait for it."""
    content, action = plain(rng, number)
    where = target("/api/feed/engage", number, **{"as": "early"})
    sent = head("POST", where, JSON, CLOSE, f"Content-Length: {len(content) + 9}")
    if rng.random() < 0.5:
        return Exchange(((sent + content, b""),), actions=(action,))
    return Exchange(((sent + content[:20], b""),), losses=("malformed",))


def continued(rng: random.Random, number: str) -> Exchange:
    """A client that sends its body once it is asked to, which an endpoint that reads none never does."""
    body = good_body(rng, number)
    name = rng.choice(["", "lenient", "unread"])
    where = target("/api/feed/engage", number, **{"as": name})
    sent = head("POST", where, JSON, CLOSE, f"Content-Length: {len(body.content)}", "Expect: 100-continue")
    if name == "unread":
        return Exchange(((sent, b""),), losses=("unrecognised",))
    return Exchange(((sent, b"100 Continue\r\n\r\n"), (body.content, b"")), **body.outcome())


def lockstep(rng: random.Random, number: str) -> Exchange:
    """A client that says each piece only after the answer to the last one has come."""
    engages = rng.random() < 0.5
    content, action = plain(rng, number)
    content = content if engages else b"".join(b"piece%d" % at for at in range(8))
    size = rng.randrange(6, 30)
    pieces = [content[at : at + size] for at in range(0, len(content), size)]
    method, path = ("POST", "/api/feed/engage") if engages else ("GET", "/api/feed")
    where = target(path, number, **{"as": "duplex"})
    opening = head(method, where, JSON, CLOSE, "Transfer-Encoding: chunked")
    piece_steps = [(b"%x\r\n%s\r\n" % (len(piece), piece), b',{"id":"' + piece + b'"}\r\n') for piece in pieces]
    steps = ((opening, b'"first"}\r\n'), *piece_steps, (b"0\r\n\r\n", b""))
    shown = json.dumps(["first", *(piece.decode() for piece in pieces)], separators=(",", ":"))
    return Exchange(steps, actions=(action,)) if engages else Exchange(steps, shown=(shown,))


def websocket(rng: random.Random, number: str) -> Exchange:
    """A WebSocket's handshake, messages whole and in fragments, a ping and the close."""
    path = rng.choice(["/ws", "/ws", "/api/feed", "/v2/ws", "/refused", "/nowhere"])
    more = rng.choice([(), ("Sec-WebSocket-Protocol: chat",)])
    opening = head(
        "GET", target(path, number), "Connection: Upgrade", "Upgrade: websocket", "Sec-WebSocket-Version: 13",
        "Sec-WebSocket-Key: em9vem9vem9vem9vem9veg==", *more,
    )  # fmt: skip
    if path in {"/refused", "/nowhere"}:
        return Exchange(((opening, b""),))
    steps = [(opening, b"\r\n\r\n")]
    for size in rng.choices([1, 20, 125, 126, 3_000], k=rng.randrange(1, 4)):
        text, cut = rng.choice(b"zoo").to_bytes(1, "big") * size, rng.randrange(size)
        whole = Frame(Opcode.TEXT, text).serialize(mask=True)
        start = Frame(Opcode.TEXT, text[:cut], fin=False).serialize(mask=True)
        fragments = start + Frame(Opcode.CONT, text[cut:]).serialize(mask=True)
        steps.append((rng.choice([whole, fragments]), Frame(Opcode.BINARY, text).serialize(mask=False)))
    steps.append((Frame(Opcode.PING, b"ping").serialize(mask=True), b"\x8a\x04ping"))
    steps.append((Frame(Opcode.CLOSE, b"\x03\xe8").serialize(mask=True), b""))
    return Exchange(tuple(steps))


KINDS: dict[Callable[[random.Random, str], Exchange], int] = {
    own: 34, odd_engage: 20, odd_feed: 12, other: 10, pipelined: 6, searched: 3, left: 4, unsaid: 2, continued: 3,
    lockstep: 3, websocket: 3,
}  # fmt: skip


def exchanges() -> list[Exchange]:
    """The whole conversation, the same in every run."""
    rng = random.Random(20_261)
    kinds = rng.choices(list(KINDS), list(KINDS.values()), k=EXCHANGES - 2)
    return [kind(rng, str(number)) for number, kind in enumerate(kinds)] + [upload(), download()]


def upload() -> Exchange:
    """An action of 100 MB."""
    where = target("/api/feed/engage", "upload", **{"as": "lenient"})
    block, count = b" " * (1 << 20), 100
    steps = [(head("POST", where, JSON, CLOSE, f"Content-Length: {count << 20}"), b""), *[(block, b"")] * count]
    return Exchange(tuple(steps), losses=("malformed",))


def download() -> Exchange:
    """A feed of 64 MB."""
    where = target("/api/feed", "download", **{"as": "large", "blocks": 1_024})
    return Exchange(((head("GET", where, CLOSE), b""),), losses=("feed_too_large",))
