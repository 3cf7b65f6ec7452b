"""`otel-training schema` of a store over HTTP, as of a server."""

from collections.abc import Callable, Iterator
from contextlib import closing
from pathlib import Path
from typing import Any

import pytest

from otel_training.folder import DataFolder
from otel_training.pipeline import process
from otel_training.store.client import Store
from otel_training.store.deployment import Deployment, read_deployment
from otel_training.store.migrate import migrate, read_migrations

pytestmark = pytest.mark.slow

FILES = read_migrations()
FIRST = [migration for migration in FILES if migration.name <= "0024_v_examples"]
LATER = [migration.name for migration in FILES[len(FIRST) :]]
EXTRACTION = (
    "INSERT INTO otel_logs (Timestamp, Body, LogAttributes) VALUES (now64(9) - 1, "
    """'{"training.input": "Source", "training.output": [{"insight_id": "i1", "text": "Orders rose"}]}', """
    "{'training.kind': 'extraction', 'training.event.id': 'e1', 'training.filter.passed': 'true'})"
)
FEEDBACK = (
    "INSERT INTO otel_logs (Timestamp, LogAttributes) VALUES (now64(9), "
    "{'training.kind': 'feedback', 'training.event.id': 'f1', 'training.insight.id': 'i1', 'user.hash': 'u1', "
    "'training.feedback.action': 'like'})"
)


@pytest.fixture
def server(start: Any, tmp_path: Path) -> Iterator[Any]:
    """A server, as far as a command can tell."""
    with start(tmp_path / "server", is_server=True) as running:
        yield running


@pytest.fixture
def store(server: Any, monkeypatch: pytest.MonkeyPatch) -> Iterator[Store]:
    """A store that a command reaches over HTTP alone."""
    dsn = f"http://default:{server.password}@127.0.0.1:{server.port}/otel_training"
    monkeypatch.setenv("OTEL_TRAINING_STORE", dsn)
    process.reset()
    with closing(Store(dsn)) as opened:
        yield opened


def test_verifies_what_it_serves(store: Store, command: Callable[..., Any], rows: Callable[..., Any]) -> None:
    """Nothing is pending and nothing differs, until something does."""
    assert {"applied"} == {row["state"] for row in rows("schema", "status")}
    assert (0, "", "0 differences from this version's schema.\n") == command("schema", "verify")

    store.run("ALTER TABLE scores MODIFY COLUMN value Nullable(Float64)")

    assert (
        1,
        "scores.value: type is Nullable(Float64), should be Float64\n",
        "1 difference from this version's schema.\n",
    ) == command("schema", "verify")


def test_asks_who_serves_the_embedded_store(
    start: Any, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, command: Callable[..., Any]
) -> None:
    """As every other command does, without a setting."""
    with start(tmp_path / "server"):
        monkeypatch.setenv("OTEL_TRAINING_HOME", str(tmp_path / "server" / "data"))
        process.reset()

        assert (0, "", "0 differences from this version's schema.\n") == command("schema", "verify")


def test_opens_a_server_that_lacks_the_dsns_database(store: Store) -> None:
    """The driver would ask for it before we can make it."""
    with closing(Store(store._dsn.replace("/otel_training", "/not_there_yet"))) as opened:
        assert {"name": "otel_training"} == opened.row("SELECT currentDatabase() AS name")


@pytest.mark.timeout(300)
def test_brings_a_server_of_the_first_schema_to_this_one(store: Store, command: Callable[..., Any]) -> None:
    """Rows that came before are right in the views that came after; what comes in is kept for three days."""
    for row in list(store.rows("SELECT name FROM system.tables WHERE database = 'otel_training'")):
        store.run(f"DROP TABLE {row['name']}")
    migrate(store, FIRST)
    store.run(EXTRACTION)
    store.run(FEEDBACK)

    assert (0, "".join(f"applied {name}\n" for name in LATER), "") == command("schema", "apply")
    assert (0, "", "Nothing is pending.\n") == command("schema", "apply")
    assert 0 == command("schema", "verify")[0]
    assert Deployment() == read_deployment(store)
    assert (0, "", "All figures are up to date.\n") == command("settle")
    assert [{"extraction_id": "e1", "likes": 1, "viewers": 1}] == list(
        store.rows("SELECT extraction_id, likes, viewers FROM v_examples")
    )
    assert [{"kind": "extraction"}, {"kind": "feedback"}] == list(store.rows("SELECT kind FROM v_events ORDER BY kind"))
    assert 2 == store.row("SELECT count() AS n FROM otel_logs")["n"]


def test_an_export_from_a_server_needs_no_data_folder(
    store: Store, command: Callable[..., Any], folder: DataFolder, tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    """There is no list of files to note it in, which is no cause for a warning."""
    store.run(EXTRACTION.replace("'e1',", "'e1', 'training.outcome': 'ok',"))
    filters = ("--no-score", "--net-above", -1, "--min-viewers", 0)

    assert 0 == command("export", "--out", tmp_path / "training.jsonl", *filters)[0]
    assert ([], False) == (caplog.messages, folder.path.exists())


def test_every_command_settles_a_server_whose_user_may_write(
    store: Store, server: Any, command: Callable[..., Any], monkeypatch: pytest.MonkeyPatch
) -> None:
    """And reads what is there as one who may not."""
    store.run(EXTRACTION)

    assert 0 == command("status")[0]
    assert [{"extraction_id": "e1"}] == list(store.rows("SELECT extraction_id FROM examples FINAL"))
    reader = server.as_user("reader")
    dsn = f"http://{reader.user}:{reader.password}@127.0.0.1:{server.port}/otel_training"
    monkeypatch.setenv("OTEL_TRAINING_STORE", dsn)
    process.reset()
    assert 0 == command("status")[0]
    code, _, reason = command("settle")
    assert (1, True) == (code, "(ACCESS_DENIED)" in reason or "(READONLY)" in reason)
