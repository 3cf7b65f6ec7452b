"""Settling beside others' inserts, and what a settling from scratch finds."""

import contextlib
import json
from collections.abc import Iterator
from contextlib import closing
from datetime import UTC, datetime, timedelta

import pytest

from otel_training.folder import DataFolder
from otel_training.store import settle_anew
from otel_training.store.client import Store, embedded_dsn
from otel_training.store.settle import INSERT_SECONDS, count_unsettled, settle, settle_beside_inserts
from otel_training.store.verify import Difference, stale_rows

pytestmark = pytest.mark.slow

FEEDBACK = (
    "INSERT INTO otel_logs (Timestamp, LogAttributes) SELECT now(), map('training.kind', 'feedback', "
    "'training.event.id', {event:String}, 'training.insight.id', 'i1', 'training.feedback.action', 'like', "
    "'user.hash', {event:String})"
)
KEY = "INSERT INTO unsettled (key, kind, token, at, sign) SELECT 'i1', 'name', 1, now() - {seconds:UInt32}, 1"


@pytest.fixture
def store(folder: DataFolder, migrated: None) -> Iterator[Store]:
    """Of this version's schema, without a row."""
    with closing(Store(embedded_dsn(folder.store))) as store:
        yield store


def counted(store: Store) -> int:
    """Return how many actions are counted."""
    return int(store.row("SELECT sum(actions) AS actions FROM reactions FINAL")["actions"])


def test_what_others_insert_counts_at_once_and_once_more_when_all_of_it_is_in(store: Store) -> None:
    """Of an insert that is under way a key can be seen before its rows are."""
    store.run(KEY, seconds=0)
    since = settle_beside_inserts(store)
    store.run(FEEDBACK, event="e1")
    store.run("TRUNCATE TABLE unsettled")
    store.run(KEY, seconds=10)

    settle_beside_inserts(store, since)
    assert (0, 1) == (counted(store), count_unsettled(store, 5))

    store.run("TRUNCATE TABLE unsettled")
    store.run(KEY, seconds=INSERT_SECONDS + 10)
    settle_beside_inserts(store, since)
    assert (1, 0) == (counted(store), count_unsettled(store, 0))


def test_a_settling_takes_many_rounds(store: Store, monkeypatch: pytest.MonkeyPatch) -> None:
    """A few keys at a time, with progress, until none is left."""
    monkeypatch.setattr("otel_training.store.settle.KEYS", 2)
    store.run(
        "INSERT INTO reader_events (event_id, ts, id, is_action, action) "
        "SELECT number, now(), number, true, 'x' FROM numbers(5)"
    )
    store.run(
        "INSERT INTO unsettled (key, kind, token, at, sign) SELECT number, 'name', number, now(), 1 FROM numbers(5)"
    )
    steps: list[tuple[int, int]] = []
    settle(store, lambda done, total: steps.append((done, total)))

    assert ([(2, 5), (4, 5), (5, 5)], 5, 0) == (steps, counted(store), count_unsettled(store, 0))


def test_rounds_leave_no_key_of_any_kind(store: Store, monkeypatch: pytest.MonkeyPatch) -> None:
    """The same key of several kinds comes in a round of each; and each round reads on behind the one before it."""
    monkeypatch.setattr("otel_training.store.settle.KEYS", 2)
    # Ids of which one begins the next.
    store.run(
        "INSERT INTO reader_events (event_id, ts, id, is_action) "
        "SELECT number, now(), repeat('k', number + 1), true FROM numbers(5)"
    )
    store.run(
        "INSERT INTO unsettled (key, kind, token, at, sign) "
        "SELECT repeat('k', number + 1), kind, number, now() - 3600, 1 FROM numbers(5) "
        "ARRAY JOIN ['batch', 'extraction', 'reaction'] AS kind"
    )
    settle_beside_inserts(store)

    assert (5, 0) == (counted(store), count_unsettled(store, 0))


def test_what_two_settled_at_the_same_time_hides_nothing(store: Store) -> None:
    """A key that both cancelled does not stand for another that waits."""
    noted = (
        "INSERT INTO unsettled (key, kind, token, at, sign) SELECT {key:String}, 'name', 1, toDateTime(1), {sign:Int8}"
    )
    for key, sign in (("twice", 1), ("twice", -1), ("twice", -1), ("waits", 1)):
        store.run(noted, key=key, sign=sign)
    assert 1 == count_unsettled(store, 0)

    store.run("OPTIMIZE TABLE unsettled FINAL")
    settle_beside_inserts(store)
    assert 0 == count_unsettled(store, 0)


def test_what_is_young_holds_up_nothing_that_is_old(store: Store, monkeypatch: pytest.MonkeyPatch) -> None:
    """More extractions than a round takes came in just now, and stay: the names before them are done with."""
    monkeypatch.setattr("otel_training.store.settle.KEYS", 2)
    came = (
        "INSERT INTO unsettled (key, kind, token, at, sign) "
        "SELECT number, {kind:String}, number, now() - {age:UInt32}, 1 FROM numbers(3)"
    )
    store.run(came, kind="extraction", age=0)
    store.run(came, kind="name", age=INSERT_SECONDS + 10)
    settle_beside_inserts(store)

    assert 0 == count_unsettled(store, INSERT_SECONDS)


def test_reactions_alone_touch_nothing_but_what_readers_made_of_it(store: Store) -> None:
    """The rest of an extraction's row is not read anew: not a score that came in round the inbound table."""
    extracted(store, "e", insights="T")
    settle(store)
    store.run("INSERT INTO scores (event_id, ts, target_id, name, value) VALUES ('s', now(), 'e', 'quality_score', 9)")
    like = {"training.kind": "feedback", "training.event.id": "l", "training.insight.id": "T", "user.hash": "r"}
    row = [datetime(2026, 1, 2, tzinfo=UTC), {**like, "training.feedback.action": "like"}]
    store.insert("otel_logs", ["Timestamp", "LogAttributes"], [row])
    settle(store)

    assert [{"extraction_id": "e", "quality_score": None, "likes": 1, "viewers": 1}] == list(
        store.rows("SELECT extraction_id, quality_score, likes, viewers FROM examples FINAL")
    )


def test_what_a_few_ids_came_under_is_read_in_small_granules(store: Store) -> None:
    """Of a million rows as of ten: what settling reads does not grow with the store."""
    store.run("INSERT INTO reader_events (id, event_id) SELECT toString(number % 10000), number FROM numbers(200000)")
    store.run("OPTIMIZE TABLE reader_events FINAL")
    (read,) = store.rows(
        "SELECT * FROM (EXPLAIN ESTIMATE SELECT * FROM reader_events WHERE id IN ('17', '5000', '9999'))"
    )

    assert int(read["rows"]) <= 3 * 2 * 256


def test_a_row_that_settling_missed_is_named(store: Store) -> None:
    """Which none is, after any record."""
    store.run(FEEDBACK, event="e1")
    settle(store)
    assert [] == list(stale_rows(store))

    store.run("INSERT INTO reader_events (event_id, ts, id, is_action, action) VALUES ('e2', now(), 'i1', true, 'x')")
    live, wanted = "(false,false,0,0,0,0,1,0,0,1,1)", "(false,false,0,0,0,0,2,1,0,1,1)"
    assert [Difference("reactions", "i1", live, wanted)] == list(stale_rows(store))


def test_what_is_linked_again_is_kept_once(store: Store) -> None:
    """An app may link its ids at each of thousands of extractions: only a change of what one names is new."""
    insights = [{"insight_id": text, "derived_id": text, "text_sha256": text, "text": text} for text in "TU"]
    extraction = {"training.kind": "extraction", "training.event.id": "e", "training.outcome": "ok"}
    links = [
        {"training.kind": "link", "training.event.id": f"l{second}", "training.link.id": "app", **place}
        for second, index in enumerate("0001100")
        for place in [{"training.extraction.id": "e", "training.insight.index": index}]
    ]
    rows = [(datetime(2026, 1, 1, 0, 0, second, tzinfo=UTC), link, "") for second, link in enumerate(links)]
    rows.append((datetime(2026, 1, 1, tzinfo=UTC), extraction, json.dumps({"training.output": insights})))
    store.insert("otel_logs", ["Timestamp", "LogAttributes", "Body"], [list(row) for row in rows])
    settle(store)

    names = store.row("SELECT arrayMap(n -> (toSecond(n.1), n.2), names) AS names FROM v_aliases WHERE id = 'app'")[
        "names"
    ]
    assert [(0, ["T"]), (3, ["U"]), (5, ["T"])] == [tuple(name) for name in names]


def extracted(  # noqa: PLR0913, PLR0917 - an extraction's fields
    store: Store, identity: str, minute: int = 0, insights: str = "", url: str = "u", id_: str = "", **attributes: str
) -> None:
    """Insert an extraction with insights of one letter, which is their id, too, unless the app has another."""
    output = [{"insight_id": id_ or text, "derived_id": text, "text_sha256": text, "text": text} for text in insights]
    kind = {"training.kind": "extraction", "training.event.id": identity, "training.outcome": "ok", "url.full": url}
    own = {f"training.{name.replace('_', '.')}": value for name, value in attributes.items()}
    time = datetime(2026, 1, 1, tzinfo=UTC) + timedelta(minutes=minute)
    row = [time, {**kind, **own}, json.dumps({"training.output": output})]
    store.insert("otel_logs", ["Timestamp", "LogAttributes", "Body"], [row])


def test_an_extraction_that_another_round_comes_across_is_settled_whole(
    store: Store, monkeypatch: pytest.MonkeyPatch
) -> None:
    """It shares an insight with one of that round: its own insight has had a like since before."""
    likes = [{"training.kind": "feedback", "training.feedback.action": "like", "user.hash": "r"} for _ in "bc"]
    rows = [
        [datetime(2026, 1, 1, tzinfo=UTC), {**like, "training.event.id": text, "training.insight.id": text}]
        for like, text in zip(likes, "bc", strict=True)
    ]
    store.insert("otel_logs", ["Timestamp", "LogAttributes"], rows)
    settle(store)
    monkeypatch.setattr("otel_training.store.settle.KEYS", 1)
    extracted(store, "e1", insights="ab")
    extracted(store, "e2", insights="ac")
    settle(store)

    liked = store.rows("SELECT extraction_id, likes FROM examples FINAL ORDER BY extraction_id")
    assert [("e1", 1), ("e2", 1)] == [(row["extraction_id"], row["likes"]) for row in liked]
    assert [] == list(stale_rows(store))


def test_an_extraction_with_an_id_of_its_own_is_settled_for_that_too(
    store: Store, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Its insights are those of another round, but under an id that had a like before anybody knew what it names."""
    like = {"training.kind": "feedback", "training.feedback.action": "like", "user.hash": "r"}
    row = [datetime(2026, 1, 1, tzinfo=UTC), {**like, "training.event.id": "l", "training.insight.id": "own"}]
    store.insert("otel_logs", ["Timestamp", "LogAttributes"], [row])
    settle(store)
    monkeypatch.setattr("otel_training.store.settle.KEYS", 1)
    extracted(store, "e1", insights="a")
    extracted(store, "e2", insights="a", id_="own")
    settle(store)

    liked = store.rows("SELECT extraction_id, likes FROM examples FINAL ORDER BY extraction_id")
    assert [("e1", 1), ("e2", 1)] == [(row["extraction_id"], row["likes"]) for row in liked]
    assert [] == list(stale_rows(store))


def test_settling_everything_anew_leaves_no_key_of_any_kind(store: Store, monkeypatch: pytest.MonkeyPatch) -> None:
    """Nor of a Message Batch: it would be taken again, and again beside inserts."""
    monkeypatch.setattr(settle_anew, "LEAST", 2)
    for number in range(2):
        extracted(store, f"e{number}", insights="ab")
    store.run("TRUNCATE TABLE unsettled")
    for key, kind in (("e0", "extraction"), ("e1", "extraction"), ("b", "batch"), ("i", "reaction")):
        store.run(
            "INSERT INTO unsettled (key, kind, token, at, sign) "
            "SELECT {key:String}, {kind:String}, 1, now() - {age:UInt32}, 1",
            key=key, kind=kind, age=INSERT_SECONDS + 10,
        )  # fmt: skip

    settle_beside_inserts(store)

    assert 0 == count_unsettled(store, 0)


def test_extractions_of_the_same_insights_are_settled_in_one_round(
    store: Store, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Whichever of them comes first: a source that was extracted a thousand times is not written as often for each."""
    monkeypatch.setattr("otel_training.store.settle.KEYS", 1)
    for number in range(5):
        extracted(store, f"e{number}", insights="ab")
    steps: list[tuple[int, int]] = []
    settle(store, lambda done, total: steps.append((done, total)))

    assert [(1, 5)] == steps
    assert [] == list(stale_rows(store))


@pytest.mark.parametrize("steps", range(1, 9))
def test_settling_everything_anew_may_die_at_any_step(
    store: Store, steps: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    """What is left of it is settled by the next command: votes on all insights of one, on none of another."""
    monkeypatch.setattr(settle_anew, "LEAST", 2)
    for limit in ("EXTRACTIONS", "IDS"):
        monkeypatch.setattr(settle_anew, limit, 1)
    extracted(store, "e1", insights="ab")
    extracted(store, "e2", insights="bc")
    for text in "ab":
        like = {"training.kind": "feedback", "training.feedback.action": "like", "user.hash": "r"}
        row = [datetime(2026, 1, 1, tzinfo=UTC), {**like, "training.event.id": text, "training.insight.id": text}]
        store.insert("otel_logs", ["Timestamp", "LogAttributes"], [row])
    done = []

    def die(*progress: int) -> None:
        done.append(progress)
        if len(done) == steps:
            raise KeyboardInterrupt

    with contextlib.suppress(KeyboardInterrupt):
        settle(store, die)
    settle(store)

    assert (min(steps, 6), 6) == done[-1]
    assert ([], 0) == (list(stale_rows(store)), count_unsettled(store, 0))


@pytest.mark.parametrize(
    ("minutes", "kept"),
    [
        ((0, 1, 2, 3), []),
        ((0, 59, 118, 3000), ["", "c"]),
        ((0, 60, 120, 180), ["a", "b", "a", "c"]),
        ((0, 1440, 1441, 2880), ["a", "b", "a", "c"]),
    ],
    ids=["each source from 1 on", "in doubt until it is used anew", "each hour anew", "each day anew, once twice"],
)
def test_an_id_that_goes_from_source_to_source_names_none_of_them(
    store: Store, minutes: tuple[int, ...], kept: list[str]
) -> None:
    """What readers do under it counts for none; one that is used anew each day names what it did."""
    for source, minute in zip("abac", minutes, strict=True):
        extracted(store, f"{source}{minute}", minute, insights=source, url=source)
        link = {"training.kind": "link", "training.event.id": f"l{minute}", "training.link.id": "1"}
        at = datetime(2026, 1, 1, tzinfo=UTC) + timedelta(minutes=minute)
        place = {"training.extraction.id": f"{source}{minute}", "training.insight.index": "0"}
        store.insert("otel_logs", ["Timestamp", "LogAttributes"], [[at, link | place]])
    settle(store)

    rows = store.rows("SELECT arrayJoin(names).2[1] AS name FROM v_aliases WHERE id = '1'")
    named = [row["name"] for row in rows]
    assert kept == named
    assert [] == list(stale_rows(store))


@pytest.mark.parametrize(
    ("shown", "kept"),
    [("b", ["a", "b"]), ("a", ["a"]), ("another", ["a"])],
    ids=["an id that is used anew", "the same", "in other words"],
)
def test_an_id_that_was_linked_names_what_the_feed_shows_later(store: Store, shown: str, kept: list[str]) -> None:
    """Databases give the ids of deleted rows again; a text that none returned is the app's wording of its own."""
    for minute, source in enumerate("ab"):
        extracted(store, source, minute, insights=source, url=source)
    link = {"training.kind": "link", "training.link.id": "1", "training.event.id": "l0"}
    place = {"training.extraction.id": "a", "training.insight.index": "0"}
    feed = {"training.insight.text_sha256": shown, "training.event.id": "l1", "training.source.url": "elsewhere"}
    for minute, attributes in enumerate((place, feed)):
        at = datetime(2026, 1, 1, tzinfo=UTC) + timedelta(minutes=2 + minute)
        store.insert("otel_logs", ["Timestamp", "LogAttributes"], [[at, link | attributes]])
    settle(store)

    rows = store.rows("SELECT arrayJoin(names).2[1] AS name FROM v_aliases WHERE id = '1'")
    assert kept == [row["name"] for row in rows]
    assert [] == list(stale_rows(store))


@pytest.mark.parametrize(
    ("hashes", "kept"),
    [(("t", "t"), ["a", "b"]), (("", ""), ["a", "b"]), (("u", ""), ["a", "b"]), (("t", "u"), ["a", "b", "a"])],
    ids=["of its text", "of no known text", "of no known text but once", "the first alone of its text"],
)
def test_what_a_feed_shows_under_a_linked_id_is_its_last_place(
    store: Store, hashes: tuple[str, str], kept: list[str]
) -> None:
    """Of those that had the text, or whose text is not known, as of records of before; "c" had it elsewhere."""
    link = {"training.kind": "link", "training.link.id": "1"}
    shown = link | {"training.insight.text_sha256": "t", "training.event.id": "l2"}
    for day, (name, sha256) in enumerate(zip("abc", (*hashes, "t"), strict=True)):
        output = json.dumps({"training.output": [{"derived_id": name, "text_sha256": sha256, "text": name}]})
        kind = {"training.kind": "extraction", "training.event.id": name, "training.outcome": "ok", "url.full": name}
        place = {"training.extraction.id": name, "training.insight.index": "0", "training.event.id": f"l{day}"}
        at = datetime(2026, 1, 1 + day, tzinfo=UTC)
        store.insert("otel_logs", ["Timestamp", "LogAttributes", "Body"], [[at, kind, output]])
        store.insert("otel_logs", ["Timestamp", "LogAttributes"], [[at, shown if name == "c" else link | place]])
    settle(store)

    rows = store.rows("SELECT arrayJoin(names).2[1] AS name FROM v_aliases WHERE id = '1'")
    assert kept == [row["name"] for row in rows]
    assert [] == list(stale_rows(store))


@pytest.mark.parametrize(("texts", "kept"), [("aaa", ["a"]), ("aba", [])])
def test_an_id_of_a_text_without_a_url_names_that_text(store: Store, texts: str, kept: list[str]) -> None:
    """However often it is extracted anew: its source is known by the text; another text is another source."""
    for minute, text in enumerate(texts):
        extracted(store, f"x{minute}", minute, insights=text, url="")
        place = {"training.extraction.id": f"x{minute}", "training.insight.index": "0"}
        link = {"training.kind": "link", "training.event.id": f"l{minute}", "training.link.id": "1"}
        at = datetime(2026, 1, 1, tzinfo=UTC) + timedelta(minutes=minute)
        store.insert("otel_logs", ["Timestamp", "LogAttributes"], [[at, link | place]])
    settle(store)

    rows = store.rows("SELECT DISTINCT arrayJoin(arrayJoin(names).2) AS name FROM v_aliases WHERE id = '1'")
    assert kept == [row["name"] for row in rows]


@pytest.mark.parametrize(
    ("minute", "expected"),
    [
        # Near the old log's row alone, not near the live one: both stay paired.
        (-4, [("new", None), ("live", 5)]),
        # The old log's row is of this one, no longer of the other, as far away as that may be.
        (7, [("new", 5), ("live", None)]),
    ],
)
def test_what_comes_near_a_pair_leaves_it_as_it_is_or_takes_its_place(
    store: Store, minute: int, expected: list[tuple[str, float | None]]
) -> None:
    """An old log and capture have extractions of a source without insights; another comes in later."""
    extracted(store, "live", 19, duration="600")
    extracted(store, "log", 8, imported_line="1", quality_score="5")
    settle(store)
    extracted(store, "new", minute)
    settle(store)

    rows = store.rows("SELECT extraction_id, quality_score FROM examples FINAL ORDER BY ts, extraction_id DESC")
    assert expected == [(row["extraction_id"], row["quality_score"]) for row in rows]
    assert [] == list(stale_rows(store))
