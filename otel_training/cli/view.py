"""`otel-training view`: the records themselves."""

import heapq
from collections.abc import Callable, Iterable, Iterator
from contextlib import ExitStack, closing
from itertools import islice
from typing import Any, Final

import click
from rich.console import RenderableType

from otel_training.analysis.writing import usd
from otel_training.cli.output import Output, held, is_read_at_once, note, output_options, plural, table
from otel_training.cli.store import open_store
from otel_training.conventions import Kind
from otel_training.store.client import Row, Store, read_query

_SHOWN: Final = (
    Kind.EXTRACTION, Kind.FEEDBACK, Kind.IMPRESSION, Kind.QUERY, Kind.LLM_CALL, Kind.CORRECTION, Kind.SCORE,
    Kind.ASSIGNMENT, Kind.SHADOW,
)  # fmt: skip
KINDS: Final = tuple(kind.value for kind in _SHOWN)
SHOWN: Final = 20
_AT_ONCE: Final = 200  # so many rows of each kind are held: a connection for each kind, to stream them, takes longer
_ALL: Final = (1 << 64) - 1
_ANSWER: Final = 120


@click.command()
@click.argument("kind", type=click.Choice(["all", *KINDS]), default="all", metavar="[KIND]")
@output_options(csv=True, limit=f"Only the newest; a table shows {SHOWN} without it.")
def view(kind: str, limit: int | None, output: Output) -> None:
    """Show records, the newest last.

    KIND is all (the default), extraction, feedback, impression, query, llm_call, correction, score, assignment or
    shadow.
    """
    if output is Output.CSV and kind == "all":
        raise click.UsageError(f"--csv needs one kind: {', '.join(KINDS)}.")
    if output is Output.TEXT and limit is None:
        limit = SHOWN
    with ExitStack() as stack:
        store, _ = stack.enter_context(open_store())
        counts = store.row(read_query("count"))
        total = sum(counts[name] for name in KINDS) if kind == "all" else counts[kind]
        rows = _merge_newest(store, counts, limit) if kind == "all" else _newest(store, kind, limit)
        if not is_read_at_once():
            rows = held(rows)
            stack.close()
        output.emit(rows, lambda rows: _draw(kind, rows))
    if output is Output.TEXT and limit and total > limit:
        note(f"The newest {limit} of {total:,}; --json prints all, --limit N more.")


def _merge_newest(store: Store, counts: Row, limit: int | None) -> Iterator[Row]:
    """Stream the newest `limit` records of all kinds, in the order of time."""
    kept = sum(min(counts[kind], limit or counts[kind]) for kind in KINDS)
    with ExitStack() as stack:
        streams: list[Iterable[Row]]
        if limit is not None and limit <= _AT_ONCE:
            streams = [list(_newest(store, kind, limit)) for kind in KINDS]
        else:
            stores = {kind: stack.enter_context(closing(store.another())) for kind in KINDS}
            streams = [_newest(stores[kind], kind, limit) for kind in KINDS]
        merged = heapq.merge(*streams, key=lambda row: row["timestamp"])
        yield from islice(merged, max(0, kept - (limit or kept)), None)


def _newest(store: Store, kind: str, limit: int | None) -> Iterator[Row]:
    return store.rows(read_query(f"view_{kind}"), limit=limit or _ALL)


def _draw(kind: str, rows: list[Row]) -> Iterator[RenderableType]:
    if not rows:
        note("No such records yet.")
        return
    has_cost = any(row.get("cost") is not None for row in rows)
    columns = {head: cell for head, cell in _COLUMNS[kind].items() if has_cost or head != "USD"}
    cells = [[row[cell] if isinstance(cell, str) else cell(row) for cell in columns.values()] for row in rows]
    yield table("", list(columns), cells)


def _timestamp(row: Row) -> str:
    return str(row["timestamp"][:19].replace("T", " "))


def _reader(row: Row) -> str:
    return (row["metadata"]["user_id"] or "-")[:8]


def _extraction(row: Row) -> str | None:
    """Return the random end of the id: it tells extractions apart, and has room in a terminal."""
    return str(row["extraction_id"])[-12:] if row["extraction_id"] else None


def _insights(row: Row) -> str | None:
    return "\n".join(insight["text"] for insight in row["extracted_insights"]) or row.get("error_type")


def _answer(row: Row) -> str | None:
    text = row["output"]
    return f"{text[:_ANSWER]}…" if text and len(text) > _ANSWER else text or row["error_type"]


def _way(row: Row) -> str:
    way = " by ".join(part for part in (row["decision"], row["reason"]) if part)
    return f"{way}, SIMULATED" if row["simulated"] else way


def _figure(figure: float | None) -> str:
    return "-" if figure is None else f"{figure:,}"


_SUMMARIES: Final[dict[str, Callable[[Row], str]]] = {
    Kind.EXTRACTION: lambda row: (
        f"{row['topic'] or '-'}: {plural(row['insight_count'] or 0, 'insight')}, "
        f"quality {_figure(row['quality_score'])}"
    ),
    Kind.FEEDBACK: lambda row: f"{row['action']} {row['insight_id']}",
    Kind.IMPRESSION: lambda row: f"{plural(len(row['insight_ids']), 'insight')} shown",
    Kind.QUERY: lambda row: f"{row['query']}: {plural(row['result_count'] or 0, 'source')}",
    Kind.LLM_CALL: lambda row: (
        f"{row['model']}: {_figure(row['input_tokens'])} tokens in, {_figure(row['output_tokens'])} out"
    ),
    Kind.CORRECTION: lambda row: f"{row['extraction_id']}: {plural(len(row['extracted_insights']), 'insight')}",
    Kind.SCORE: lambda row: f"{row['name']} {row['value']:g} of {row['target_id']}",
    Kind.ASSIGNMENT: lambda row: f"{row['experiment']}: {row['arm']}, {_way(row)}",
    Kind.SHADOW: lambda row: f"{row['experiment']}: {row['arm']}, {plural(len(row['extracted_insights']), 'insight')}",
}

# What a table shows of each kind: a column's head, and the field or the function that gives its cells.
_COLUMNS: Final[dict[str, dict[str, str | Callable[[Row], Any]]]] = {
    "extraction": {
        "timestamp": _timestamp, "topic": "topic", "quality": "quality_score", "passed": "passed_filters",
        "insights": _insights,
    },
    "feedback": {
        "timestamp": _timestamp, "action": "action", "reader": _reader, "extraction": _extraction,
        "insight": "insight_id",
    },
    "impression": {"timestamp": _timestamp, "reader": _reader, "insights": lambda row: ", ".join(row["insight_ids"])},
    "query": {
        "timestamp": _timestamp, "reader": _reader, "sources": "result_count", "quality": "quality_mean",
        "query": "query",
    },
    "llm_call": {
        "timestamp": _timestamp, "model": "model", "in": "input_tokens", "out": "output_tokens",
        "seconds": lambda row: row["duration"] and round(row["duration"], 2), "USD": lambda row: usd(row["cost"]),
        "answer": _answer,
    },
    "score": {
        "timestamp": _timestamp, "by": _reader, "name": "name", "value": "value", "target": "target_id",
    },
    "assignment": {
        "timestamp": _timestamp, "experiment": "experiment", "arm": "arm", "served": "served",
        "extraction": _extraction, "decision": _way,
    },
    "shadow": {
        "timestamp": _timestamp, "experiment": "experiment", "arm": "arm", "extraction": _extraction,
        "simulated": "simulated", "seconds": lambda row: row["duration"] and round(row["duration"], 2),
        "insights": _insights,
    },
    "correction": {"timestamp": _timestamp, "extraction": _extraction, "insights": _insights},
    "all": {"timestamp": _timestamp, "kind": "stage", "summary": lambda row: _SUMMARIES[row["stage"]](row)},
}  # fmt: skip
