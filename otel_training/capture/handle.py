"""The handle of an extraction: what an app records about it, while it runs and after."""

from collections.abc import Callable, Mapping, Sequence
from contextvars import ContextVar
from types import MappingProxyType
from typing import Final, cast

from opentelemetry import context as otel_context
from opentelemetry.context import Context
from opentelemetry.trace import SpanContext

from otel_training import conventions as names
from otel_training._guard import guard
from otel_training.capture.returned import find
from otel_training.capture.tracing import SHADOW, captures, shadow_in
from otel_training.conventions import Kind, Loss
from otel_training.pipeline.process import emit, lose
from otel_training.record.clock import event_id, now
from otel_training.record.fields import NAME_LIMIT, as_id, figure_of, flag, number
from otel_training.record.known import is_a
from otel_training.record.record import Pending, Record, Scalar, context_of
from otel_training.record.values import TEXT_LIMIT, plain, snapshot, text_of
from otel_training.warning import warn_once

RUNNING: Final = otel_context.create_key("otel_training.extraction")
CARRIED: Final = otel_context.create_key("otel_training.extraction.thread")
"""In another thread: the handle, and whether it holds for a job however late, else until the extraction's end."""
last_finished: ContextVar["Handle | None"] = ContextVar("otel_training.last_extraction", default=None)
"""The extraction that finished last in this context."""
unclaimed: ContextVar["Callable[[Handle | None], None] | None"] = ContextVar("otel_training.unclaimed", default=None)
"""What is called with the handle of the next extraction that begins in this context."""
_ANY: Final = object()
_NOT_FOUND: Final = (
    "otel_training: current() cannot tell which extraction is meant, %s: ask current(result) with what it returned, or "
    "keep the handle of `with extraction(...) as handle`. What is recorded meanwhile is counted as lost"
)
_NO_ATTRIBUTES: Final[Mapping[str, Scalar]] = MappingProxyType({})


class Handle:
    """An extraction that runs or has finished.

    What is recorded while it runs becomes part of the extraction's record; what comes after the
    return is an event of its own, and the last one wins.
    """

    __slots__ = ("_context", "_identity", "attributes", "before", "emit", "finished", "own_result", "superseded")

    def __init__(
        self, identity: str | int, context: SpanContext | None, emit: Callable[[Pending], None] = emit
    ) -> None:
        self._identity = identity
        self._context = context
        self.emit = emit
        """Where the records of what it does go: a shadow keeps its own."""
        self.attributes = _NO_ATTRIBUTES
        """What was recorded of the extraction while it ran."""
        self.own_result: object = None
        """What `result` was given."""
        self.finished = False
        self.superseded = False
        """Whether another extraction has finished since, in this context or a copy of it."""
        self.before: Context | None = None
        """The context from before it was entered; None once it has been left."""

    @property
    def id(self) -> str:
        """The id of the extraction's record; empty where no extraction is known."""
        if isinstance(self._identity, int):
            # Formatted on first use: it takes as long as all else at the beginning of a call.
            self._identity = event_id(self._identity)
        return self._identity

    @property
    def is_shadow(self) -> bool:
        """Return whether it keeps what it records."""
        return self.emit is not emit

    @property
    def context(self) -> SpanContext | None:
        """The trace of the extraction and of all events about it."""
        return context_of(self.id) if self._context is None and self.id else self._context

    def result(self, value: object) -> None:
        """Record the extraction's result, where no decorated function returns it. Never raises.

        Read as a decorated function's return value is: a mapping, dataclass, pydantic model or
        list of insights.
        """
        with guard:
            if self._is_known():
                self.own_result = value

    def score(self, value: float, name: str = names.SCORE_QUALITY) -> None:
        """Record how good the extraction is, 0 to 10; other names are kept beside `quality_score`. Never raises."""
        with guard:
            self._record_score(name, names.QUALITY if name == names.SCORE_QUALITY else None, figure_of(value))

    def passed(self, passed: bool = True) -> None:  # noqa: FBT001, FBT002 - `passed(False)` reads as it is meant
        """Record whether the extraction passed the app's filters. Never raises."""
        with guard:
            self._record_score(names.SCORE_PASSED, names.PASSED, flag(passed))

    def link(self, insight_ids: Sequence[str | int]) -> None:
        """Record the app's own ids of the insights, in the order of the insights. Never raises."""
        with guard:
            for index, insight_id in enumerate(insight_ids if self._is_known() else ()):
                identity = as_id(insight_id)
                if identity is not None:
                    attributes: dict[str, Scalar | None] = {
                        names.LINK_ID: identity,
                        names.EXTRACTION_ID: self.id,
                        names.INSIGHT_INDEX: index,
                    }
                    self.emit(Record(Kind.LINK, event_id(), now(), attributes, context=self.context))

    def llm_call(  # noqa: PLR0913 - a call has that many figures
        self, *, model: str,
        input: object,  # noqa: A002 - the field's word, as in `gen_ai.usage.input_tokens`
        output: str, input_tokens: int | None = None, output_tokens: int | None = None, provider: str | None = None,
        response_id: str | None = None, cache_read_tokens: int | None = None,
    ) -> None:  # fmt: skip
        """Record one call of a model under the extraction. Never raises.

        `input` is the list of messages as sent (`{"role", "content"}`), or the prompt as text;
        `output` the answer's text. The input's tokens include those that a cache read. The call whose
        answer holds the returned insights becomes the example's prompt and answer. By `response_id`,
        the provider's id of the answer, a call that is also captured by itself, or reported twice, is one.
        """
        with guard:
            messages = [{"role": "user", "content": input}] if is_a(input, str) else plain(input)
            tokens_in, tokens_out, read = map(number, (input_tokens, output_tokens, cache_read_tokens))
            attributes: dict[str, Scalar | None] = {
                names.MODEL: text_of(model, NAME_LIMIT),
                names.PROVIDER: text_of(provider, NAME_LIMIT),
                names.RESPONSE_ID: text_of(response_id, NAME_LIMIT),
                names.INPUT_TOKENS: None if tokens_in is None else int(tokens_in),
                names.OUTPUT_TOKENS: None if tokens_out is None else int(tokens_out),
                names.CACHE_READ_TOKENS: None if read is None else int(read),
            }
            if self._is_known():
                emit_call(self, attributes, {"input": messages, "outputs": [text_of(output, TEXT_LIMIT)]})

    def _record_score(self, name: str, attribute: str | None, figure: float | None) -> None:
        if not self._is_known():
            return
        if figure is None:
            lose(Loss.MALFORMED)
        elif attribute is not None and not self.finished:
            self.attributes = {**self.attributes, attribute: figure}
        else:
            self.emit(score_of(self.id, name, float(figure), self.context))

    def _is_known(self) -> bool:
        """Return whether this is an extraction's handle; count a loss where one was looked for in vain."""
        if self is NOT_FOUND:
            lose(Loss.UNATTACHED)
        return bool(self._identity)


def emit_call(handle: Handle, attributes: Mapping[str, Scalar | None], content: object) -> None:
    """Emit one call of a model under an extraction, or of a batch, whose extraction may be another."""
    attributes = {names.EXTRACTION_ID: handle.id, **attributes}
    handle.emit(Record(Kind.LLM_CALL, event_id(), now(), attributes, snapshot(content), context=handle.context))


def score_of(target: str, name: str, value: float, context: SpanContext | None) -> Record:
    """Return the record of a score of an extraction or an insight."""
    attributes = {names.SCORE_TARGET: target, names.SCORE_NAME: text_of(name, NAME_LIMIT), names.SCORE_VALUE: value}
    return Record(Kind.SCORE, event_id(), now(), attributes, context=context)


NO_EXTRACTION: Final = Handle("", None)  # the handle where nothing is captured: its methods do nothing
NOT_FOUND: Final = Handle("", None)
"""The handle where no extraction is known, or several may be meant: its methods count losses."""


def settled(context: Context) -> Context:
    """Return a context without extractions that have ended, be it in another order, context or thread."""
    while RUNNING in context:
        handle = cast("Handle", context[RUNNING])
        if not handle.finished or handle.before is None:
            break
        context = handle.before
    return context


def running() -> Handle | None:
    """Return the handle of the extraction that runs in this context, or that this context was made in.

    In a shadow it is the shadow's, whatever runs in it.
    """
    context = settled(otel_context.get_current())
    if SHADOW in context and (shadow := shadow_in(context)) is not None:
        return cast("Handle", shadow)
    if CARRIED in context and RUNNING not in context:
        handle, is_job = cast("tuple[Handle, bool]", context[CARRIED])
        return handle if is_job or not handle.finished else None
    return cast("Handle | None", context.get(RUNNING))


def current(result: object = _ANY) -> Handle:
    """Return the handle of the extraction that returned `result`; without it, of the one that runs.

    Where none runs it is the last one finished in this context, known right after a direct call or
    await. After `gather`, tasks or threads, ask with what the call returned, or what you took from
    it: where nothing tells which one is meant, a handle that records nothing. Never raises.
    """
    with guard:
        if (shadow := shadow_in(otel_context.get_current())) is not None:
            return cast("Handle", shadow)
        if not captures():
            # Else what is recorded about an extraction that is not captured would go to the one before it.
            return NO_EXTRACTION
        handle: Handle | None = (running() or last_finished.get()) if result is _ANY else find(result)
        if handle is not None and (result is not _ANY or not handle.superseded):
            return handle
        warn_once(_NOT_FOUND, "none runs here" if handle is None else "others ran at once")
    return NOT_FOUND


def remember_finished(handle: Handle) -> None:
    """Mark a handle as finished, and remember it as the last one in this context."""
    handle.finished = True
    if (last := last_finished.get()) is not None:
        last.superseded = True
    last_finished.set(handle)


def claim(handle: Handle | None) -> None:
    """Call what is `unclaimed`, with this handle or with none."""
    emit = unclaimed.get()
    if emit is not None:
        unclaimed.set(None)
        emit(handle)
