"""Forgetting: the rows of a reader, a source, an extraction or a program are deleted, and what was computed of them."""

import time
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import asdict, dataclass
from typing import Final

from otel_training.errors import StoreError
from otel_training.progress import Progress, silent
from otel_training.store.client import Store, read_query
from otel_training.store.deployment import read_deployment
from otel_training.store.settle import settle

_HELD: Final = (
    ("extractions", "extraction_id", "extraction"),
    ("insights", "extraction_id", "extraction"),
    ("output_texts", "extraction_id", "extraction"),
    ("dataset_rows", "extraction_id", "extraction"),
    ("llm_calls", "event_id", "event"),
    ("call_costs", "event_id", "event"),
    ("links", "event_id", "event"),
    ("scores", "event_id", "event"),
    ("corrections", "event_id", "event"),
    ("reviews", "event_id", "event"),
    ("queries", "event_id", "event"),
    ("impressions", "event_id", "event"),
    ("feedback", "event_id", "event"),
    ("reader_events", "event_id", "event"),
    ("readers", "user_hash", "reader"),
)
"""By table the column that says what a row belongs to, and the kind of what it holds."""
_COMPUTED: Final = ("examples", "engagement", "reactions", "aliases", "aliases_by_insight", "settling", "unsettled")
"""What settling writes anew from the others."""
_LIFETIME: Final = "ALTER TABLE {table:Identifier} MODIFY SETTING old_parts_lifetime = 0"
_RESET: Final = "ALTER TABLE {table:Identifier} RESET SETTING old_parts_lifetime"
_PARTS_SECONDS: Final = 120


@dataclass(frozen=True, slots=True)
class Scope:
    """What is to be forgotten; all but one are empty."""

    reader: str = ""
    """A pseudonym."""
    source: str = ""
    """A URL as it is kept."""
    extraction: str = ""
    service: str = ""


def find(store: Store, scope: Scope) -> dict[str, int]:
    """Count the rows that are to be forgotten, by table; they are noted for `forget`.

    Raises `StoreError` on a cluster.
    """
    if read_deployment(store).cluster:
        raise StoreError(
            "A cluster forgets shard by shard: run forget with OTEL_TRAINING_STORE at each of its servers."
        )
    store.run("TRUNCATE TABLE forgotten")
    store.run(read_query("forget_find"), **asdict(scope))
    counts = {}
    for table, column, kind in _HELD:
        counts[table] = int(store.row(read_query("forget_rows"), table=table, column=column, kind=kind)["rows"])
    return {table: count for table, count in counts.items() if count}


def forget(store: Store, held: Mapping[str, int], progress: Progress = silent) -> None:
    """Delete what `find` noted, with the parts that held it, and settle what was computed of it anew.

    Into the store nobody inserts meanwhile. Interrupted, it is to be run again.
    """
    tables = [entry for entry in _HELD if entry[0] in held]
    with _old_parts_gone(store, [*held, *_COMPUTED]):
        for number, (table, column, kind) in enumerate(tables, 1):
            store.run(read_query("forget_delete"), table=table, column=column, kind=kind)
            progress(number, len(tables))
        for table in _COMPUTED:
            store.run("TRUNCATE TABLE {table:Identifier}", table=table)
        store.run(read_query("settle_all"))
        settle(store, progress)
    store.run("TRUNCATE TABLE forgotten")


@contextmanager
def _old_parts_gone(store: Store, tables: list[str]) -> Iterator[None]:
    """Have the engine delete at once the parts that it would keep for some minutes, and wait until it did."""
    for table in tables:
        store.run(_LIFETIME, table=table)
    try:
        yield
        deadline = time.monotonic() + _PARTS_SECONDS
        while store.row(read_query("forget_parts"), tables=tables)["parts"]:
            if time.monotonic() > deadline:
                raise StoreError("What was deleted is still on the disk: run it again in some minutes.")
            time.sleep(0.2)
    finally:
        for table in tables:
            store.run(_RESET, table=table)
