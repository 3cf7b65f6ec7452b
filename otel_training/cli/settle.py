"""`otel-training settle`: the examples of a ClickHouse server, brought up to date."""

import click

from otel_training.cli.output import note, stages
from otel_training.pipeline.settings import settings_in_force
from otel_training.store.session import open_drained
from otel_training.store.settle import settle_beside_inserts


@click.command()
def settle() -> None:
    """Bring a ClickHouse server's figures up to date.

    With all that came in: for cron, each minute, where no other command runs.
    The embedded store needs no such job: every command does it, and so does `serve`.
    """
    settings = settings_in_force()
    with stages() as begin, open_drained(settings, begin) as (store, _):
        if settings.store:
            settle_beside_inserts(store, progress=begin("Settling"))
    note("All figures are up to date.")
