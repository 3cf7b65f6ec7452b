"""Extractions: the decorator of a function, and the `with` block where no function is one extraction."""

import functools
import sys
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from sys import getsizeof
from threading import get_ident
from typing import Any, Final, ParamSpec, TypeVar, cast, overload

from opentelemetry.context import Context, get_current

from otel_training import conventions as names
from otel_training._guard import guard
from otel_training._loop import current_task
from otel_training.capture.arguments import Arguments, Way, bind, constants_alone
from otel_training.capture.handle import NO_EXTRACTION, RUNNING, Handle, claim, remember_finished, running, settled
from otel_training.capture.result import NO_RESULT, ResultReader, read_result
from otel_training.capture.returned import remember
from otel_training.capture.tracing import current_context, end_span, enter, is_suppressed, leave, start_span
from otel_training.capture.wrapping import begin_of, wrap
from otel_training.conventions import Kind, Outcome
from otel_training.pipeline.process import current, emit
from otel_training.record.clock import event_number, now, ticks
from otel_training.record.fields import FIELD_LIMIT, SLACK
from otel_training.record.known import class_attribute, is_a, name_of, qualname_of
from otel_training.record.record import JSON, Record, Scalar
from otel_training.record.values import BREADTH, fields_of, text_of
from otel_training.warning import warn_once

P = ParamSpec("P")
R = TypeVar("R")

_OPERATION: Final = "invoke_workflow"
_STREAM: Final = (
    "otel_training: %s returned a %s, which ends later than the call: its insights are not captured. Decorate the "
    "generator behind it, or give them to the handle of a block: handle.result([...])"
)
_FAILED: Final = frozenset({Outcome.ERROR, Outcome.CANCELLED})


@dataclass(frozen=True, slots=True)
class Plan:
    """What is known of a function's extractions before it is called."""

    task: str
    version: str | None
    result: ResultReader | None
    arguments: Arguments
    span_name: str
    span_attributes: Mapping[str, Scalar]


class Run:
    """One extraction: first the scope of its call, then waiting in the queue for the writer thread.

    The calling thread keeps references to texts (a text cannot change) and reads the clock twice;
    the writer thread does the rest, by `to_record`. Never raises, changes nothing of the call.
    """

    __slots__ = (
        "_content", "_duration", "_error", "_length", "_outcome", "_plan", "_result", "_span", "_started", "_time",
        "_topic", "_url", "_yielded", "handle", "size",
    )  # fmt: skip

    def __init__(
        self, plan: Plan, args: tuple[object, ...], kwargs: Mapping[str, object], context: Context, limit: int
    ) -> None:
        self._plan = plan
        self._topic, self._url, content = plan.arguments.of(args, kwargs)
        if type(content) is str:
            self._length: int | None = len(content)
            self._content: str | None = content if self._length <= limit else content[:limit]
        else:
            self._length = str.__len__(content) if is_a(content, str) else None
            self._content = text_of(content, limit)
        kept = self._content
        # In bytes: characters of some scripts take two or four. Asked only then, as it takes long.
        self.size = len(kept) if kept is not None and kept.isascii() else getsizeof(kept)
        self._span = start_span(plan.span_name, plan.span_attributes)
        inherited = None
        if self._span is not None:
            inherited = self._span.get_span_context()
        elif context:
            inherited = current_context(context)
        self.handle = Handle(event_number(), inherited)
        claim(self.handle)
        self._result = NO_RESULT
        self._yielded: list[object] | None = None
        self._started = ticks()

    def __enter__(self) -> None:
        with guard:
            self.enter(settled(get_current()))

    def __exit__(self, *raised: object) -> None:
        with guard:
            self._leave()

    def enter(self, context: Context) -> None:
        """Make this the running extraction on top of the current context, until the call ends."""
        self.handle.before = enter(context, RUNNING, self.handle, self._span)

    def _leave(self) -> None:
        handle, before = self.handle, self.handle.before
        if before is not None and leave(RUNNING, handle, settled(before) if RUNNING in before else before):
            handle.before = None

    def yielded(self, value: object) -> None:
        if self._yielded is None:
            self._yielded = []
        if len(self._yielded) <= BREADTH:
            self._yielded.append(value)

    def returned(self, value: object) -> None:
        """Read the result and finish; the insights of a generator that returns nothing are what it yielded."""
        try:
            try:
                self._leave()
                self._read(value)
            finally:
                self._finish(None, Outcome.OK)
        except Exception as error:  # noqa: BLE001 - the guard; `with` costs a tenth of a call here
            guard.swallow(error)

    def ended(self, error: BaseException | None, outcome: Outcome | None = None) -> None:
        with guard:
            try:
                self._leave()
                self._read(None)
            finally:
                self._finish(error, outcome or Outcome.of(error))

    def _read(self, value: object) -> None:
        """Read the result that the handle was given, else the returned value, else the yielded values."""
        handle, reader, result = self.handle, self._plan.result, NO_RESULT
        if handle.own_result is not None:
            value, handle.own_result = handle.own_result, None
        if value is not None:
            result = self._result = read_result(value if reader is None else reader(value))
            if result.insights is None and _is_stream(value):
                warn_once(_STREAM, self._plan.task, name_of(type(value)))
        if self._yielded is not None and result.insights is None:
            result = self._result = read_result(self._yielded)
            self._yielded = None
        self.size += result.size
        remember(handle, value, result.insights, result.size)

    def _finish(self, error: BaseException | None, outcome: Outcome) -> None:
        """Hand the run to the writer, and end the span."""
        self._duration = ticks() - self._started
        self._time, self._outcome = now(), outcome
        # The class alone: an exception's text can quote the prompt or hold a key.
        self._error = qualname_of(type(error)) if error is not None and outcome in _FAILED else None
        remember_finished(self.handle)
        emit(self)
        if self._span is not None:
            end_span(self._span, error)
            # Let go of it: the run waits in the queue, and the host's processors have the span.
            self._span = None

    def to_record(self) -> Record:
        result, content, length = self._result, self._content, self._length
        length = len(content) if length is None and content is not None else length
        attributes: dict[str, Scalar | None] = {
            names.EXTRACTION_ID: self.handle.id,
            names.TASK_NAME: self._plan.task,
            names.TASK_VERSION: self._plan.version,
            names.OUTCOME: self._outcome,
            names.ERROR_TYPE: self._error,
            names.DURATION: self._duration / 1e9,
            names.SOURCE_LENGTH: length,
            names.OUTPUT_COUNT: result.insight_count,
            names.OUTPUT_UNREAD: result.unread,
            names.QUALITY: result.quality_score,
            names.PASSED: result.passed_filters,
            **self.handle.attributes,
        }
        fields: dict[str, JSON] = {
            "topic": self._topic, "source_url": self._url, "source_content": content,
            "insights": result.insights_json(),
        }  # fmt: skip
        return Record(Kind.EXTRACTION, self.handle.id, self._time, attributes, fields, context=self.handle.context)


def _is_stream(value: object) -> bool:
    kind = type(value)
    iterates = any(class_attribute(kind, name) is not None for name in ("__next__", "__anext__", "__aiter__"))
    return iterates or "body_iterator" in (fields_of(value) or ())


def begin(plan: Plan, args: tuple[object, ...], kwargs: Mapping[str, object]) -> Run | None:
    """Begin an extraction; None where capture is off or the context asks for no telemetry."""
    try:
        context = get_current()
        if RUNNING in context:
            context = settled(context)
        settings = current().settings
        if settings.enabled and not is_suppressed(context):
            run = Run(plan, args, kwargs, context, settings.content_limit + SLACK)
            run.enter(context)
            return run
    except Exception as error:  # noqa: BLE001 - the guard; `with` costs a tenth of a call here
        guard.swallow(error)
    return None


def plan_of(function: object) -> Plan | None:
    """Return what is known of a function that this decorator made, outermost; None of any other."""
    scope = begin_of(function)
    if isinstance(scope, functools.partial) and scope.func is begin:
        return cast("Plan", scope.args[0])
    return None


def _place() -> tuple[int, int]:
    """Return which thread and task this is; each task has a context of its own."""
    return get_ident(), id(current_task())


@dataclass(frozen=True, slots=True)
class Extraction:
    """What `extraction(...)` returns: a decorator of functions, and a `with` block for one extraction."""

    task: str | None
    version: str | None
    arguments: Mapping[str, Way]
    result: ResultReader | None
    constants: Mapping[str, object]  # fields with the same value in every call: these win over the function's arguments
    blocks: list[tuple[int, Run | None, tuple[int, int]]] = field(init=False, default_factory=list)
    """The blocks that are open: in which frame each was opened, what it captures, and its place."""

    def __call__(self, function: Callable[P, R]) -> Callable[P, R]:
        # By its type: what wraps one of the two looks like it, and is not made like it.
        if type(function) in (classmethod, staticmethod):
            descriptor = cast("Any", function)
            return cast("Callable[P, R]", type(descriptor)(self(descriptor.__func__)))
        task = self.task or str(getattr(function, "__name__", type(function).__name__))
        return wrap(
            function, functools.partial(begin, self._plan(task, bind(function, self.arguments, self.constants)))
        )

    def __enter__(self) -> Handle:
        """Begin one extraction, whose result is recorded by the handle's `result`."""
        run = begin(self._plan(self.task or "extraction", constants_alone(self.constants)), (), {})
        self.blocks.append((id(sys._getframe(1)), run, _place()))  # noqa: SLF001 - see `__exit__`
        return NO_EXTRACTION if run is None else run.handle

    def __exit__(self, kind: object, error: BaseException | None, trail: object) -> None:
        """Finish the extraction; an exception of the block is raised further.

        Of several that are open it is the one of this frame (a generator's is the same on every
        thread), else of this context, else the last.
        """
        with guard:
            frame, handle = id(sys._getframe(1)), running()  # noqa: SLF001 - nothing else tells blocks apart
            block = max(
                reversed(self.blocks),
                key=lambda block: (block[0] == frame, block[1] is not None and block[1].handle is handle),
            )
            self.blocks.remove(block)
            _, run, place = block
            if run is not None:
                before = run.handle.before
                run.ended(error)
                if place != _place():
                    # What was left is a copy at best: the context that it was entered in has it still.
                    run.handle.before = before

    def _plan(self, task: str, arguments: Arguments) -> Plan:
        task, version = text_of(task, FIELD_LIMIT) or "", text_of(self.version, FIELD_LIMIT)
        span = {names.OPERATION: _OPERATION, names.WORKFLOW: task}
        return Plan(task, version, self.result, arguments, f"{_OPERATION} {task}", span)


@overload
def extraction(function: Callable[P, R], /) -> Callable[P, R]: ...
@overload
def extraction(
    *, task: str | None = None, version: str | None = None, arguments: Mapping[str, Way] | None = None,
    result: ResultReader | None = None, topic: str | None = None, source_url: str | None = None,
    source_content: object = None,
) -> Extraction: ...  # fmt: skip
def extraction(  # noqa: PLR0913 - one parameter a word of the record
    function: Callable[..., Any] | None = None, /, *, task: str | None = None, version: str | None = None,
    arguments: Mapping[str, Way] | None = None, result: ResultReader | None = None, topic: str | None = None,
    source_url: str | None = None, source_content: object = None,
) -> Any:  # fmt: skip
    """Capture extractions: every call of a decorated function, or one `with` block.

    Functions may be sync or async, generators (each value is an insight), methods, partials or
    callable objects. What they return, yield or raise stays the identical object.

    Args:
        function: The function, where the decorator stands without parentheses.
        task: Name of the task; by default the function's name.
        version: The prompt's or the function's version, any text.
        arguments: Where `topic`, `source_url` or `source_content` are, if not where their names say:
            a parameter, a path from one, or a function of the arguments by name:
            `{"topic": "self.topic", "source_url": lambda call: call["article"].permalink}`.
        result: Turns the returned value into one that can be read (a mapping, dataclass,
            pydantic model or list of insights). Runs on the caller's thread.
        topic: The topic, where no argument carries it; likewise the next two.
        source_url: The source's URL.
        source_content: The source's text.

    Raises `TypeError` at decoration for an argument name that does not exist.

    """
    fields = {"topic": topic, "source_url": source_url, "source_content": source_content}
    constants = {name: value for name, value in fields.items() if value is not None}
    decorate = Extraction(task, version, arguments or {}, result, constants)
    return decorate if function is None else decorate(function)
