"""`otel-training retention`: for how many days what is kept."""

from typing import Any

import click

from otel_training.cli.output import Output, confirm, output_options, plural, show, table
from otel_training.cli.store import open_store
from otel_training.store.retention import CLASSES, choose, effective, older, read_retention, retain

_DAYS = click.IntRange(0, 9999)


@click.command()
@click.option("--content", type=_DAYS, metavar="DAYS", help="Of texts: sources, prompts, answers, insights, searches.")
@click.option("--events", type=_DAYS, metavar="DAYS", help="Of what readers saw, did and searched.")
@click.option("--records", type=_DAYS, metavar="DAYS", help="Of all of a record: ids and figures, too.")
@click.option("--yes", is_flag=True, help="Ask nothing.")
@output_options()
def retention(*, yes: bool, output: Output, **asked: int | None) -> None:
    """Show or choose for how many days data is kept.

    0 keeps it for good, as by default. Once a day the next command, or `serve`, deletes what is older. What a frozen
    dataset holds stays.
    """
    given = {name: days for name, days in asked.items() if days is not None}
    with open_store() as (store, _):
        chosen = {name: row["days"] for name, row in read_retention(store).items()} | given
        if given:
            rows = [(name, *entry) for name, tables in older(store, chosen).items() for entry in tables.items()]
            if rows and not yes:
                show(table("What is older", ("class", "table", "rows"), rows), aside=True)
                confirm("Delete it now, and later what comes to be as old?")
            choose(store, given)
            retain(store)
        kept = read_retention(store)
    output.emit([{"retention": [kept[name] for name in CLASSES if name in kept]}], lambda _: sentences(kept))


def sentences(kept: dict[str, dict[str, Any]]) -> list[str]:
    """Say for each class how long it is kept, and what went by that, and when."""
    lines = []
    for name, days in effective({name: row["days"] for name, row in kept.items()}).items():
        row = kept.get(name, {"deleted": 0, "days": 0})
        gone = f"; {plural(row['deleted'], 'row')} deleted, last on {row['last'][:10]}" if row["deleted"] else ""
        limit = ", as records are" if days and days != row["days"] else ""
        lines.append(f"{name}: kept for {plural(days, 'day') if days else 'good'}{limit}{gone}")
    return lines
