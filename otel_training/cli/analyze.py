"""`otel-training analyze`: quality, pass rate, engagement, exposure, by topic."""

from typing import Any, Final

import click
from rich.console import Console

from otel_training.cli.render import json_option, note, out, print_json, table
from otel_training.cli.session import session
from otel_training.store.client import Row, Store, query

_BAR: Final = 40


@click.command()
@json_option
def analyze(*, as_json: bool) -> None:
    """Show the distribution of quality, what readers did, and each topic."""
    with session() as (store, _):
        found = read_analysis(store)
    if as_json:
        print_json(found)
    elif found["totals"]["extractions"]:
        show(out(), found)
    else:
        note("No extraction yet: there is nothing to analyze.")


def read_analysis(store: Store) -> dict[str, Any]:
    """Read all figures."""
    return {
        "totals": store.row(query("analyze_totals")),
        "quality": list(store.rows(query("analyze_quality"))),
        "exposure": [
            {"readers": row["readers"], "insights": row["insights"]} for row in store.rows(query("analyze_exposure"))
        ],
        "topics": list(store.rows(query("analyze_topics"))),
    }


def show(console: Console, found: dict[str, Any]) -> None:
    """Print the analysis for a person."""
    for one in (_totals(found["totals"]), _quality(found["quality"]), _exposure(found), _topics(found["topics"])):
        console.print(one)
        console.print()


def _totals(row: Row) -> Any:
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


def _quality(rows: list[Row]) -> Any:
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


def _exposure(found: dict[str, Any]) -> Any:
    return table(
        "Readers that an insight reached",
        ("readers", "insights"),
        [(row["readers"], row["insights"]) for row in found["exposure"]],
    )


def _topics(rows: list[Row]) -> Any:
    columns = ("topic", "extractions", "failed", "passed", "quality", "likes", "dismissals", "net", "mean_viewers")
    return table(
        "Topics", [one.replace("_", " ") for one in columns], [[row[column] for column in columns] for row in rows]
    )
