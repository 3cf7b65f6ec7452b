"""What is kept of texts, what else is replaced, and what never is."""

import logging

import pytest

from otel_training.conventions import Content
from otel_training.privacy.redact import Redactor
from otel_training.privacy.rules import make_rules


def redactor(content: Content = Content.REDACTED, patterns: str = "", allow: str = "") -> Redactor:
    """Make a redactor under settings."""
    return Redactor(make_rules(content, patterns, allow))


def test_replaces_what_own_patterns_find() -> None:
    """They come first, one a line; placeholders are left alone, and so is the empty match."""
    made = redactor(
        patterns=r"""
        CASE-\d+
        \d+|q*
    """
    )

    assert ("<CUSTOM_1> by <EMAIL_1>, <CUSTOM_2>", {"CUSTOM": 2, "EMAIL": 1}) == (
        made.text("CASE-17 by a@b.example, 2024"), made.counts,
    )  # fmt: skip
    assert "<CUSTOM_1> by <EMAIL_1>" == made.text("<CUSTOM_1> by <EMAIL_1>")


def test_names_a_broken_pattern_and_skips_it(caplog: pytest.LogCaptureFixture) -> None:
    """One typing error does not cost the others."""
    made = redactor(patterns="(broken\nCASE-\\d+")

    assert ("<CUSTOM_1>", [logging.WARNING]) == (made.text("CASE-17"), [one.levelno for one in caplog.records])
    assert "(broken" in caplog.text


def test_leaves_what_is_allowed() -> None:
    """The whole text that was found must lie in an allowed one; upper and lower case are the same."""
    made = redactor(allow="press@x.example, +47 22 55 01 47\n10.0.0.1")

    assert "Press@X.example, +47 22 55 01 47, 10.0.0.1, <EMAIL_1>, <EMAIL_2>, <IP_1>" == made.text(
        "Press@X.example, +47 22 55 01 47, 10.0.0.1, xpress@x.example, press@x.example.org, 10.0.0.11"
    )


@pytest.mark.parametrize(("content", "text", "value"), [("none", "", None), ("full", "a@x.example", ["a@x.example"])])
def test_keeps_nothing_or_everything(content: str, text: str, value: object) -> None:
    """`none` keeps no text, `full` replaces nothing; the record tells which."""
    made = redactor(Content(content))

    assert (text, value, {}, content) == (
        made.text("a@x.example"), made.value(["a@x.example"]), made.counts, made.rules.name,
    )  # fmt: skip
