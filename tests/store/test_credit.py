"""Which reactions count for which extraction: the views beside plain Python, on random histories."""

import json
import random
from collections import defaultdict
from contextlib import closing
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from otel_training.folder import DataFolder
from otel_training.store.client import Store, embedded_dsn
from otel_training.store.settle import settle
from otel_training.store.verify import stale_rows

pytestmark = pytest.mark.slow

WORLDS = 500
BATCHES = 8
ATTRIBUTES = {
    "event_id": "training.event.id", "link_id": "training.link.id", "text_sha256": "training.insight.text_sha256",
    "source_url": "url.full", "extraction_id": "training.extraction.id", "imported_line": "training.imported.line",
    "action": "training.feedback.action", "user_hash": "user.hash",
}  # fmt: skip
DAY = datetime(2026, 1, 1, tzinfo=UTC)
VOTES = {"like", "x", "unlike", "unx"}
WORDS = (*sorted(VOTES), "bookmark", "unbookmark", "share", "unshare", "boost")


@dataclass
class World:
    """One app's history: rows of the typed tables, under ids that no other world has."""

    number: int
    insights: list[dict[str, Any]] = field(default_factory=list)
    links: list[dict[str, Any]] = field(default_factory=list)
    feedback: list[dict[str, Any]] = field(default_factory=list)
    impressions: list[dict[str, Any]] = field(default_factory=list)


def make_world(number: int) -> World:
    """Extract, tell ids, show and react, at one of a few moments each, in any order; some a year later."""
    chance, world, prefix = random.Random(number), World(number), f"w{number}-"
    sources, texts = [f"{prefix}s{at}" for at in range(2)], [f"{prefix}t{at}" for at in range(3)]

    def moment() -> datetime:
        return DAY + timedelta(days=chance.choice((0, 0, 400)), seconds=chance.randrange(5))

    def event() -> str:
        return f"{prefix}{chance.randrange(1 << 40):010x}"

    numbering = chance.choice(("none", "own", "numbers"))
    for _ in range(chance.randrange(1, 6)):
        extraction, source, ts = event(), chance.choice(sources), moment()
        for index, text in enumerate(chance.choices(texts, k=chance.randrange(1, 4))):
            derived = f"{source}/{text}"
            own = {"none": derived, "own": f"{prefix}own-{text}", "numbers": f"{prefix}{index + 1}"}[numbering]
            world.insights.append({
                "insight_id": own, "derived_id": derived, "text_sha256": text, "source_url": source,
                "extraction_id": extraction, "insight_index": index, "ts": ts,
            })  # fmt: skip
    apps = [f"{prefix}app0", f"{prefix}app1", chance.choice(world.insights)["insight_id"]]
    for _ in range(chance.randrange(7)):
        link: dict[str, Any] = {"event_id": event(), "ts": moment(), "link_id": chance.choice(apps)}
        link |= {"extraction_id": "", "text_sha256": "", "source_url": "", "insight_index": None, "imported_line": 0}
        if chance.random() < 0.3:
            place = chance.choice(world.insights)
            link |= {"extraction_id": place["extraction_id"], "insight_index": place["insight_index"]}
        else:
            link |= {"text_sha256": chance.choice([*texts, f"{prefix}unknown"])}
            link |= {"source_url": chance.choice(["", "", *sources, "card"])}
        world.links.append(link)
    names = [f"{prefix}app0", f"{prefix}app1", f"{prefix}nobody"]
    names += [row[key] for row in world.insights for key in ("insight_id", "derived_id")]
    for _ in range(chance.randrange(24)):
        reader = chance.choice(("", "ann", "bob", "eve"))
        row = {"event_id": event(), "ts": moment(), "insight_id": chance.choice(names), "user_hash": reader}
        if chance.random() < 0.3:
            world.impressions.append({**row, "position": 0})
        else:
            world.feedback.append({**row, "action": chance.choice(WORDS), "imported_line": chance.randrange(3)})
    return world


def names_of(world: World) -> dict[str, list[tuple[Any, ...]]]:
    """What each id names: (since, line, event, insights) of each time it was told, of the strongest evidence alone."""
    by_rank: dict[str, dict[int, list[tuple[Any, ...]]]] = defaultdict(lambda: defaultdict(list))
    for link in world.links:
        rank, insights = told_by(world, link)
        if insights:
            by_rank[link["link_id"]][rank].append((link["ts"], link["imported_line"], link["event_id"], insights))
    for name in {row[key] for row in world.insights for key in ("insight_id", "derived_id")}:
        returned = [row for row in world.insights if row["insight_id"] == name != row["derived_id"]]
        if len({row["text_sha256"] for row in returned}) == 1:
            by_rank[name][2] = [(min(row["ts"] for row in returned), 0, "", {row["derived_id"] for row in returned})]
        derived = [row["ts"] for row in world.insights if row["derived_id"] == name]
        if derived:
            by_rank[name][3] = [(min(derived), 0, "", {name})]
    return {name: sorted(ranks[min(ranks)], key=lambda telling: telling[:3]) for name, ranks in by_rank.items()}


def told_by(world: World, link: dict[str, Any]) -> tuple[int, set[str]]:
    """Which insights a link tells, and how strong that is."""
    if link["extraction_id"]:
        place = link["extraction_id"], link["insight_index"]
        return 0, {row["derived_id"] for row in world.insights if place == (row["extraction_id"], row["insight_index"])}
    held = [row for row in world.insights if row["text_sha256"] == link["text_sha256"]]
    of_source = {row["derived_id"] for row in held if link["source_url"] and row["source_url"] == link["source_url"]}
    of_id = {row["derived_id"] for row in held if row["insight_id"] == link["link_id"]}
    return 1, of_source or of_id or {row["derived_id"] for row in held}


def expected(world: World) -> dict[str, tuple[int, ...]]:
    """Each extraction's likes, dismissals, net, bookmarks, shares and viewers, counted one by one."""
    names = names_of(world)
    acts: dict[tuple[str, str], list[tuple[Any, ...]]] = defaultdict(list)
    for row in [*world.feedback, *({**shown, "action": "", "imported_line": 0} for shown in world.impressions)]:
        tellings = names.get(row["insight_id"])
        if tellings and row["user_hash"]:
            for insight in next(
                (insights for ts, *_, insights in reversed(tellings) if ts <= row["ts"]), tellings[0][3]
            ):
                act = row["ts"], row["imported_line"], row["event_id"], row["action"]
                acts[insight, row["user_hash"]].append(act)
    figures: dict[str, list[int]] = defaultdict(lambda: [0] * 5)
    for (insight, _), done in acts.items():
        words = [word for *_, word in sorted(done)]

        def last(kind: set[str], words: list[str] = words) -> str:
            return next((word for word in reversed(words) if word in kind), "")

        vote = last(VOTES)
        saved, shared = last({"bookmark", "unbookmark"}) == "bookmark", last({"share", "unshare"}) == "share"
        each = vote == "like", vote == "x", saved, shared, True
        figures[insight] = [had + add for had, add in zip(figures[insight], each, strict=True)]
    held = defaultdict(set)
    for row in world.insights:
        if row["derived_id"] in figures:
            held[row["extraction_id"]].add(row["derived_id"])
    return {extraction: summed([figures[insight] for insight in insights]) for extraction, insights in held.items()}


def summed(figures: list[list[int]]) -> tuple[int, ...]:
    """Add up votes, bookmarks and shares; of viewers take the most."""
    likes, dismissals, bookmarks, shares, _ = map(sum, zip(*figures, strict=True))
    return likes, dismissals, likes - dismissals, bookmarks, shares, max(viewers for *_, viewers in figures)


def inbound(world: World) -> list[tuple[datetime, dict[str, str], str]]:
    """Return the rows that a drain would insert for a world: time, attributes, body."""
    rows = []
    occurrences = defaultdict(list)
    for row in world.insights:
        occurrences[row["extraction_id"]].append(row)
    for extraction, insights in occurrences.items():
        output = [{key: row[key] for key in ("insight_id", "derived_id", "text_sha256")} for row in insights]
        attributes = {"training.kind": "extraction", "training.event.id": extraction, "training.outcome": "ok"}
        attributes["url.full"] = insights[0]["source_url"]
        rows.append((insights[0]["ts"], attributes, json.dumps({"training.output": output})))
    for kind, table in (("link", world.links), ("feedback", world.feedback), ("impression", world.impressions)):
        for row in table:
            attributes = {ATTRIBUTES[key]: str(value) for key, value in row.items() if key in ATTRIBUTES and value}
            named = {
                "impression": {"training.insight.ids": json.dumps([row.get("insight_id")])},
                "feedback": {"training.insight.id": row.get("insight_id", "")},
                "link": {}
                if row.get("insight_index") is None
                else {"training.insight.index": str(row["insight_index"])},
            }
            rows.append((row["ts"], {"training.kind": kind} | attributes | named[kind], ""))
    return rows


def test_credit_is_what_plain_python_counts(folder: DataFolder, migrated: None) -> None:
    """Of 500 histories each extraction has the votes and readers that the rules give it, and no other.

    Whatever came first: reactions, links and extractions arrive in any order, some twice, with a settling after each
    batch; and no row differs from those that a settling from scratch makes.
    """
    worlds = [make_world(number) for number in range(WORLDS)]
    chance = random.Random(WORLDS)
    rows = [row for world in worlds for row in inbound(world)]
    rows += chance.choices(rows, k=len(rows) // 10)
    chance.shuffle(rows)
    with closing(Store(embedded_dsn(folder.store))) as store:
        for batch in range(BATCHES):
            columns = ["Timestamp", "LogAttributes", "Body"]
            store.insert("otel_logs", columns, [list(row) for row in rows[batch::BATCHES]])
            settle(store)

        figures = "extraction_id, likes, dismissals, net, bookmarks, shares, viewers"
        answers = [tuple(row.values()) for row in store.rows(f"SELECT {figures} FROM v_examples")]  # noqa: S608 - columns of ours
        stale = list(stale_rows(store))
    counted = {extraction: figures for world in worlds for extraction, figures in expected(world).items()}
    assert counted == {extraction: tuple(map(int, figures)) for extraction, *figures in answers}
    assert [] == stale
