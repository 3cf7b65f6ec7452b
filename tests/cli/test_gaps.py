"""What is missing, in the commands that show it."""

import json
from pathlib import Path
from typing import Any

import pytest

import otel_training
from otel_training.conventions import Loss
from otel_training.pipeline import process
from tests.cli.news import extract, gather_all
from tests.receiving import Receiver

pytestmark = pytest.mark.slow

ARGV = (("status",), ("doctor",), ("analyze",), ("export", "--out", "t.jsonl"))
SENTENCE = (
    "1 of 2 samples has no quality score: return `quality_score`, or call `current(result).score(...)`; the export "
    "drops them but for --no-score."
)


def gather_some() -> None:
    """Two samples, one of them without a score; what readers did is told with ids that nobody knows."""

    @otel_training.extraction
    def unscored(source_content: str) -> Any:
        return ["One"]

    extract("t", "u", "text")
    unscored("text")
    otel_training.record_feedback("\x1b[31mabc\x07", "like", user_id=1)


def test_every_report_says_what_is_missing(command: Any, rows: Any, tmp_path: Path) -> None:
    """The same sentences to a person, the same gaps to a program; ids in them do not drive the terminal."""
    gather_some()
    texts = [" ".join("".join(command(*argv)[1:]).split()) for argv in ARGV[:3]]
    gaps = [rows(*argv)[0]["gaps"] for argv in ARGV[:3]]

    assert [True] * 3 == [SENTENCE in text for text in texts]
    assert [False] * 3 == ["\x1b" in text for text in texts]
    assert [gaps[0]] * 2 == gaps[1:]
    assert {
        "name": "scores", "count": 1, "total": 2, "examples_lost": 1, "missing": SENTENCE.partition(":")[0],
        "cure": SENTENCE.partition(": ")[2].removesuffix("."),
    } in gaps[0]  # fmt: skip
    losses = [gap["examples_lost"] for gap in gaps[0]]
    assert sorted(losses, reverse=True) == losses


def test_the_export_says_what_is_missing_from_what_it_writes(command: Any, tmp_path: Path) -> None:
    """A file that could hold more says why it does not; beside it, too."""
    gather_some()
    argv = (*ARGV[3], "--net-above", "-1", "--min-viewers", "0")
    code, out, err = command(*argv)

    assert (0, True, False) == (code, SENTENCE in err.splitlines()[-2] + err, "can pass" in out + err)
    assert "scores" in [gap["name"] for gap in json.loads((tmp_path / "t.manifest.json").read_text())["gaps"]]


def test_gathering_goes_on_where_most_can_be_used(rows: Any) -> None:
    """One sample of many without a topic or a score is named, and is not the next step."""
    for _ in range(11):
        gather_all()

    @otel_training.extraction
    def asking(source_url: str, source_content: str) -> dict[str, Any]:
        otel_training.current().llm_call(model="m", input="Extract", output='["About t"]')
        return {"insights": ["About t"]}

    asking("u", "text")
    (status,) = rows("status")

    assert ["scores", "topics", "prices"] == [gap["name"] for gap in status["gaps"]]
    assert status["next_step"].startswith("Keep gathering: 488 samples to 500")


def test_all_is_well_where_nothing_is_missing_and_nothing_lost(command: Any, rows: Any) -> None:
    """It is said of a clean app alone."""
    gather_all()
    assert [[]] * 3 == [rows(*argv)[0]["gaps"] for argv in ARGV[:3]]
    assert "All is well." in command("doctor")[1]
    process.lose(Loss.QUEUE_FULL)

    assert "All is well." not in command("doctor")[1]


def test_nothing_is_missed_that_is_read_elsewhere(left: None, receiver: Receiver, rows: Any) -> None:
    """Where all is shipped, the store here is empty, and that is no gap."""
    assert [[], []] == [rows(argv)[0]["gaps"] for argv in ("status", "doctor")]
