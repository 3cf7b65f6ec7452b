"""The exchange: one captured request with its response, copied as they pass, in pure ASGI, delaying neither."""

from collections.abc import Awaitable, Callable, MutableMapping
from typing import Any, Final, TypeAlias
from urllib.parse import parse_qs

from otel_training import conventions as names
from otel_training._guard import guard
from otel_training.asgi.reader import Readers, await_reader, find_reader, reader_at
from otel_training.capture.tracing import current_context, mark_server_span
from otel_training.conventions import Kind, Loss, Outcome
from otel_training.pipeline.process import emit, lose
from otel_training.record.clock import event_id, event_number, now, ticks
from otel_training.record.known import is_a
from otel_training.record.record import Record, Scalar, Shape
from otel_training.record.values import snapshot

Scope: TypeAlias = MutableMapping[str, Any]
Message: TypeAlias = MutableMapping[str, Any]
Receive: TypeAlias = Callable[[], Awaitable[Message]]
Send: TypeAlias = Callable[[Message], Awaitable[Any]]

REQUEST_LIMIT: Final = 64 << 10  # bytes of an engage or search request's body
RESPONSE_LIMIT: Final = 1 << 20  # bytes of a feed's or a search's response

_LINES: Final = frozenset(
    b"application/" + name for name in (b"x-ndjson", b"ndjson", b"jsonl", b"x-jsonlines", b"json-seq")
)
_ENCODINGS: Final = (b"identity", b"gzip", b"")
_NAME: Final = 40


class BodyCopy:
    """A copy of a body that passes in chunks; nothing of one that is longer than the limit."""

    __slots__ = ("_chunks", "_limit", "_size")

    def __init__(self, limit: int) -> None:
        self._limit, self._size = limit, 0
        self._chunks: list[bytes] = []

    def add(self, message: Message) -> None:
        """Copy the chunk of an ASGI message."""
        chunk = message.get("body", b"")
        self._size += len(chunk)
        if self.is_whole():
            self._chunks.append(bytes(chunk))
        else:
            self._chunks.clear()

    def is_whole(self) -> bool:
        """Return whether the body was within the limit."""
        return self._size <= self._limit

    def content(self) -> bytes:
        """Return the body so far."""
        return b"".join(self._chunks)


class Exchange:
    """One captured request with its response: first on its way through the app, then waiting in the writer's queue.

    Not a dataclass: every request makes one, on the event loop.
    """

    __slots__ = (
        "_content", "_context", "_duration", "_kind", "_number", "_path", "_query", "_reader", "_readers", "_request",
        "_response", "_scope", "_shape", "_sources", "_started", "_status", "_time", "_unnamed", "_unread", "_user",
        "size",
    )  # fmt: skip

    def __init__(self, kind: Kind, path: str, shape: Shape, scope: Scope, readers: Readers) -> None:
        self._kind, self._path, self._shape, self._readers = kind, path, shape, readers
        self._scope: Scope | None = scope
        # The app may put another there, or clear it.
        self._reader = reader_at(scope, readers.places)
        self._user: str | None = None
        self._unnamed: Awaitable[object] | None = None  # what the app's async function gave, which will name the reader
        self._number = event_number()
        self._request = None if kind is Kind.IMPRESSION else BodyCopy(REQUEST_LIMIT)
        self._response: BodyCopy | None = None
        self._sources = b""
        self._status = 0
        self._unread = ""  # the header for which the answer cannot be read; empty where it can
        self._started = ticks()

    def tee_receive(self, receive: Receive) -> Receive:
        """Copy the request's body as the app reads it, never reading ahead."""
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

    def tee_send(self, send: Send) -> Send:
        """Copy the response as the app sends it, and emit the record after its last chunk."""

        async def tee(message: Message) -> Any:
            is_last = False
            with guard:
                if message["type"] == "http.response.body":
                    if self._response is not None:
                        self._response.add(message)
                    is_last = not message.get("more_body", False)
                elif message["type"] == "http.response.start":
                    self._start(message)
            result = await send(message)
            if is_last:
                with guard:
                    self._end()
            return result

        return tee

    def _start(self, message: Message) -> None:
        self._status = message["status"]
        if self._kind is not Kind.FEEDBACK:
            media_type, encoding = _read_head(message.get("headers", ()))
            are_lines = media_type in _LINES
            is_json = are_lines or media_type == b"application/json" or media_type.endswith(b"+json")
            if is_json and encoding in _ENCODINGS:
                self._response = BodyCopy(RESPONSE_LIMIT)
                if are_lines:
                    self._shape = self._shape._replace(are_lines=True)
            elif is_json:
                self._unread = f"content-encoding: {_name(encoding)}"
            elif media_type.startswith(b"application/"):
                self._unread = f"content-type: {_name(media_type)}"
        mark_server_span(self._kind, self._number)

    def _end(self) -> None:
        """Hand a successful exchange to the writer, without the scope, which is the host's."""
        scope, self._scope = self._scope, None
        if scope is None or not 200 <= self._status < 300:  # noqa: PLR2004 - HTTP's own classes
            return
        body, loss = (
            (self._response, Loss.FEED_TOO_LARGE) if self._kind is Kind.IMPRESSION else (self._request, Loss.MALFORMED)
        )
        if body is None:
            if self._unread:
                lose(Loss.UNRECOGNISED, route=self._shape.route, detail=self._unread)
            return
        if self._kind is not Kind.QUERY and not body.is_whole():
            lose(loss, route=self._shape.route)
            return
        self._content = body.content()
        if self._kind is Kind.QUERY and self._response is not None:
            self._sources = self._response.content()
        self.size = len(self._content) + len(self._sources)
        self._request = self._response = None
        self._time, self._duration, self._context = now(), ticks() - self._started, current_context()
        self._query = scope.get("query_string", b"")
        readers = self._readers
        self._reader = reader_at(scope, readers.places) or self._reader
        self._user = self._reader if readers.are_declared else None
        named = None if readers.find is None else find_reader(readers.find, scope)
        if named is None or isinstance(named, str):
            self._user = named or self._user
            emit(self)
        else:
            self._unnamed = named

    async def name_reader(self) -> None:
        """Emit the exchange if the app's async function names its reader, once the app has ended."""
        reader, self._unnamed = self._unnamed, None
        if reader is not None:
            try:
                self._user = await await_reader(reader)
            finally:
                with guard:
                    emit(self)

    def to_record(self) -> Record:
        attributes: dict[str, Scalar | None] = {names.ROUTE: self._path}
        pairs = parse_qs(self._query.decode("latin-1")) if self._query else {}
        query = {key: values[0] for key, values in pairs.items()}
        reader, content, sources = query.pop("user_id", None), self._content, self._sources
        # The app may hold this for long, with background tasks.
        self._content = self._sources = b""
        if self._kind is Kind.QUERY:
            attributes[names.OUTCOME] = Outcome.OK.value
            attributes[names.DURATION] = self._duration / 1e9
        if self._kind is Kind.QUERY or (self._kind is Kind.FEEDBACK and query):
            content = content or snapshot(query)
        named = (self._reader, self._shape.parameters.get("user_id"), reader)
        fallback = next((name for name in named if name is not None), None)
        return Record(
            self._kind, event_id(self._number), self._time, attributes, content, self._user, fallback, self._context,
            sources, self._shape,
        )  # fmt: skip


def _read_head(headers: Any) -> tuple[bytes, bytes]:
    """Return the media type and the encoding of an answer; nothing where the headers can be read only once."""
    # ASGI allows an iterator here: it is left to the server.
    pairs = headers if is_a(headers, (list, tuple)) else ()
    values = {bytes(pair[0]).lower(): bytes(pair[1]).lower() for pair in pairs if is_a(pair, (list, tuple))}
    media_type = values.get(b"content-type", b"").partition(b";")[0].strip()
    return media_type, values.get(b"content-encoding", b"identity").strip()


def _name(value: bytes) -> str:
    return value[:_NAME].decode("latin-1")
