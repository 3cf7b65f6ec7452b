"""`otel-training view`: the records themselves."""

import heapq
from collections.abc import Iterator
from contextlib import ExitStack, closing
from itertools import islice
from typing import Any, Final

import click

from otel_training.cli.render import clean, csv_option, json_option, note, out, print_csv, print_json, table
from otel_training.cli.session import session
from otel_training.conventions import Kind
from otel_training.store.client import Row, Store, query

KINDS: Final = tuple(
    kind.value for kind in (Kind.EXTRACTION, Kind.FEEDBACK, Kind.IMPRESSION, Kind.QUERY, Kind.LLM_CALL, Kind.CORRECTION)
)
SHOWN: Final = 20
_COLUMNS: Final = {
    "extraction": ("timestamp", "topic", "quality", "passed", "outcome", "insights"),
    "feedback": ("timestamp", "action", "user_id", "insight_id", "extraction_id"),
    "impression": ("timestamp", "user_id", "insight_ids"),
    "query": ("timestamp", "user_id", "result_count", "quality_mean", "query"),
    "llm_call": ("timestamp", "model", "input_tokens", "output_tokens", "duration", "output"),
    "correction": ("timestamp", "extraction_id", "insights"),
    "all": ("timestamp", "stage", "what"),
}
_FIELDS: Final = {"quality": "quality_score", "passed": "passed_filters"}


@click.command()
@click.argument("kind", type=click.Choice(["all", *KINDS]), default="all")
@click.option("--limit", type=click.IntRange(min=1), help=f"Only the newest; a table shows {SHOWN} without it.")
@json_option
@csv_option
def view(kind: str, limit: int | None, *, as_json: bool, as_csv: bool) -> None:
    """Show records, the newest last: all, or those of one kind."""
    if as_json and as_csv:
        raise click.UsageError("Choose one of --json and --csv.")
    if as_csv and kind == "all":
        raise click.UsageError(f"--csv needs one kind: {', '.join(KINDS)}.")
    with session() as (store, _):
        if not as_json and not as_csv:
            _print_table(store, kind, limit or SHOWN)
            return
        found = _records(store, kind, limit)
        if as_csv:
            print_csv(found)
        else:
            for row in found:
                print_json(row)


def _records(store: Store, kind: str, limit: int | None) -> Iterator[Row]:
    """Stream records of a kind, or of all in the order of time; the newest `limit` of them."""
    counts = store.row(query("count"))
    if kind != "all":
        return _newest(store, kind, counts[kind], limit)
    return _merged(store, counts, limit)


def _merged(store: Store, counts: Row, limit: int | None) -> Iterator[Row]:
    kept = sum(min(counts[one], limit or counts[one]) for one in KINDS)
    with ExitStack() as stack:
        stores = {one: stack.enter_context(closing(store.another())) for one in KINDS}
        streams = [_newest(stores[one], one, counts[one], limit) for one in KINDS]
        merged = heapq.merge(*streams, key=lambda row: row["timestamp"])
        yield from islice(merged, max(0, kept - (limit or kept)), None)


def _newest(store: Store, kind: str, count: int, limit: int | None) -> Iterator[Row]:
    return store.rows(query(f"view_{kind}"), skip=max(0, count - (limit or count)))


def _print_table(store: Store, kind: str, limit: int) -> None:
    rows = list(_records(store, kind, limit))
    total = sum(count for one, count in store.row(query("count")).items() if kind in (one, "all"))
    if not rows:
        note("No such records yet.")
        return
    columns = _COLUMNS[kind]
    out().print(table("", columns, [[_cell(row, column) for column in columns] for row in rows]))
    if total > len(rows):
        note(f"The newest {len(rows)} of {total:,}; --json prints all, --limit N more.")


def _cell(row: Row, column: str) -> Any:
    if column == "timestamp":
        return row["timestamp"][:19].replace("T", " ")
    if column == "user_id":
        return (row["metadata"]["user_id"] or "-")[:8]
    if column == "insight_ids":
        return ", ".join(row["insight_ids"])
    if column == "insights":
        return _insights(row)
    return _what(row) if column == "what" else row[_FIELDS.get(column, column)]


def _insights(row: Row) -> str:
    return "\n".join(clean(one["text"]) for one in row["extracted_insights"]) or row.get("error_type") or "-"


def _what(row: Row) -> str:
    match row["stage"]:
        case Kind.EXTRACTION:
            return f"{row['topic'] or '-'}: {row['insight_count'] or 0} insights, quality {row['quality_score']}"
        case Kind.FEEDBACK:
            return f"{row['action']} {row['insight_id']}"
        case Kind.IMPRESSION:
            return f"{len(row['insight_ids'])} insights shown"
        case Kind.QUERY:
            return f"{row['query']}: {row['result_count'] or 0} sources"
        case Kind.LLM_CALL:
            return f"{row['model']}: {row['input_tokens']} tokens in, {row['output_tokens']} out"
    return f"{row['extraction_id']}: {len(row['extracted_insights'])} insights"
