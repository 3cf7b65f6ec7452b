"""Retention: what is older than was chosen goes, texts before what readers did, and that before ids and figures."""

import time
from collections.abc import Mapping
from datetime import UTC, datetime
from typing import Any, Final

from otel_training.errors import StoreError
from otel_training.progress import Progress, silent
from otel_training.store.client import Store, read_query
from otel_training.store.deployment import read_deployment
from otel_training.store.forget import computing_anew

CLASSES: Final = ("content", "events", "records")
"""Texts; what readers saw, did and asked; all of a record: ids, figures, and the other two."""
_COLUMNS: Final = {
    "events": dict.fromkeys(
        ("feedback", "impressions", "queries", "reader_events", "reader_events_by_time"), "ts"
    ) | {"readers": "last"},
    "records": dict.fromkeys((
        "extractions", "insights", "output_texts", "llm_calls", "call_costs", "links", "scores", "corrections",
        "reviews", "assignments", "shadows", "losses", "route_losses",
    ), "ts"),
}  # fmt: skip
"""By class the tables whose rows go, each with the column that says when they were recorded."""


def read_retention(store: Store) -> dict[str, dict[str, Any]]:
    """Read by class what was chosen, if anything was, and what went by it."""
    return {row["class"]: row for row in store.rows(read_query("retention"))}


def effective(days: Mapping[str, int]) -> dict[str, int]:
    """Return how long each class is kept, by what was chosen: nothing outlives the record that it belongs to."""
    records = days.get("records", 0)
    return {name: min(filter(None, (days.get(name, 0), records)), default=0) for name in CLASSES}


def choose(store: Store, days: Mapping[str, int]) -> None:
    """Choose for how many days classes are kept; 0 keeps them for good. Raises `StoreError` on a cluster."""
    if read_deployment(store).cluster:
        raise StoreError("A cluster keeps what its tables say: make them by `schema show --ttl-days`.")
    _note(store, {name: (days[name], 0) for name in days}, is_run=False)


def older(store: Store, days: Mapping[str, int]) -> dict[str, dict[str, int]]:
    """Count by class and table what is older than was chosen."""
    kept, counts = effective(days), {}
    if kept["content"] != kept["records"]:
        texts = store.rows(read_query("retention_texts"), before=_before(kept["content"]))
        counts["content"] = {row["table"]: row["rows"] for row in texts}
    for name in (name for name in _COLUMNS if kept[name]):
        before, query = _before(kept[name]), read_query("retention_rows")
        counts[name] = {
            table: store.row(query, table=table, column=column, before=before)["rows"]
            for table, column in _COLUMNS[name].items()
        }
    return {name: {table: rows for table, rows in tables.items() if rows} for name, tables in counts.items()}


def retain(store: Store, progress: Progress = silent) -> None:
    """Delete what is older than was chosen, once a day, and settle; interrupted, the next time does."""
    chosen = read_retention(store)
    days = {name: row["days"] for name, row in chosen.items()}
    if not any(days.values()) or not any(row["is_due"] for row in chosen.values()):
        return
    kept, counts = effective(days), older(store, days)
    if any(counts.values()):
        with computing_anew(store, progress):
            for name, table in ((name, table) for name, tables in counts.items() for table in tables):
                query = f"retention_text_{table}" if name == "content" else "retention_delete"
                column = _COLUMNS.get(name, {}).get(table, "")
                store.run(read_query(query), table=table, column=column, before=_before(kept[name]))
    rows = {name: sum(tables.values()) for name, tables in counts.items()}
    _note(store, {name: (kept[name], rows.get(name, 0)) for name in {*days, *rows}}, is_run=True)


def _before(days: int) -> int:
    return int(time.time()) - days * 86_400


def _note(store: Store, days_and_rows: Mapping[str, tuple[int, int]], *, is_run: bool) -> None:
    now = datetime.now(UTC)
    rows = [[name, now, is_run, *figures] for name, figures in days_and_rows.items()]
    store.insert("retention", ("class", "ts", "is_run", "days", "rows"), rows)
