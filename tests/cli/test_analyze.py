"""`otel-training analyze`."""

from typing import Any

import pytest

import otel_training

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
