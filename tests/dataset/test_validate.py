"""The validation of a file: every finding with its line, and nothing kept."""

import json
from pathlib import Path
from typing import Any

import pytest

from otel_training.dataset.check import fix_of
from otel_training.dataset.target import read_target
from otel_training.dataset.validate import Finding, Validation, validate
from otel_training.errors import TrainingError


def line(prompt: str, answer: str = "A", **keys: Any) -> str:
    """A row of OpenAI's."""
    messages = [{"role": "user", "content": prompt}, {"role": "assistant", "content": answer}]
    return json.dumps({"messages": messages, **keys}) + "\n"


GOOD = "".join(line(f"prompt {number}") for number in range(10))


def checked(path: Path, text: str, **options: Any) -> Validation:
    """What is found in a file."""
    path.write_text(text, encoding="utf-8")
    return validate(path, read_target(), **options)


def test_a_good_file_has_no_findings(tmp_path: Path) -> None:
    """Its rows and tokens are counted."""
    result = checked(tmp_path / "f", GOOD)

    assert (10, 0, {}, [], 30) == (result.rows, result.rejected, result.counts, result.findings, result.tokens.total)


def test_findings_have_line_rule_and_fix(tmp_path: Path) -> None:
    """Of a row all of them; rows that break a rule go to a file of their own, with the reasons."""
    broken = line("x", "", id=7)
    result = checked(tmp_path / "f", f"{GOOD}{broken}{line('prompt 3')}{{", rejects=tmp_path / "r")

    assert [(11, "keys"), (11, "empty"), (12, "duplicate"), (13, "unreadable")] == [
        (finding.line, finding.rule) for finding in result.findings
    ]
    assert Finding(12, "duplicate", "the same row as one before it", fix_of("duplicate")) == result.findings[2]
    rejects = [json.loads(reject) for reject in (tmp_path / "r").read_text().splitlines()]
    assert [
        (11, ["keys", "empty"], broken[:-1]),
        (12, ["duplicate"], line("prompt 3")[:-1]),
        (13, ["unreadable"], "{"),
    ] == [(reject["line"], [reason["rule"] for reason in reject["reasons"]], reject["row"]) for reject in rejects]
    assert (10, 3) == (result.rows, result.rejected)


def test_an_empty_file_has_too_few_rows(tmp_path: Path) -> None:
    """A finding of the file."""
    assert [(0, "rows")] == [(finding.line, finding.rule) for finding in checked(tmp_path / "f", "").findings]


@pytest.mark.parametrize("prompt", ["prompt 3", "prompt  3\n"])
def test_finds_prompts_of_another_file(tmp_path: Path, prompt: str) -> None:
    """However they are spaced, and whatever the answer."""
    (tmp_path / "other").write_text(f"no JSON\n{line(prompt, 'B')}")
    result = checked(tmp_path / "f", GOOD, against=tmp_path / "other")

    assert [(4, "leak")] == [(finding.line, finding.rule) for finding in result.findings if finding.line]


def test_another_file_without_rows_compares_nothing(tmp_path: Path) -> None:
    """So nobody takes it for no leak."""
    (tmp_path / "other").write_text("no JSON\n")
    with pytest.raises(TrainingError, match="has no row of openai"):
        checked(tmp_path / "f", GOOD, against=tmp_path / "other")


def test_lists_the_first_findings_and_counts_all(tmp_path: Path) -> None:
    """However many there are."""
    result = checked(tmp_path / "f", "\n" * 1000)

    assert (101, 1000, 1000) == (len(result.findings), result.counts["blank"], result.rejected)
