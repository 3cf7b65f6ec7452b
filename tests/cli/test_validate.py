"""`otel-training validate`: findings in words and as JSON, by exit code."""

import json
from pathlib import Path
from typing import Any

import pytest


@pytest.fixture
def lines(tmp_path: Path) -> list[str]:
    """Ten good rows in `good.jsonl`."""
    chats = [[{"role": "user", "content": f"P{at}"}, {"role": "assistant", "content": "A" * 40}] for at in range(10)]
    rows = [json.dumps({"messages": chat}) for chat in chats]
    (tmp_path / "good.jsonl").write_text("\n".join(rows) + "\n")
    return rows


def test_a_good_file(lines: list[str], command: Any) -> None:
    """Its figures, by whom they were counted, and what nobody knows."""
    code, out, _ = command("validate", "good.jsonl")

    assert 0 == code
    assert (
        "10 good rows for openai, 0 that break a rule\nTokens (estimate: 4 bytes a token): 110; half of the rows have "
        "up to 11, 95 % up to 11, the longest 11\nAn epoch's cost is unknown, no price list has it: give --price\n"
    ) in out


def test_a_broken_file(lines: list[str], tmp_path: Path, command: Any) -> None:
    """What is wrong on which line, and what to do; the exit code is 1."""
    (tmp_path / "bad.jsonl").write_text("\n".join([*lines, lines[0], "{"]))
    code, out, _ = command("validate", "bad.jsonl", "--rejects", "rejects.jsonl")

    assert (1, 2) == (code, len((tmp_path / "rejects.jsonl").read_text().splitlines()))
    words = " ".join(out.split())
    assert "11 duplicate the same row as one before it: write it once" in words
    assert "Findings by rule: 1 duplicate, 1 unreadable" in words
    assert 1 == command("validate", "bad.jsonl", "--rejects", "rejects.jsonl")[0]


def test_for_programs(lines: list[str], command: Any) -> None:
    """One object, with the cost of an epoch by a price of one's own."""
    code, out, _ = command("validate", "good.jsonl", "--json", "--price", "3", "--max-length", "5")
    (result,) = map(json.loads, out.splitlines())

    assert (1, 10, {"length": 1}, 0.00033, 110) == (
        code, result["rows"], result["counts"], result["epoch_cost"], result["tokens"]["total"],
    )  # fmt: skip
    assert [(0, "length")] == [(finding["line"], finding["rule"]) for finding in result["findings"]]


@pytest.mark.parametrize(
    "argv",
    [
        ("none.jsonl",),
        ("good.jsonl", "--for", "nobody"),
        ("good.jsonl", "--for", "hf"),
        (".",),
        ("good.jsonl", "--against", "."),
    ],
)
def test_wrong_usage(lines: list[str], command: Any, argv: tuple[str, ...]) -> None:
    """Exit code 2, and what is wrong on stderr."""
    code, out, err = command("validate", *argv)

    assert (2, "", False) == (code, out, not err)
