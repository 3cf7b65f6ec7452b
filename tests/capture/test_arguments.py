"""Arguments of an extraction, bound by name."""

import asyncio
import dataclasses
import functools
import logging
from collections.abc import AsyncIterator, Callable, Iterator
from pathlib import Path
from types import MappingProxyType, SimpleNamespace
from typing import Any, NamedTuple, TypedDict
from urllib.parse import urlsplit

import httpx2
import pytest
from pydantic import AnyUrl, BaseModel
from starlette.datastructures import URL

import otel_training
from otel_training._guard import guard

Lines = Callable[[], list[dict[str, Any]]]
Fields = tuple[str, str, str | None]
WHOLE = ("T", "U", "C")


def only(lines: Lines) -> Fields:
    """Topic, URL and content of the one extraction."""
    (record,) = lines()
    return (record["training.source.topic"], record["url.full"], record["body"]["training.input"])


@pytest.mark.parametrize(
    ("function", "call"),
    [
        (lambda topic, url, content: [], lambda f: f("T", "U", "C")),
        (lambda topic, url, text: [], lambda f: f(text="C", url="U", topic="T")),
        (lambda source_content, *, topic, source_url: [], lambda f: f("C", topic="T", source_url="U")),
        (lambda a, topic="T", source_url="U", source_content="C": [], lambda f: f(1)),
        (lambda source_content, /, *rest, **more: [], lambda f: f("C", topic="T", source_url="U")),
    ],
    ids=["by position", "by keyword", "keyword only", "by default", "by **kwargs"],
)
def test_binds_arguments_by_name(lines: Lines, function: Any, call: Any) -> None:
    """However an argument is passed, the record has it."""
    call(otel_training.extraction(function))

    assert only(lines) == WHOLE


def test_binds_arguments_under_other_names(lines: Lines) -> None:
    """`arguments=` says which parameter carries what; a method's self is no argument."""

    class Extractor:
        @otel_training.extraction(arguments={"source_url": "link", "topic": "about"})
        def extract(self, about: str, link: str, content: str) -> list[str]:
            return []

    Extractor().extract("T", "U", "C")

    assert only(lines) == WHOLE


async def coroutine(call: Any) -> str:
    """What no field can wait for."""
    return "T"


@pytest.mark.parametrize(
    "names",
    [{"source": "topic"}, {"source_url": "nosuch"}, {"topic": "self.topic"}, {"topic": coroutine}],
    ids=["field", "parameter", "path", "async"],
)
def test_refuses_arguments_that_do_not_exist(names: dict[str, Any]) -> None:
    """A wrong name is an error where the function is decorated, and so is what cannot be called at once."""
    with pytest.raises(TypeError, match="arguments"):
        otel_training.extraction(arguments=names)(lambda topic: None)


SIGNED = "https://user:password@x.example/a?b=1&token=abc"
OBJECTS: dict[str, tuple[object, str]] = {
    "text": (SIGNED, "https://x.example/a?b=1"),
    "httpx": (httpx2.URL(SIGNED), "https://x.example/a?b=1"),
    "starlette": (URL(SIGNED), "https://x.example/a?b=1"),
    "pydantic": (AnyUrl(SIGNED), "https://x.example/a?b=1"),
    "split": (urlsplit(SIGNED), "https://x.example/a?b=1"),
    "bytes": (SIGNED.encode(), "https://x.example/a?b=1"),
    "path": (Path("a/b.txt"), "a/b.txt"),
    "number": (17, "17"),
    "unknown": (SimpleNamespace(_url=SIGNED), ""),
    "mapping": ({"url": SIGNED}, ""),
    "none": (None, ""),
}


@pytest.mark.parametrize("name", OBJECTS)
def test_takes_urls_that_are_no_texts(lines: Callable[[], list[dict[str, Any]]], name: str) -> None:
    """A URL of a known class is its text, without secrets; of an unknown object nothing is written."""
    value, url = OBJECTS[name]

    @otel_training.extraction
    def extract(source_url: object) -> list[str]:
        return ["One"]

    extract(value)

    (record,) = lines()
    (insight,) = record["body"]["training.output"]
    assert (url, otel_training.insight_id(value, "One")) == (record["url.full"], insight["derived_id"])


@dataclasses.dataclass
class Article:
    """A source as most apps have one."""

    link: str | None
    body: str | None
    feed: Any = None


@dataclasses.dataclass(frozen=True, slots=True)
class Slotted:
    """A source without `__dict__`."""

    url: str
    text: str


class Model(BaseModel):
    """A source as a pydantic model."""

    source_url: str
    content: str


class Tuple(NamedTuple):
    """A source as a tuple with names."""

    href: str
    source_content: str


class Typed(TypedDict):
    """A source as a mapping with types."""

    url: str
    body: str


class Plain:
    """A source of no known make; its property is the app's code."""

    def __init__(self) -> None:
        self.url = "U"
        self.text = "C"

    @property
    def topic(self) -> str:
        """Never asked."""
        raise AssertionError


SOURCES: dict[str, object] = {
    "dataclass": Article("U", "C"),
    "slots": Slotted("U", "C"),
    "pydantic": Model(source_url="U", content="C"),
    "named tuple": Tuple("U", "C"),
    "typed dict": Typed(url="U", body="C"),
    "mapping proxy": MappingProxyType({"link": "U", "text": "C"}),
    "namespace": SimpleNamespace(href="U", body="C"),
    "plain object": Plain(),
}


class Methods:
    """Every kind of method, with the topic as an attribute of the instance."""

    def __init__(self) -> None:
        self.topic = "T"
        self.settings = SimpleNamespace(topics=[{"name": "T"}])

    def sync(self, article: Any, **options: Any) -> Any:
        """Return one insight."""
        return ["One"]

    async def awaited(self, article: Any, **options: Any) -> Any:
        """Return one insight."""
        return ["One"]

    def generated(self, article: Any, **options: Any) -> Iterator[str]:
        """Yield one insight."""
        yield "One"

    async def streamed(self, article: Any, **options: Any) -> AsyncIterator[str]:
        """Yield one insight."""
        yield "One"

    def failing(self, article: Any, **options: Any) -> Any:
        """Fail."""
        raise ValueError

    async def cancelled(self, article: Any, **options: Any) -> Any:
        """Be cancelled."""
        raise asyncio.CancelledError


METHODS = ["sync", "awaited", "generated", "streamed", "failing", "cancelled"]


def call(name: str, article: object, **options: Any) -> None:
    """Decorate a method, call it on an instance, and run it to its end."""

    class Decorated(Methods):
        pass

    setattr(Decorated, name, otel_training.extraction(**options)(vars(Methods)[name]))

    async def run() -> None:
        value = getattr(Decorated(), name)(article)
        if hasattr(value, "__aiter__"):
            assert [item async for item in value] == ["One"]
        elif hasattr(value, "__next__"):
            assert list(value) == ["One"]
        elif hasattr(value, "__await__"):
            await value

    try:
        asyncio.run(run())
    except (ValueError, asyncio.CancelledError):
        assert name in ("failing", "cancelled")


@pytest.mark.parametrize("name", METHODS)
@pytest.mark.parametrize(
    ("topic", "url"),
    [
        ("self.topic", "article.feed.link"),
        ("self.settings.topics.0.name", lambda call: call["article"].feed.link),
        (lambda call: call["self"].topic, "article.feed.link"),
    ],
    ids=["paths", "list", "functions"],
)
def test_goes_the_apps_own_ways(lines: Lines, name: str, topic: Any, url: Any) -> None:
    """A path from a parameter goes through attributes, keys and lists; a function gets the arguments by name."""
    ways = {"topic": topic, "source_url": url, "source_content": "article.body"}
    call(name, Article("other", "C", Article("U", None)), arguments=ways)

    assert only(lines) == WHOLE


@pytest.mark.parametrize("kind", SOURCES)
def test_looks_into_the_argument_that_is_the_source(lines: Lines, kind: str) -> None:
    """Fields that are no arguments are those stored in the only argument that has them; no property is asked."""

    @otel_training.extraction(topic="T")
    def extract(settings: object, source: object, limit: int = 3) -> list[str]:
        return []

    extract(SimpleNamespace(timeout=3), SOURCES[kind])

    assert only(lines) == WHOLE


@pytest.mark.parametrize("name", METHODS)
def test_looks_into_a_methods_argument_and_not_into_its_instance(lines: Lines, name: str) -> None:
    """What an instance calls its topic may be of another kind; a path says that it is meant."""
    call(name, Article("U", "C"))

    assert only(lines) == ("", "U", "C")


def test_an_argument_wins_over_what_another_holds(lines: Lines) -> None:
    """Only what no argument gives is looked for, also by keyword, and each field by itself."""

    @otel_training.extraction
    def extract(job: object, *, article: object, url: str | None = None, content: str | None = None) -> list[str]:
        return []

    extract({"topic": "T"}, article=Article("other", "C"), url="U")

    assert only(lines) == WHOLE


def test_looks_into_an_argument_that_is_a_field_itself(lines: Lines) -> None:
    """The content may be an object that knows its URL; what a topic's object knows is not the source's."""

    @otel_training.extraction
    def extract(topic: object, text: object) -> list[str]:
        return []

    extract({"name": "T", "url": "https://topic.example"}, {"url": "U", "title": "C"})

    assert only(lines)[1] == "U"


def test_takes_nothing_where_two_arguments_hold_it(lines: Lines) -> None:
    """Whose URL it is cannot be known."""

    @otel_training.extraction(topic="T")
    def extract(article: object, feed: object) -> list[str]:
        return []

    extract(Article("U", "C"), {"url": "https://feed.example"})

    assert only(lines) == ("T", "", "C")


def extracting(topic: str, link: str, body: str, *, limit: int = 3) -> list[str]:
    """Return one insight."""
    return ["One"]


class Called:
    """An object that is called."""

    topic = "T"

    def __call__(self, link: str, body: str) -> list[str]:
        """Return one insight."""
        return ["One"]


BOUND: dict[str, tuple[Callable[..., Any], dict[str, str], tuple[object, ...]]] = {
    "partial": (functools.partial(extracting, "T"), {}, ("U", "C")),
    "partial of all": (functools.partial(extracting, "T", "U", "C"), {}, ()),
    "partial of a partial": (functools.partial(functools.partial(extracting, "T"), "U", limit=4), {}, ("C",)),
    "partial with keywords": (functools.partial(extracting, "T", body="C"), {}, ("U",)),
    "partial, other name": (
        functools.partial(lambda about, link, body: [], "T"),
        {"topic": "about"},
        ("U", "C"),
    ),
    "partial of an object": (
        functools.partial(lambda job, link, body: [], SimpleNamespace(topic="T")),
        {"topic": "job.topic"},
        ("U", "C"),
    ),
    "bound method": (Methods().sync, {"topic": "self.topic"}, (Article("U", "C"),)),
    "partial of a method": (functools.partial(Methods.sync, Methods()), {"topic": "self.topic"}, (Article("U", "C"),)),
    "callable object": (Called(), {"topic": "self.topic"}, ("U", "C")),
}


@pytest.mark.parametrize("kind", BOUND)
def test_knows_what_a_call_does_not_pass_any_more(lines: Lines, kind: str) -> None:
    """Positional arguments of a partial and the instance of a bound method are arguments, too."""
    function, ways, args = BOUND[kind]
    otel_training.extraction(arguments=ways)(function)(*args)

    assert only(lines) == WHOLE


def broken(_: object) -> str:
    """Fail as no lookup does."""
    raise RuntimeError


@pytest.mark.parametrize(
    "way", ["article.nosuch", "article.feed.name", "article.body.0.x", lambda call: call["x"], broken]
)
def test_a_way_that_leads_nowhere_costs_its_field_alone(
    lines: Lines, way: Any, caplog: pytest.LogCaptureFixture, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The extraction is captured without it, and a warning names it, once."""
    monkeypatch.setattr(guard, "raising", False)
    monkeypatch.setattr(guard, "_seen", set())

    @otel_training.extraction(arguments={"topic": way, "source_content": "article.body"})
    def extract(article: Article) -> list[str]:
        return []

    with caplog.at_level(logging.WARNING):
        extract(Article("U", "C"))
        extract(Article("U", "C"))

    records = [(record["training.source.topic"], record["url.full"]) for record in lines()]
    assert ([("", "U")] * 2, 1) == (records, len(caplog.records))
