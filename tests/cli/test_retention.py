"""`otel-training retention`: what is older goes, texts before the rest, and what is frozen stays."""

import json
import shutil
import time
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest

import otel_training
from otel_training.folder import DataFolder
from otel_training.pipeline import process
from otel_training.pipeline.settings import settings_in_force
from otel_training.store.retention import choose
from otel_training.store.session import open_drained
from otel_training.store.verify import stale_rows
from tests.cli.killing import kill, stored
from tests.routed import route_calls

pytestmark = pytest.mark.slow

LIKES = "SELECT likes FROM examples FINAL ORDER BY ts"
POINTS = (1.5, 9)
"""Statements of `retention` at which it is killed."""
OLD, NEW = 100, 2
"""Days of age."""


def gather(tmp_path: Path, command: Any) -> None:
    """Take in an old log: two extractions and a reaction to each, of which one is old."""
    lines = []
    for days in (OLD, NEW):
        when = (datetime.now(UTC) - timedelta(days=days)).isoformat()
        source, text = f"https://news.example/{days}", f"Orders of {days} rose"
        lines.append({
            "timestamp": when, "stage": "extraction", "topic": "chips", "source_url": source, "quality_score": 8,
            "source_content": f"Secrets of {days}", "extracted_insights": [{"text": text, "category": "market"}],
        })  # fmt: skip
        insight = otel_training.insight_id(source, text)
        lines.append({"timestamp": when, "insight_id": insight, "action": "like", "metadata": {"user_id": 1}})
    log = tmp_path / "old.jsonl"
    log.write_text("".join(json.dumps(line) + "\n" for line in lines), encoding="utf-8")
    assert 0 == command("import", log)[0]
    process.reset()


def test_texts_go_before_the_rest(tmp_path: Path, rows: Any, command: Any) -> None:
    """The old text is nowhere but in the dataset; its figures, votes and ids stay, as settled from scratch."""
    gather(tmp_path, command)
    created = command("dataset", "create", "v1", "--min-viewers", 1, "--split", "100/0/0", "--group-by", "url")
    assert 0 == created[0], created[2]

    (shown,) = rows("retention", "--content", 30, "--yes")

    (kept,) = shown["retention"]
    assert ("content", 30, 1) == (kept["class"], kept["days"], kept["deleted"])
    with open_drained(settings_in_force()) as (store, _):
        texts = list(store.rows("SELECT source_content AS source, insights.text AS texts FROM extractions ORDER BY ts"))
        frozen = [row["example"] for row in store.rows("SELECT example FROM dataset_rows ORDER BY ts")]
        assert [] == list(stale_rows(store))
        assert [1, 1] == [row["likes"] for row in store.rows(LIKES)]
    assert [(None, [""]), ("Secrets of 2", ["Orders of 2 rose"])] == [(row["source"], row["texts"]) for row in texts]
    assert [True, True] == ["Orders of 100 rose" in frozen[0], "Secrets of 100" in frozen[0]]


TEXTS = """
SELECT toString(groupArray(s)) AS texts FROM (
    SELECT toString((source_content, insights.text)) AS s FROM extractions
    UNION ALL SELECT toString((messages, output, tools)) FROM llm_calls
    UNION ALL SELECT toString(insights) FROM corrections
    UNION ALL SELECT toString(insights) FROM shadows
    UNION ALL SELECT coalesce(query, '') FROM queries
)
"""
SHAS = "SELECT extraction_id, insights.text_sha256 AS shas FROM extractions ORDER BY extraction_id"


def test_no_text_is_left_in_any_table(rows: Any, folder: DataFolder, monkeypatch: pytest.MonkeyPatch) -> None:
    """Of prompts, answers, corrections, shadows and searches; digests stay, and a second time there is nothing."""
    route_calls(folder, "https://news.example/1", "WORD1")
    with otel_training.extraction(source_content="WORD2 source") as handle:
        handle.llm_call(model="m", input="WORD3", output="WORD4")
        handle.result(["WORD5 rose"])
    otel_training.record_correction(handle.id, ["WORD6 corrected"])
    otel_training.query(lambda query: [])("WORD7")
    assert process.flush(30)
    process.reset()
    with open_drained(settings_in_force()) as (store, _):
        before, shas = store.row(TEXTS)["texts"], list(store.rows(SHAS))
    monkeypatch.setattr(time, "time", lambda now=time.time: now() + 2 * 86_400)
    (shown,) = rows("retention", "--content", 1, "--yes")
    (again,) = rows("retention", "--content", 1, "--yes")

    with open_drained(settings_in_force()) as (store, _):
        after = store.row(TEXTS)["texts"]
        assert shas == list(store.rows(SHAS))
    assert [True] * 7 == [f"WORD{number}" in before for number in range(1, 8)]
    assert "WORD" not in after
    assert shown["retention"][0]["deleted"] == again["retention"][0]["deleted"] > 0


def test_reactions_and_whole_records_go(tmp_path: Path, rows: Any, command: Any) -> None:
    """By whichever command is the next, once a day; what is computed of them goes, too, and doctor says when."""
    gather(tmp_path, command)
    with open_drained(settings_in_force()) as (store, _):
        choose(store, {"events": 30})
    with open_drained(settings_in_force()) as (store, _):
        assert [0, 1] == [row["likes"] for row in store.rows(LIKES)]
        assert [] == list(stale_rows(store))
        choose(store, {"events": 0, "records": 30})
    with open_drained(settings_in_force()) as (store, _):
        assert [1] == [row["likes"] for row in store.rows(LIKES)]
        assert [] == list(stale_rows(store))

    (report,) = rows("doctor")

    figures = [(row["class"], row["days"], row["deleted"], row["is_due"]) for row in report["retention"]]
    today = datetime.now(UTC).date()
    assert [("events", 0, 3, 0), ("records", 30, 3, 0)] == figures
    assert f"events: kept for 30 days, as records are; 3 rows deleted, last on {today}" in command("doctor")[1]


def test_killed_it_is_run_again(
    tmp_path: Path, folder: DataFolder, rows: Any, command: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Wherever that was, what is old is gone, and all else as if nobody had killed it."""
    gather(tmp_path, command)
    argv = ("retention", "--content", "50", "--events", "30", "--yes")

    def kept(at: float) -> list[Any]:
        """Delete in a copy of the data folder, killed at a statement first; return what is left there."""
        home = folder.path.with_name(str(at))
        shutil.copytree(folder.path, home, symlinks=True)
        if at:
            kill(home, "rand64()", at, *argv)
        monkeypatch.setenv("OTEL_TRAINING_HOME", str(home))
        process.reset()
        rows(*argv)
        with open_drained(settings_in_force()) as (store, _):
            texts = store.row(TEXTS)["texts"]
        return [stored(), texts]

    whole = kept(0)
    assert (False, True) == ("Secrets of 100" in whole[1], "Secrets of 2" in whole[1])
    assert dict.fromkeys(POINTS, whole) == {at: kept(at) for at in POINTS}


def test_asks_before_it_deletes(tmp_path: Path, rows: Any, command: Any) -> None:
    """And chooses nothing then."""
    gather(tmp_path, command)

    code, _, error = command("retention", "--records", 30)

    assert (True, True) == (code != 0, "Delete it now" in error)
    assert {"extraction": 2, "feedback": 2} == rows("status")[0]["by_kind"]
    assert "records: kept for good" in command("retention")[1]
