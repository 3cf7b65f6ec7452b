"""One call of a model: its request and its answer, as they went over the wire."""

import sys
from collections.abc import AsyncIterator, Callable, Iterator
from contextvars import ContextVar
from typing import Any, Final

from wrapt import ObjectProxy

from otel_training import conventions as names
from otel_training._guard import guard
from otel_training.anthropic.messages import (
    amazon_events,
    answer_figures,
    content_of,
    fold,
    read_mapping,
    request_figures,
    server_sent_events,
)
from otel_training.capture.handle import Handle
from otel_training.conventions import Kind
from otel_training.record.clock import event_id, event_number, now, ticks
from otel_training.record.fields import NAME_LIMIT
from otel_training.record.record import JSON, Record, Scalar
from otel_training.record.values import fields_of, snapshot, text_of

BODY_LIMIT: Final = 32 << 20  # bytes of an answer that are kept: a stream of the longest one takes about half of it
_AMAZON: Final = "application/vnd.amazon.eventstream"
_running: ContextVar["Call | None"] = ContextVar("otel_training.call", default=None)


class Call:
    """The scope of one call of the client; afterwards, waiting in the queue, what its record is made of.

    The client's thread keeps references to bytes; the writer thread reads them. Never raises.
    """

    __slots__ = (
        "_before", "_body", "_duration", "_emit", "_error", "_is_stream", "_model", "_number", "_options", "_started",
        "_time", "handle", "has_returned", "provider", "request",
    )  # fmt: skip

    def __init__(
        self, handle: Handle, provider: str, options: Any, *, is_stream: bool, emit: Callable[["Call"], None] | None
    ) -> None:
        self.handle = handle
        self.provider = provider
        self.request = b""
        """The request's body."""
        self._options = options
        # Here, too: Bedrock and Vertex have it in the URL alone.
        self._model = text_of((fields_of(options.json_data) or {}).get("model"), NAME_LIMIT)
        self._is_stream = is_stream
        self._emit = emit
        self._body: Body | None = None
        self._error: type[BaseException] | None = None
        self.has_returned = False
        self._number = event_number()
        self._started = ticks()

    def __enter__(self) -> None:
        self._before = _running.get()
        _running.set(self)

    def __exit__(self, kind: object, error: BaseException | None, trail: object) -> None:
        """Emit the call, if its answer is there or it has failed; else the answer's end does."""
        with guard:
            # Not where a coroutine that nobody awaits any more is closed in another context.
            if _running.get() is self:
                _running.set(self._before)
            self.has_returned, self._error = True, None if error is None else type(error)
            if error is not None:
                self._keep_request(getattr(error, "request", None))
                self._end()
            elif self._body is not None and self._body.is_complete:
                self._end()

    def answered(self, response: Any) -> None:
        """Keep a response: the last one is the answer, where the client or its middleware tries again."""
        self._body = Body(self, response)
        self._keep_request(response.request)

    def body_ended(self, body: "Body", error: type[BaseException] | None) -> None:
        """Emit the call where the app has read the last of its answer."""
        if self.has_returned and body is self._body:
            self._error = self._error or error
            self._end()

    def answer(self) -> dict[str, JSON]:
        """Read the answer, as much of it as came."""
        if self._body is None:
            return {}
        content = self._body.content()
        if self._body.media_type == _AMAZON:
            return fold(amazon_events(content))
        return fold(server_sent_events(content)) if self._is_stream else read_mapping(content)

    @property
    def size(self) -> int:
        return len(self.request) + (0 if self._body is None else self._body.size)

    def to_record(self) -> Record:
        request, answer = read_mapping(self.request), self.answer()
        first = None if self._body is None else self._body.first_chunk
        attributes: dict[str, Scalar | None] = {
            names.EXTRACTION_ID: self.handle.id,
            names.PROVIDER: self.provider,
            **request_figures(request),
            **answer_figures(answer),
            names.MODEL: self._model,
            names.STREAM: self._is_stream,
            names.DURATION: self._duration / 1e9,
            names.FIRST_CHUNK: (first - self._started) / 1e9 if self._is_stream and first is not None else None,
        }
        if self._error is not None:
            # The class alone: an exception's text can quote the prompt.
            attributes[names.ERROR_TYPE] = f"{self._error.__module__}.{self._error.__qualname__}"
        content = content_of(request, answer)
        return Record(
            Kind.LLM_CALL, event_id(self._number), self._time, attributes, content, context=self.handle.context
        )

    def _keep_request(self, request: Any) -> None:
        self.request = getattr(request, "content", b"") or self.request

    def _end(self) -> None:
        emit, self._emit = self._emit, None
        if emit is not None:
            if not self.request:
                # Cancelled while it waited: no response and no error carries the request.
                self.request = snapshot(self._options.json_data)
            self._options = None
            self._duration, self._time = ticks() - self._started, now()
            emit(self)


def running_call() -> Call | None:
    """Return the call that the client makes in this context; one that ended in another may still stand here."""
    call = _running.get()
    return None if call is None or call.has_returned else call


class Body:
    """The body of a response: whole where the client has read it, else kept while the app reads it."""

    __slots__ = ("_call", "_chunks", "_packed", "first_chunk", "is_complete", "media_type", "size")

    def __init__(self, call: Call, response: Any) -> None:
        self._call = call
        headers = response.headers
        self.media_type = headers.get("content-type", "").partition(";")[0]
        self.first_chunk: int | None = None
        self._packed: tuple[str, Any] | None = None
        self.is_complete = hasattr(response, "_content")
        self._chunks: list[bytes] = [response.content] if self.is_complete else []
        self.size = sum(map(len, self._chunks))
        if not self.is_complete:
            if encoding := headers.get("content-encoding"):
                self._packed = (encoding, sys.modules[type(response).__module__.partition(".")[0]])
            response.stream = _KeptStream(response.stream, self)

    def keep(self, chunk: bytes) -> None:
        """Keep a chunk that the app reads."""
        with guard:
            self.first_chunk = self.first_chunk or ticks()
            self.size += len(chunk)
            if self.size <= BODY_LIMIT:
                self._chunks.append(chunk)

    def end(self, error: BaseException | None = None) -> None:
        """Note that the app reads no further; the first time counts. A closed generator is none: `close` follows."""
        with guard:
            if not self.is_complete and not isinstance(error, GeneratorExit):
                self.is_complete = True
                self._call.body_ended(self, None if error is None else type(error))

    def __enter__(self) -> None:
        """Begin to be read."""

    def __exit__(self, kind: object, error: BaseException | None, trail: object) -> None:
        """Note what ended the reading early, which goes on."""
        if error is not None:
            self.end(error)

    def content(self) -> bytes:
        """Return what was read, decompressed; nothing where that cannot be done."""
        raw = b"".join(self._chunks)
        if self._packed is None:
            return raw
        encoding, httpx = self._packed
        try:
            return bytes(httpx.Response(200, headers={"content-encoding": encoding}, content=raw).content)
        except httpx.DecodingError:
            return b""


class _KeptStream(ObjectProxy):  # type: ignore[type-arg]  # generic in newer versions
    """A response's stream, which passes every chunk, error and close on as it is.

    A proxy, since httpx asks for the class: a sync stream must not look like an async one.
    """

    def __init__(self, stream: Any, body: Body) -> None:
        super().__init__(stream)
        self._self_body = body

    def __iter__(self) -> Iterator[bytes]:
        with self._self_body:
            for chunk in self.__wrapped__:
                self._self_body.keep(chunk)
                yield chunk

    async def __aiter__(self) -> AsyncIterator[bytes]:
        chunks = aiter(self.__wrapped__)
        try:
            with self._self_body:
                async for chunk in chunks:
                    self._self_body.keep(chunk)
                    yield chunk
        finally:
            # In the task that read it: the event loop would close it later, in a task of its own.
            if hasattr(chunks, "aclose"):
                await chunks.aclose()

    def close(self) -> None:
        try:
            self.__wrapped__.close()
        finally:
            self._self_body.end()

    async def aclose(self) -> None:
        try:
            await self.__wrapped__.aclose()
        finally:
            self._self_body.end()
