"""The decorator of extraction functions."""

import asyncio
import time
import warnings
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any, Final, ParamSpec, Self, TypeVar, overload

from otel_training import config
from otel_training import conventions as names
from otel_training._guard import guard
from otel_training.capture.arguments import Argument, bind
from otel_training.capture.handle import Handle, activate, begin_handle, deactivate
from otel_training.capture.result import Answer, ResultReader, read_result
from otel_training.capture.wrapping import is_wrappable, wrap
from otel_training.conventions import Kind, Outcome
from otel_training.delivery.lifecycle import emit
from otel_training.delivery.record import Record, Scalar, now
from otel_training.delivery.snapshot import snapshot, text_of

P = ParamSpec("P")
R = TypeVar("R")

SLACK: Final = 512
"""Characters kept beyond the limit until redaction, so that a secret at the cut is seen whole."""
_FIELD_LIMIT: Final = 4096


@dataclass(frozen=True, slots=True)
class Plan:
    """What is known of an extraction function at decoration."""

    task: str
    version: str | None
    arguments: list[Argument]
    result: ResultReader | None


class Run:
    """One call of an extraction function, as a scope. Never raises, changes nothing."""

    __slots__ = ("_answer", "_args", "_handle", "_kwargs", "_plan", "_started", "_token")

    def __init__(self, plan: Plan, args: tuple[object, ...], kwargs: Mapping[str, object]) -> None:
        self._plan, self._args, self._kwargs = plan, args, kwargs
        self._answer = Answer()
        self._handle: Handle | None = None
        self._token: object = None
        self._started = 0

    def __enter__(self) -> Self:
        with guard:
            self._handle = begin_handle()
            self._started = time.perf_counter_ns()
            self._token = activate(self._handle)
        return self

    def returned(self, value: object) -> None:
        """See the result."""
        with guard:
            reader = self._plan.result
            self._answer = read_result(value if reader is None else reader(value))

    def __exit__(self, kind: object, error: BaseException | None, trace: object) -> None:
        with guard:
            handle = self._handle
            if handle is not None and self._token is not None:
                deactivate(self._token, handle)
                self._finish(handle, error)

    def _finish(self, handle: Handle, error: BaseException | None) -> None:
        limit = config.settings().content_limit
        given = {one.field: one.of(self._args, self._kwargs) for one in self._plan.arguments}
        source = given["source_content"]
        text = text_of(source, limit + SLACK)
        content = snapshot(
            {
                "topic": text_of(given["topic"], _FIELD_LIMIT),
                "source_url": text_of(given["source_url"], _FIELD_LIMIT),
                "source_content": text,
                "insights": self._answer.insights,
            }
        )
        handle.finished = True
        attributes = self._attributes(handle, error)
        if text is not None:
            length = str.__len__(source) if isinstance(source, str) else len(text)
            attributes[names.SOURCE_LENGTH] = length
            attributes[names.SOURCE_TRUNCATED] = length > limit
        emit(Record(Kind.EXTRACTION, handle.id, now(), attributes, content, None, None, *handle.ids))

    def _attributes(self, handle: Handle, error: BaseException | None) -> dict[str, Scalar | None]:
        answer = self._answer
        return {
            names.EXTRACTION_ID: handle.id,
            names.TASK_NAME: self._plan.task,
            names.TASK_VERSION: self._plan.version,
            names.OUTCOME: outcome(error),
            # The class alone: an exception's text can quote the prompt or hold a key.
            names.ERROR_TYPE: None if error is None else type(error).__qualname__,
            names.DURATION: (time.perf_counter_ns() - self._started) / 1e9,
            names.OUTPUT_COUNT: answer.insight_count,
            names.QUALITY: answer.quality_score,
            names.PASSED: answer.passed_filters,
            **handle.said,
        }


def outcome(error: BaseException | None) -> Outcome:
    """Tell how a call ended."""
    if error is None:
        return Outcome.OK
    if isinstance(error, (asyncio.CancelledError, KeyboardInterrupt, GeneratorExit)):
        return Outcome.CANCELLED
    return Outcome.ERROR


@overload
def extraction(function: Callable[P, R], /) -> Callable[P, R]: ...
@overload
def extraction(
    *,
    task: str | None = None,
    version: str | None = None,
    arguments: Mapping[str, str] | None = None,
    result: ResultReader | None = None,
) -> Callable[[Callable[P, R]], Callable[P, R]]: ...
def extraction(
    function: Callable[..., Any] | None = None,
    /,
    *,
    task: str | None = None,
    version: str | None = None,
    arguments: Mapping[str, str] | None = None,
    result: ResultReader | None = None,
) -> Any:
    """Capture every call of an extraction function, sync or async, as a training example.

    Args:
        function: The function, where the decorator stands without parentheses.
        task: Name of the task; by default the function's name.
        version: The prompt's or the function's version, any text.
        arguments: Which parameter carries `topic`, `source_url` or `source_content`, where the
            name differs: `{"source_url": "link"}`.
        result: Turns the returned value into one that can be read (a mapping, dataclass,
            pydantic model or list of insights). Runs on the caller's thread.

    What the function returns or raises stays the identical object. Raises `TypeError` at
    decoration for an argument name that does not exist.

    """

    def decorate(wrapped: Callable[..., Any]) -> Callable[..., Any]:
        if not is_wrappable(wrapped):
            message = "otel_training.extraction: generator functions are not captured yet"
            warnings.warn(message, stacklevel=3 if function is not None else 2)
            return wrapped
        name = task or str(getattr(wrapped, "__name__", "extraction"))
        plan = Plan(name, version, bind(wrapped, arguments or {}), result)

        def begin(args: tuple[object, ...], kwargs: dict[str, object]) -> Run | None:
            return Run(plan, args, kwargs) if config.settings().enabled else None

        return wrap(wrapped, begin)

    return decorate if function is None else decorate(function)
