"""Every command in a terminal: the result is the same wherever it goes, and nothing else is in it."""

from pathlib import Path
from typing import Any, Final

import pytest

import otel_training
from otel_training.cli.output import progress
from tests.cli.terminal import SHOW_CURSOR, Printed, call_in_terminal, run_in_terminal

EXPORT: Final = ("export", "--out", "t.jsonl", "--force", "--min-viewers", "0")
LISTINGS: Final = (("view", "extraction"), ("view", "llm_call"), ("schema", "status"))
REPORTS: Final = ((), ("view",), ("analyze",), ("doctor",), EXPORT, ("import", "old.jsonl"))
PROGRAMS: Final = [*((*argv, "--json") for argv in REPORTS), *((*argv, "--csv") for argv in LISTINGS)]

pytestmark = [pytest.mark.slow, pytest.mark.usefixtures("news")]


@pytest.fixture
def news(tmp_path: Path, gathered: None) -> None:
    """Records of every kind with long, wide and odd texts, more of them not drained yet, and an old log."""
    text = "Ein Satz über 半導体 mit https://news.example/a/very/long/path/that/nobody/breaks?at=all " * 4
    insight = {"text": text, "category": None}

    @otel_training.extraction
    def extract(topic: str, source_url: str, source_content: str) -> dict[str, Any]:
        otel_training.current().llm_call(
            model="claude-sonnet-4-5-20250929",
            input=source_content,
            output=text,
            input_tokens=1_234_567,
            output_tokens=9,
        )
        return {"insights": [insight], "quality_score": 8.25, "passed_filters": True}

    for number in range(12):
        extract(f"a topic with a long name {number}", "u", text)
        otel_training.record_correction(otel_training.current().id, [insight])
        otel_training.record_impressions([otel_training.insight_id("u", text)], user_id=number)
        otel_training.record_feedback(otel_training.insight_id("u", text), "like", user_id=number)
    otel_training.query(lambda query: [{"quality": 1}])(text)
    row = '{"stage":"extraction","timestamp":"2024-05-06T07:08:09Z","source_url":"u","extracted_insights":[]}\n'
    (tmp_path / "old.jsonl").write_text(row, encoding="utf-8")


def printed(argv: tuple[str, ...], work: Path, terminal: tuple[str, ...], width: int = 80) -> Printed:
    """Run a command that has something to drain, so that it shows a progress bar."""
    otel_training.record_feedback("one more", "share", user_id="r")
    assert otel_training.flush(10)
    return run_in_terminal(argv, work, terminal, width)


def test_a_program_reads_the_same_wherever_stderr_goes(tmp_path: Path) -> None:
    """JSON and CSV in a file are the same beside a progress bar, without one, and in the terminal itself."""
    for argv in PROGRAMS:
        beside = printed(argv, tmp_path, ("stderr",))
        alone = run_in_terminal(argv, tmp_path, ())

        assert (argv, 0, alone.out, True) == (
            argv,
            beside.code,
            beside.out,
            SHOW_CURSOR in beside.screen or "schema" in argv,
        )
        assert (alone.code, True) == (0, alone.out != "")
    argv = ("view", "extraction", "--json")
    assert run_in_terminal(argv, tmp_path, ()).out == run_in_terminal(argv, tmp_path, ("stdout",)).screen


def test_a_progress_bar_leaves_stdout_alone(tmp_path: Path) -> None:
    """What is printed while it is shown is in the file, and not in the terminal."""

    def work() -> int:
        with progress("Working") as step:
            step(1, 2)
            print("a row")  # noqa: T201 - what a command prints meanwhile
        return 0

    printed = call_in_terminal(work, tmp_path, ("stderr",))

    assert ("a row\n", True, False) == (printed.out, SHOW_CURSOR in printed.screen, "a row" in printed.screen)
