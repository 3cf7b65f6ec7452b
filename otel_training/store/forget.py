"""Forgetting: the rows of a reader, a source, an extraction or a program are deleted, and what was computed of them."""

import time
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import asdict, dataclass, field
from typing import Final

from otel_training.errors import StoreError
from otel_training.progress import Progress, silent
from otel_training.store.client import Store, read_query
from otel_training.store.deployment import read_deployment
from otel_training.store.settle import INSERT_SECONDS, settle, settle_beside_inserts

_HELD: Final = (
    ("evaluations", "extraction_id", "extraction"),
    ("output_texts", "extraction_id", "extraction"),
    ("call_costs", "event_id", "event"),
    ("reader_events", "event_id", "event"),
    ("reader_events_by_time", "event_id", "event"),
    ("readers", "user_hash", "reader"),
    ("impressions", "event_id", "event"),
    ("feedback", "event_id", "event"),
    ("links", "event_id", "event"),
    ("insights", "extraction_id", "extraction"),
    ("scores", "event_id", "event"),
    ("corrections", "event_id", "event"),
    ("reviews", "event_id", "event"),
    ("assignments", "event_id", "event"),
    ("shadows", "event_id", "event"),
    ("queries", "event_id", "event"),
    ("llm_calls", "event_id", "event"),
    ("dataset_rows", "extraction_id", "extraction"),
    ("candidates", "name", "candidate"),
    ("extractions", "extraction_id", "extraction"),
)
"""By table the column that says what a row belongs to, and the kind of what it holds.

Deleted in this order: those by whose rows others are found come last, or who was killed in between would find less.
"""
_BY_ID: Final = {"reader_events": "id", "impressions": "insight_id"}
"""The column of an insight's id, where an event may be of several insights, each in a row."""
COMPUTED: Final = ("examples", "engagement", "reactions", "aliases", "aliases_by_insight")
"""What settling writes anew from the others."""
_NOTES: Final = ("forgotten", "unsettled", "settling")
_LIFETIME: Final = "ALTER TABLE {table:Identifier} MODIFY SETTING old_parts_lifetime = 0"
_RESET: Final = "ALTER TABLE {table:Identifier} RESET SETTING old_parts_lifetime"
# Drops nothing, and then deletes old parts, for which the engine's own thread may take a minute to come by.
_CLEAN: Final = "ALTER TABLE {table:Identifier} DROP PARTITION ID '190001'"
_PARTS_SECONDS: Final = 120
_REWRITING_SECONDS: Final = 600


@dataclass(frozen=True, slots=True)
class Scope:
    """What is to be forgotten; all but one are empty."""

    readers: list[str] = field(default_factory=list)
    """A reader's pseudonyms, one by each key."""
    source: str = ""
    """A URL as it is kept."""
    extraction: str = ""
    service: str = ""


@dataclass(frozen=True, slots=True)
class Held:
    """What is kept of a scope."""

    rows: Mapping[str, int]
    """By table, where there are any."""
    datasets: list[str]
    """Names of the datasets that hold an extraction of it."""
    candidates: list[str]
    """Names of those whose prompts show an extraction of it."""
    ids: list[str]
    """Pseudonyms, and ids of extractions and events, as they stand in lines that were set aside."""


def find(store: Store, scope: Scope) -> Held:
    """Find what is kept of a scope.

    Raises `StoreError` on a cluster, and where an earlier `forget` is still under way.
    """
    if read_deployment(store).cluster:
        raise StoreError(
            "A cluster forgets shard by shard: run forget with OTEL_TRAINING_STORE at each of its servers."
        )
    with _noted(store, scope):
        rows = {place[0]: int(store.row(read_query("forget_rows"), **_condition(*place))["rows"]) for place in _HELD}
        return Held(
            {table: count for table, count in rows.items() if count},
            [row["name"] for row in store.rows(read_query("forget_datasets"))],
            [row["name"] for row in store.rows(read_query("forget_candidates"))],
            [row["id"] for row in store.rows(read_query("forget_ids"))],
        )


def forget(store: Store, scope: Scope, held: Held, progress: Progress = silent) -> None:
    """Delete what `find` found of a scope, with the parts that held it, and settle what was computed of it anew.

    Others may insert meanwhile. Interrupted, it is to be run again. Raises `StoreError` as `find` does.
    """
    places = [place for place in _HELD if place[0] in held.rows]
    touched = [*(table for table, _, _ in places), *COMPUTED, *_NOTES] if places else []
    every = [*(table for table, _, _ in _HELD), *COMPUTED, *_NOTES]
    unfinished = [row["name"] for row in store.rows(read_query("forget_unfinished"), tables=every)]
    # Where nothing is left to delete, too: one that was killed may have left them.
    with _old_parts_gone(store, list(dict.fromkeys([*touched, *unfinished]))):
        if not places:
            return
        # Noted by what ids name until now; then as unsettled first, or nobody would know after a kill that it is.
        with _noted(store, scope), computing_anew(store, progress):
            for number, place in enumerate(places, 1):
                store.run(read_query("forget_delete"), **_condition(*place))
                progress(number, len(places))


def _condition(table: str, column: str, kind: str) -> dict[str, str]:
    second = (_BY_ID[table], "id") if table in _BY_ID else (column, kind)
    return {"table": table, "column": column, "kind": kind, "second": second[0], "second_kind": second[1]}


@contextmanager
def _noted(store: Store, scope: Scope) -> Iterator[None]:
    """Note what belongs to a scope in `forgotten`, for as long as the block runs."""
    # It reads the notes while it rewrites a table, and takes up again where a killed process left it. An embedded store
    # does so only while a command has it open: this one.
    deadline = time.monotonic() + _REWRITING_SECONDS
    while store.row(read_query("forget_running"))["mutations"]:
        if time.monotonic() > deadline:
            raise StoreError("An earlier forget is still rewriting tables: run it again in a minute.")
        time.sleep(0.1)
    store.run("TRUNCATE TABLE forgotten")
    store.run(read_query("forget_find"), **asdict(scope))
    store.run(read_query("forget_named"))
    store.run(read_query("forget_reactions"))
    try:
        yield
    finally:
        store.run("TRUNCATE TABLE forgotten")


@contextmanager
def computing_anew(store: Store, progress: Progress) -> Iterator[None]:
    """Have everything that settling computes computed anew after the block; where it dies, the next settling does.

    As if all of it had come in before any insert that is under way.
    """
    now = int(store.row("SELECT toUnixTimestamp(now()) AS now")["now"])
    _unsettle(store, now)
    yield
    # Once more: another command may have settled meanwhile, by rows that are gone now.
    _unsettle(store, now)
    if store.is_embedded:
        settle(store, progress)
    else:
        settle_beside_inserts(store, now - INSERT_SECONDS, progress)


def _unsettle(store: Store, now: int) -> None:
    store.run(read_query("settle_all"), at=now - 2 * INSERT_SECONDS)
    for table in COMPUTED:
        store.run("TRUNCATE TABLE {table:Identifier}", table=table)


@contextmanager
def _old_parts_gone(store: Store, tables: list[str]) -> Iterator[None]:
    """Have the engine delete at once the parts that it would keep for some minutes, and wait until it did.

    Where that does not come to its end the setting stays, by which the next one finds these tables.
    """
    for table in tables:
        store.run(_LIFETIME, table=table)
    yield
    deadline = time.monotonic() + _PARTS_SECONDS
    while old := [row["table"] for row in store.rows(read_query("forget_parts"), tables=tables)]:
        for table in old:
            store.run(_CLEAN, table=table)
        if time.monotonic() > deadline:
            raise StoreError("What was deleted is still on the disk: run it again in some minutes.")
        time.sleep(0.2)
    for table in tables:
        store.run(_RESET, table=table)
