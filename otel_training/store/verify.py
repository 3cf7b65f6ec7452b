"""Verifying a store: its tables and views against the schema's files, settled rows against all anew."""

import re
from collections.abc import Iterator
from contextlib import closing, contextmanager
from dataclasses import dataclass, replace
from typing import Final, TypeAlias

from otel_training.conventions import DATABASE
from otel_training.progress import Progress, silent
from otel_training.store.client import Store, read_query
from otel_training.store.deployment import Deployment, read_deployment, read_template
from otel_training.store.migrate import read_migrations
from otel_training.store.settle import settle

_Shape: TypeAlias = dict[tuple[str, str], str]

_SCRATCH: Final = f"{DATABASE}_verify"
_DROP_DATABASE: Final = "DROP DATABASE IF EXISTS {database:Identifier}"
_DROP_TABLE: Final = "DROP TABLE {table:Identifier}"
# What settling reads.
_TYPED: Final = (
    "extractions", "insights", "links", "reader_events", "scores", "corrections", "llm_calls", "output_texts",
    "call_costs",
)  # fmt: skip
_COPIED: Final = re.compile(r"^(?:Replicated|Shared)(\w+)\('[^']*', '[^']*'(?:, )?")


@dataclass(frozen=True, slots=True)
class Difference:
    """One property of a table, column or view that differs from the schema's files."""

    object: str
    property: str
    live: str  # the store's value; '' where it has no such object
    wanted: str  # the files' value; '' where they make no such object


def differences(store: Store) -> list[Difference]:
    """Compare a store with an empty database of the same engine, made from the files and dropped again.

    Other tables in the store's database, and the TTL and settings of ours, are the operator's.
    """
    with _scratch(store, replace(read_deployment(store), replicated=False, everywhere=False)) as scratch:
        wanted = _read_shape(scratch)
    return list(_compare(_read_shape(store), wanted))


def stale_rows(store: Store, progress: Progress = silent) -> Iterator[Difference]:
    """Yield the settled rows that differ from those that a settling from scratch makes of the typed tables.

    Of another database of the same engine, whose typed tables are this store's; dropped again.
    """
    with _scratch(store, Deployment(inbound=False)) as scratch:
        for table in _TYPED:
            scratch.run(_DROP_TABLE, table=table)
            scratch.run(read_template("merge"), table=table, database=DATABASE, pattern=f"^{table}$")
        scratch.run(read_query("settle_all"), at=0)
        settle(scratch, progress)
        for row in store.rows(read_query("schema_stale"), scratch=_SCRATCH):
            yield Difference(**row)


@contextmanager
def _scratch(store: Store, deployment: Deployment) -> Iterator[Store]:
    """Make an empty store beside this one, and drop it in the end."""
    store.run(_DROP_DATABASE, database=_SCRATCH)
    with closing(store.another(_SCRATCH)) as scratch:
        try:
            for migration in read_migrations():
                for statement in deployment.render(migration.statement):
                    scratch.run(statement)
            yield scratch
        finally:
            store.run(_DROP_DATABASE, database=_SCRATCH)


def _compare(live: _Shape, wanted: _Shape) -> Iterator[Difference]:
    live_tables, our_tables = {_table_of(name) for name, _ in live}, {_table_of(name) for name, _ in wanted}
    for key in sorted(live.keys() | wanted.keys()):
        name, live_text, wanted_text = key[0], live.get(key, ""), wanted.get(key, "")
        table = _table_of(name)
        # A missing table is one difference, however many columns it has; a table of others is none.
        if live_text != wanted_text and table in our_tables and ("." not in name or table in live_tables):
            yield Difference(*key, live_text, wanted_text)


def _table_of(name: str) -> str:
    return name.partition(".")[0]


def _read_shape(store: Store) -> _Shape:
    rows = store.rows(read_query("schema_shape"))
    return {(row["object"], row["property"]): _without_operators_choices(row["text"]) for row in rows}


def _without_operators_choices(text: str) -> str:
    """Leave out what may differ: replication, TTL and settings."""
    return re.split(r" (?:TTL|SETTINGS) ", _COPIED.sub(r"\1(", text).replace("()", "", 1))[0]
