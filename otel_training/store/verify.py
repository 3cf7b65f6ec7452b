"""Verifying a store: its tables, columns and views against those that the schema's files make."""

import re
from collections.abc import Iterator
from contextlib import closing
from dataclasses import dataclass, replace
from typing import Final, TypeAlias

from otel_training.conventions import DATABASE
from otel_training.store.client import Store, read_query
from otel_training.store.deployment import read_deployment
from otel_training.store.migrate import read_migrations

_Shape: TypeAlias = dict[tuple[str, str], str]

_SCRATCH: Final = f"{DATABASE}_verify"
_COPIED: Final = re.compile(r"^(?:Replicated|Shared)(\w+)\('[^']*', '[^']*'(?:, )?")


@dataclass(frozen=True, slots=True)
class Difference:
    """One property of a table, column or view that differs from the schema's files."""

    object: str
    property: str
    live: str
    """The store's value; '' where it has no such object."""
    wanted: str
    """The files' value; '' where they make no such object."""


def differences(store: Store) -> list[Difference]:
    """Compare a store with an empty database of the same engine, made from the files and dropped again.

    Other tables in the store's database, and the TTL and settings of ours, are the operator's.
    """
    deployment = replace(read_deployment(store), replicated=False, everywhere=False)
    store.run(f"DROP DATABASE IF EXISTS {_SCRATCH}")
    with closing(store.another(_SCRATCH)) as scratch:
        try:
            for migration in read_migrations():
                for statement in deployment.render(migration.statement):
                    scratch.run(statement)
            wanted = _read_shape(scratch)
        finally:
            store.run(f"DROP DATABASE IF EXISTS {_SCRATCH}")
    return list(_compare(_read_shape(store), wanted))


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
