"""Migrations: numbered files of one statement each, with a ledger of those that ran."""

import hashlib
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Final

from otel_training.conventions import DATABASE
from otel_training.errors import StoreError
from otel_training.store.client import Store, read_folder
from otel_training.store.deployment import CREATED, Deployment, read_deployment, read_template

_HAS_LEDGER: Final = (
    "SELECT count() AS ledgers FROM system.tables WHERE database = currentDatabase() AND name = 'schema_migrations'"
)
_VIEWS: Final = "SELECT name FROM system.tables WHERE database = currentDatabase() AND endsWith(engine, 'View')"
_APPLIED: Final = "SELECT name, sha256 FROM schema_migrations"


@dataclass(frozen=True, slots=True)
class Migration:
    """One released file of `schema/`: never edited afterwards."""

    name: str
    statement: str

    @property
    def sha256(self) -> str:
        """The digest of the statement, by which an edit is noticed."""
        return hashlib.sha256(self.statement.encode()).hexdigest()


def read_migrations() -> list[Migration]:
    """Read all migrations, in order."""
    return [Migration(name, statement) for name, statement in read_folder("schema").items()]


def table_names(migrations: Sequence[Migration]) -> set[str]:
    """Return the names of the tables that migrations make."""
    return {name for migration in migrations for name in CREATED.findall(migration.statement)}


def missing_migrations(store: Store, wanted: Sequence[Migration] | None = None) -> list[Migration]:
    """Return the migrations that the store lacks; raises `StoreError` when an applied one has since changed.

    Only reads: a user without other rights can use a store that lacks nothing.
    """
    has_ledger = store.row(_HAS_LEDGER)["ledgers"]
    applied = {row["name"]: row["sha256"] for row in store.rows(_APPLIED)} if has_ledger else {}
    wanted = read_migrations() if wanted is None else wanted
    for migration in wanted:
        if applied.get(migration.name, migration.sha256) != migration.sha256:
            raise StoreError(
                f"The store's schema {migration.name} differs from this version's: install the version that made it."
            )
    return [migration for migration in wanted if migration.name not in applied]


def migrate(store: Store, wanted: Sequence[Migration] | None = None) -> list[str]:
    """Apply the pending migrations, rendered for how the store is deployed, and return their names.

    A migration is idempotent (`IF NOT EXISTS`), so dying between it and its ledger row is safe.
    """
    wanted = read_migrations() if wanted is None else wanted
    missing = missing_migrations(store, wanted)
    if not missing:
        return []
    deployment = read_deployment(store)
    _run(store, deployment, read_template("ledger"))
    # A new store on this machine: a row of its own for each would take half of the time.
    together = store.is_embedded and len(missing) == len(wanted)
    if together:
        _drop_views(store)
    step = len(missing) if together else 1
    for first in range(0, len(missing), step):
        _apply(store, deployment, missing[first : first + step])
    return [migration.name for migration in missing]


def make_script(deployment: Deployment) -> list[str]:
    """Return every statement that makes such a store, with its ledger, for any ClickHouse client."""
    migrations = read_migrations()
    store = (read_template("database", database=DATABASE), f"USE {DATABASE}", read_template("ledger"))
    rows = ",\n    ".join(f"('{migration.name}', '{migration.sha256}')" for migration in migrations)
    statements = [*store, *(migration.statement for migration in migrations), read_template("ledger_rows", rows=rows)]
    return [text.rstrip() for statement in statements for text in deployment.render(statement)]


def _drop_views(store: Store) -> None:
    """Drop what a making that died has left of views: an earlier form of one may not fit a later one of another."""
    for view in list(store.rows(_VIEWS)):
        store.run("DROP VIEW {name:Identifier} SYNC", name=view["name"])


def _apply(store: Store, deployment: Deployment, migrations: Sequence[Migration]) -> None:
    """Run migrations, then note them in the ledger."""
    for migration in migrations:
        _run(store, deployment, migration.statement)
    now = datetime.now(UTC)
    rows = [[migration.name, migration.sha256, now] for migration in migrations]
    store.insert("schema_migrations", ["name", "sha256", "applied_at"], rows)


def _run(store: Store, deployment: Deployment, statement: str) -> None:
    for text in deployment.render(statement):
        store.run(text)
