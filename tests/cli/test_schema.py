"""`otel-training schema`."""

from collections.abc import Iterator
from contextlib import closing
from typing import Any

import pytest

from otel_training.folder import DataFolder, make_folder
from otel_training.store.client import Store, embedded_dsn
from otel_training.store.migrate import migrate, read_migrations

pytestmark = pytest.mark.slow

FILES = read_migrations()
FIRST = [migration for migration in FILES if migration.name <= "0024_v_examples"]
LATER = [migration.name for migration in FILES[len(FIRST) :]]


@pytest.fixture
def store(folder: DataFolder) -> Iterator[Store]:
    """The embedded store, which a command opens beside it: one process may."""
    with closing(Store(embedded_dsn(make_folder(folder).store))) as store:
        yield store


@pytest.mark.parametrize(
    ("options", "statements"),
    [
        ("", 110),
        ("--replicated", 110),
        ("--cluster training", 150),
        ("--cluster {cluster} --replicated --ttl-days 400", 150),
        ("--roles", 6),
        ("--roles --cluster training", 6),
    ],
)
def test_shows_statements_that_parse(options: str, statements: int, command: Any, store: Store) -> None:
    """The engine reads each statement of each form; no placeholder is left."""
    code, printed, _ = command("schema", "show", *options.split())
    shown = [_uncommented(statement) for statement in printed.split(";\n\n")[:-1]]

    assert (0, statements) == (code, len(shown))
    # It raises where one cannot be parsed.
    assert all(store.row("SELECT formatQuery({text:String}) AS text", text=statement)["text"] for statement in shown)
    assert [] == [statement for statement in shown if ";" in statement or "/*{" in statement]


def _uncommented(statement: str) -> str:
    return "\n".join(line for line in statement.splitlines() if not line.startswith("--"))


@pytest.mark.parametrize(
    ("argv", "reason"),
    [
        (("show", "--cluster", "a' AS b"), "a cluster's name has letters"),
        # The engine's DateTime would begin anew and drop every row.
        (("show", "--ttl-days", "36500"), "36500 is not in the range 1<=x<=9999"),
        (("status", "--json", "--csv"), "Choose one of --json and --csv."),
    ],
)
def test_refuses_what_would_do_harm(argv: tuple[str, ...], reason: str, command: Any) -> None:
    """As wrong usage: what ends the quotes around it, what drops every row, what asks for two formats."""
    code, printed, errors = command("schema", *argv)

    assert (2, "", True) == (code, printed, reason in errors)


@pytest.mark.parametrize("option", ["--json", "--csv", ""])
def test_lists_migrations_for_people_and_programs(option: str, command: Any) -> None:
    """Of an empty store, all of them as pending."""
    code, printed, errors = command("schema", "status", *option.split())

    assert (0, len(FILES)) == (code, printed.count("pending"))
    assert f"{len(FILES)} migrations pending: `otel-training schema apply` runs them.\n" == errors


def test_lists_and_runs_what_is_pending(command: Any, rows: Any, store: Store) -> None:
    """Of a store of the first schema; a second run has nothing to do."""
    migrate(store, FIRST)
    before = rows("schema", "status")
    applied = command("schema", "apply")

    assert [
        {"migration": migration.name, "state": "pending" if migration.name in LATER else "applied"}
        for migration in FILES
    ] == before
    assert (0, "".join(f"applied {name}\n" for name in LATER), "") == applied
    assert (0, "", "Nothing is pending.\n") == command("schema", "apply")
    assert {"applied"} == {row["state"] for row in rows("schema", "status")}


def test_verifies_a_store_of_this_version(command: Any, store: Store) -> None:
    """Without difference the exit code is 0, and nothing of the comparison stays behind."""
    migrate(store)

    assert (0, "", "0 differences from this version's schema.\n") == command("schema", "verify")
    assert [] == list(store.rows("SELECT name FROM system.databases WHERE name LIKE '%verify%'"))


def test_names_each_difference_in_a_line(command: Any, rows: Any, store: Store) -> None:
    """A column, an engine, a view, a missing table and a missing column; not what is the operator's."""
    migrate(store)
    for statement in (
        "ALTER TABLE extractions ADD COLUMN mine String",
        "ALTER TABLE links DROP COLUMN imported_line",
        "ALTER TABLE scores MODIFY COLUMN value Nullable(Float64)",
        "ALTER TABLE feedback MODIFY TTL toDateTime(ts) + toIntervalDay(9)",
        "DROP TABLE losses",
        "RENAME TABLE segments TO old",
        "CREATE TABLE segments ENGINE = MergeTree ORDER BY segment AS SELECT * FROM otel_training.old LIMIT 0",
        "CREATE OR REPLACE VIEW v_examples AS SELECT insight FROM v_insights",
        "CREATE TABLE of_the_operator (a String) ENGINE = MergeTree ORDER BY a",
    ):
        store.run(statement)

    code, printed, errors = command("schema", "verify")

    lines = printed.splitlines()
    assert (1, "6 differences from this version's schema.\n") == (code, errors)
    assert [
        "extractions.mine: is not of this version (String)",
        "links.imported_line: is missing (UInt64)",
        "losses: is missing (ReplacingMergeTree PARTITION BY toYYYYMM(ts) ORDER BY event_id)",
        "scores.value: type is Nullable(Float64), should be Float64",
        "segments: engine is MergeTree ORDER BY segment, should be ReplacingMergeTree(revision) ORDER BY segment",
    ] == lines[:5]
    assert lines[5].startswith("v_examples: query is SELECT insight FROM v_insights, should be SELECT ")


@pytest.mark.parametrize("option", ["--json", "--csv"])
def test_tells_programs_what_differs(option: str, command: Any, store: Store) -> None:
    """As rows."""
    migrate(store)
    store.run("ALTER TABLE scores MODIFY COLUMN value Nullable(Float64)")

    code, printed, _ = command("schema", "verify", option)

    assert (
        1,
        '{"object": "scores.value", "property": "type", "live": "Nullable(Float64)", "wanted": "Float64"}\n'
        if option == "--json"
        else "object,property,live,wanted\r\nscores.value,type,Nullable(Float64),Float64\r\n",
    ) == (code, printed)
