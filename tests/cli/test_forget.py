"""`otel-training forget`: nothing is left of what was forgotten, and all else is as if it had never been."""

import json
import shutil
from collections.abc import Iterable
from pathlib import Path
from typing import Any

import pytest

import otel_training
from otel_training.folder import DataFolder, make_folder
from otel_training.pipeline import process
from otel_training.pipeline.pipeline import make_finisher
from otel_training.pipeline.settings import settings_in_force
from otel_training.review.decisions import Decision, Verdict, decide, keep_in
from otel_training.routing.state import read_state
from otel_training.spool.rejected import set_aside
from otel_training.store.client import Store
from otel_training.store.forget import Scope, find, forget
from otel_training.store.session import open_drained
from otel_training.store.settle import settle
from otel_training.store.verify import stale_rows
from tests.cli.killing import kill, stored
from tests.routed import route_calls

pytestmark = pytest.mark.slow

TABLES = "SELECT name FROM system.tables WHERE database = currentDatabase() AND engine LIKE '%MergeTree'"
WORD = "Zanzibar"
"""In every text of the source that is forgotten."""


@otel_training.extraction
def extract(topic: str, source_url: str, source_content: str) -> dict[str, Any]:
    """Answer an insight, and report a call."""
    text = f"{source_content.partition(' ')[0]} orders rose"
    messages = [{"role": "user", "content": f"Extract: {source_content}"}]
    otel_training.current().llm_call(
        model="claude-haiku-4-5", input=messages, output=json.dumps([text]), input_tokens=9
    )
    return {"insights": [{"text": text}], "quality_score": 8}


def gather(sources: dict[str, str], readers: Iterable[str | int]) -> list[str]:
    """Extract each source, and have readers see and like its insight; returns the extractions' ids."""
    ids = []
    for url, content in sources.items():
        extract("chips", url, content)
        ids.append(otel_training.current().id)
        insight = otel_training.insight_id(url, f"{content.partition(' ')[0]} orders rose")
        for reader in readers:
            otel_training.record_impressions([insight], user_id=reader)
            otel_training.record_feedback(insight, "like", user_id=reader)
    assert process.flush(30)
    return ids


def holding(text: str) -> dict[str, int]:
    """Count by table the rows in which a text stands, in whatever column, and the parts that nobody reads any more."""
    with open_drained(settings_in_force()) as (store, _):
        counts = {}
        for table in [row["name"] for row in store.rows(TABLES)]:
            query = (
                "SELECT count() AS rows FROM {table:Identifier} WHERE position(toString(tuple(*)), {text:String}) > 0"
            )
            counts[table] = store.row(query, table=table, text=text)["rows"]
        counts["old parts"] = store.row(
            "SELECT count() AS parts FROM system.parts WHERE NOT active AND table != 'schema_migrations'"
        )["parts"]
    return {table: count for table, count in counts.items() if count}


def figures(rows: Any) -> list[tuple[Any, ...]]:
    """Return what is computed: of each topic samples, votes and readers."""
    (analysis,) = rows("analyze")
    return [(row["name"], row["samples"], row["liked"]["total"], row["viewers"]) for row in analysis["topics"]]


def test_forgets_a_reader(folder: DataFolder, rows: Any, command: Any) -> None:
    """Its pseudonym stands nowhere; the votes that are left are those of the others."""
    gather({"https://news.example/1": "Chip makers"}, range(3))
    pseudonym = str(make_finisher(settings_in_force(), make_folder(folder)).reader_attributes(1)["user.hash"])
    before = holding(pseudonym)
    assert {"feedback", "impressions", "readers"} <= set(before)
    set_aside(folder, "1.jsonl", b'{"header": 1}\n', f'{{"a": "{pseudonym}"}}\n{{"b": 2}}\n'.encode(), "why")

    shown = rows("forget", "--pseudonym", pseudonym, "--show")[0]["rows"]
    (receipt,) = rows("forget", "--user", 1, "--yes")

    assert (
        {"impressions": 1, "feedback": 1, "reader_events": 2, "reader_events_by_time": 2, "readers": 1}
        == receipt["rows"]
        == shown
    )
    assert (1, [], [], True) == (
        receipt["rejected"], receipt["datasets"], receipt["candidates"], receipt["forgotten"],
    )  # fmt: skip
    assert b'{"header": 1}\n{"b": 2}\n' == (folder.rejected / "1.jsonl").read_bytes()
    assert {} == holding(pseudonym)
    assert [("chips", 1, 2, 2)] == figures(rows)
    assert 0 == command("schema", "verify", "--deep")[0]
    assert {} == rows("forget", "--user", 1, "--show")[0]["rows"]


def test_forgets_who_was_nobody(rows: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    """Older versions took `undefined` for a reader; what they kept is found by that word."""
    with monkeypatch.context() as older:
        older.setattr("otel_training.events.finisher.NOBODY", frozenset())
        gather({"https://news.example/1": "Chip makers"}, ["undefined", 1])
    gather({"https://news.example/1": "Chip makers"}, ["undefined"])

    (receipt,) = rows("forget", "--user", "undefined", "--yes")

    counts = {"impressions": 1, "feedback": 1, "reader_events": 2, "reader_events_by_time": 2, "readers": 1}
    assert counts == receipt["rows"]


def test_names_the_training_files_that_hold_a_source(rows: Any, command: Any, tmp_path: Path) -> None:
    """By the manifests of what was exported here, or that are gone; of a reader a file holds nothing."""
    filters = ("--min-quality", 0, "--min-viewers", 1)
    for number, name in enumerate(("before", "gone", "broken", "kept")):
        gather({f"https://news.example/{number}": f"Chip{number} makers"}, [1])
        # Two rows at least, so that lines end with commas, too.
        gather({f"https://other.example/{number}": f"Wheat{number} harvest of the summer"}, [1])
        rows("export", "--out", f"{name}.jsonl", *filters)
    (tmp_path / "gone.manifest.json").unlink()
    (tmp_path / "broken.manifest.json").write_text('{"extraction_id"', "utf-8")
    scope = ("forget", "--source", "https://news.example/3")

    (reader,) = rows("forget", "--user", 1, "--show")
    (shown,) = rows(*scope, "--show")
    printed = command(*scope, "--yes")[1]
    again = command(*scope, "--yes")[1]

    expected = [(str(tmp_path / f"{name}.manifest.json"), name != "gone") for name in ("gone", "broken", "kept")]
    assert ([], expected) == (reader["exports"], [(copy["file"], copy["is_there"]) for copy in shown["exports"]])
    files = [[str(tmp_path / f"{name}.jsonl")] for name in ("gone", "broken", "kept")]
    assert files == [copy["training_files"] for copy in shown["exports"]]
    line = f"{files[2][0]} (of {shown['exports'][2]['made_at'][:10]}). Write them anew."
    assert [True, True] == [line in text for text in (printed, again)]


def test_leaves_nothing_where_another_command_settles_meanwhile(folder: DataFolder) -> None:
    """As any does that shares the server, by rows that are not deleted yet."""
    url = "https://news.example/2"
    gather({"https://news.example/1": "Chip makers", url: f"{WORD} makers"}, range(3))
    with open_drained(settings_in_force()) as (store, _):
        scope = Scope(source=url)
        forget(store, scope, find(store, scope), lambda number, _: settle(store) if number == 1 else None)

        assert [] == list(stale_rows(store))
        assert 1 == store.row("SELECT count() AS rows FROM examples FINAL")["rows"]


def test_forgets_a_source(folder: DataFolder, rows: Any, command: Any) -> None:
    """Nothing of it stands anywhere, not in a dataset either, which is named; the other source is as it was."""
    url = "https://news.example/2?token=s3cret"
    ids = gather({"https://news.example/1": "Chip makers", url: f"{WORD} makers"}, range(3))
    otel_training.record_correction(ids[1], [f"{WORD} orders fell"])
    route_calls(folder, url, f"{WORD} orders")
    finisher, keep = make_finisher(settings_in_force(), make_folder(folder)), keep_in(settings_in_force(), folder)
    decide(Decision(ids[1], Verdict.ACCEPT), "mira", finisher, keep)
    assert process.flush(30)
    created = command("dataset", "create", "v1", "--min-viewers", 1, "--split", "100/0/0", "--group-by", "url")
    assert 0 == created[0], created[2]
    candidate = ("experiment", "candidate", "c", "--model", "m", "--base-url", "http://127.0.0.1:1", "--few-shot", 2)
    (made_of_it,) = rows(*candidate, "--dataset", "v1")
    assert ids[1] in made_of_it["shots"]
    assert WORD in folder.experiments.read_text(encoding="utf-8")
    assert {"extractions", "llm_calls", "corrections", "dataset_rows", "shadows", "candidates"} <= set(holding(WORD))

    shown = rows("forget", "--extraction", ids[1], "--show")[0]["rows"]
    (receipt,) = rows("forget", "--source", url, "--yes")

    routed = {"extractions": 5, "insights": 4, "output_texts": 4, "assignments": 4, "shadows": 2, "call_costs": 2}
    # Those of one extraction are of its insight, which others returned, too.
    routed |= {"feedback": 3, "impressions": 3, "reader_events": 6, "reader_events_by_time": 6}
    expected = {table: shown.get(table, 0) + routed.get(table, 0) for table in {*shown, *routed}}
    assert (["v1"], ["c"], expected) == (receipt["datasets"], receipt["candidates"], receipt["rows"])
    assert {"few-shot-v1"} == set(read_state(folder).candidates)
    assert {} == holding(WORD)
    assert {} == holding(ids[1])
    assert [("chips", 1, 3, 3)] == figures(rows)
    assert [ids[0]] == [row["extraction_id"] for row in rows("view", "extraction")]
    assert 0 == command("schema", "verify", "--deep")[0]


def test_what_readers_did_goes_with_its_insight(rows: Any, command: Any) -> None:
    """Under whatever id named it; under one that names another, too, and of a feed's other cards, it stays."""
    kept, gone = (
        extract_as(url, content, ids)
        for url, content, ids in (
            ("https://news.example/1", "Chip makers", ["app-1", "both"]),
            ("https://news.example/2", f"{WORD} makers", ["app-2", "both"]),
        )
    )
    for shown in ([kept, gone, "app-2"], [gone, "app-2"], ["both"], [kept]):
        otel_training.record_impressions(shown, user_id=1)
    for insight in ("app-1", "app-2", gone, "both"):
        otel_training.record_feedback(insight, "like", user_id=1)
    assert process.flush(30)

    (receipt,) = rows("forget", "--source", "https://news.example/2", "--yes")

    assert {"feedback": 2, "impressions": 4, "links": 2, "reader_events": 6, "reader_events_by_time": 3} == {
        table: count
        for table, count in receipt["rows"].items()
        if table in {"feedback", "impressions", "links"} or "reader" in table
    }
    assert [{}, {}] == [holding(identifier) for identifier in (gone, "app-2")]
    assert [] == [gap for gap in rows("doctor")[0]["gaps"] if gap["name"] == "ids"]
    assert "app-2" not in command("doctor")[1]


def extract_as(url: str, content: str, ids: list[str]) -> str:
    """Extract a source whose insight the app gives ids of its own; return the derived one."""
    extract("chips", url, content)
    for own in ids:
        otel_training.current().link([own])
    return otel_training.insight_id(url, f"{content.partition(' ')[0]} orders rose")


def test_what_is_not_kept_costs_no_writing(rows: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    """Where there is nothing to forget no table is altered, but that of a forgetting that was not ended."""
    gather({"https://news.example/1": "Chip makers"}, [1])
    rows("status")
    run, altered = Store.run, list[str]()

    def noting(store: Store, statement: str, **parameters: Any) -> None:
        if statement.startswith("ALTER"):
            altered.append(parameters["table"])
        run(store, statement, **parameters)

    monkeypatch.setattr(Store, "run", noting)
    rows("forget", "--user", "nobody", "--yes")
    assert [] == altered
    with open_drained(settings_in_force()) as (store, _):
        run(store, "ALTER TABLE feedback MODIFY SETTING old_parts_lifetime = 0")
    altered.clear()
    rows("forget", "--user", "nobody", "--yes")
    assert {"feedback"} == set(altered)
    altered.clear()
    rows("forget", "--user", "nobody", "--yes")
    assert [] == altered


def test_forgets_a_program(rows: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    """A test run that got in goes, with all that it recorded; what others recorded stays."""
    gather({"https://news.example/1": "Chip makers"}, range(2))
    monkeypatch.setenv("OTEL_SERVICE_NAME", "test-run")
    process.reset()
    gather({"https://news.example/2": f"{WORD} makers"}, range(5))
    process.reset()

    (receipt,) = rows("forget", "--service", "test-run", "--yes")

    assert {"extractions": 1, "impressions": 5, "feedback": 5} == {
        table: receipt["rows"][table] for table in ("extractions", "impressions", "feedback")
    }
    assert {} == holding(WORD)
    assert [("chips", 1, 2, 2)] == figures(rows)


def test_shows_and_asks_before_it_deletes(rows: Any, command: Any) -> None:
    """--show deletes nothing; nor does a command that nobody confirms."""
    gather({"https://news.example/1": "Chip makers"}, range(3))

    (shown,) = rows("forget", "--user", 1, "--show")
    code, _, err = command("forget", "--user", 1)

    assert (1, False) == (shown["rows"]["feedback"], shown["forgotten"])
    with open_drained(settings_in_force()) as (store, _):
        assert [] == list(store.rows("SELECT * FROM forgotten"))
    assert 1 == code
    assert "Delete it?" in err
    assert [("chips", 1, 3, 3)] == figures(rows)
    assert "Nothing is kept of it." in command("forget", "--user", "nobody", "--yes")[1]


@pytest.mark.parametrize(
    ("scope", "points"), [(("--source", "https://news.example/2"), (1.5, 2, 20)), (("--user", "1"), (3, 6))]
)
def test_killed_it_is_run_again(  # noqa: PLR0913, PLR0917 - what is forgotten, where it is killed, and what with
    scope: tuple[str, str],
    points: tuple[float, ...],
    folder: DataFolder,
    rows: Any,
    command: Any,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """Wherever that was, nothing is left of what was forgotten, and all else as if nobody had killed it."""
    gather({"https://news.example/1": "Chip makers", "https://news.example/2": f"{WORD} makers"}, range(3))
    reader = str(make_finisher(settings_in_force(), make_folder(folder)).reader_attributes(1)["user.hash"])
    word = reader if scope[0] == "--user" else WORD
    assert 0 == command("status")[0]
    process.reset()

    def forgotten(at: float) -> list[Any]:
        """Forget in a copy of the data folder, killed at a statement first; return what is left there."""
        home = folder.path.with_name(str(at))
        shutil.copytree(folder.path, home, symlinks=True)
        if at:
            kill(home, "DELETE WHERE", at, "forget", *scope, "--yes")
        monkeypatch.setenv("OTEL_TRAINING_HOME", str(home))
        process.reset()
        rows("forget", *scope, "--yes")
        return [holding(word), stored(), figures(rows)]

    whole = forgotten(0)
    assert {} == whole[0]
    assert dict.fromkeys(points, whole) == {at: forgotten(at) for at in points}


@pytest.mark.parametrize("options", [[], ["--user", "1", "--source", "u"], ["--user", " "]])
def test_wants_one_thing_to_forget(command: Any, options: list[str]) -> None:
    """Neither nothing, which would be all, nor two at once."""
    code, _, err = command("forget", *options)

    assert 2 == code
    assert "one of --user, --pseudonym, --source, --extraction, --service" in " ".join(err.split())
