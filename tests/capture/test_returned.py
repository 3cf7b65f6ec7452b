"""Extractions found again by what they returned."""

import asyncio
import dataclasses
import json
import threading
import weakref
from collections import deque
from collections.abc import AsyncIterator, Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from typing import Any, NamedTuple

import pytest
from pydantic import BaseModel, RootModel

import otel_training
from otel_training import current, extraction
from otel_training.capture import returned

Lines = Callable[[], list[dict[str, Any]]]


@dataclasses.dataclass
class Insight:
    """An insight of the app's own class."""

    text: str


@dataclasses.dataclass(frozen=True, slots=True)
class Slotted:
    """A result that no weak reference can be made of."""

    insights: list[str]


class Pair(NamedTuple):
    """Insights and a score."""

    insights: list[str]
    score: float


class Model(BaseModel):
    """A result as a model."""

    insights: list[dict[str, str]]


class Root(RootModel[list[str]]):
    """A result as a model of a list."""


class Opaque:
    """A result that cannot be read."""


SHAPES: dict[str, Callable[[str], object]] = {
    "list": lambda topic: [f"About {topic}"],
    "constants": lambda _: ["One", "Two"],
    "mappings": lambda topic: {"insights": [{"text": f"About {topic}"}], "quality_score": 3},
    "empty list": lambda _: [],
    "empty mapping": lambda _: {"insights": [], "quality_score": None},
    "list and score": lambda topic: ([f"About {topic}"], 4.0),
    "nothing and score": lambda _: ([], 4.0),
    "objects": lambda topic: [Insight(f"About {topic}")],
    "slots": lambda topic: Slotted([f"About {topic}"]),
    "named tuple": lambda topic: Pair([f"About {topic}"], 4.0),
    "model": lambda topic: Model(insights=[{"text": f"About {topic}"}]),
    "model of a list": lambda topic: Root([f"About {topic}"]),
    "deque": lambda topic: deque([f"About {topic}"]),
    "text": lambda topic: json.dumps([f"About {topic}"]),
    "texts in doubt": lambda topic: [{"title": f"About {topic}", "summary": f"More about {topic}"}],
    "another key": lambda topic: {"found": [{"text": f"About {topic}"}], "tags": []},
    "constants in doubt": lambda topic: [{"title": topic, "summary": "The same everywhere"}],
    "opaque": lambda _: Opaque(),
    "long": lambda topic: [f"About {topic} " * 1000, "b" * 16_000],
}


def targets(lines: Lines) -> list[tuple[str, float]]:
    """The topic of each extraction that was scored, with the score."""
    records = lines()
    topics = {record["training.extraction.id"]: record for record in records if "training.task.name" in record}
    return sorted(
        (topics[record["training.score.target"]]["training.source.topic"], record["training.score.value"])
        for record in records
        if record["training.kind"] == "score"
    )


EXPECTED = [(str(number), float(number)) for number in range(4)]


@pytest.mark.parametrize("shape", SHAPES)
@pytest.mark.parametrize("way", ["gather", "threads", "loop"])
def test_finds_the_extraction_that_returned_the_very_object(lines: Lines, way: str, shape: str) -> None:
    """Wherever the call ran, and whatever it returned, equal or not to what others returned."""
    together = threading.Barrier(4)

    @extraction(task="sync")
    def sync(topic: str) -> object:
        if way == "threads":
            together.wait(10)
        return SHAPES[shape](topic)

    @extraction(task="async")
    async def awaited(topic: str) -> object:
        await asyncio.sleep(0.001 * (4 - int(topic)))
        return SHAPES[shape](topic)

    async def gather() -> list[object]:
        return await asyncio.gather(*(awaited(topic) for topic in "0123"))

    if way == "threads":
        with ThreadPoolExecutor(4) as pool:
            results = list(pool.map(sync, "0123"))
    else:
        results = asyncio.run(gather()) if way == "gather" else list(map(sync, "0123"))
    for number, result in enumerate(results):
        current(result).score(number)

    assert targets(lines) == EXPECTED


CHANGES: dict[str, Callable[[Any], Any]] = {
    "sorted in place": lambda items: items.sort(key=lambda item: item["text"]) or items,
    "cut in place": lambda items: items.__delitem__(slice(1, None)) or items,
    "filtered copy": lambda items: [item for item in items if item["text"].startswith("B")],
    "copies of mappings": lambda items: [{**item, "id": "7"} for item in items],
    "one insight": lambda items: items[1],
    "objects": lambda items: [Insight(item["text"]) for item in items],
    "around": lambda items: {"answer": {"insights": items}, "score": 3},
    "one text": lambda items: items[0]["text"],
}


@pytest.mark.parametrize("change", CHANGES)
def test_finds_it_by_what_the_app_took_from_the_result(lines: Lines, change: str) -> None:
    """A list that was changed, a copy, one insight: the texts are the very same objects."""

    @extraction
    async def extract(topic: str) -> list[dict[str, str]]:
        return [{"text": f"{letter} of {topic}"} for letter in "CBA"]

    async def run() -> None:
        for number, result in enumerate(await asyncio.gather(*map(extract, "0123"))):
            current(CHANGES[change](result)).score(number)

    asyncio.run(run())

    assert targets(lines) == EXPECTED


@extraction
def generated(topic: str) -> Iterator[str]:
    """Yield insights."""
    yield f"About {topic}"
    yield f"More of {topic}"


@extraction
async def streamed(topic: str) -> AsyncIterator[str]:
    """Yield insights."""
    yield f"About {topic}"
    yield f"More of {topic}"


@pytest.mark.parametrize("kind", ["sync", "async"])
def test_finds_a_generator_by_what_it_yielded(lines: Lines, kind: str) -> None:
    """The insights are what was yielded."""

    async def run() -> None:
        if kind == "sync":
            results = [list(each) for each in map(generated, "0123")]
        else:
            results = [[item async for item in streamed(topic)] for topic in "0123"]
        for number, result in enumerate(results):
            current(result).score(number)

    asyncio.run(run())

    assert targets(lines) == EXPECTED


def test_finds_a_block_by_its_result(lines: Lines) -> None:
    """What the handle was given counts as returned."""
    results = [[f"About {number}"] for number in range(4)]
    for number, result in enumerate(results):
        with extraction(topic=str(number)) as handle:
            handle.result(result)
    for number, result in enumerate(results):
        current(result).score(number)

    assert targets(lines) == EXPECTED


@extraction(result=lambda answer: {"insights": answer["found"]})
def answered(topic: str) -> dict[str, Any]:
    """Return what a function of the app's own reads."""
    return {"found": [f"About {topic}"]}


def test_finds_what_the_apps_own_reader_reads(lines: Lines) -> None:
    """`result=` reads another object than what is returned."""
    for number, result in enumerate([answered(topic) for topic in "0123"]):
        current(result).score(number)

    assert targets(lines) == EXPECTED


@extraction
def extract(topic: str) -> list[Insight]:
    """Return insights of the app's own class."""
    return [Insight(f"About {topic}"), Insight("Seen everywhere")]


OTHERS: dict[str, Callable[[], object]] = {
    "equal": lambda: [Insight("About 0"), Insight("About 1")],
    "of several": lambda: [*extract("0"), *extract("1")],
    "empty": list,
    "nothing": lambda: None,
    "number": lambda: 7,
}


@pytest.mark.parametrize("other", OTHERS)
def test_what_no_extraction_returned_finds_none(lines: Lines, other: str, caplog: pytest.LogCaptureFixture) -> None:
    """An equal value is another one; a warning says what to do, once, and what is lost is counted."""
    with extraction(topic="running") as running:
        for _ in range(2):
            current(OTHERS[other]()).score(1)

    losses = [record["training.loss.count"] for record in lines() if record["training.kind"] == "loss"]
    assert ([2], 1, {}) == (losses, len(caplog.records), running.attributes)


@extraction
def extract_blanks() -> list[dict[str, str | None]]:
    """Return insights whose texts are the same objects wherever they occur."""
    return [{"text": None, "category": "a"}, {"text": "", "category": "b"}]


@pytest.mark.parametrize("other", [None, "", [{"text": ""}]])
def test_texts_that_are_everywhere_tell_nothing(other: object) -> None:
    """What holds None or an empty text was not returned by who returned one, too."""
    blanks = extract_blanks()

    assert "" == current(other).id
    assert blanks


@pytest.mark.parametrize(
    ("sizes", "is_found"),
    [
        ((8, 9), (False, True)),
        ((9, 8), (True, False)),
        ((1, 0), (False, False)),
        ((2, 1), (True, False)),
        ((3, 16_384), (False, True)),
        ((3, 16_385), (True, False)),
    ],
)
def test_of_a_result_of_unknown_form_the_longest_text_tells(
    sizes: tuple[int, int], is_found: tuple[bool, bool]
) -> None:
    """Nobody knows its insights: the others may be constants; one letter is, and what is very long is not kept."""
    texts = [("ab" * size)[:size] for size in sizes]
    extraction(lambda: dict(zip(("kind", "body"), texts, strict=True)))()

    assert is_found == tuple(bool(current([text]).id) for text in texts)


@pytest.mark.parametrize(("size", "is_found"), [(16_384, True), (16_385, False)])
def test_a_text_that_is_returned_is_kept_up_to_a_length(size: int, *, is_found: bool) -> None:
    """A longer one would cost the app its memory."""
    text = "ab" * size
    text = extraction(lambda: text[:size])()

    assert is_found == bool(current([text]).id)


def test_a_list_of_several_at_the_place_of_a_former_one_is_nobodys() -> None:
    """Lists are known by their address, which a later one may have: its insights are of two extractions."""
    ids = {current([*extract(f"{number}a"), *extract(f"{number}b")]).id for number in range(200)}

    assert {""} == ids


def test_what_was_let_go_is_not_kept_and_not_mistaken() -> None:
    """Objects die with the app's last reference; a later one at the same address is not taken for them."""
    handles = set()
    for number in range(50):
        result = extract(str(number))
        died = weakref.ref(result[0])
        del result
        assert died() is None
        handles.add(current([Insight(f"About {number}"), Insight("Other")]).id)

    assert handles == {""}


def test_remembers_as_many_as_an_app_asks_for_at_once(lines: Lines) -> None:
    """A thousand results of one gather are known; what is older is forgotten, so that memory is bounded."""
    results = [extract(str(number)) for number in range(1100)]

    assert (True, False, 1024) == (
        all(current(result).id for result in results[-1000::37]),
        bool(current(results[0]).id),
        len(returned._recent),
    )


@pytest.mark.parametrize("nested", [[[[[[0] * 200] * 200] * 200] * 200], {"a": {"b": {}}}], ids=["wide", "deep"])
def test_looks_for_a_bounded_time(nested: object) -> None:
    """Whatever an app asks with."""
    otel_training.extraction(lambda: nested)()

    assert "" == current([nested]).id or current(nested).id


@pytest.mark.parametrize("text", [None, "", "a"])
def test_what_any_result_may_hold_tells_nothing(text: str | None) -> None:
    """One object stands for None, and one for a text of a letter: another text of the result tells it."""
    result = {"insights": [text], "note": f"About {text} alone"}
    otel_training.extraction(lambda: result)()

    assert (True, "") == (bool(current(result).id), current([text]).id)
    otel_training.extraction(lambda: [text, "A text of its own"])()
    assert "" == current([text]).id
