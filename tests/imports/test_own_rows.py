"""Rows of `view --json`, imported again."""

import json
import shutil
from pathlib import Path
from typing import Any

import pytest

import otel_training
from otel_training.folder import DataFolder, make_folder
from otel_training.pipeline import process
from otel_training.pipeline.pipeline import make_finisher
from otel_training.pipeline.settings import settings_in_force
from otel_training.review.decisions import Decision, Verdict, decide, keep_in
from otel_training.store.session import open_drained
from tests.routed import route_calls

pytestmark = pytest.mark.slow

KINDS = ("extraction", "feedback", "impression", "query", "llm_call", "correction", "score", "assignment", "shadow")
FIGURES = ("v_insights", "v_examples", "v_prompts", "v_reviews")


@otel_training.extraction(task="insights", version="3")
def extract(topic: str, source_url: str, source_content: str) -> Any:
    """Answer two insights, one with personal data, and report the call."""
    texts = [f"{topic} rose, says bob@news.example", f"{topic} fell"]
    otel_training.current().llm_call(
        model="m", provider="p", input=f"Extract: {source_content}", output=json.dumps(texts), input_tokens=3
    )
    if topic == "error":
        raise ValueError(topic)
    return {"insights": [{"text": text, "category": "c"} for text in texts], "quality_score": 6, "passed_filters": True}


@otel_training.query
def search(query: str) -> list[dict[str, Any]]:
    """Find a source."""
    return [{"quality_score": 3, "passed_filters": True}, {"quality_score": 5}]


@pytest.fixture(scope="module")
def kept(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Where the captured records are kept for all tests."""
    return tmp_path_factory.mktemp("kept") / "data"


@pytest.fixture
def captured(command: Any, folder: DataFolder, kept: Path, tmp_path: Path) -> None:
    """A store with records of every kind, under ids of the app's, derived ids and ids that stand for nothing."""
    if kept.exists():
        shutil.copytree(kept, folder.path, symlinks=True)
        return
    extract("chips", "https://news.example/1?id=3", "Mail bob@news.example " * 2000)
    otel_training.current().link(["app1", "app2"])
    otel_training.current().score(9)
    identity = otel_training.current().id
    extract("energy", "https://news.example/2", "Text")
    with pytest.raises(ValueError, match="error"):
        extract("error", "", "")
    ids = ["app2", otel_training.insight_id("https://news.example/2", "energy fell"), "unknown"]
    for reader in range(3):
        otel_training.record_impressions(ids, user_id=reader)
        for insight, action in zip(["app1", *ids], ["like", "x", "share", "like"], strict=True):
            otel_training.record_feedback(insight, action, user_id=reader)
    otel_training.record_feedback("app1", "unlike", user_id=0)
    otel_training.record_feedback("app1", "like")
    # Of the same text once more: what readers did before stays where it was.
    extract("energy", "https://news.example/2", "Text")
    otel_training.record_feedback(ids[1], "like", user_id=1)
    # An id that names two texts at different times, and the first one again.
    for reader, linked in enumerate((["app3"], ["", "app3"], ["app3"]), 5):
        otel_training.current().link(linked)
        otel_training.record_feedback("app3", "like", user_id=reader)
    otel_training.record_correction(identity, ["Chips rose"])
    search("who bob@news.example is")
    route_calls(folder, "https://news.example/routed", "Mail bob@news.example")
    settings = settings_in_force()
    decide(
        Decision(identity, Verdict.REJECT),
        "mira",
        make_finisher(settings, make_folder(folder)),
        keep_in(settings, folder),
    )
    log = tmp_path / "old.jsonl"
    old = {"timestamp": "2025-03-01T12:00:00", "insight_id": "app2", "metadata": {"user_id": 9}}
    log.write_text("".join(json.dumps({**old, "action": action}) + "\n" for action in ("unlike", "like")), "utf-8")
    assert 0 == command("import", log)[0]
    shutil.copytree(folder.path, kept, symlinks=True)


def figures() -> list[list[dict[str, Any]]]:
    """What readers made of it, and which call is whose prompt."""
    with open_drained(process.settings()) as (store, _):
        return [list(store.rows(f"SELECT * FROM {view} ORDER BY ALL")) for view in FIGURES]  # noqa: S608


@pytest.mark.usefixtures("captured")
@pytest.mark.parametrize("order", [KINDS, KINDS[::-1], ("all",)])
def test_another_store_holds_the_same(
    order: tuple[str, ...], command: Any, rows: Any, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Every kind comes back as it was shown; reactions keep their insight, votes their order, calls their example."""
    shown, before = rows("view"), figures()
    assert set(KINDS) == {row["stage"] for row in shown}
    files = []
    for kind in order:
        files.append(tmp_path / f"{kind}.jsonl")
        files[-1].write_text(command("view", kind, "--json")[1], encoding="utf-8")
    monkeypatch.setenv("OTEL_TRAINING_HOME", str(tmp_path / "other"))
    process.reset()
    for _ in range(2):
        assert 0 == command("import", *files)[0]

    assert (shown, before) == (rows("view"), figures())


@pytest.mark.usefixtures("captured")
def test_the_same_store_is_left_as_it_is(command: Any, rows: Any, tmp_path: Path) -> None:
    """It knows more of its records than it shows."""
    before, views = rows("view"), figures()
    path = tmp_path / "all.jsonl"
    path.write_text(command("view", "--json")[1], encoding="utf-8")
    assert 0 == command("import", path)[0]

    assert (before, views) == (rows("view"), figures())
