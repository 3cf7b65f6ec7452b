"""Migrations: numbered files, one statement each, with a ledger of those that ran."""

import hashlib
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from importlib.resources import files
from typing import Final

from otel_training.conventions import DATABASE
from otel_training.errors import StoreError
from otel_training.store.client import Store
from otel_training.store.form import Form, live_form

LEDGER: Final = """-- Which migrations ran.
CREATE TABLE IF NOT EXISTS schema_migrations /*{on_cluster}*/ (name String, sha256 String, applied_at DateTime64(3))
ENGINE = /*{replicated}*/MergeTree ORDER BY name"""
_HAS_LEDGER: Final = (
    "SELECT count() AS found FROM system.tables WHERE database = currentDatabase() AND name = 'schema_migrations'"
)
_APPLIED: Final = "SELECT name, sha256 FROM schema_migrations"


@dataclass(frozen=True, slots=True)
class Migration:
    """One released file of `schema/`: never edited afterwards."""

    name: str
    statement: str

    @property
    def sha256(self) -> str:
        """Digest of the statement, by which an edit is noticed."""
        return hashlib.sha256(self.statement.encode()).hexdigest()


def migrations() -> list[Migration]:
    """Read all migrations, in order."""
    folder = files("otel_training.store") / "schema"
    found = [one for one in folder.iterdir() if one.name.endswith(".sql")]
    return [
        Migration(one.name.removesuffix(".sql"), one.read_text(encoding="utf-8"))
        for one in sorted(found, key=lambda one: one.name)
    ]


def pending(store: Store, wanted: Sequence[Migration] | None = None) -> list[Migration]:
    """Return those that the store lacks; raises `StoreError` when an applied one has since changed.

    It needs no right but to read: a user who may do no more reads a store that lacks nothing.
    """
    has_ledger = store.row(_HAS_LEDGER)["found"]
    applied = {row["name"]: row["sha256"] for row in store.rows(_APPLIED)} if has_ledger else {}
    wanted = migrations() if wanted is None else wanted
    for one in wanted:
        if applied.get(one.name, one.sha256) != one.sha256:
            message = f"The store's schema {one.name} differs from this version's: install the version that made it."
            raise StoreError(message)
    return [one for one in wanted if one.name not in applied]


def migrate(store: Store, wanted: Sequence[Migration] | None = None) -> list[str]:
    """Apply what is pending, in the form that the store has, and return its names.

    A migration is idempotent (`IF NOT EXISTS`), so dying between it and its ledger row is safe.
    """
    missing = pending(store, wanted)
    if not missing:
        return []
    form = live_form(store)
    _run(store, form, LEDGER)
    for one in missing:
        _run(store, form, one.statement)
        store.insert("schema_migrations", ["name", "sha256", "applied_at"], [[one.name, one.sha256, datetime.now(UTC)]])
    return [one.name for one in missing]


def script(form: Form) -> list[str]:
    """Return every statement that makes a store of this form, ledger and all, for any ClickHouse client."""
    database, *_ = form.render(f"CREATE DATABASE IF NOT EXISTS {DATABASE} /*{{on_cluster}}*/ ")
    files = [text for one in migrations() for text in form.render(one.statement)]
    return [database.rstrip(), f"USE {DATABASE}", *form.render(LEDGER), *files, _ledger_rows()]


def _ledger_rows() -> str:
    values = ",\n    ".join(f"('{one.name}', '{one.sha256}')" for one in migrations())
    return (
        "INSERT INTO schema_migrations (name, sha256, applied_at)\n"
        f"SELECT name, sha256, now64(3) FROM values('name String, sha256 String',\n    {values})"
    )


def _run(store: Store, form: Form, statement: str) -> None:
    for text in form.render(statement):
        store.run(text)
