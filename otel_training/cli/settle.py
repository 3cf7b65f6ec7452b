"""`otel-training settle`: the examples of a ClickHouse server, brought up to date."""

import click

from otel_training.cli.output import note, progress
from otel_training.cli.store import open_store
from otel_training.pipeline import process
from otel_training.store.settle import settle_beside_inserts


@click.command()
def settle() -> None:
    """Bring a ClickHouse server's figures up to date.

    With all that came in: for cron, each minute.
    The embedded store needs no such job: every command does it, and so does `serve`.
    """
    with open_store() as (store, _):
        if process.settings().store:
            with progress("Settling") as callback:
                settle_beside_inserts(store, progress=callback)
    note("All figures are up to date.")
