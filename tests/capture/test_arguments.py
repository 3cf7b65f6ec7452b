"""Arguments of an extraction, bound by name."""

from collections.abc import Callable
from pathlib import Path
from types import SimpleNamespace
from typing import Any
from urllib.parse import urlsplit

import httpx2
import pytest
from pydantic import AnyUrl
from starlette.datastructures import URL

import otel_training

Lines = Callable[[], list[dict[str, Any]]]


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

    (record,) = lines()
    found = (record["training.source.topic"], record["url.full"], record["body"]["training.input"])
    assert ("T", "U", "C") == found


def test_binds_arguments_under_other_names(lines: Lines) -> None:
    """`arguments=` says which parameter carries what; a method's self is no argument."""

    class Extractor:
        @otel_training.extraction(arguments={"source_url": "link", "topic": "about"})
        def extract(self, about: str, link: str, content: str) -> list[str]:
            return []

    Extractor().extract("T", "U", "C")
    (record,) = lines()
    found = (record["training.source.topic"], record["url.full"], record["body"]["training.input"])
    assert ("T", "U", "C") == found


@pytest.mark.parametrize("names", [{"source": "topic"}, {"source_url": "nosuch"}])
def test_refuses_arguments_that_do_not_exist(names: dict[str, str]) -> None:
    """A wrong name is an error where the function is decorated."""
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
