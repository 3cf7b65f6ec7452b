"""Which reactions count for which extraction: the views beside plain Python, on random histories."""

import json
import random
from collections import defaultdict
from contextlib import closing
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from otel_training.dataset.funnel import Filters
from otel_training.folder import DataFolder
from otel_training.privacy.identity import Key, pseudonym
from otel_training.record.fields import as_id
from otel_training.store import settle as settling
from otel_training.store import settle_anew
from otel_training.store.client import Store, embedded_dsn, read_query
from otel_training.store.settle import settle
from otel_training.store.verify import stale_rows

pytestmark = pytest.mark.slow

WORLDS = 500
BATCHES = 8
ATTRIBUTES = {
    "event_id": "training.event.id", "link_id": "training.link.id", "text_sha256": "training.insight.text_sha256",
    "source_url": "url.full", "extraction_id": "training.extraction.id", "imported_line": "training.imported.line",
    "action": "training.feedback.action", "quality_score": "training.quality.score", "duration": "training.duration",
    "outcome": "training.outcome", "target": "training.score.target", "name": "training.score.name",
    "value": "training.score.value", "output_sha256": "training.output.sha256",
}  # fmt: skip
DAY = datetime(2026, 1, 1, tzinfo=UTC)
VOTES = {"like", "x", "unlike", "unx"}
WORDS = (*sorted(VOTES), "bookmark", "unbookmark", "share", "unshare", "boost")
READERS = (None, 1, "1", " 1", 0, "eve", "e" * 300, "e" * 300 + "f")
"""Of these 1 is one reader under three names, and None is nobody known."""
KEY = Key(b"k")
FILTERS = Filters(min_quality=5, net_above=0, min_viewers=2)
MINUTE = timedelta(minutes=1)


@dataclass
class World:
    """One app's history: rows of the typed tables, under ids that no other world has."""

    number: int
    extractions: list[dict[str, Any]] = field(default_factory=list)
    insights: list[dict[str, Any]] = field(default_factory=list)
    links: list[dict[str, Any]] = field(default_factory=list)
    feedback: list[dict[str, Any]] = field(default_factory=list)
    impressions: list[dict[str, Any]] = field(default_factory=list)
    scores: list[dict[str, Any]] = field(default_factory=list)
    corrections: list[dict[str, Any]] = field(default_factory=list)
    calls: list[dict[str, Any]] = field(default_factory=list)


def make_world(number: int) -> World:
    """Extract, log, score, correct, link, show and react, at one of a few moments each, in any order; some later."""
    chance, world, prefix = random.Random(number), World(number), f"w{number}-"
    texts = [f"{prefix}t{at}" for at in range(3)]

    def moment() -> datetime:
        later = {"days": chance.choice((0, 0, 400)), "hours": chance.choice((0, 0, 1))}
        return DAY + timedelta(**later, seconds=chance.randrange(5))

    def event() -> str:
        return f"{prefix}{chance.randrange(1 << 40):010x}"

    _extract(world, chance, texts, moment, event)
    sources = [f"{prefix}s0", f"{prefix}s1"]
    apps = [
        f"{prefix}app0",
        f"{prefix}app1",
        *(row["insight_id"] for row in chance.sample(world.insights, bool(world.insights))),
    ]
    for _ in range(chance.randrange(7)):
        link: dict[str, Any] = {"event_id": event(), "ts": moment(), "link_id": chance.choice(apps)}
        link |= {"extraction_id": "", "text_sha256": "", "source_url": "", "insight_index": None, "imported_line": 0}
        if world.insights and chance.random() < 0.3:
            place = chance.choice(world.insights)
            link |= {"extraction_id": place["extraction_id"], "insight_index": place["insight_index"]}
        else:
            link |= {"text_sha256": chance.choice([*texts, f"{prefix}unknown"])}
            link |= {"source_url": chance.choice(["", "", *sources, "card"])}
        world.links += [link, {**link, "event_id": event(), "ts": moment()}][: chance.randrange(1, 3)]
    names = [f"{prefix}app0", f"{prefix}app1", f"{prefix}nobody"]
    names += [row[key] for row in world.insights for key in ("insight_id", "derived_id")]
    for _ in range(chance.randrange(24)):
        row = {
            "event_id": event(),
            "ts": moment(),
            "insight_id": chance.choice(names),
            "reader": chance.choice(READERS),
        }
        if chance.random() < 0.3:
            world.impressions.append({**row, "position": 0})
        else:
            world.feedback.append({**row, "action": chance.choice(WORDS), "imported_line": chance.randrange(3)})
    return world


def _extract(world: World, chance: random.Random, texts: list[str], moment: Any, event: Any) -> None:
    """Extract one source again and again; some fail, some find nothing, and of some an old log tells as well."""
    prefix = f"w{world.number}-"
    numbering = chance.choice(("none", "own", "numbers"))
    for _ in range(chance.randrange(1, 6)):
        row = {
            "extraction_id": event(), "source_url": chance.choice([f"{prefix}s0", f"{prefix}s1"]), "ts": moment(),
            "outcome": chance.choice(("ok", "ok", "ok", "error")), "content": chance.choice(("", f"{prefix}text")),
            "duration": chance.choice((None, 0.5, 90)), "imported_line": chance.choice((0, 0, 5)), "output_sha256": "",
            "quality_score": chance.choice((None, 3.0, 5.0, 8.0)), "passed": chance.choice((None, True, False)),
        }  # fmt: skip
        items = chance.choices(texts, k=chance.randrange(4)) if row["outcome"] == "ok" else []
        rows = [(row, items)]
        if chance.random() < 0.4:
            beside = timedelta(seconds=chance.choice((-151, -150, -61, -60, 0, 2, 60, 61, 3600)))
            log = {**row, "extraction_id": event(), "ts": row["ts"] + beside, "imported_line": 6, "outcome": "ok"}
            rows.append((log | {"quality_score": chance.choice((None, 5.0, 8.0)), "passed": True}, items[::-1]))
        for extraction, held in rows:
            if not extraction["imported_line"] and held and chance.random() < 0.5:
                extraction["output_sha256"] = f"{extraction['extraction_id']}-answer"
                world.calls.append({
                    "event_id": event(), "ts": moment(),
                    **{key: extraction[key] for key in ("extraction_id", "output_sha256")},
                })  # fmt: skip
            world.extractions.append(extraction)
            for index, text in enumerate(held):
                derived = f"{extraction['source_url']}/{text}"
                own = {"none": derived, "own": f"{prefix}own-{text}", "numbers": f"{prefix}{index + 1}"}[numbering]
                world.insights.append({
                    "insight_id": own, "derived_id": derived, "text_sha256": text, "insight_index": index,
                    **{key: extraction[key] for key in ("extraction_id", "source_url", "ts")},
                })  # fmt: skip
    for _ in range(chance.randrange(4)):
        target, name = chance.choice(world.extractions), chance.choice(("quality_score", "passed_filters", "other"))
        score = {"target": target["extraction_id"], "name": name, "value": chance.choice((0, 1, 9))}
        world.scores.append({"event_id": event(), "ts": moment(), **score})
        if chance.random() < 0.2:
            world.corrections.append({"event_id": event(), "ts": moment(), "extraction_id": target["extraction_id"]})


def names_of(world: World) -> dict[str, list[tuple[datetime, set[str]]]]:
    """What each id names since when, insights of the strongest evidence alone; none where it is in doubt."""
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
    return {name: without_doubt(strongest(ranks)) for name, ranks in by_rank.items()}


def strongest(ranks: dict[int, list[tuple[Any, ...]]]) -> list[tuple[Any, ...]]:
    """The strongest tellings; a place that was linked says nothing of another text that a feed showed under the id."""
    if 0 not in ranks:
        return ranks[min(ranks)]
    places = sorted(ranks[0], key=lambda telling: telling[:3])

    def placed(telling: tuple[Any, ...]) -> tuple[Any, ...]:
        same = [place for place in places if texts_of(place[3]) == texts_of(telling[3])]
        return (*telling[:3], same[-1][3]) if same else telling

    return [*places, *map(placed, ranks.get(1, []))]


def texts_of(insights: set[str]) -> set[str]:
    """The texts of insights, which stand in their ids."""
    return {insight.partition("/")[2] for insight in insights}


def without_doubt(tellings: list[tuple[Any, ...]]) -> list[tuple[datetime, set[str]]]:
    """Of each moment the last telling; nothing where there are two at once, or sources follow each other quickly."""
    moments: dict[datetime, list[tuple[Any, ...]]] = defaultdict(list)
    for telling in sorted(tellings, key=lambda telling: telling[:3]):
        moments[telling[0]].append(telling)
    runs: list[tuple[datetime, set[str]]] = []
    run_of = {}
    for ts, group in moments.items():
        if not runs or runs[-1][1] != sources(group[-1][3]):
            runs.append((ts, sources(group[-1][3])))
        run_of[ts] = len(runs) - 1
    hour, doubtful = timedelta(hours=1), set()
    for first in range(len(runs) - 2):
        if runs[first + 1][0] - runs[first][0] < hour > runs[first + 2][0] - runs[first + 1][0]:
            doubtful |= {first, first + 1, first + 2}
    names = []
    for ts, group in moments.items():
        at_once = {frozenset(insights) for _, line, _, insights in group if not line}
        of_several = len({frozenset(sources(insights)) for *_, insights in group}) > 1
        names.append((ts, set() if run_of[ts] in doubtful or len(at_once) > 1 or of_several else group[-1][3]))
    return names


def sources(insights: set[str]) -> set[str]:
    """The sources of insights, which stand in their ids."""
    return {insight.partition("/")[0] for insight in insights}


def told_by(world: World, link: dict[str, Any]) -> tuple[int, set[str]]:
    """Which insights a link tells, and how strong that is."""
    if link["extraction_id"]:
        place = link["extraction_id"], link["insight_index"]
        return 0, {row["derived_id"] for row in world.insights if place == (row["extraction_id"], row["insight_index"])}
    held = [row for row in world.insights if row["text_sha256"] == link["text_sha256"]]
    of_source = {row["derived_id"] for row in held if link["source_url"] and row["source_url"] == link["source_url"]}
    of_id = {row["derived_id"] for row in held if row["insight_id"] == link["link_id"]}
    return 1, of_source or of_id or {row["derived_id"] for row in held}


def engagement(world: World) -> dict[str, tuple[int, ...]]:
    """Each extraction's likes, dismissals, net, bookmarks, shares and viewers, counted one by one."""
    names = names_of(world)
    acts: dict[tuple[str, str], list[tuple[Any, ...]]] = defaultdict(list)
    for row in [*world.feedback, *({**shown, "action": "", "imported_line": 0} for shown in world.impressions)]:
        tellings = names.get(row["insight_id"])
        reader = as_id(row["reader"])
        if tellings and reader:
            for insight in next((insights for ts, insights in reversed(tellings) if ts <= row["ts"]), tellings[0][1]):
                act = row["ts"], row["imported_line"], row["event_id"], row["action"]
                acts[insight, reader].append(act)
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


def examples(world: World) -> list[dict[str, Any]]:
    """Each extraction once, with its score, filters and engagement; of an old log only what was not captured live."""
    scored: dict[tuple[str, str], Any] = {}
    for score in sorted(world.scores, key=lambda score: (score["ts"], score["event_id"])):
        scored[score["target"], score["name"]] = score["value"]
    texts: dict[str, set[str]] = defaultdict(set)
    for insight in world.insights:
        texts[insight["extraction_id"]].add(insight["text_sha256"])
    twins = {row["extraction_id"]: live_of(world, row, texts) for row in world.extractions if row["imported_line"]}
    counted, rows = engagement(world), []
    for row in world.extractions:
        identity = row["extraction_id"]
        if twins.get(identity):
            continue
        logged = [log for log in world.extractions if twins.get(log["extraction_id"]) == identity]
        logged.sort(key=lambda log: (log["ts"], log["extraction_id"]), reverse=True)
        scores = [
            scored.get((identity, "quality_score")),
            *(extraction["quality_score"] for extraction in (row, *logged)),
        ]
        passes = [scored.get((identity, "passed_filters")), *(extraction["passed"] for extraction in (row, *logged))]
        likes, dismissals, net, bookmarks, shares, viewers = counted.get(identity, (0,) * 6)
        rows.append({
            "extraction_id": identity, "ts": row["ts"], "outcome": row["outcome"], "texts": texts[identity],
            "quality_score": next((score for score in scores if score is not None), None),
            "passed_filters": next((bool(passed) for passed in passes if passed is not None), None),
            "figures": (likes, dismissals, net, bookmarks, shares, viewers), "net": net, "viewers": viewers,
            "is_corrected": any(correction["extraction_id"] == identity for correction in world.corrections),
            "has_call": bool(row["output_sha256"]) and row["outcome"] == "ok",
            "has_content": bool(row["content"]),
            "same": (row["source_url"], *sorted(texts[identity])),
        })  # fmt: skip
    return rows


def live_of(world: World, log: dict[str, Any], texts: dict[str, set[str]]) -> str:
    """Which extraction that was captured live an old log tells of: the nearest of those that it may be."""
    near = []
    for live in world.extractions:
        began = live["ts"] - timedelta(seconds=live["duration"] or 0)
        same = live["source_url"] == log["source_url"] and texts[live["extraction_id"]] == texts[log["extraction_id"]]
        if same and not live["imported_line"] and began - MINUTE <= log["ts"] <= live["ts"] + MINUTE:
            outside = max(began - log["ts"], log["ts"] - live["ts"], timedelta(0))
            near.append((outside, abs(log["ts"] - live["ts"]), live["extraction_id"]))
    return str(min(near)[2]) if near else ""


def funnel(rows: list[dict[str, Any]]) -> list[list[dict[str, Any]]]:
    """What each filter of the export leaves; in the end of those with the same source and insights one.

    What a person corrected needs neither score nor readers.
    """
    steps = [rows]
    for keep in (
        lambda row: row["outcome"] == "ok" and row["texts"],
        lambda row: row["has_content"] or row["has_call"],
        lambda row: row["is_corrected"] or (row["quality_score"] or 0) >= FILTERS.min_quality,
        lambda row: row["is_corrected"] or row["net"] > FILTERS.net_above,
        lambda row: row["is_corrected"] or row["viewers"] >= FILTERS.min_viewers,
    ):
        steps.append([row for row in steps[-1] if keep(row)])
    best = {}
    for row in sorted(
        steps[-1],
        key=lambda row: (
            row["is_corrected"], {True: 2, None: 1, False: 0}[row["passed_filters"]], row["has_call"],
            row["ts"], row["extraction_id"],
        ),
    ):  # fmt: skip
        best[row["same"]] = row
    return [*steps, list(best.values())]


def inbound(world: World) -> list[tuple[datetime, dict[str, str], str]]:
    """Return the rows that a drain would insert for a world: time, attributes, body."""
    rows = []
    occurrences = defaultdict(list)
    for row in world.insights:
        item = {key: row[key] for key in ("insight_id", "derived_id", "text_sha256")}
        occurrences[row["extraction_id"]].append({**item, "text": row["text_sha256"]})
    for extraction in world.extractions:
        passed = {None: "", True: "true", False: "false"}[extraction["passed"]]
        items = occurrences[extraction["extraction_id"]]
        attributes = {"event_id": extraction["extraction_id"], **extraction}
        body = {"training.input": extraction["content"], "training.output": items}
        own = {"training.filter.passed": passed, "training.output.count": str(len(items))}
        rows.append((extraction["ts"], _attributes("extraction", attributes) | own, json.dumps(body)))
    for kind, table in (
        ("link", world.links), ("feedback", world.feedback), ("impression", world.impressions),
        ("score", world.scores), ("correction", world.corrections), ("llm_call", world.calls),
    ):  # fmt: skip
        for row in table:
            own = {
                "impression": {"training.insight.ids": json.dumps([row.get("insight_id")])},
                "feedback": {"training.insight.id": row.get("insight_id", "")},
            }.get(kind, {})
            if row.get("insight_index") is not None:
                own["training.insight.index"] = str(row["insight_index"])
            if reader := as_id(row.get("reader")):
                own["user.hash"] = pseudonym(KEY, reader)
            rows.append((row["ts"], _attributes(kind, row) | own, ""))
    return rows


def _attributes(kind: str, row: dict[str, Any]) -> dict[str, str]:
    held = {ATTRIBUTES[key]: str(value) for key, value in row.items() if key in ATTRIBUTES and value not in {None, ""}}
    return {"training.kind": kind} | held


def test_credit_is_what_plain_python_counts(
    folder: DataFolder, migrated: None, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Of 500 histories each extraction has the votes and readers that the rules give it, the export what they leave.

    Whatever came first: reactions, links, scores and extractions arrive in any order, some twice, with a settling after
    each batch, which takes several rounds; and no row differs from those that a settling from scratch makes, in the
    other order, of all at once.
    """
    monkeypatch.setattr(settling, "KEYS", 1000)
    monkeypatch.setattr(settle_anew, "EXTRACTIONS", 1500)
    monkeypatch.setattr(settle_anew, "IDS", 700)
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

        figures = "extraction_id, quality_score, passed_filters, likes, dismissals, net, bookmarks, shares, viewers"
        answers = [tuple(row.values()) for row in store.rows(f"SELECT {figures} FROM examples FINAL")]  # noqa: S608 - columns of ours
        parameters = FILTERS.parameters()
        counts = store.row(read_query("funnel"), extraction_id="", **parameters)
        exported = {row["extraction_id"] for row in store.rows(read_query("export"), **parameters)}
        samples = store.row(read_query("status"))["samples"]
        monkeypatch.setattr(settle_anew, "LEAST", 0)
        stale = list(stale_rows(store))
        voters = "(length(liked_by), length(dismissed_by)) != (likes, dismissals)"
        miscounted = store.row(f"SELECT countIf({voters}) AS n FROM engagement FINAL")["n"]  # noqa: S608 - ours
    every = [row for world in worlds for row in examples(world)]
    expected = [(row["extraction_id"], row["quality_score"], row["passed_filters"], *row["figures"]) for row in every]
    assert sorted(expected) == sorted(answers)
    steps = funnel(every)
    names = ("captured", "answered", "prompted", "good", "liked", "seen", "distinct")
    assert [len(step) for step in steps] == [counts[name] for name in names]
    assert {row["extraction_id"] for row in steps[-1]} == exported
    assert sum(row["outcome"] == "ok" and bool(row["texts"]) for row in every) == samples
    assert ([], 0) == (stale, miscounted)
