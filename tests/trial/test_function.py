"""A candidate that is a function."""

import functools
import json
import time
from pathlib import Path
from typing import Any

import pytest

from otel_training.routing.answer import CandidateError
from otel_training.trial.function import FunctionError, ask_function, code_of, find_candidate_function

VALUES = {"source_content": "Orders rose.", "source_url": "https://s.example", "topic": "chips"}
HERE = "tests.trial.test_function"


def by_content(source_content: str, *, strict: bool = True) -> Any:
    """Take the content."""
    return {"insights": [{"text": source_content, "category": "c"}], "quality_score": 7}


async def by_all(**values: str) -> list[str]:
    """Take everything, and be awaited."""
    return sorted(values.values())


def by_url(source_url: str, topic: str) -> str:
    """Answer nothing that can be read."""
    return f"{source_url} {topic}"


def by_user(source_content: str, user: str) -> None:
    """Take what nobody has."""


def by_topic(topic: str) -> None:
    """Take no source."""


@pytest.mark.parametrize(
    ("function", "expected"),
    [
        (by_content, ([{"text": "Orders rose.", "category": "c"}], 7.0)),
        (by_all, ([{"text": text, "category": None} for text in ("Orders rose.", "chips", "https://s.example")], None)),
        (by_url, (None, None)),
    ],
)
def test_is_given_what_it_takes(function: Any, expected: object) -> None:
    """By name, whatever else it could be given; the answer is read as an extraction's result is."""
    name = f"{HERE}:{function.__name__}"
    reply = ask_function(name, find_candidate_function(name), VALUES, 5)

    assert (expected, name, None, None) == (
        (reply.insights, reply.quality_score), reply.model, reply.input_tokens, reply.output_tokens,
    )  # fmt: skip


class Reader:
    """A function that is an object."""

    def __call__(self, source_content: str) -> list[str]:
        return [source_content]


def test_its_code_is_that_of_its_file(tmp_path: Any) -> None:
    """However it is wrapped; what comes without a file has none."""
    own = code_of(by_content)

    assert 64 == len(own)
    assert [own] * 2 == [code_of(function) for function in (functools.partial(by_content, strict=False), Reader())]
    around = functools.wraps(functools.partial(json.dumps))(lambda source_content: source_content)
    assert code_of(json.dumps) == code_of(functools.partial(around))
    assert "" == code_of(str.upper)
    assert own != code_of(functools.wraps(json.dumps)(lambda source_content: source_content))


def test_what_it_cannot_read_is_its_own_failure() -> None:
    """Not that of a provider, which is asked again."""

    def read(source_content: str) -> None:
        Path("nowhere").read_bytes()

    with pytest.raises(FunctionError) as raised:
        ask_function("read", read, VALUES, 5)
    assert "FileNotFoundError" == raised.value.name


def test_has_its_time_and_no_more() -> None:
    """Whoever waits for it goes on; what it raises is raised."""
    began = time.monotonic()
    with pytest.raises(TimeoutError):
        ask_function("slow", lambda source_content: time.sleep(3), VALUES, 0.05)
    assert time.monotonic() - began < 2
    with pytest.raises(ZeroDivisionError):
        ask_function("broken", lambda source_content: 1 / 0, VALUES, 5)


@pytest.mark.parametrize(
    ("name", "problem"),
    [("by_user", "needs user"), ("by_topic", "takes neither source_content nor source_url")],
)
def test_what_cannot_be_given_a_source_is_refused(name: str, problem: str) -> None:
    """Before anything is asked, with what to do."""
    with pytest.raises(CandidateError, match=f"{problem}: name a function that takes some of source_content"):
        find_candidate_function(f"{HERE}:{name}")
    with pytest.raises(CandidateError, match="name it as module:function"):
        find_candidate_function("")


def test_another_text_is_another_function() -> None:
    """Its file's digest; what has no file has none."""
    assert code_of(by_url) == code_of(by_all) != code_of(pytest.raises)
