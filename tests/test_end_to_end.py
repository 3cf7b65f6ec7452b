"""An app as in the spec, in two programs of one project, configured by nothing."""

import itertools
import json
import random
from pathlib import Path
from typing import Any

import pytest

from tests.served import PROGRAMS, request, run, served

pytestmark = pytest.mark.slow

READERS = range(14)
ACTIONS = ["like", "like", "x", "unlike", "unx", "bookmark", "share"]
VOTES = {"like": 1, "x": -1, "unlike": 0, "unx": 0}


def plan() -> dict[str, list[dict[str, Any]]]:
    """Two topics of sources: good and bad, scored late, failing, empty, and one extracted twice."""
    rng = random.Random(7)
    topics: dict[str, list[dict[str, Any]]] = {"chips": [], "energy": []}
    number = itertools.count(1)
    for topic, sources in topics.items():
        for index in range(12):
            count = index % 3 + 1
            insights = [{"text": f"{topic} insight {index}.{n}", "category": "market"} for n in range(count)]
            quality = rng.choice([5, 6.9, 7, 8.5, 10])
            sources.append(
                {
                    "url": f"https://news.example/{topic}?id={index}",
                    "content": f"Source text {index} of {topic}. " * 20,
                    "answer": {"insights": insights, "quality_score": quality, "passed_filters": True},
                    "ids": [f"app{next(number)}" for _ in insights],
                    "late_quality": {3: 9.0, 4: 2.0}.get(index),
                }
            )
        sources[10]["answer"] = None
        sources[11]["answer"], sources[11]["ids"] = {"insights": [], "quality_score": 9}, []
    return topics


def script(cards: list[str]) -> tuple[list[tuple[int, list[str]]], list[tuple[int, str, str]]]:
    """Who is shown which cards, and who does what, in order; readers change their mind."""
    rng = random.Random(11)
    reach = {card: (9, 10, 12, 14, 3)[index % 5] for index, card in enumerate(cards)}
    shown = [(reader, [card for card in cards if reader < reach[card]]) for reader in READERS]
    actions: list[tuple[int, str, str]] = []
    for reader, seen in shown:
        for card in seen:
            done = rng.choices(ACTIONS, k=rng.choice([0, 0, 1, 2, 3]))
            actions += [(reader, card, action) for action in done]
    # An action on a card that this reader was not shown: who acts has seen.
    actions += [(13, card, "like") for card in cards[:3]]
    return shown, actions


def expected(
    sources: list[dict[str, Any]], shown: list[tuple[int, list[str]]], actions: list[tuple[int, str, str]]
) -> dict[str, dict[str, Any]]:
    """What must be exported, by source URL: computed here in plain Python, from the words of the spec."""
    examples = {}
    for source in sources:
        if not source["ids"] or source["answer"] is None:
            continue
        nets, viewers = [], []
        for card in source["ids"]:
            votes = {reader: action for reader, target, action in actions if target == card and action in VOTES}
            nets.append(sum(VOTES[action] for action in votes.values()))
            seen = {reader for reader, cards in shown if card in cards}
            viewers.append(len(seen | {reader for reader, target, _ in actions if target == card}))
        late = source["late_quality"]
        quality = source["answer"]["quality_score"] if late is None else late
        if quality >= 7 and sum(nets) > 0 and max(viewers) >= 10:
            examples[source["url"]] = {"quality_score": quality, "net": sum(nets), "viewers": max(viewers)}
    return examples


@pytest.fixture
def project(tmp_path: Path) -> Path:
    """A project of two folders, found by its `.git`."""
    for name in (".git", "automation", "backend"):
        (tmp_path / "project" / name).mkdir(parents=True)
    return tmp_path / "project"


def test_exports_exactly_the_right_examples(project: Path) -> None:
    """What two unconfigured programs gathered gives exactly the examples that the spec's words choose."""
    topics, database = plan(), str(project / "app.db")
    (project / "plan.json").write_text(json.dumps(topics), encoding="utf-8")
    sources = [source for topic_sources in topics.values() for source in topic_sources]
    shown, actions = script([card for source in sources if source["answer"] for card in source["ids"]])

    automation = run(PROGRAMS / "automation.py", project / "plan.json", database, cwd=project / "automation")
    assert (automation.returncode, automation.stderr) == (0, "")
    with served("backend:app", project / "backend", APP_DATABASE=database) as url:
        for reader, cards in shown:
            assert request(f"{url}/api/feed?user_id={reader}&ids={','.join(cards)}")[0] == 200
        for reader, card, action in actions:
            body = {"insight_id": card, "action": action, "metadata": {"user_id": reader}}
            assert request(f"{url}/api/feed/engage", body) == (200, {"ok": True})
        # Refused by the app, so it never happened.
        assert request(f"{url}/api/feed/engage", {"insight_id": "app1", "action": "like"})[0] == 422
    done = run("-m", "otel_training.cli", "export", "--out", "training.jsonl", cwd=project)
    assert done.returncode == 0, done.stderr

    manifest = json.loads((project / "training.manifest.json").read_text(encoding="utf-8"))
    exported = {
        row["source_url"]: {name: row[name] for name in ("quality_score", "net", "viewers")} for row in manifest["rows"]
    }
    assert expected(sources, shown, actions) == exported
    assert len(exported) >= 5
    by_url = {source["url"]: source for source in sources}
    lines = (project / "training.jsonl").read_text(encoding="ascii").splitlines()
    answers = [json.loads(json.loads(line)["messages"][-1]["content"]) for line in lines]
    assert [{"insights": by_url[row["source_url"]]["answer"]["insights"]} for row in manifest["rows"]] == answers
