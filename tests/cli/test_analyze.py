"""`otel-training analyze`."""

from typing import Any

import pytest

import otel_training
from otel_training.folder import DataFolder, make_folder

pytestmark = pytest.mark.slow


def test_analyze_counts(gathered: None, rows: Any) -> None:
    """Quality, engagement, exposure and topics, as figures."""
    (analysis,) = rows("analyze")

    assert {
        "totals": {
            "extractions": 1, "failed": 0, "passed": 1, "judged": 1, "quality": 8,
            "actions": {"like": 1, "share": 1, "x": 1}, "readers": 3, "impressions": 3,
        },
        "costs": {"calls": 0, "cost": None, "unpriced": 0, "topics": []},
        "quality": [{"score": 8, "extractions": 1}],
        "exposure": [{"readers": "1 to 4", "insights": 1}],
        "topics": [{
            "topic": "chips", "extractions": 1, "failed": 0, "passed": 1, "judged": 1, "quality": 8, "likes": 1,
            "dismissals": 0, "bookmarks": 0, "shares": 1, "net": 1, "mean_viewers": 3,
        }],
        "gaps": analysis["gaps"],
    } == analysis  # fmt: skip


def test_analyze_sums_what_calls_cost(folder: DataFolder, command: Any, rows: Any) -> None:
    """In total and by topic; calls without a price are counted, and are no 0."""
    (make_folder(folder).path / "prices.toml").write_text(
        '[[price]]\nmodel = "big"\ninput_mtok = 3\noutput_mtok = 15\n', encoding="utf-8"
    )

    @otel_training.extraction
    def extract(topic: str, models: list[str]) -> list[str]:
        for model in models:
            otel_training.current().llm_call(model=model, input="i", output="o", input_tokens=1000, output_tokens=100)
        return ["About it"]

    extract("chips", ["big", "big"])
    extract("chips", ["big", "odd"])
    extract("trade", ["odd"])
    costs = rows("analyze")[0]["costs"]

    # 1,000 x $3 and 100 x $15, of a million: $0.0045 each.
    assert {
        "calls": 5, "cost": 0.0135, "unpriced": 2, "topics": [
            {"topic": "chips", "calls": 4, "cost": 0.0135, "unpriced": 1},
            {"topic": "trade", "calls": 1, "cost": None, "unpriced": 1},
        ],
    } == costs  # fmt: skip
    assert "0.0135" in command("analyze")[1]
    (gap,) = [gap for gap in rows("status")[0]["gaps"] if gap["name"] == "prices"]
    assert (2, 5, 0, "2 of 5 calls of a model have no known cost (odd)") == (
        gap["count"], gap["total"], gap["examples_lost"], gap["missing"],
    )  # fmt: skip
