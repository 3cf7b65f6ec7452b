"""What a store holds: every typed table and every view, whole."""

import time
from typing import Any, Final

from otel_training.store.client import Store

Rows = list[dict[str, Any]]

OF_THE_STORE: Final = {
    "call_costs": "what our own commands price; so is the view of it",
    "v_call_costs": "the same",
    "datasets": "what our own commands froze; so are their rows",
    "dataset_rows": "the same",
    "candidates": "what a command of ours registers",
    "evaluations": "what it asks of them; so are its judge's batches",
    "judge_batches": "the same",
    "verdict_bounds": "what is certain of them after so many",
    "retention": "how long a command of ours keeps what, and what it deleted",
    "price_lists": "the prices that a command of ours shares",
    "schema_migrations": "when each store was made",
    "unsettled": "what is not settled yet, and when it came",
    "settling": "what a settling worked on",
    "forgotten": "what a command of ours deletes",
    "segments": "how far our own drain read: nothing is drained where a collector writes",
}
"""Tables that are not compared, each with its reason; no column of a typed table says when or how it was inserted."""
FIGURES: Final = ("engagement", "examples", "reactions", "v_assignments", "v_shadows")
"""Tables of counts and flags, most of them of what is wrong; and views that add such to a table compared by itself."""
_TABLES: Final = """
SELECT name FROM system.tables
WHERE database = currentDatabase() AND (engine LIKE '%MergeTree' OR engine = 'View') ORDER BY name
"""


def everything(store: Store) -> dict[str, Rows]:
    """Read every typed table and view, each row once, in an order of the values alone."""
    names = [row["name"] for row in store.rows(_TABLES)]
    return {name: rows(store, name) for name in names if name not in OF_THE_STORE}


def rows(store: Store, name: str) -> Rows:
    """Read a table as the views do, or a view."""
    final = "" if name.startswith("v_") else "FINAL"
    # Sorted here: ORDER BY ALL takes no tuples that hold a Nullable.
    table_rows = list(store.rows(f"SELECT * FROM {name} {final}"))  # noqa: S608 - names of our own schema
    for row in table_rows:
        row.pop("revision", None)
    return sorted(table_rows, key=repr)


def events(store: Store) -> int:
    """Count the records that a reader sees, losses among them."""
    counted = (
        "SELECT uniqExact(event_id) AS n FROM (SELECT event_id FROM v_events UNION ALL SELECT event_id FROM losses)"
    )
    return int(store.row(counted)["n"])


def inserted(store: Store) -> int:
    """Count the rows that were ever inserted, each as often as it was."""
    return int(store.row("SELECT sum(value) AS n FROM system.events WHERE event = 'InsertedRows'")["n"])


def settled(store: Store) -> None:
    """Wait until nothing is inserted any more."""
    before = -1
    while (now := inserted(store)) != before:
        before = now
        time.sleep(3)


def different(tables: dict[str, Rows], other: dict[str, Rows]) -> list[tuple[str, str, Any, Any]]:
    """Name what differs: the table, the column, and both values; or how many rows there are."""
    lengths = [
        (name, "*", len(tables[name]), len(other[name])) for name in tables if len(tables[name]) != len(other[name])
    ]
    return lengths or [
        (name, column, value, theirs.get(column))
        for name in tables
        for ours, theirs in zip(tables[name], other[name], strict=True)
        for column, value in ours.items()
        if value != theirs.get(column)
    ]


def empty(tables: dict[str, Rows]) -> list[str]:
    """Name the columns, but those of earlier versions, that hold nothing: comparing them would prove nothing."""
    return [
        f"{table}.{column}"
        for table, all_rows in tables.items()
        if table not in FIGURES
        for column in (all_rows[0] if all_rows else {"*": None})
        if column != "output_sha256" and not any(row.get(column) for row in all_rows)
    ]
