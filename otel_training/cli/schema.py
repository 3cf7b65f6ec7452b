"""`otel-training schema`: the tables of a ClickHouse server or cluster."""

import re
from dataclasses import asdict
from typing import Final

import click

from otel_training import config
from otel_training.cli.render import counted, csv_option, json_option, note, out, print_csv, print_json, table
from otel_training.conventions import COMMAND
from otel_training.store.client import Row
from otel_training.store.deployment import Deployment
from otel_training.store.migrate import migrate, migrations, pending, script
from otel_training.store.roles import roles
from otel_training.store.session import connected
from otel_training.store.verify import Difference, differences

_CLUSTER: Final = re.compile(r"[\w.{}-]+")
# Beyond 2106 the engine's DateTime begins anew: every row would be too old at once.
_MOST_DAYS: Final = 9999


@click.group()
def schema() -> None:
    """Make, follow and check the tables of a ClickHouse server or cluster."""


@schema.command()
@click.option("--cluster", default="", metavar="NAME", help="For all servers of this cluster, each table sharded.")
@click.option("--replicated", is_flag=True, help="Copy typed tables, by the macros {shard} and {replica}.")
@click.option(
    "--ttl-days", type=click.IntRange(1, _MOST_DAYS), help="Drop typed rows of this age.  [default: keep them]"
)
@click.option("--roles", "only_roles", is_flag=True, help="The least-privilege roles instead.")
def show(*, cluster: str, replicated: bool, ttl_days: int | None, only_roles: bool) -> None:
    """Print the statements that make a server's tables, for `clickhouse-client`."""
    if cluster and not _CLUSTER.fullmatch(cluster):
        raise click.BadParameter("a cluster's name has letters, digits and _ . - { } alone.", param_hint="--cluster")
    deployment = Deployment(cluster, replicated=replicated, ttl_days=ttl_days or 0)
    for statement in roles(deployment) if only_roles else script(deployment):
        click.echo(f"{statement.rstrip()};\n")


@schema.command()
@json_option
@csv_option
def status(*, as_json: bool, as_csv: bool) -> None:
    """List the store's migrations: applied or pending."""
    with connected(config.settings()) as store:
        missing = {one.name for one in pending(store)}
    rows = [{"migration": one.name, "state": "pending" if one.name in missing else "applied"} for one in migrations()]
    if not _printed(rows, as_json=as_json, as_csv=as_csv):
        out().print(table("Migrations", ("migration", "state"), [tuple(row.values()) for row in rows]))
    if missing:
        note(f"{counted(len(missing), 'migration')} pending: `{COMMAND} schema apply` runs them.")


@schema.command()
def apply() -> None:
    """Run the pending migrations, in the form that the store has; again, it has nothing to do."""
    with connected(config.settings()) as store:
        ran = migrate(store)
    for name in ran:
        click.echo(f"applied {name}")
    if not ran:
        note("Nothing is pending.")


@schema.command()
@json_option
@csv_option
def verify(*, as_json: bool, as_csv: bool) -> int:
    """Compare the store's tables, columns and views with this version's; exit code 1 if any differs."""
    with connected(config.settings()) as store:
        found = differences(store)
    if not _printed([asdict(one) for one in found], as_json=as_json, as_csv=as_csv):
        for one in found:
            click.echo(_sentence(one))
    note(f"{counted(len(found), 'difference')} from this version's schema.")
    return 1 if found else 0


def _printed(rows: list[Row], *, as_json: bool, as_csv: bool) -> bool:
    """Print rows for programs, where one was chosen; tell whether it was."""
    if as_json and as_csv:
        raise click.UsageError("Choose one of --json and --csv.")
    if as_csv:
        print_csv(rows)
    for row in rows if as_json else ():
        print_json(row)
    return as_json or as_csv


def _sentence(one: Difference) -> str:
    if not one.live:
        return f"{one.object}: is missing ({one.wanted if one.property != 'query' else 'a view'})"
    if not one.wanted:
        return f"{one.object}: is not of this version ({one.live})"
    return f"{one.object}: {one.property} is {' '.join(one.live.split())}, should be {' '.join(one.wanted.split())}"
