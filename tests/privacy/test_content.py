"""What the setting `content` leaves of a record."""

from collections.abc import Callable
from typing import Any

import pytest

import otel_training

Lines = Callable[[], list[dict[str, Any]]]


@otel_training.extraction
def extract(topic: str, source_url: str, source_content: str) -> list[dict[str, str]]:
    """Find one insight."""
    otel_training.current().llm_call(
        model="m", input=[{"role": "user", "content": source_content}], output='["Ask a@x.example"]'
    )
    return [{"id": "7", "text": "Ask a@x.example", "category": "b@x.example"}]


def captured(lines: Lines) -> dict[str, dict[str, Any]]:
    """Capture one extraction with its call; return the records by their kind."""
    extract("a@x.example", "https://x.example/a?by=c@x.example", "From 10.0.0.1, a@x.example, CASE-17")
    return {record["training.kind"]: record for record in lines()}


def test_counts_what_was_replaced_by_type(lines: Lines) -> None:
    """Each type that occurred has an attribute; the total stays."""
    otel_training.configure(redact_patterns=[r"CASE-\d+"])
    record = captured(lines)["extraction"]

    assert {"": "1", ".count": 6, ".email": 4, ".ip": 1, ".custom": 1} == {
        name.removeprefix("training.redaction"): found
        for name, found in record.items()
        if name.startswith("training.redaction")
    }
    assert "From <IP_1>, <EMAIL_1>, <CUSTOM_1>" == record["body"]["training.input"]


def test_keeps_no_texts(lines: Lines) -> None:
    """Under `none` ids, digests and the URL stay, so that links and votes still work."""
    otel_training.configure(content="none")
    found = captured(lines)
    (insight,) = found["extraction"]["body"]["training.output"]

    assert ("none", 0, "", "", {"insight_id": "7", "text": "", "category": ""}) == (
        found["extraction"]["training.redaction"], found["extraction"]["training.redaction.count"],
        found["extraction"]["body"]["training.input"], found["extraction"]["training.source.topic"],
        {name: insight[name] for name in ("insight_id", "text", "category")},
    )  # fmt: skip
    assert (64, "https://x.example/a?by=<EMAIL_1>") == (len(insight["text_sha256"]), found["extraction"]["url.full"])
    assert {"training.input": None, "training.output": ""} == found["llm_call"]["body"]


def test_keeps_everything(lines: Lines) -> None:
    """Under `full` nothing is replaced."""
    otel_training.configure(content="full")
    found = captured(lines)

    assert ("full", 0, "From 10.0.0.1, a@x.example, CASE-17", "a@x.example") == (
        found["extraction"]["training.redaction"], found["extraction"]["training.redaction.count"],
        found["extraction"]["body"]["training.input"], found["extraction"]["training.source.topic"],
    )  # fmt: skip
    assert "Ask a@x.example" in found["llm_call"]["body"]["training.output"]


def test_leaves_what_is_allowed(lines: Lines) -> None:
    """The publisher's own address is no secret."""
    otel_training.configure(redact_allow="a@x.example, 10.0.0.1")

    assert "From 10.0.0.1, a@x.example, CASE-17" == captured(lines)["extraction"]["body"]["training.input"]


@pytest.mark.parametrize("content", ["ful", ""])
def test_an_unknown_argument_is_the_private_choice(lines: Lines, content: Any) -> None:
    """A mistyped argument keeps nothing."""
    otel_training.configure(content=content)

    assert "none" == captured(lines)["extraction"]["training.redaction"]
