"""Whose votes are counted, through the public commands: one reader, five who collude, many who were shown nothing."""

from contextlib import closing
from pathlib import Path
from typing import Any

import pytest

import otel_training
from otel_training.dataset.funnel import Doubts
from otel_training.folder import DataFolder
from otel_training.store.client import Store, embedded_dsn, read_query
from tests.dataset.captured import manifest
from tests.dataset.readers import DISMISS, LIKE, Population, collude, feeds, pile_on, population, targets

pytestmark = pytest.mark.slow

MEMBERS = {3, 11, 17, 23, 31}


@otel_training.extraction
def extract(topic: str, source_url: str, source_content: str) -> dict[str, Any]:
    """Answer one insight."""
    return {"insights": [f"Of {source_url}"], "quality_score": 8}


def url(number: int) -> str:
    """The source of an insight."""
    return f"https://s{number % 7}.example/{number}"


def insight(number: int) -> str:
    """The id of an insight."""
    return otel_training.insight_id(url(number), f"Of {url(number)}")


def capture(readership: Population) -> None:
    """Let the readers see and vote, through the library."""
    for number, topic in enumerate(readership.topics):
        extract(str(topic), url(number), f"The source {number}.")
    for reader, shown in feeds(readership):
        otel_training.record_impressions([insight(number) for number in shown], user_id=reader)
    for number, votes in enumerate(readership.votes):
        for reader, vote in sorted(votes.items()):
            otel_training.record_feedback(insight(number), vote, user_id=reader)


def taken(rows: Any, *options: str) -> tuple[set[str], dict[str, Any]]:
    """Export; return the sources that were taken, and the step of trust, if there is one."""
    (report,) = rows("export", "--out", "t.jsonl", "--force", *options)
    sources = {row["source_url"] for row in manifest(Path("t.manifest.json"))["rows"]}
    steps = [step for step in report["funnel"]["steps"] if step["filter"] == "trusted votes"]
    return sources, steps[0] if steps else {}


def passing(readership: Population) -> set[str]:
    """Return the sources whose insight passes, by the simulator's own count."""
    return {url(number) for number, verdict in enumerate(readership.passes()) if verdict}


def test_five_who_collude_decide_nothing(rows: Any, folder: DataFolder) -> None:
    """Honest readers keep all their verdicts; then five of them, with histories like all others', lift and dismiss."""
    readership = population(5, readers=65, insights=160, taste=1.0)
    lifted, dismissed = targets(readership, MEMBERS, 15), targets(readership, MEMBERS, 15, passing=True)
    capture(readership)
    honest = taken(rows)
    assert (passing(readership), {}) == honest

    collude(readership, MEMBERS, lifted)
    collude(readership, MEMBERS, dismissed, DISMISS)
    for number, vote in [*((number, LIKE) for number in lifted), *((number, DISMISS) for number in dismissed)]:
        for reader in MEMBERS:
            otel_training.record_impressions([insight(number)], user_id=reader)
            otel_training.record_feedback(insight(number), vote, user_id=reader)

    naive, none = taken(rows, "--count-lockstep")
    after, step = taken(rows)

    assert (passing(readership), {}) == (naive, none)
    assert len(naive ^ honest[0]) >= 15
    assert after == honest[0]
    influence = rows("analyze")[0]["influence"]
    others = [reader["decided"] for reader in influence if not reader["lockstep"]]
    assert [1] * 5 + [0] * 10 == [reader["lockstep"] for reader in influence]
    assert sorted(others, reverse=True) == others
    restored, undone = len(honest[0] - naive), len(naive - honest[0])
    assert {
        "filter": "trusted votes", "left": len(after), "dropped": undone - restored, "missing": 0,
        "reason": f"{undone} by votes that are not counted; {restored} more that such votes had dropped; "
        "not counted are votes by readers in lockstep (groups of 5)",
    } == step  # fmt: skip
    # Where a reader opted out, too, all votes are counted anew, by what came in.
    (folder.path / "opt_outs.txt").write_text("reader 9999\n", encoding="utf-8")
    assert (after, step["left"]) == ((counted := taken(rows))[0], counted[1]["left"])


def test_a_crowd_that_comes_for_one_source_decides_nothing(rows: Any, command: Any) -> None:
    """Its likes lift nothing in `export`, its dismissals are seen neither by `analyze` nor as labels."""
    readership = population(6, readers=45, insights=140, taste=1.0)
    mine = range(3, 140, 7)
    capture(readership)
    honest, before = taken(rows), rows("analyze")[0]["totals"]["examples"]
    assert (passing(readership), {}) == honest

    for first, vote in ((1000, LIKE), (2000, DISMISS)):
        crowd = Population(readership.topics, [set() for _ in readership.shown], [{} for _ in readership.votes])
        pile_on(crowd, first, first, 30, mine, 0.4, vote)
        for number, votes in enumerate(crowd.votes):
            for reader in votes:
                otel_training.record_impressions([insight(number)], user_id=reader)
                otel_training.record_feedback(insight(number), vote, user_id=reader)
        naive, (after, step) = taken(rows, "--count-lockstep")[0], taken(rows)

        assert len(naive ^ honest[0]) >= 3
        assert after == honest[0]
        assert "by readers of one source alone (groups of 30" in step["reason"]
        assert before == rows("analyze")[0]["totals"]["examples"]
    (finding,) = (each for each in rows("doctor")[0]["findings"] if "one source alone" in each)
    assert "The votes of 60 readers of one source alone are not counted" in finding
    assert "otel-training export --count-lockstep" in finding
    assert "--count-lockstep; `otel" in command("export", "--out", "again.jsonl", "--no-score")[2]


def test_a_replaying_reader_moves_a_count_by_one(rows: Any) -> None:
    """A thousand times the same, through the library: one vote, one viewer."""
    extract("chips", url(1), "The source.")
    identity = otel_training.current().id
    for reader in range(10):
        otel_training.record_impressions([insight(1)], user_id=reader)
        otel_training.record_feedback(insight(1), LIKE if reader % 2 else DISMISS, user_id=reader)
    before = rows("dataset", "explain", identity)[0]
    for _ in range(1000):
        otel_training.record_impressions([insight(1)], user_id=99)
        otel_training.record_feedback(insight(1), LIKE, user_id=99)
    after = rows("dataset", "explain", identity)[0]

    figures = ("likes", "dismissals", "viewers")
    assert ([5, 5, 10], [6, 5, 11]) == tuple([each[name] for name in figures] for each in (before, after))


def test_nothing_hangs_on_one_of_many(rows: Any) -> None:
    """What more than a hundred like counts for nobody's influence; one like, or one dismissal of a like, decides."""
    for number, likes, dismissed in ((1, range(101), 200), (2, range(100), 200), (3, [7], None), (4, [8], 9)):
        extract("chips", url(number), f"The source {number}.")
        for reader in likes:
            otel_training.record_feedback(insight(number), LIKE, user_id=reader)
        if dismissed is not None:
            otel_training.record_feedback(insight(number), DISMISS, user_id=dismissed)

    influence = rows("analyze")[0]["influence"]

    figures = sorted((r["decided"], r["likes"], r["dismissals"]) for r in influence)
    assert [(0, 0, 2), *[(0, 1, 0)] * 6, (0, 2, 0), (1, 1, 1), (1, 2, 0)] == figures


def test_lockstep_is_left_out_of_many_votes_too(migrated: None, folder: DataFolder) -> None:
    """Whichever of the two queries asks: with somebody who opted out, and without."""
    with closing(Store(embedded_dsn(folder.store))) as store:
        figures = ("insight", "likes", "dismissals", "viewers", "liked_by", "dismissed_by", "revision")
        store.insert("engagement", figures, [["i", 105, 102, 207, [*range(105)], [*range(500, 602)], 1]])
        doubts = Doubts(lockstep=((1, 2, 3, 4, 5),))

        left_out = list(store.rows(read_query(doubts.query), **doubts.parameters()))

    assert [("i", 5, 0)] == [(row["insight"], row["likes"], row["dismissals"]) for row in left_out]


def test_votes_on_what_was_not_shown(rows: Any) -> None:
    """With `--only-shown` they are not counted where the app reports what it shows, and are where it does not."""
    for number in (1, 2):
        extract("chips", url(number), f"The source {number}.")
    for reader in range(10):
        otel_training.record_feedback(insight(1), LIKE, user_id=reader)
    assert {url(1)} == taken(rows, "--only-shown")[0]
    for reader in range(100, 190):
        otel_training.record_impressions([insight(2)], user_id=reader)
        otel_training.record_feedback(insight(2), LIKE if reader % 3 else DISMISS, user_id=reader)
    sources, step = taken(rows, "--only-shown")

    assert {url(1), url(2)} == taken(rows)[0]
    assert {url(2)} == sources
    assert "1 by votes that are not counted; not counted are votes on what was not shown (10)" == step["reason"]
    otel_training.record_feedback(insight(2), LIKE, user_id=1)
    # Of 101 votes 11: the app does not report all that it shows.
    assert {url(1), url(2)} == taken(rows, "--only-shown")[0]


def test_opt_outs_are_never_used(rows: Any, command: Any, folder: DataFolder) -> None:
    """Neither a source, nor what is below its domain, nor a reader's votes; the data folder's file counts by itself."""
    for number in range(5):
        extract("chips", url(number), f"The source {number}.")
        for reader in range(11):
            otel_training.record_feedback(insight(number), LIKE if reader < 6 else DISMISS, user_id=reader)
    everything = {url(number) for number in range(5)}
    assert everything == taken(rows)[0]
    assert 0 == command("dataset", "create", "a", "--split", "100/0/0")[0]
    own = folder.path / "opt_outs.txt"
    own.write_text(f"# who asked for it\ns1.example\nexample.org # later\n{url(2)}\n", encoding="utf-8")

    sources, _ = taken(rows)
    steps = rows("dataset", "explain", otel_training.current().id)[0]["steps"]
    code, _, error = command("export", "--dataset", "a", "--out", "a.jsonl")

    assert everything - {url(1), url(2)} == sources
    assert {"filter": "not opted out", "left": 1, "dropped": 0, "missing": 0, "reason": ""} in steps
    assert (1, True) == (code, "2 rows of a are of sources that opted out" in " ".join(error.split()))

    own.write_text("reader 1\n", encoding="utf-8")
    code, _, error = command("export", "--out", "b.jsonl")
    assert (1, True) == (code, "5 by votes that are not counted" in " ".join(error.split()))
    assert "by readers who opted out" in " ".join(error.split())
    own.write_text("nobody knows this\n", encoding="utf-8")
    assert 2 == command("export", "--out", "b.jsonl")[0]
