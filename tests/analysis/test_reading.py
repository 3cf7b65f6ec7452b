"""The figures, beside what was captured."""

from contextlib import closing
from datetime import UTC, datetime
from typing import Any

import pytest

import otel_training
from otel_training.folder import DataFolder, make_folder
from otel_training.store.client import Store, embedded_dsn

pytestmark = pytest.mark.slow

NONE = {"count": 0, "total": 0, "share": None, "low": None, "high": None}


def share(count: int, total: int) -> dict[str, Any]:
    """A share as read, its bounds aside."""
    return {"count": count, "total": total, "share": count / total if total else None}


def bare(value: Any) -> Any:
    """Leave out the bounds of shares, which have tests of their own."""
    if isinstance(value, dict):
        return {name: bare(each) for name, each in value.items() if name not in {"low", "high"}}
    return [bare(each) for each in value] if isinstance(value, list) else value


@otel_training.extraction
def extract(topic: str, source_url: str, model: str, score: float | None) -> dict[str, Any]:
    """Answer with one insight; a model without a name is none."""
    if model:
        otel_training.current().llm_call(
            model=model, input="i", output=f"About {source_url}", input_tokens=1000, output_tokens=100
        )
    if score == 0:
        raise ValueError(source_url)
    judged = {} if score is None else {"quality_score": score, "passed_filters": score >= 7}
    return {"insights": [f"About {source_url}"], **judged}


@pytest.fixture
def week(folder: DataFolder) -> None:
    """Four extractions of two topics and models, one of which failed; eleven readers who contradict two scores."""
    (make_folder(folder).path / "prices.toml").write_text(
        '[[price]]\nmodel = "big"\ninput_mtok = 3\noutput_mtok = 15\n', encoding="utf-8"
    )
    extract("chips", "u1", "big", 8)
    extract("chips", "u2", "big", 6.5)
    extract("trade", "u3", "odd", None)
    with pytest.raises(ValueError, match="u4"):
        extract("trade", "u4", "", 0)
    good, low = (otel_training.insight_id(url, f"About {url}") for url in ("u1", "u2"))
    for reader in range(11):
        otel_training.record_impressions([good, low], user_id=reader)
    for reader, action in enumerate(("like", "x", "x", "bookmark", "share")):
        otel_training.record_feedback(good, action, user_id=reader)
    otel_training.record_feedback(low, "like", user_id=10)
    otel_training.record_feedback("nosuch", "x", user_id=3)


def costs(calls: int, cost: float | None, unpriced: int) -> dict[str, Any]:
    """What calls cost, of extractions that have one each with a price."""
    sources = calls - unpriced
    per_source = None if cost is None else cost / sources
    return {"calls": calls, "unpriced": unpriced, "cost": cost, "sources": sources, "per_source": per_source}


def group(name: str, **others: Any) -> dict[str, Any]:
    """A group of the fixture's, none of whose samples is an example."""
    return {
        "name": name, "extractions": 1, "failed": 0, "samples": 1, "examples": 0, "quality": None, "good": share(0, 0),
        "passed": share(0, 0), "liked": share(0, 0), "bookmarks": 0, "shares": 0, "viewers": 0,
        "costs": costs(0, None, 0),
    } | others  # fmt: skip


def test_every_figure(week: None, rows: Any) -> None:
    """Of a store that has one of each: 0.0045 USD is 1,000 tokens for 3 USD and 100 for 15 USD of a million."""
    (figures,) = rows("analyze")
    prompts, influence = figures.pop("prompt_versions"), figures.pop("influence")
    gaps, (version,) = figures.pop("gaps"), figures["prices"]
    decided = [tuple(row[name] for name in ("votes", "likes", "dismissals", "decided")) for row in influence]
    # On the only vote of one insight all hangs, on none of the three of another; these are in the order of pseudonyms.
    assert [(1, 1, 0, 1), (1, 1, 0, 0), (1, 0, 1, 0), (1, 0, 1, 0)] == [decided[0], *sorted(decided[1:], reverse=True)]
    today = datetime.now(UTC).date().isoformat()
    checkable = figures["worth"].pop("checkable")
    del figures["worth"]["sentence"]

    chips = {
        "extractions": 2, "samples": 2, "quality": 7.25, "good": share(1, 2), "passed": share(1, 2),
        "liked": share(2, 4), "bookmarks": 1, "shares": 1, "viewers": 11, "costs": costs(2, 0.009, 0),
    }  # fmt: skip
    every = {**chips, "extractions": 4, "failed": 1, "samples": 3, "viewers": 7.3, "costs": costs(3, 0.009, 1)}
    good = {"quality": 8, "good": share(1, 1), "passed": share(1, 1), "liked": share(1, 3), "bookmarks": 1, "shares": 1}
    low = {"quality": 6.5, "good": share(0, 1), "passed": share(0, 1), "liked": share(1, 1)}
    nothing = {"extractions": 0, "samples": 0, "viewers": None}
    spot = {"topic": "chips", "model": "big", "samples": 1, "viewers": 11}
    assert {
        "date": today, "first": today, "last": today,
        "totals": group("", **every),
        "coverage": {
            "samples with a score": share(2, 3), "samples with a captured prompt": share(3, 3),
            "samples with a reader": share(2, 3), "readers' ids that name an insight": share(2, 3),
            "calls with a price": share(2, 3),
        },
        "scores": [
            group("6", **low, viewers=11), group("7", **nothing), group("8", **good, viewers=11),
            group("9", **nothing), group("10", **nothing), group("", extractions=2, failed=1),
        ],
        "topics": [
            group("chips", **chips), group("trade", extractions=2, failed=1, costs=costs(1, None, 1)),
        ],
        "models": [
            group("big", **chips), group("", failed=1, samples=0, viewers=None), group("odd", costs=costs(1, None, 1)),
        ],
        "days": [group(today, **every)],
        "reactions": {
            "actions": {"x": 3, "like": 2, "bookmark": 1, "share": 1}, "readers": 11, "impressions": 11, "ids": 3,
            "orphan_ids": 1, "shared_ids": 0, "lost_actions": 1, "lost_shown": 0,
        },
        "exposure": {"10 to 19": 2, "none": 1},
        "prediction": {"verdict": "too few", "samples": 2, "correlation": -1},
        "blind_spots": [
            {"kind": "overrated", "score": 8, "likes": 1, "dismissals": 2, **spot},
            {"kind": "underrated", "score": 6.5, "likes": 1, "dismissals": 0, **spot},
        ],
        "costs": {"big": costs(2, 0.009, 0), "odd": costs(1, None, 1)}, "prices": {version: 2},
        "progress": [
            {"name": "samples", "count": 3, "a_day": 3, "days_to": {"500": 166, "1000": 333}},
            {"name": "examples", "count": 0, "a_day": 0, "days_to": {"500": None, "1000": None}},
        ],
        "worth": {"verdict": "no", "a_day": 4, "usd_a_month": pytest.approx(0.009 * 30)},
    } == bare(figures | {"blind_spots": [
        {name: value for name, value in spot.items() if name != "extraction_id"} for spot in figures["blind_spots"]
    ]})  # fmt: skip
    assert (share(2, 3), 1, True) == (bare(checkable), len(prompts), "ids" in {gap["name"] for gap in gaps})


def test_of_an_empty_store_nothing_is_known(migrated: None, rows: Any) -> None:
    """Counts are 0, and shares, means and costs none."""
    (figures,) = rows("analyze")

    totals = figures["totals"]
    assert (0, None, NONE, costs(0, None, 0)) == (
        totals["extractions"], totals["quality"], totals["good"], totals["costs"],
    )  # fmt: skip
    assert ([], [], {}) == (figures["days"], figures["topics"], figures["costs"])
    assert ["unknown", "too few"] == [figures[name]["verdict"] for name in ("worth", "prediction")]
    assert (None, []) == (figures["first"], figures["scores"])


@pytest.mark.parametrize("score", ["nan", "inf", "-inf"])
def test_a_score_that_is_no_number_is_none(score: str, migrated: None, folder: DataFolder, rows: Any) -> None:
    """Other programs may send it: it stands for no score, and the others' mean holds."""
    otel_training.extraction(lambda: {"insights": ["a"], "quality_score": 8})()
    rows("analyze")
    row = (datetime.now(UTC), "odd", "ok", True, float(score), 1)
    with closing(Store(embedded_dsn(folder.store))) as store:
        store.insert("examples", ("ts", "extraction_id", "outcome", "is_sample", "quality_score", "revision"), [row])
    (figures,) = rows("analyze")

    totals, unscored = figures["totals"], figures["scores"][-1]
    assert (2, 8, 1, "", 1) == (
        totals["samples"], totals["quality"], totals["good"]["total"], unscored["name"], unscored["samples"],
    )  # fmt: skip


def test_votes_count_once_of_what_is_extracted_again(rows: Any) -> None:
    """A page that is read each hour has one insight, and as many votes as readers gave."""
    for _ in range(3):
        extract("chips", "u1", "", 8)
    for reader in range(11):
        otel_training.record_feedback(
            otel_training.insight_id("u1", "About u1"), "x" if reader else "like", user_id=reader
        )
    assert otel_training.flush(30)
    (report,) = rows("analyze")

    assert (3, share(1, 11)) == (report["totals"]["samples"], bare(report["totals"]["liked"]))
    assert [("overrated", 1)] == [(spot["kind"], spot["samples"]) for spot in report["blind_spots"]]
