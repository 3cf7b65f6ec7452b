"""Queries: the decorator of a search function, which records the query and how good its sources are."""

import functools
from collections.abc import Callable, Mapping
from typing import Any, Final, ParamSpec, TypeVar, overload

from opentelemetry.context import Context, create_key, get_current

from otel_training import conventions as names
from otel_training._guard import guard
from otel_training.capture.arguments import Argument, bind_one
from otel_training.capture.tracing import captures, current_context, end_span, enter, leave, start_span
from otel_training.capture.wrapping import wrap
from otel_training.conventions import Kind, Outcome
from otel_training.events.finish import load_readers_kinds
from otel_training.pipeline.process import emit
from otel_training.record.clock import event_id, now, ticks
from otel_training.record.fields import FIELD_LIMIT, SOURCE_KEYS, flag, quality_of
from otel_training.record.known import is_a, qualname_of, unwrap
from otel_training.record.record import JSON, Record
from otel_training.record.values import clean, fields_of, first_of, items_of, snapshot, text_of

load_readers_kinds()

P = ParamSpec("P")
R = TypeVar("R")

SOURCES_LIMIT: Final = 1000  # sources of one query that are kept
_NAMES: Final = ("query", "q", "search", "text")
_KEY: Final = create_key("otel_training.query")


class QueryRun:
    """One query: the scope of its call. Never raises, changes nothing of the call."""

    __slots__ = ("_before", "_context", "_identity", "_sources", "_span", "_started", "_task", "_text")

    def __init__(self, task: str, text: str | None) -> None:
        self._task, self._text, self._identity = task, text, event_id()
        self._span = start_span(f"retrieval {task}", {names.OPERATION: "retrieval", names.QUERY_ID: self._identity})
        self._context = current_context() if self._span is None else self._span.get_span_context()
        self._before: Context | None = None
        self._sources: list[object] | None = None
        self._started = ticks()

    def __enter__(self) -> None:
        with guard:
            self.enter()

    def __exit__(self, *raised: object) -> None:
        with guard:
            self._leave()

    def enter(self) -> None:
        """Make our span current until the call ends; without one there is nothing to be made current."""
        if self._span is not None:
            self._before = enter(get_current(), _KEY, self, self._span)

    def _leave(self) -> None:
        if self._before is not None:
            leave(_KEY, self, self._before)
            self._before = None

    def yielded(self, value: object) -> None:
        self._sources = self._sources or []
        if len(self._sources) < SOURCES_LIMIT:
            self._sources.append(value)

    def returned(self, value: object) -> None:
        """Read the sources, a list or a mapping that holds one, and finish."""
        with guard:
            fields = fields_of(value)
            sources = unwrap(value if fields is None else first_of(fields, SOURCE_KEYS))
            if is_a(sources, (list, tuple)):
                self._sources = items_of(sources, SOURCES_LIMIT)
        self.ended(None)

    def ended(self, error: BaseException | None, outcome: Outcome | None = None) -> None:
        with guard:
            self._leave()
            attributes = {
                names.TASK_NAME: self._task,
                names.OUTCOME: outcome or Outcome.of(error),
                names.ERROR_TYPE: None if error is None else qualname_of(type(error)),
                names.DURATION: (ticks() - self._started) / 1e9,
            }
            answer = b"" if self._sources is None else snapshot([_quality_of(source) for source in self._sources])
            content = snapshot({"query": self._text})
            emit(Record(Kind.QUERY, self._identity, now(), attributes, content, context=self._context, answer=answer))
            if self._span is not None:
                end_span(self._span, error)


def _quality_of(source: object) -> JSON:
    """Return what says how good a source is, and nothing else of it."""
    fields = fields_of(source) or {}
    return {"quality_score": quality_of(fields), "passed_filters": flag(dict.get(fields, "passed_filters"))}


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
        name = clean(task or str(getattr(wrapped, "__name__", type(wrapped).__name__)))
        return wrap(wrapped, functools.partial(_begin, name, bind_one(wrapped, _NAMES, argument)))

    return decorate if function is None else decorate(function)


def _begin(name: str, argument: Argument, args: tuple[object, ...], kwargs: Mapping[str, object]) -> QueryRun | None:
    with guard:
        if captures():
            run = QueryRun(name, text_of(argument(args, kwargs), FIELD_LIMIT))
            run.enter()
            return run
    return None
