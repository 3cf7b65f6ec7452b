"""Migrations."""

from collections.abc import Callable, Iterator
from contextlib import closing
from pathlib import Path
from typing import Any

import pytest

from otel_training.errors import StoreError
from otel_training.folder import DataFolder
from otel_training.store.client import Store, embedded_dsn
from otel_training.store.deployment import Deployment
from otel_training.store.drain import drain
from otel_training.store.migrate import Migration, migrate, read_migrations
from otel_training.store.settle import settle
from otel_training.store.verify import differences
from tests.stores import lay_store

pytestmark = pytest.mark.slow

_ROUTED = {"assignment": "view_assignment", "shadow": "view_shadow", "not-on": "doctor_experiments"}
_OF_SHADOWS = {"costs_shadows", "savings_shadows"}
_LATE = {"loss": "coverage_routes", "review": "review_counts", **_ROUTED}

FEEDBACK = (
    "INSERT INTO otel_logs (Timestamp, LogAttributes) VALUES ('2026-01-02 03:04:05', "
    "{'training.kind': 'feedback', 'training.event.id': 'e1', 'training.insight.id': 'i1', "
    "'training.feedback.action': 'like'})"
)

IMPRESSION = (
    "INSERT INTO otel_logs (Timestamp, ServiceName, LogAttributes) VALUES ('2026-01-02 03:04:06', 'web', "
    "{'training.kind': 'impression', 'training.event.id': 'e2', 'training.insight.ids': '[\"i1\",\"i2\",\"i1\"]', "
    "'user.hash': 'anna'})"
)


@pytest.fixture
def store(folder: DataFolder) -> Iterator[Store]:
    """An empty embedded store."""
    opened = Store(embedded_dsn(folder.store))
    yield opened
    opened.close()


def test_applies_each_once_and_in_order(store: Store) -> None:
    """A second run has nothing to do."""
    assert [migration.name for migration in read_migrations()] == migrate(store)
    assert [] == migrate(store)


def test_numbers_the_files_one_statement_each() -> None:
    """No number is there twice; each begins with a comment and holds one statement."""
    migrations = read_migrations()

    assert len(migrations) == len({int(migration.name[:4]) for migration in migrations})
    assert [] == [
        migration.name
        for migration in migrations
        if ";" in migration.statement.replace("--", "") and "; " not in migration.statement
    ]
    assert [] == [migration.name for migration in migrations if not migration.statement.startswith("-- ")]


def test_no_file_is_edited_that_stores_were_made_from() -> None:
    """Each is as it was when it came in: a store that was made from another text is refused by every command.

    `sha256sum --check` reads the list; a new file gets its line there.
    """
    lines = (Path(__file__).parent / "schema.sha256").read_text(encoding="utf-8").splitlines()

    assert lines == [
        f"{migration.sha256}  otel_training/store/schema/{migration.name}.sql" for migration in read_migrations()
    ]


def test_brings_every_earlier_schema_to_this_one_and_keeps_its_rows(store: Store) -> None:
    """Stopping after the first schema that takes feedback and going on later loses no row."""
    first = [migration for migration in read_migrations() if migration.name <= "0009_feedback_mv"]
    migrate(store, first)
    store.run(FEEDBACK)

    assert [migration.name for migration in read_migrations()][len(first) :] == migrate(store)
    assert [{"event_id": "e1", "action": "like", "extraction_id": ""}] == list(
        store.rows("SELECT event_id, action, extraction_id FROM v_feedback")
    )


@pytest.mark.parametrize(
    ("lasts", "unknown"),
    [
        (("0018_segments", "0024_v_examples"), {"correction": "view_correction", "query": "view_query", **_LATE}),
        (("0030_v_llm_calls", "0031_otel_traces"), _LATE),
        (("0070_v_events",), {"review": "review_counts", **_ROUTED}),
    ],
)
def test_rows_of_an_earlier_schema_read_as_those_of_this_one(
    lasts: tuple[str, ...], unknown: dict[str, str], folder: DataFolder, everything: Callable[[], None], answer: Any
) -> None:
    """Drained into the tables of the first files and then migrated, records of kinds they knew answer alike."""
    everything()
    words = tuple(f'","value":{{"stringValue":"{word}"}}'.encode() for word in unknown)
    kept = {
        path: b"".join(line for line in path.read_bytes().splitlines(True) if not any(word in line for word in words))
        for path in folder.local.glob("[!.]*")
    }
    answers = []
    lay_store(folder)
    earlier = [
        (folder.path / last, [migration for migration in read_migrations() if migration.name <= last]) for last in lasts
    ]
    for place, first in [(folder.store, []), *earlier]:
        for path, content in kept.items():
            path.write_bytes(content)
        with closing(Store(embedded_dsn(place))) as store:
            migrate(store, first)
            drain(store, folder)
            migrate(store)
            settle(store)
            answers.append(answer(store))

    assert [answers[0]] * len(lasts) == answers[1:]
    assert {*unknown.values(), *_OF_SHADOWS} == {name for name, rows in answers[1].items() if not rows}


def test_counts_by_time_what_readers_did_before_and_since(store: Store) -> None:
    """Each once, as the typed tables have it, though some came before that was noted, and again afterwards."""
    first = [migration for migration in read_migrations() if migration.name < "0119"]
    migrate(store, first)
    store.run(IMPRESSION.replace("e2", "e0"))
    for wanted in (first, None):
        migrate(store, wanted)
        store.run(FEEDBACK)
        store.run(IMPRESSION)
    store.run(IMPRESSION.replace("e2", "e3").replace('"i1","i2","i1"', ""))
    store.run(IMPRESSION.replace("e2", "e4").replace("'user.hash'", "'user'"))
    nobody, like = {"is_action": False, "action": "", "reader": "0"}, {"is_action": True, "action": "like"}
    anna = store.row("SELECT toString(sipHash64('anna')) AS reader")
    shown = {"service": "web", "shown": 3}

    assert [
        {"event_id": "e0", **shown, **nobody, **anna},
        {"event_id": "e1", "service": "", "shown": 0, **nobody, **like},
        {"event_id": "e2", **shown, **nobody, **anna},
        {"event_id": "e4", **shown, **nobody},
    ] == list(
        store.rows(
            "SELECT event_id, service, shown, is_action, action, toString(reader) AS reader "
            "FROM reader_events_by_time FINAL ORDER BY event_id"
        )
    )
    assert ["e0", "e1", "e2", "e4"] == [
        row["event_id"] for row in store.rows("SELECT event_id FROM v_events ORDER BY event_id")
    ]


def test_repeats_a_migration_that_died_before_its_ledger_row(store: Store) -> None:
    """Running a file twice, before the next, does no harm; nor does running all of a new store's again."""
    wanted = read_migrations()
    for migration in wanted:
        for statement in 2 * Deployment(inbound=False).render(migration.statement):
            store.run(statement)

    assert [migration.name for migration in wanted] == migrate(store)
    assert [] == differences(store)


def test_refuses_a_store_whose_migration_was_edited(store: Store) -> None:
    """A changed file is named instead of silently differing from the store."""
    migrate(store, [Migration("0001_otel_logs", "SELECT 1")])

    with pytest.raises(StoreError, match="0001_otel_logs"):
        migrate(store)
