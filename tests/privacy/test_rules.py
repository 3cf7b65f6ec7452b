"""What is kept of texts, what else is replaced, and what never is."""

import logging
import time
from collections.abc import Callable
from typing import Any

import pytest

import otel_training
from otel_training.conventions import Content
from otel_training.privacy.redact import Redactor
from otel_training.privacy.rules import make_rules
from tests.privacy.test_engine import without_re2


def make_redactor(content: Content = Content.REDACTED, patterns: str = "", allow: str = "") -> Redactor:
    """Make a redactor under settings."""
    return Redactor(make_rules(content, patterns, allow))


def test_replaces_what_own_patterns_find() -> None:
    """They come first, one a line; placeholders are left alone, and so is the empty match."""
    redactor = make_redactor(
        patterns=r"""
        CASE-\d+
        \d+|q*
    """
    )

    assert ("<CUSTOM_1> by <EMAIL_1>, <CUSTOM_2>", {"CUSTOM": 2, "EMAIL": 1}) == (
        redactor.redact("CASE-17 by a@b.example, 2024"), redactor.counts,
    )  # fmt: skip
    assert "<CUSTOM_1> by <EMAIL_1>" == redactor.redact("<CUSTOM_1> by <EMAIL_1>")


def test_names_a_broken_pattern_and_skips_it(caplog: pytest.LogCaptureFixture) -> None:
    """One typing error does not cost the others."""
    redactor = make_redactor(patterns="(broken\nCASE-\\d+")

    assert ("<CUSTOM_1>", [logging.WARNING]) == (
        redactor.redact("CASE-17"),
        [record.levelno for record in caplog.records],
    )
    assert "(broken" in caplog.text


def test_says_which_pattern_may_hold_the_app_up(caplog: pytest.LogCaptureFixture) -> None:
    """RE2 has no look-behind: such a pattern runs, by `re`, and is named with the reason."""
    redactor = make_redactor(patterns="(?<=no )CASE-\\d+\nCASE-\\d+")

    assert ("no <CUSTOM_1>, <CUSTOM_2>", 1) == (redactor.redact("no CASE-17, CASE-18"), len(caplog.records))
    assert "(?<=no )CASE" in caplog.text
    assert "invalid perl operator" in caplog.text


@pytest.mark.parametrize("pattern", [r"(a+)+$", r"(\w+\s?)*X", r"(.*,){20}X"])
def test_no_pattern_holds_the_app_up(pattern: str) -> None:
    """What takes `re` for ever takes RE2 no time."""
    began = time.perf_counter()
    make_redactor(patterns=pattern).redact("a" * 5_000 + ",a " * 1_000 + "!")

    assert time.perf_counter() - began < 5


@pytest.mark.parametrize(
    ("pattern", "text", "redacted"),
    [
        (r"Name: \w+", "Name: Müller_3, x", "<CUSTOM_1>, x"),
        (r"[\w.]+@corp", "jürgen.ø@corp", "<CUSTOM_1>"),
        (r"EMP\s\d+", "EMP\u00a0٣٤ and EMP 5", "<CUSTOM_1> and <CUSTOM_2>"),
        (r"\W\D\S[^\]\w]", "ab-x.-a", "ab<CUSTOM_1>a"),
        (r"[]x]\[\d]", "x[3] ][4]", "<CUSTOM_1> <CUSTOM_2>"),
        (r"(?i)müller", "MÜLLER", "<CUSTOM_1>"),
    ],
)
def test_both_engines_mean_the_same_by_a_pattern(pattern: str, text: str, redacted: str) -> None:
    """Letters, digits and blanks are those of all scripts."""
    assert redacted == make_redactor(patterns=pattern).redact(text)
    with without_re2():
        assert redacted == make_redactor(patterns=pattern).redact(text)


def test_leaves_what_is_allowed() -> None:
    """The whole text that was found must lie in an allowed one; upper and lower case are the same."""
    redactor = make_redactor(allow="press@x.example, +47 22 55 01 47\n10.0.0.1")

    assert "Press@X.example, +47 22 55 01 47, 10.0.0.1, <EMAIL_1>, <EMAIL_2>, <IP_1>" == redactor.redact(
        "Press@X.example, +47 22 55 01 47, 10.0.0.1, xpress@x.example, press@x.example.org, 10.0.0.11"
    )


@pytest.mark.parametrize(("content", "text", "value"), [("none", "", None), ("full", "a@x.example", ["a@x.example"])])
def test_keeps_nothing_or_everything(content: str, text: str, value: object) -> None:
    """`none` keeps no text, `full` replaces nothing; the record tells which."""
    redactor = make_redactor(Content(content))

    assert (text, value, {}, content) == (
        redactor.redact("a@x.example"), redactor.redact_json(["a@x.example"]), redactor.counts, redactor.rules.name,
    )  # fmt: skip


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

    assert {"": "2", ".count": 6, ".email": 4, ".ip": 1, ".custom": 1} == {
        name.removeprefix("training.redaction"): value
        for name, value in record.items()
        if name.startswith("training.redaction")
    }
    assert "From <IP_1>, <EMAIL_1>, <CUSTOM_1>" == record["body"]["training.input"]


def test_keeps_no_texts(lines: Lines) -> None:
    """Under `none` ids, digests and the URL stay, so that links and votes still work."""
    otel_training.configure(content="none")
    records = captured(lines)
    (insight,) = records["extraction"]["body"]["training.output"]

    assert ("none", 0, "", "", {"insight_id": "7", "text": "", "category": ""}) == (
        records["extraction"]["training.redaction"], records["extraction"]["training.redaction.count"],
        records["extraction"]["body"]["training.input"], records["extraction"]["training.source.topic"],
        {name: insight[name] for name in ("insight_id", "text", "category")},
    )  # fmt: skip
    assert (64, "https://x.example/a?by=<EMAIL_1>") == (len(insight["text_sha256"]), records["extraction"]["url.full"])
    assert {"training.input": None, "training.output": ""} == records["llm_call"]["body"]


def test_keeps_everything(lines: Lines) -> None:
    """Under `full` nothing is replaced."""
    otel_training.configure(content="full")
    records = captured(lines)

    assert ("full", 0, "From 10.0.0.1, a@x.example, CASE-17", "a@x.example") == (
        records["extraction"]["training.redaction"], records["extraction"]["training.redaction.count"],
        records["extraction"]["body"]["training.input"], records["extraction"]["training.source.topic"],
    )  # fmt: skip
    assert "Ask a@x.example" in records["llm_call"]["body"]["training.output"]


@pytest.mark.parametrize("content", ["ful", ""])
def test_an_unknown_argument_is_the_private_choice(lines: Lines, content: Any) -> None:
    """A mistyped argument keeps nothing."""
    otel_training.configure(content=content)

    assert "none" == captured(lines)["extraction"]["training.redaction"]


def test_a_record_keeps_what_is_allowed(lines: Lines) -> None:
    """The publisher's own address is no secret."""
    otel_training.configure(redact_allow="a@x.example, 10.0.0.1")

    assert "From 10.0.0.1, a@x.example, CASE-17" == captured(lines)["extraction"]["body"]["training.input"]


def test_an_extraction_its_calls_and_its_correction_share_placeholders(lines: Lines) -> None:
    """The source is numbered first, whatever the system prompt holds; a person's correction has the same numbers."""
    source = "Ask jo@a.example, or +44 20 7946 0958, or <EMAIL_1>."

    @otel_training.extraction
    def extract(topic: str, source_url: str, source_content: str) -> list[str]:
        system = {"role": "system", "content": "Made by dev@b.example"}
        otel_training.current().llm_call(
            model="m", input=[system, {"role": "user", "content": source_content}], output='["Ask JO@a.example"]'
        )
        return ["Ask JO@a.example on +44-20-7946-0958"]

    extract("chips", "https://x.example/a", source)
    (extraction,) = [record for record in lines() if record["training.kind"] == "extraction"]
    otel_training.record_correction(
        extraction["training.extraction.id"], ["Ring (+44 20 79460958) or sales@c.example, not jo@a.example"]
    )
    bodies = {record["training.kind"]: record["body"] for record in lines()}

    redacted = "Ask <EMAIL_2>, or <PHONE_1>, or <EMAIL_1>."
    assert redacted == bodies["extraction"]["training.input"]
    assert ["Made by <EMAIL_3>", redacted] == [message["content"] for message in bodies["llm_call"]["training.input"]]
    assert '["Ask <EMAIL_2>"]' == bodies["llm_call"]["training.output"]
    assert ["Ask <EMAIL_2> on <PHONE_1>"] == [insight["text"] for insight in bodies["extraction"]["training.output"]]
    assert ["Ring (<PHONE_1>) or <EMAIL_4>, not <EMAIL_2>"] == [
        insight["text"] for insight in bodies["correction"]["training.output"]
    ]


def test_a_later_placeholder_of_the_host_is_kept_free(lines: Lines) -> None:
    """What the record holds behind the source counts, too."""

    @otel_training.extraction
    def extract(source_content: str) -> list[str]:
        return ["Somebody masked <EMAIL_1> here"]

    extract("Ask jo@a.example")

    assert "Ask <EMAIL_2>" == lines()[0]["body"]["training.input"]
