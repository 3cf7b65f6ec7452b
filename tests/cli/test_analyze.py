"""`otel-training analyze`."""

from pathlib import Path
from typing import Any

import pytest

import otel_training
from tests.cli.terminal import run_in_terminal

pytestmark = pytest.mark.slow


def test_all_parts_are_drawn(gathered: None, command: Any) -> None:
    """From what is covered to whether it is worth it, in this order."""
    _, shown, _ = command("analyze")

    parts = (
        "1 extraction, 0 failed", "coverage", "What is missing", "\nscore ", "\ntopic ", "\nmodel ", "prompt version",
        "what readers did", "readers reached", "each day", "progress", "Worth it?",
    )  # fmt: skip
    places = [shown.find(part) for part in parts]
    assert (sorted(places), True) == (places, -1 not in places), shown


def test_many_groups_are_the_first_and_how_many_more(command: Any) -> None:
    """All are in the JSON."""
    extract = otel_training.extraction(lambda topic: [f"About {topic}"])
    for number in range(14):
        extract(f"topic {number:02}")
    _, shown, _ = command("analyze")

    assert (True, True, False) == ("2 more" in shown, "topic 11" in shown, "topic 12" in shown)


def test_a_topic_drives_no_terminal(command: Any) -> None:
    """Control characters in what was captured are shown as a mark."""
    otel_training.extraction(lambda topic: ["x"])("a\x1b[31mtopic")

    assert "\x1b" not in command("analyze")[1]


def test_the_id_of_a_blind_spot_can_be_copied(command: Any, tmp_path: Path) -> None:
    """In 80 columns, beside a score of many digits, of which terminal and report show two places; the JSON has all."""
    with otel_training.extraction() as extraction:
        extraction.result({"insights": ["A"], "quality_score": 0.14222212592960037})
    for reader in range(12):
        otel_training.record_feedback(otel_training.insight_id(None, "A"), "like", user_id=reader)
    assert "0.14222212592960037" in command("analyze", "--json")[1]

    shown = run_in_terminal(("analyze", "--html", str(tmp_path / "r.html")), tmp_path, ("stdout",)).shown
    page = (tmp_path / "r.html").read_text(encoding="utf-8")
    assert f"underrated   1   0.14     12  0       12  {extraction.id}\n" in shown
    assert (True, False) == ('<td class="n">0.14</td>' in page, "0.1422" in page)
