"""Objects whose own code never runs, in whatever place an app passes them: lazy ones, proxies, mocks."""

import asyncio
import functools
from collections.abc import AsyncIterator, Callable, Iterator
from typing import Any
from unittest.mock import MagicMock, Mock

import pytest
import wrapt

import otel_training
from otel_training.asgi.reader import await_reader, find_reader
from otel_training.capture.handle import current
from otel_training.testing import capture

RAN: list[str] = []
"""What of the host's code has run."""


def ran(name: str, outcome: Any) -> Any:
    """Return a method that takes note, then raises or returns."""

    def method(*_: Any) -> Any:
        RAN.append(name)
        if isinstance(outcome, BaseException):
            raise outcome
        return outcome

    return method


resolve: Any = ran("resolve", "from the database")
"""Asks the database: what a lazy object does at the first question."""


class SimpleLazyObject:
    """As Django's: every question goes to what a function returns."""

    def __init__(self) -> None:
        self._wrapped, self._setupfunc = None, resolve

    __class__: Any = property(resolve)
    __str__ = __bool__ = __iter__ = __len__ = __getattr__ = __eq__ = __hash__ = resolve


class LocalProxy:
    """As werkzeug's: slots alone, and `__dict__` and `__class__` of what it stands for."""

    __slots__ = ("__wrapped", "_get_current_object")
    __class__: Any = property(resolve)
    __dict__: Any = property(resolve)
    __getattr__ = resolve


class Meta(type):
    """A metaclass with code of its own."""

    __getattribute__ = ran("metaclass", AttributeError("x"))
    __instancecheck__ = ran("instancecheck", True)


class OfMeta(metaclass=Meta):
    """An object whose class answers no question."""

    __getattribute__ = ran("getattribute", AttributeError("x"))


def of_class(outcome: Any, base: type = object) -> Any:
    """Return an object that has this `__class__`, if it does not raise it."""
    return type("Foreign", (base,), {"__class__": property(ran("class", outcome))})()


KINDS = (str, bytes, dict, list, tuple, int, float, bool, type)
FOREIGN: dict[str, Callable[[], Any]] = {
    "raises": lambda: of_class(RuntimeError("x")),
    "exits": lambda: of_class(SystemExit("x")),
    **{f"lies to be {kind.__name__}": functools.partial(of_class, kind) for kind in KINDS},
    "dictionary": lambda: of_class(str, dict),
    "list": lambda: of_class(str, list),
    "text": lambda: of_class(dict, str),
    "number": lambda: of_class(str, int),
    "lazy": SimpleLazyObject,
    "local": LocalProxy,
    "of a metaclass": lambda: object.__new__(OfMeta),
    "wrapt lazy": lambda: wrapt.LazyObjectProxy(ran("factory", "text")),
    "wrapt": lambda: wrapt.ObjectProxy("text"),
    "wrapt unset": lambda: wrapt.ObjectProxy.__new__(wrapt.ObjectProxy),
    "mock": lambda: Mock(spec=str),
    "magic mock": lambda: MagicMock(spec=dict),
}


@pytest.fixture(params=FOREIGN)
def make(request: pytest.FixtureRequest) -> Callable[[], Any]:
    """Make an object with code of its own; pytest itself would ask such an object for its class."""
    if request.param == "wrapt lazy" and not hasattr(wrapt, "LazyObjectProxy"):
        pytest.skip("wrapt 1 has none")
    RAN.clear()
    return FOREIGN[request.param]


def plainly(answer: Any) -> Callable[..., Any]:
    """Return a function that is captured."""
    return otel_training.extraction(lambda topic, source_url, source_content: answer)


def run(function: Callable[..., Any], *args: object) -> Any:
    """Run an async function; not as a task of its own, of which asyncio would print the result."""
    results = []

    async def main() -> None:
        results.append(await function(*args))

    asyncio.run(main())
    return results[0]


def later(answer: Any) -> Callable[..., Any]:
    """Return an async function that is captured, run to its end."""

    @otel_training.extraction
    async def extract(topic: object, source_url: object, source_content: object) -> object:
        return answer

    return functools.partial(run, extract)


def step_by_step(answer: Any) -> Callable[..., Any]:
    """Return a generator that is captured, run to its end."""

    @otel_training.extraction
    def extract(topic: object, source_url: object, source_content: object) -> Iterator[object]:
        yield answer

    return lambda *args: next(iter([*extract(*args)]))


def step_by_step_later(answer: Any) -> Callable[..., Any]:
    """Return an async generator that is captured, run to its end."""

    @otel_training.extraction
    async def extract(topic: object, source_url: object, source_content: object) -> AsyncIterator[object]:
        yield answer

    async def first(*args: object) -> object:
        values = [value async for value in extract(*args)]
        return values[0]

    return functools.partial(run, first)


STYLES = [plainly, later, step_by_step, step_by_step_later]
ANSWERS: dict[str, Callable[[Any], object]] = {
    "result": lambda value: value,
    "insights": lambda value: {"insights": value},
    "insight": lambda value: {"insights": [value, value]},
    "first insight": lambda value: {"insights": [{"text": "a"}, value]},
    "by id": lambda value: {"a": value, "b": {"text": "b"}},
    "text": lambda value: {"insights": [{"text": value, "category": value, "id": value}]},
    "figures": lambda value: {
        "insights": ["a"],
        "quality_score": value,
        "passed_filters": value,
        "insight_count": value,
    },
    "pair": lambda value: ([{"text": "a"}], value),
    "tuple": lambda value: (value, value),
}


@pytest.mark.parametrize("style", STYLES)
def test_no_code_of_a_result_runs(style: Any, make: Any) -> None:
    """Each call is captured, and what it gave back is the identical object."""
    answers = {place: answer(make()) for place, answer in ANSWERS.items()}
    with capture() as captured:
        others = [
            place
            for place, answer in answers.items()
            if style(answer)("chips", "https://x.example/", "Text.") is not answer
        ]

        assert ([], [], len(answers)) == (others, RAN, len(captured.records))


def test_no_code_of_an_argument_runs(make: Any) -> None:
    """Each call is captured, whatever it was called with."""
    with capture() as captured:
        for style in STYLES:
            style("answer")(make(), make(), make())
            style("answer")("chips", "https://x.example/", {"inner": [make()]})

        assert ([], 2 * len(STYLES)) == (RAN, len(captured.records))


def test_no_code_of_what_the_app_records_runs(make: Any) -> None:
    """What an app records is captured, or counted as lost; a search is."""
    with capture() as captured:
        plainly({"insights": ["a"]})("chips", "https://x.example/", "Text.")
        handle = current()
        handle.score(make())
        handle.passed(make())
        handle.llm_call(model=make(), input=make(), output=make(), input_tokens=make(), output_tokens=make())
        otel_training.record_feedback(make(), make(), user_id=make())
        otel_training.record_impressions(make(), user_id=make())
        otel_training.record_score("a", "quality_score", make())
        otel_training.record_correction("a", make())
        otel_training.query(lambda query: [make(), {"quality_score": make()}])(make())

        kinds = {record["training.kind"] for record in captured.records}
        assert ([], set()) == (RAN, {"extraction", "llm_call", "query"} - kinds)


def test_no_code_of_a_reader_runs(make: Any) -> None:
    """A lazy user, given by the app's own function, is not asked whether it is awaitable."""
    reader = find_reader(lambda scope: make(), {})

    assert ([], False) == (RAN, hasattr(type(reader), "__await__"))


def test_an_async_reader_is_awaited() -> None:
    """The app's async function is told apart from an object by its type."""

    async def find(scope: object) -> str:
        return "u1"

    named: Any = find_reader(find, {})

    assert asyncio.run(await_reader(named)) == "u1"


def test_no_code_of_an_error_runs() -> None:
    """An error with a `__class__` of its own is an error, and is raised as it is."""
    RAN.clear()
    error = of_class(KeyboardInterrupt, RuntimeError)

    @otel_training.extraction
    def fail() -> None:
        raise error

    with capture() as captured:
        with pytest.raises(RuntimeError) as raised:
            fail()

        assert (True, [], ["error"]) == (
            raised.value is error,
            RAN,
            [record["training.outcome"] for record in captured.records],
        )


LOOKS: dict[str, tuple[Any, str]] = {
    "lazy": (SimpleLazyObject(), "<SimpleLazyObject>"),
    "local": (LocalProxy(), "<LocalProxy>"),
    "wrapt": (wrapt.ObjectProxy("text"), "text"),
    "wrapt of fields": (wrapt.ObjectProxy(wrapt.ObjectProxy({"a": 1})), '{"a":1}'),
}


@pytest.mark.parametrize("name", LOOKS)
def test_a_proxy_is_captured_by_its_type_or_as_what_it_holds(name: str) -> None:
    """What stands behind a lazy object would be made by the host's code: its type is kept. wrapt's are opened."""
    value, look = LOOKS[name]
    with capture() as captured:
        plainly("answer")(value, "https://x.example/", "Text.")

        assert [look] == [record["training.source.topic"] for record in captured.records]
