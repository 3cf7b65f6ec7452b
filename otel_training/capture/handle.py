"""The handle: what an app may say about one extraction, while it runs and after."""

from collections.abc import Mapping, Sequence
from contextvars import ContextVar
from types import MappingProxyType
from typing import Final

from opentelemetry import context as otel_context
from opentelemetry.trace import SpanContext

from otel_training import conventions as names
from otel_training._guard import guard
from otel_training.capture.result import number
from otel_training.capture.tracing import captures
from otel_training.conventions import Kind
from otel_training.pipeline.process import emit
from otel_training.record.clock import event_id, now
from otel_training.record.fields import as_id
from otel_training.record.record import Record, Scalar, context_of
from otel_training.record.values import plain, snapshot, text_of

RUNNING: Final = otel_context.create_key("otel_training.extraction")
_last: ContextVar["Handle | None"] = ContextVar("otel_training.last_extraction", default=None)

ANSWER_LIMIT: Final = 65_536
_NOTHING_SAID: Final[Mapping[str, Scalar]] = MappingProxyType({})


class Handle:
    """One extraction: running, or the last one finished here.

    What is said while it runs becomes part of its record; what comes after the return is an
    event of its own, and the last one wins.
    """

    __slots__ = ("_context", "_identity", "answer", "finished", "said")

    def __init__(self, identity: str | int, context: SpanContext | None) -> None:
        self._identity = identity
        self._context = context
        self.said = _NOTHING_SAID
        self.answer: object = None
        self.finished = False

    @property
    def id(self) -> str:
        """The id of the extraction's record; empty where no extraction is known."""
        if isinstance(self._identity, int):
            # Written out when somebody asks: that takes as long as the rest of a call's beginning.
            self._identity = event_id(self._identity)
        return self._identity

    @property
    def context(self) -> SpanContext | None:
        """The trace that the extraction and all that is said of it belong to."""
        return context_of(self.id) if self._context is None and self.id else self._context

    def result(self, value: object) -> None:
        """Say what came out, where no decorated function returns it. Never raises.

        Read as a decorated function's return value is: a mapping, dataclass, pydantic model or
        list of insights.
        """
        with guard:
            self.answer = value

    def score(self, value: float, name: str = names.SCORE_QUALITY) -> None:
        """Say how good it was, 0 to 10; other names are kept beside `quality_score`. Never raises."""
        with guard:
            self._say(name, names.QUALITY if name == names.SCORE_QUALITY else None, value)

    def passed(self, passed: bool = True) -> None:  # noqa: FBT001, FBT002 - `passed(False)` reads as it is meant
        """Say whether it passed the app's filters. Never raises."""
        with guard:
            if isinstance(passed, bool):
                self._say(names.SCORE_PASSED, names.PASSED, passed)

    def link(self, insight_ids: Sequence[str | int]) -> None:
        """Tell the app's own ids of the insights, in the order of the insights. Never raises."""
        with guard:
            for index, given in enumerate(insight_ids):
                identity = as_id(given)
                if identity is not None and self.id:
                    self._emit(
                        Kind.LINK,
                        {
                            names.LINK_ID: identity,
                            names.EXTRACTION_ID: self.id,
                            names.INSIGHT_INDEX: index,
                        },
                    )

    def llm_call(  # noqa: PLR0913 - a call has that many figures
        self,
        *,
        model: str,
        input: object,  # noqa: A002 - the field's word, as in `gen_ai.usage.input_tokens`
        output: str,
        input_tokens: int | None = None,
        output_tokens: int | None = None,
        provider: str | None = None,
    ) -> None:
        """Tell of one call of a model under this extraction. Never raises.

        `input` is the list of messages as sent (`{"role", "content"}`), or the prompt as text;
        `output` the answer's text. The last call whose answer parses to the returned insights
        becomes the example's prompt and answer.
        """
        with guard:
            messages = [{"role": "user", "content": input}] if isinstance(input, str) else plain(input)
            attributes: dict[str, Scalar | None] = {
                names.MODEL: text_of(model, 256),
                names.PROVIDER: text_of(provider, 256),
                names.INPUT_TOKENS: input_tokens,
                names.OUTPUT_TOKENS: output_tokens,
            }
            if self.id:
                emit_call(self, attributes, {"input": messages, "outputs": [text_of(output, ANSWER_LIMIT)]})

    def _say(self, name: str, attribute: str | None, value: float) -> None:
        figure = number(value) if not isinstance(value, bool) else float(value)
        if not self.id or figure is None:
            return
        if attribute is not None and not self.finished:
            self.said = {**self.said, attribute: value if isinstance(value, bool) else figure}
        else:
            score(self.id, name, figure, self.context)

    def _emit(self, kind: Kind, attributes: Mapping[str, Scalar | None]) -> None:
        if self.id:
            emit(Record(kind, event_id(), now(), attributes, context=self.context))


def emit_call(handle: Handle, attributes: Mapping[str, Scalar | None], content: object) -> None:
    """Emit one call of a model under an extraction, or of a batch, whose extraction may be another."""
    attributes = {names.EXTRACTION_ID: handle.id, **attributes}
    emit(Record(Kind.LLM_CALL, event_id(), now(), attributes, snapshot(content), context=handle.context))


def score(target: str, name: str, value: float, context: SpanContext | None) -> None:
    """Emit a score of an extraction or an insight."""
    attributes = {
        names.SCORE_TARGET: target,
        names.SCORE_NAME: text_of(name, 256),
        names.SCORE_VALUE: value,
    }
    emit(Record(Kind.SCORE, event_id(), now(), attributes, context=context))


NOTHING: Final = Handle("", None)
"""The handle where there is no extraction: every method of it does nothing."""


def current() -> Handle:
    """Return the running extraction's handle, or that of the last one finished in this context.

    The last one is known right after a direct call or await; with `gather` or executors keep the
    handle inside. Where there is none, a handle that does nothing. Never raises.
    """
    if not captures():
        # Else what is said of an extraction that is not captured would go to the one before.
        return NOTHING
    running = otel_context.get_value(RUNNING)
    if isinstance(running, Handle):
        return running
    return _last.get() or NOTHING


def finish(handle: Handle) -> None:
    """Remember a handle as the last one finished in this context."""
    handle.finished = True
    _last.set(handle)
