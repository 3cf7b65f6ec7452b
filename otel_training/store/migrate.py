"""Migrations: numbered files, one statement each, with a ledger of those that ran."""

import hashlib
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from importlib.resources import files
from typing import Final

from otel_training.errors import StoreError
from otel_training.store.client import Store

_LEDGER: Final = """
CREATE TABLE IF NOT EXISTS schema_migrations (name String, sha256 String, applied_at DateTime64(3))
ENGINE = MergeTree ORDER BY name
"""
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


def migrate(store: Store, wanted: Sequence[Migration] | None = None) -> list[str]:
    """Apply what is missing and return its names.

    A migration is idempotent (`IF NOT EXISTS`), so dying between it and its ledger row is safe.
    Raises `StoreError` when an applied one has since changed.
    """
    store.run(_LEDGER)
    applied = {row["name"]: row["sha256"] for row in store.rows(_APPLIED)}
    ran = []
    for one in migrations() if wanted is None else wanted:
        if one.name not in applied:
            store.run(one.statement)
            store.insert(
                "schema_migrations", ["name", "sha256", "applied_at"], [[one.name, one.sha256, datetime.now(UTC)]]
            )
            ran.append(one.name)
        elif applied[one.name] != one.sha256:
            message = f"The store's schema {one.name} differs from this version's: install the version that made it."
            raise StoreError(message)
    return ran
