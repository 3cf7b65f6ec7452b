"""The demo: the main job on real parts, checked by counting again in plain Python."""

import json
import sys
from collections import defaultdict
from pathlib import Path
from typing import Any

import pytest

from otel_training.cli.main import main

pytestmark = [pytest.mark.slow, pytest.mark.usefixtures("traced")]

VOTES = {"like": 1, "x": -1, "unlike": 0, "unx": 0}


def records(kind: str, capsys: pytest.CaptureFixture[str]) -> list[dict[str, Any]]:
    """Read the demo's records of a kind."""
    capsys.readouterr()
    assert main(["view", kind, "--json"]) == 0
    return [json.loads(line) for line in capsys.readouterr().out.splitlines()]


def test_every_row_traces_back_to_an_extraction_that_passes(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    """The demo leaves a valid chat file; each row's origin passes all three filters, counted here anew."""
    work = tmp_path / "demo-out"
    monkeypatch.delenv("ANTHROPIC_API_KEY", raising=False)

    assert main(["demo", "--out", str(work)]) == 0
    printed = capsys.readouterr()
    assert [True] * 4 == [word in printed.out for word in ("Worth it?", "Funnel", '{"messages"', "Next:")]
    assert f"The report: {work / 'report.html'}" == printed.out.splitlines()[-1]
    assert (work / "report.html").read_text(encoding="utf-8").count("<svg") >= 9
    assert "stand-in" in printed.err
    extractions = {row["extraction_id"]: row for row in records("extraction", capsys)}
    actions = records("feedback", capsys)
    net, viewers = counted(actions, records("impression", capsys))
    rows = json.loads((work / "training.manifest.json").read_text(encoding="utf-8"))["rows"]
    by_item = owners(actions)
    for row in rows:
        items = [item for item, owner in by_item.items() if owner == row["extraction_id"]]
        assert extractions[row["extraction_id"]]["quality_score"] >= 7
        assert sum(net[item] for item in items) == row["net"] > 0
        assert max(len(viewers[item]) for item in items) == row["viewers"] >= 10
    lines = [json.loads(line) for line in (work / "training.jsonl").read_text(encoding="ascii").splitlines()]
    assert len(rows) == len(lines) >= 5
    assert {("messages",)} == {tuple(line) for line in lines}
    assert {("system", "user", "assistant")} == {
        tuple(message["role"] for message in line["messages"]) for line in lines
    }
    assert [True] * len(lines) == [bool(json.loads(line["messages"][-1]["content"])["insights"]) for line in lines]
    assert sum(row["redactions"] for row in extractions.values()) > 0
    assert ["BadRequestError"] == [row["error_type"] for row in extractions.values() if row["outcome"] != "ok"]


def counted(
    actions: list[dict[str, Any]], impressions: list[dict[str, Any]]
) -> tuple[dict[str, int], dict[str, set[str]]]:
    """Count net and viewers of each of the app's ids, by the words of the spec."""
    votes: dict[str, dict[str, int]] = defaultdict(dict)
    viewers: dict[str, set[str]] = defaultdict(set)
    for row in actions:
        viewers[row["insight_id"]].add(row["metadata"]["user_id"])
        if row["action"] in VOTES:
            votes[row["insight_id"]][row["metadata"]["user_id"]] = VOTES[row["action"]]
    for row in impressions:
        for item in row["insight_ids"]:
            viewers[item].add(row["metadata"]["user_id"])
    return {item: sum(votes[item].values()) for item in viewers}, viewers


def owners(actions: list[dict[str, Any]]) -> dict[str, str]:
    """Which extraction each acted-on id belongs to."""
    return {row["insight_id"]: row["extraction_id"] for row in actions}


def test_runs_again_in_its_own_folder_and_in_no_other(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """A folder with files of somebody else is refused before anything is touched."""
    (tmp_path / "mine").mkdir()
    (tmp_path / "mine" / "work.txt").write_text("mine")

    assert main(["demo", "--out", str(tmp_path / "mine")]) == 1
    assert "not empty" in capsys.readouterr().err
    assert ["work.txt"] == [path.name for path in (tmp_path / "mine").iterdir()]


def test_says_what_to_install(monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> None:
    """Without the demo's libraries the command says which extra has them."""
    monkeypatch.setitem(sys.modules, "otel_training.demo.run", None)

    assert main(["demo"]) == 1
    assert "otel_training[all]" in capsys.readouterr().err
