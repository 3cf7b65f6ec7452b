"""Extractions: the decorator of their functions, and the block where no function is one."""

import asyncio
from collections.abc import Callable, Mapping
from contextlib import AbstractContextManager
from contextvars import ContextVar
from dataclasses import dataclass
from types import TracebackType
from typing import Any, Final, ParamSpec, TypeVar, cast, overload

from opentelemetry.trace import Span

from otel_training import config
from otel_training import conventions as names
from otel_training._guard import guard
from otel_training.capture.arguments import Argument, bind
from otel_training.capture.batches import claim
from otel_training.capture.handle import NOTHING, Handle, activation, finish
from otel_training.capture.result import Answer, ResultReader, read_result
from otel_training.capture.tracing import captures, current_ids, end_span, is_tracing, start_span
from otel_training.capture.wrapping import wrap
from otel_training.conventions import Kind, Outcome
from otel_training.delivery.clock import event_id, now, ticks
from otel_training.delivery.lifecycle import emit
from otel_training.delivery.record import Record, Scalar
from otel_training.delivery.snapshot import BREADTH, snapshot, taken

P = ParamSpec("P")
R = TypeVar("R")

SLACK: Final = 512
"""Characters kept beyond the limit until redaction, so that a secret at the cut is seen whole."""
_FIELD_LIMIT: Final = 4096


@dataclass(frozen=True, slots=True)
class Source:
    """What went in, as text, taken when the call began: the host may change its objects later."""

    topic: str | None
    source_url: str | None
    source_content: str | None
    length: int | None
    truncated: bool


@dataclass(frozen=True, slots=True)
class Plan:
    """What is known of an extraction before it is called."""

    task: str
    version: str | None = None
    result: ResultReader | None = None
    arguments: tuple[Argument, ...] = ()
    given: Mapping[str, object] | None = None
    """Fields said where the function is decorated or the block is opened."""

    def source(self, args: tuple[object, ...], kwargs: Mapping[str, object]) -> Source:
        """Take what one call was given."""
        found = {one.field: one.of(args, kwargs) for one in self.arguments}
        found.update(self.given or {})
        limit = config.settings().content_limit
        content = found.get("source_content")
        text = taken(content, limit + SLACK)
        length = str.__len__(content) if isinstance(content, str) else None if text is None else len(text)
        return Source(
            taken(found.get("topic"), _FIELD_LIMIT),
            taken(found.get("source_url"), _FIELD_LIMIT),
            text,
            length,
            length is not None and length > limit,
        )


class Run:
    """One extraction, as the scope of a call. Never raises, changes nothing."""

    __slots__ = ("_answer", "_plan", "_source", "_span", "_started", "_yielded", "handle")

    def __init__(self, plan: Plan, args: tuple[object, ...], kwargs: Mapping[str, object]) -> None:
        identity = event_id()
        self._span = _span(plan, identity) if is_tracing() else None
        self.handle = Handle(identity, current_ids(self._span))
        self._plan, self._source = plan, plan.source(args, kwargs)
        self._answer = Answer()
        self._yielded: list[object] = []
        self._started = ticks()
        claim(identity)

    def active(self) -> AbstractContextManager[None]:
        """Be the running extraction, under our span where the host traces."""
        return activation(self.handle, self._span)

    def yielded(self, value: object) -> None:
        """Take a generator's value as an insight."""
        if len(self._yielded) <= BREADTH:
            self._yielded.append(value)

    def returned(self, value: object) -> None:
        """Read the result; a generator that returns nothing has given its insights one by one."""
        with guard:
            self._read(value)

    def ended(self, error: BaseException | None, outcome: Outcome | None = None) -> None:
        """Emit the record and end the span."""
        with guard:
            if self.handle.answer is not None:
                self._read(self.handle.answer)
            elif self._answer.insights is None and self._yielded:
                self._answer = read_result(self._yielded)
            finish(self.handle)
            attributes = self._attributes(error, outcome or outcome_of(error))
            emit(
                Record(
                    Kind.EXTRACTION,
                    self.handle.id,
                    now(),
                    attributes,
                    self._content(),
                    None,
                    None,
                    *self.handle.ids,
                    source=self._source.source_content,
                )
            )
            if self._span is not None:
                said = {name: attributes.get(name) for name in (names.OUTPUT_COUNT, names.QUALITY, names.PASSED)}
                end_span(self._span, said, error)

    def _read(self, value: object) -> None:
        reader = self._plan.result
        self._answer = read_result(value if reader is None else reader(value))

    def _content(self) -> bytes:
        source = self._source
        return snapshot(
            {
                "topic": source.topic,
                "source_url": source.source_url,
                "insights": self._answer.insights,
            }
        )

    def _attributes(self, error: BaseException | None, outcome: Outcome) -> dict[str, Scalar | None]:
        answer, source = self._answer, self._source
        return {
            names.EXTRACTION_ID: self.handle.id,
            names.TASK_NAME: self._plan.task,
            names.TASK_VERSION: self._plan.version,
            names.OUTCOME: outcome,
            # The class alone: an exception's text can quote the prompt or hold a key.
            names.ERROR_TYPE: type(error).__qualname__ if error is not None and outcome in _FAILED else None,
            names.DURATION: (ticks() - self._started) / 1e9,
            names.SOURCE_LENGTH: source.length,
            names.SOURCE_TRUNCATED: None if source.length is None else source.truncated,
            names.OUTPUT_COUNT: answer.insight_count,
            names.QUALITY: answer.quality_score,
            names.PASSED: answer.passed_filters,
            **self.handle.said,
        }


_FAILED: Final = frozenset({Outcome.ERROR, Outcome.CANCELLED})


def outcome_of(error: BaseException | None) -> Outcome:
    """Tell how a call ended from its exception."""
    if error is None:
        return Outcome.OK
    if isinstance(error, (asyncio.CancelledError, KeyboardInterrupt)):
        return Outcome.CANCELLED
    return Outcome.ERROR


def _span(plan: Plan, identity: str) -> Span | None:
    return start_span(
        f"invoke_workflow {plan.task}",
        {names.OPERATION: "invoke_workflow", names.WORKFLOW: plan.task, names.EXTRACTION_ID: identity},
    )


def begin(plan: Plan, args: tuple[object, ...], kwargs: Mapping[str, object]) -> Run | None:
    """Begin an extraction; None where capture is off or the context asks for no telemetry."""
    with guard:
        if captures():
            return Run(plan, args, kwargs)
    return None


_blocks: ContextVar[tuple[tuple[Run | None, AbstractContextManager[None] | None], ...]] = ContextVar(
    "otel_training.blocks", default=()
)


@dataclass(frozen=True, slots=True)
class Extraction:
    """What `extraction(...)` gives: a decorator of functions, and a `with` block for one extraction."""

    task: str | None
    version: str | None
    arguments: Mapping[str, str]
    result: ResultReader | None
    given: Mapping[str, object]

    def __call__(self, function: Callable[P, R]) -> Callable[P, R]:
        """Capture every call of a function."""
        if isinstance(function, (classmethod, staticmethod)):
            return cast("Callable[P, R]", type(function)(self(function.__func__)))
        plan = Plan(
            self.task or str(getattr(function, "__name__", type(function).__name__)),
            self.version,
            self.result,
            tuple(bind(function, self.arguments)),
            self.given,
        )
        return wrap(function, lambda args, kwargs: begin(plan, args, kwargs))

    def __enter__(self) -> Handle:
        """Open one extraction; say what came out by `result` of the handle."""
        run = begin(Plan(self.task or "extraction", self.version, self.result, (), self.given), (), {})
        active = None if run is None else run.active()
        if active is not None:
            active.__enter__()
        _blocks.set((*_blocks.get(), (run, active)))
        return NOTHING if run is None else run.handle

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trail: TracebackType | None
    ) -> None:
        """Finish it; the block's exception goes on."""
        with guard:
            *outer, (run, active) = _blocks.get()
            _blocks.set(tuple(outer))
            if run is not None and active is not None:
                active.__exit__(kind, error, trail)
                run.ended(error)


@overload
def extraction(function: Callable[P, R], /) -> Callable[P, R]: ...
@overload
def extraction(
    *,
    task: str | None = None,
    version: str | None = None,
    arguments: Mapping[str, str] | None = None,
    result: ResultReader | None = None,
    topic: str | None = None,
    source_url: str | None = None,
    source_content: object = None,
) -> Extraction: ...
def extraction(  # noqa: PLR0913 - one parameter a word of the record
    function: Callable[..., Any] | None = None,
    /,
    *,
    task: str | None = None,
    version: str | None = None,
    arguments: Mapping[str, str] | None = None,
    result: ResultReader | None = None,
    topic: str | None = None,
    source_url: str | None = None,
    source_content: object = None,
) -> Any:
    """Capture extractions: every call of a decorated function, or one `with` block.

    Functions may be sync or async, generators (each value is an insight), methods, partials or
    callable objects. What they return, yield or raise stays the identical object.

    Args:
        function: The function, where the decorator stands without parentheses.
        task: Name of the task; by default the function's name.
        version: The prompt's or the function's version, any text.
        arguments: Which parameter carries `topic`, `source_url` or `source_content`, where the
            name differs: `{"source_url": "link"}`.
        result: Turns the returned value into one that can be read (a mapping, dataclass,
            pydantic model or list of insights). Runs on the caller's thread.
        topic: The topic, where no argument carries it; likewise the next two.
        source_url: The source's URL.
        source_content: The source's text.

    Raises `TypeError` at decoration for an argument name that does not exist.

    """
    fields = {"topic": topic, "source_url": source_url, "source_content": source_content}
    given = {name: value for name, value in fields.items() if value is not None}
    made = Extraction(task, version, arguments or {}, result, given)
    return made if function is None else made(function)
