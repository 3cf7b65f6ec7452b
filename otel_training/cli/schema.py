"""`otel-training schema`: the tables of a ClickHouse server or cluster."""

import re
from dataclasses import asdict
from typing import Final

import click

from otel_training.cli.exit_code import ExitCode
from otel_training.cli.output import Output, note, output_options, plural, progress, table
from otel_training.conventions import COMMAND
from otel_training.pipeline.settings import settings_in_force
from otel_training.store.deployment import Deployment, read_roles
from otel_training.store.migrate import make_script, migrate, missing_migrations, read_migrations
from otel_training.store.session import open_as_is
from otel_training.store.verify import Difference, differences, stale_rows

_CLUSTER: Final = re.compile(r"[\w.{}-]+")
# Beyond 2106 the engine's DateTime begins anew: every row would be too old at once.
_MOST_DAYS: Final = 9999


@click.group()
def schema() -> None:
    """Make and check the tables of a ClickHouse server or cluster."""


@schema.command()
@click.option("--cluster", default="", metavar="NAME", help="For all servers of this cluster, each table sharded.")
@click.option("--replicated", is_flag=True, help="Copy typed tables, by the macros {shard} and {replica}.")
@click.option(
    "--ttl-days", type=click.IntRange(1, _MOST_DAYS), help="Drop typed rows of this age.  [default: keep them]"
)
@click.option("--roles", "only_roles", is_flag=True, help="The least-privilege roles instead.")
def show(*, cluster: str, replicated: bool, ttl_days: int | None, only_roles: bool) -> None:
    """Print the statements that make them, for `clickhouse-client`."""
    if cluster and not _CLUSTER.fullmatch(cluster):
        raise click.BadParameter("a cluster's name has letters, digits and _ . - { } alone.", param_hint="--cluster")
    deployment = Deployment(cluster, replicated=replicated, ttl_days=ttl_days or 0)
    for statement in read_roles(deployment) if only_roles else make_script(deployment):
        click.echo(f"{statement.rstrip()};\n")


@schema.command()
@output_options(csv=True)
def status(output: Output) -> None:
    """List the store's migrations: applied or pending."""
    with open_as_is(settings_in_force()) as store:
        missing = {migration.name for migration in missing_migrations(store)}
    names = [migration.name for migration in read_migrations()]
    rows = [{"migration": name, "state": "pending" if name in missing else "applied"} for name in names]
    output.emit(rows, lambda rows: [table("Migrations", ("migration", "state"), [tuple(row.values()) for row in rows])])
    if missing:
        note(f"{plural(len(missing), 'migration')} pending: `{COMMAND} schema apply` runs them.")


@schema.command()
def apply() -> None:
    """Run the pending migrations.

    Rendered for the deployment that the store is. Run again, it has nothing to do.
    """
    with open_as_is(settings_in_force()) as store:
        applied = migrate(store)
    for name in applied:
        click.echo(f"applied {name}")
    if not applied:
        note("Nothing is pending.")


@schema.command()
@click.option(
    "--deep", is_flag=True, help="Also settle everything from scratch, and compare each row with the store's."
)
@output_options(csv=True)
def verify(*, deep: bool, output: Output) -> ExitCode:
    """Compare tables, columns and views with this version's.

    The exit code is 1 if any differs.
    """
    with open_as_is(settings_in_force()) as store:
        differing = differences(store)
        if deep and not differing:
            with progress("Settling") as callback:
                differing = list(stale_rows(store, callback))
    output.emit(map(asdict, differing), lambda _: map(_sentence, differing))
    note(f"{plural(len(differing), 'difference')} from this version's schema.")
    return ExitCode.FAILED if differing else ExitCode.OK


def _sentence(difference: Difference) -> str:
    name, live, wanted = difference.object, " ".join(difference.live.split()), " ".join(difference.wanted.split())
    if not live:
        return f"{name}: is missing ({wanted if difference.property != 'query' else 'a view'})"
    if not wanted:
        return f"{name}: is not of this version ({live})"
    return f"{name}: {difference.property} is {live}, should be {wanted}"
