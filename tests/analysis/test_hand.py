"""The figures of the example that is computed by hand, wherever they are shown."""

import csv
import re
import time
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from pathlib import Path
from typing import Any, Final

import pytest

from otel_training.analysis.writing import usd
from otel_training.folder import DataFolder
from tests.analysis import hand
from tests.dashboards.asking import Reader, opening, queries
from tests.serving.endpoint import PASSWORD, serving

pytestmark = pytest.mark.slow

PANELS: Final[dict[str, Any]] = {
    "collection: Extraction attempts": hand.EXTRACTIONS,
    "engagement: Readers": hand.READERS,
    "engagement: Readers' actions": sum(hand.ACTIONS.values()),
    "engagement: Likes among votes": Decimal(hand.LIKES) / (hand.LIKES + hand.DISMISSALS),
    "quality: Mean quality score": Decimal("196.5") / 28,
    "quality: Passed the app's filters": Decimal(hand.PASSED) / len(hand.QUALITIES),
    "quality: Cost of an extraction": hand.COST / sum(hand.SOURCES.values()),
    "readiness: Eligible examples": hand.ELIGIBLE,
    "readiness: Cost of an extraction": hand.WEEK_COST / hand.WEEK_SOURCES,
    "readiness: Cost of a month": hand.WEEK_COST / 7 * 30,
    "readiness: Calls without a price": Decimal(hand.UNPRICED) / sum(hand.CALLS.values()),
}
"""Of fourteen days; the costs on readiness are those of the last seven."""


@pytest.fixture
def gathered(folder: DataFolder) -> None:
    """The example, captured as of now."""
    hand.gather(folder, time.time())


def test_commands_show_what_was_computed(gathered: None, rows: Any, command: Any) -> None:
    """Each call once, whoever reported it, with its own price; each action, vote and reader."""
    (analysis,) = rows("analyze")
    totals, reactions = analysis["totals"], analysis["reactions"]
    costs = totals["costs"]

    assert (sum(hand.CALLS.values()), hand.COST, hand.UNPRICED) == (
        costs["calls"], Decimal(str(costs["cost"])), costs["unpriced"],
    )  # fmt: skip
    assert {topic: (hand.CALLS[topic], cost) for topic, cost in hand.COSTS.items()} == {
        row["name"]: (row["costs"]["calls"], Decimal(str(row["costs"]["cost"]))) for row in analysis["topics"]
    }
    assert (hand.EXTRACTIONS, hand.FAILED, 7.02, hand.ELIGIBLE, hand.ACTIONS, hand.READERS) == (
        *(totals[name] for name in ("extractions", "failed", "quality", "examples")),
        *(reactions[name] for name in ("actions", "readers")),
    )
    assert [(hand.GOOD, 28), (hand.PASSED, 28), (hand.LIKES, hand.LIKES + hand.DISMISSALS)] == [
        (totals[name]["count"], totals[name]["total"]) for name in ("good", "passed", "liked")
    ]
    per_source = {topic: hand.COSTS[topic] / sources for topic, sources in hand.SOURCES.items()}
    assert pytest.approx({name: float(cost) for name, cost in per_source.items()}, abs=1e-12) == {
        topic["name"]: topic["costs"]["per_source"] for topic in analysis["topics"]
    }
    assert pytest.approx((float(hand.COST / 25), float(hand.WEEK_COST / 7 * 30)), abs=1e-12) == (
        costs["per_source"], analysis["worth"]["usd_a_month"],
    )  # fmt: skip
    assert hand.BLIND_SPOTS == [(spot["kind"], spot["score"]) for spot in analysis["blind_spots"]]
    code, listed, _ = command("prices", "check", "--csv")
    unpriced = [(row["model"], row["reason"], row["calls"]) for row in csv.DictReader(listed.splitlines())]
    assert (1, [("big-1", "no_answer", "1"), ("odd-1", "unknown_model", "1")]) == (code, unpriced)


def test_savings_are_what_was_computed(gathered: None, rows: Any) -> None:
    """Of the costliest model's calls, whoever served and reported them, by a candidate that the user names."""
    (savings,) = rows("savings", "--candidate", "small-1")
    untuned, few_shot, tuned = savings["scenarios"]

    assert hand.SAVINGS == {
        "today": savings["today"], "all": savings["all_models"], "untuned": untuned["costs"],
        "few-shot": few_shot["costs"],
    }  # fmt: skip
    assert (untuned["costs"], untuned["parts"], str(hand.SAVING)) == (
        tuned["costs"], {"candidate": "0.0002", "fallback": "0.00016578", "machine": "0"}, untuned["saving"],
    )  # fmt: skip
    assert {"shadow": str(hand.SHADOW), "judge": str(hand.JUDGE), "training": "0"} == untuned["once"]
    even = untuned["break_even"]
    day = datetime.now(UTC).date() + timedelta(hand.PAYS_AFTER)
    assert even["earliest"] < even["on"] == day.isoformat() < even["latest"]
    assert (10, hand.BIG_SOURCES, 0, "big-1", hand.BIG_SOURCES) == (
        savings["days"], savings["sources"], savings["left_out"], savings["stamp"]["baseline"],
        savings["stamp"]["calls"],
    )  # fmt: skip
    week = rows("savings", "--candidate", "small-1", "--days", "7")[0]["all_models"]
    assert PANELS["readiness: Cost of an extraction"] == Decimal(week["per_source"])
    assert round(PANELS["readiness: Cost of a month"], 12) == Decimal(week["per_month"])


def test_the_report_shows_what_was_computed(gathered: None, command: Any, tmp_path: Path) -> None:
    """Three digits of each amount."""
    assert 0 == command("analyze", "--html", "r.html")[0]
    page = (tmp_path / "r.html").read_text(encoding="utf-8")
    rows = [re.findall(r"<td[^>]*>([^<]*)</td>", row) for row in re.findall(r"<tr.*?</tr>", page, re.DOTALL)]

    spent = {
        "chips": hand.COSTS["chips"],
        "energy": hand.COSTS["energy"],
        "space": hand.COSTS["space"],
        "all": hand.COST,
    }
    sources, calls = {**hand.SOURCES, "all": 25}, {**hand.CALLS, "all": 28}
    unpriced = {"chips": "0", "energy": "0", "space": "1", "all": "1"}
    assert [
        [name, str(calls[name]), unpriced[name], usd(float(cost)), usd(float(cost / sources[name]))]
        for name, cost in spent.items()
    ] == [row for row in rows if row and row[0] in spent and len(row) == 5]
    assert ["all", "30", "1", "29", "7", "7.02"] in [row[:6] for row in rows]


def test_dashboards_show_what_was_computed(gathered: None, tmp_path: Path) -> None:
    """To the last cent, and far beyond it: what the reader of `serve` is answered."""
    with serving(tmp_path, password=PASSWORD, OTEL_TRAINING_SERVE_PASSWORD=PASSWORD, TZ="UTC") as endpoint:
        reader = Reader("full", endpoint.as_user("reader"))
        asked = {query.where: query for query in queries() if query.panel}
        share = {"candidate_cost": [str(Decimal("0.02") / hand.BIG_COST * 20)], "fallback": ["3"]}
        ((saving,),) = reader.ask(asked["readiness: Projected saving"].sent(share)).rows
        answered = {
            where: reader.ask(query.sent(opening(reader, query.variables))).rows
            for where in (*PANELS, "readiness: Cost and prices of models")
            for query in (asked[where],)
        }

    assert pytest.approx(float(hand.SAVING), abs=1e-12) == saving
    models = {row[0]: tuple(row[1:4]) for row in answered.pop("readiness: Cost and prices of models")}
    small = hand.COST - hand.BIG_COST
    assert {"big-1": (21, hand.BIG_COST, 0), "small-1": (6, small, 0), "odd-1": (1, None, 1)} == {
        model: (calls, cost and Decimal(str(cost)), unpriced) for model, (calls, cost, unpriced) in models.items()
    }
    assert {where: pytest.approx(float(figure), abs=1e-12) for where, figure in PANELS.items()} == {
        where: figure for where, [[figure]] in answered.items()
    }
