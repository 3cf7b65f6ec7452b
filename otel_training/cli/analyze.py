"""`otel-training analyze`: quality, pass rate, engagement, exposure, by topic."""

from collections.abc import Iterator
from dataclasses import asdict
from typing import Any, Final

import click
from rich.console import RenderableType

from otel_training.cli.gaps import draw_list, read_gaps
from otel_training.cli.output import Output, note, output_options, table, usd
from otel_training.cli.store import open_store
from otel_training.dataset.coverage import Gap
from otel_training.store.client import Row, Store, read_query

_BAR: Final = 40
_TOPIC_COLUMNS: Final = (
    "topic", "extractions", "failed", "passed", "quality", "likes", "dismissals", "net", "mean_viewers",
)  # fmt: skip


@click.command()
@output_options()
def analyze(output: Output) -> None:
    """Show quality, what readers did, and each topic."""
    with open_store() as (store, folder):
        analysis = read_analysis(store, read_gaps(store, folder))
    output.emit([analysis], lambda _: draw_analysis(analysis))


def read_analysis(store: Store, gaps: list[Gap]) -> dict[str, Any]:
    """Read all figures."""
    whole, *costs = store.rows(read_query("analyze_costs"))
    return {
        "totals": store.row(read_query("analyze_totals")),
        "costs": {"calls": whole["calls"], "cost": whole["cost"], "unpriced": whole["unpriced"], "topics": costs},
        "quality": list(store.rows(read_query("analyze_quality"))),
        "exposure": [
            {"readers": row["readers"], "insights": row["insights"]}
            for row in store.rows(read_query("analyze_exposure"))
        ],
        "topics": list(store.rows(read_query("analyze_topics"))),
        "gaps": [asdict(gap) for gap in gaps],
    }


def draw_analysis(analysis: dict[str, Any]) -> Iterator[RenderableType]:
    """Draw the figures as tables."""
    if not analysis["totals"]["extractions"]:
        note("No extraction yet: there is nothing to analyze.")
        return
    exposure = [(row["readers"], row["insights"]) for row in analysis["exposure"]]
    costs = analysis["costs"]
    topics = [[row[column] for column in _TOPIC_COLUMNS] for row in analysis["topics"]]
    yield _draw_totals(analysis["totals"])
    yield _draw_quality(analysis["quality"])
    yield table("Readers that an insight reached", ("readers", "insights"), exposure)
    yield table("Topics", [column.replace("_", " ") for column in _TOPIC_COLUMNS], topics)
    if costs["calls"]:
        rows = [(row["topic"] or "-", row["calls"], row["unpriced"], usd(row["cost"])) for row in costs["topics"]]
        rows.append(("all", costs["calls"], costs["unpriced"], usd(costs["cost"])))
        yield table("What calls of models cost", ("topic", "calls", "unpriced", "USD"), rows)
    yield from draw_list("What is missing", (Gap(**gap).sentence for gap in analysis["gaps"]))


def _draw_totals(row: Row) -> RenderableType:
    passed = f"{row['passed']:,} of {row['judged']:,} judged" if row["judged"] else "not judged"
    actions = ", ".join(f"{count:,} {action}" for action, count in row["actions"].items()) or "none"
    return table(
        "Overview",
        ("figure", "value"),
        [
            ("extractions", f"{row['extractions']:,} ({row['failed']:,} failed)"),
            ("passed filters", passed),
            ("mean quality", f"{row['quality']:g}" if row["quality"] is not None else None),
            ("readers' actions", actions),
            ("readers", f"{row['readers']:,}"),
            ("feeds shown", f"{row['impressions']:,}"),
        ],
    )


def _draw_quality(rows: list[Row]) -> RenderableType:
    most = max((row["extractions"] for row in rows), default=1)
    return table(
        "Quality score",
        ("score", "extractions", ""),
        [
            (
                "none" if row["score"] is None else str(row["score"]),
                row["extractions"],
                "█" * max(1, round(_BAR * row["extractions"] / most)),
            )
            for row in rows
        ],
    )
