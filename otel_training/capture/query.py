"""Queries: what was searched, and how good the sources were that it found."""

from collections.abc import Callable, Mapping
from typing import Any, Final, ParamSpec, TypeVar, overload

from opentelemetry import context as otel_context

from otel_training import conventions as names
from otel_training._guard import guard
from otel_training.capture.arguments import Argument, bind_one
from otel_training.capture.extraction import outcome_of
from otel_training.capture.result import number
from otel_training.capture.tracing import captures, current_context, end_span, enter, leave, start_span
from otel_training.capture.wrapping import wrap
from otel_training.conventions import Kind, Outcome
from otel_training.pipeline.process import emit
from otel_training.record.clock import event_id, now, ticks
from otel_training.record.fields import SOURCE_KEYS
from otel_training.record.record import JSON, Record
from otel_training.record.values import fields_of, first_of, items_of, snapshot, text_of

P = ParamSpec("P")
R = TypeVar("R")

SOURCES: Final = 1000
_QUERY_LIMIT: Final = 4096
_NAMES: Final = ("query", "q", "search", "text")
_KEY: Final = otel_context.create_key("otel_training.query")


class QueryRun:
    """One query, as the scope of a call. Never raises, changes nothing."""

    __slots__ = ("_before", "_context", "_found", "_span", "_started", "identity", "task", "text")

    def __init__(self, task: str, text: str | None) -> None:
        self.task, self.text, self.identity = task, text, event_id()
        told = {names.OPERATION: "retrieval", names.QUERY_ID: self.identity}
        self._span = start_span(f"retrieval {task}", told)
        self._context = current_context() if self._span is None else self._span.get_span_context()
        self._before: otel_context.Context | None = None
        self._found: list[object] | None = None
        self._started = ticks()

    def __enter__(self) -> None:
        """Be current under our span where the host traces."""
        with guard:
            self.enter()

    def enter(self) -> None:
        """Do it, where a guard is around it already."""
        if self._span is not None:
            self._before = enter(otel_context.get_current(), _KEY, self, self._span)

    def __exit__(self, *raised: object) -> None:
        """Be current no more."""
        with guard:
            self._leave()

    def _leave(self) -> None:
        if self._before is not None:
            leave(_KEY, self, self._before)
            self._before = None

    def yielded(self, value: object) -> None:
        """Take a generator's value as a source."""
        self._found = self._found or []
        if len(self._found) < SOURCES:
            self._found.append(value)

    def returned(self, value: object) -> None:
        """Read the sources, a list or a mapping that holds one, and finish."""
        with guard:
            fields = fields_of(value)
            found = value if fields is None else first_of(fields, SOURCE_KEYS)
            if isinstance(found, (list, tuple)):
                self._found = items_of(found, SOURCES)
        self.ended(None)

    def ended(self, error: BaseException | None, outcome: Outcome | None = None) -> None:
        """Emit the record and end the span."""
        with guard:
            self._leave()
            attributes = {
                names.TASK_NAME: self.task,
                names.OUTCOME: outcome or outcome_of(error),
                names.ERROR_TYPE: None if error is None else type(error).__qualname__,
                names.DURATION: (ticks() - self._started) / 1e9,
            }
            answer = b"" if self._found is None else snapshot(_figures(self._found))
            content = snapshot({"query": self.text})
            emit(Record(Kind.QUERY, self.identity, now(), attributes, content, context=self._context, answer=answer))
            if self._span is not None:
                end_span(self._span, error)


def _figures(found: list[object]) -> list[JSON]:
    """Keep of each source what says how good it is, and nothing else."""
    return [_figure(fields_of(one) or {}) for one in found]


def _figure(fields: dict[object, object]) -> JSON:
    passed = dict.get(fields, "passed_filters")
    quality = next(
        (figure for key in names.QUALITY_KEYS if (figure := number(dict.get(fields, key))) is not None), None
    )
    return {"quality_score": quality, "passed_filters": passed if isinstance(passed, bool) else None}


@overload
def query(function: Callable[P, R], /) -> Callable[P, R]: ...
@overload
def query(*, task: str | None = None, argument: str | None = None) -> Callable[[Callable[P, R]], Callable[P, R]]: ...
def query(
    function: Callable[..., Any] | None = None, /, *, task: str | None = None, argument: str | None = None
) -> Any:
    """Capture every call of a search function: the query, how many sources it found, how good they are.

    Args:
        function: The function, where the decorator stands without parentheses.
        task: Name of the search; by default the function's name.
        argument: The parameter that carries the query; by default `query`, `q`, `search` or `text`.

    Sources are a list, or stand under `results`, `sources`, `items`, `documents` or `hits`; each may
    have `quality_score`, `quality` or `score`, and `passed_filters`. Of them only these are kept.

    """

    def decorate(wrapped: Callable[..., Any]) -> Callable[..., Any]:
        name = task or str(getattr(wrapped, "__name__", type(wrapped).__name__))
        carried: Argument = bind_one(wrapped, _NAMES, argument)

        def begin(args: tuple[object, ...], kwargs: Mapping[str, object], entered: bool) -> QueryRun | None:  # noqa: FBT001 - as `Begin` says
            with guard:
                if captures():
                    run = QueryRun(name, text_of(carried.of(args, kwargs), _QUERY_LIMIT))
                    if entered:
                        run.enter()
                    return run
            return None

        return wrap(wrapped, begin)

    return decorate if function is None else decorate(function)
