"""`otel-training view`."""

import csv
import io
import json
from pathlib import Path
from typing import Any

import pytest

import otel_training
from otel_training.cli.view import KINDS
from otel_training.pipeline import process
from tests.cli.news import extract
from tests.cli.terminal import run_in_terminal

pytestmark = pytest.mark.slow

SPEC_EXTRACTION = [
    "timestamp", "stage", "topic", "source_url", "source_content", "extracted_insights", "quality_score",
    "passed_filters", "insight_count",
]  # fmt: skip
SPEC_FEEDBACK = ["timestamp", "insight_id", "action", "metadata"]


def test_shows_records_field_for_field(gathered: None, rows: Any) -> None:
    """The spec's fields come first and are always there, null if unknown."""

    @otel_training.extraction(task="bare")
    def bare() -> None:
        return None

    bare()
    extractions, actions = rows("view", "extraction"), rows("view", "feedback")
    assert [SPEC_EXTRACTION] * 2 == [list(row)[:9] for row in extractions]
    assert [SPEC_FEEDBACK] * 3 == [list(row)[:4] for row in actions]
    assert ["extraction", None, None, None, [], None, None, None] == [
        extractions[1][name] for name in SPEC_EXTRACTION[1:]
    ]
    assert ["extraction", "chips", "u1", "text", [{"text": "About chips", "category": "c"}], 8, True, 1] == [
        extractions[0][name] for name in SPEC_EXTRACTION[1:]
    ]
    assert {"user_id": None} == actions[2]["metadata"]


def test_shows_everything_in_the_order_of_time(gathered: None, rows: Any) -> None:
    """`view` merges all kinds; --limit keeps the newest."""
    every = rows("view")

    assert ["extraction", *["impression"] * 3, *["feedback"] * 3] == [row["stage"] for row in every]
    assert every[-2:] == rows("view", "all", "--limit", 2)
    assert rows("view", "feedback")[-1:] == rows("view", "feedback", "--limit", 1)


def test_csv_is_safe_for_spreadsheets(command: Any) -> None:
    """Nested values are JSON, and a cell that would be a formula is text."""
    extract("=cmd()", "u", "text")
    code, out, _ = command("view", "extraction", "--csv")

    (row,) = csv.DictReader(io.StringIO(out))
    assert (0, "'=cmd()", [{"text": "About =cmd()", "category": "c"}]) == (
        code, row["topic"], json.loads(row["extracted_insights"]),
    )  # fmt: skip


def test_a_table_fits_a_terminal_of_80_columns(tmp_path: Path) -> None:
    """A long answer is cut, and a long name gives way to it."""
    with otel_training.extraction(topic="t", source_url="u", source_content="text") as extraction:
        extraction.llm_call(
            model="claude-sonnet-4-5-20250929", input="text", output="word " * 200, input_tokens=1, output_tokens=200
        )
    assert process.flush(30)
    printed = run_in_terminal(["view", "llm_call"], tmp_path, ["stdout"])

    lines = printed.shown.splitlines()
    assert (0, True, True) == (printed.code, len(lines) < 10, max(map(len, lines)) <= 80)
    assert ["timestamp", "model", "in", "out", "seconds", "USD", "answer"] == lines[0].split()


def test_every_kind_has_its_table_and_is_in_the_help(gathered: None, command: Any) -> None:
    """Whatever can be viewed."""
    helped = command("view", "--help")[1]

    assert [] == [kind for kind in KINDS if kind not in helped]
    assert [0] * len(KINDS) == [command("view", kind)[0] for kind in KINDS]
