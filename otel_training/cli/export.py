"""`otel-training export`: the training file."""

from dataclasses import asdict
from pathlib import Path

import click
from rich.console import Console

from otel_training.cli.render import counted, err, json_option, note, out, print_json, progress, table
from otel_training.cli.session import session
from otel_training.conventions import COMMAND
from otel_training.dataset.export import Report, check_target
from otel_training.dataset.export import export as write_export
from otel_training.dataset.funnel import Filters, Funnel, funnel
from otel_training.store.client import query

_DEFAULT = Filters()


@click.command()
@click.option("--out", "target", type=click.Path(path_type=Path), help="The training file to write (JSON lines).")
@click.option("--min-quality", type=float, default=_DEFAULT.min_quality, show_default=True, help="Least quality score.")
@click.option(
    "--net-above",
    type=float,
    default=_DEFAULT.net_above,
    show_default=True,
    help="What likes - dismissals, over all insights of an extraction, must exceed.",
)
@click.option(
    "--min-viewers",
    type=click.IntRange(min=0),
    default=_DEFAULT.min_viewers,
    show_default=True,
    help="Least number of readers that one of its insights reached.",
)
@click.option("--force", is_flag=True, help="Replace the file if it exists.")
@click.option("--print-sql", is_flag=True, help="Print the query with its parameters instead.")
@json_option
def export(  # noqa: PLR0913 - one parameter an option
    *,
    target: Path | None,
    min_quality: float,
    net_above: float,
    min_viewers: int,
    force: bool,
    print_sql: bool,
    as_json: bool,
) -> None:
    """Write what readers liked as a training file (OpenAI chat format), with its manifest."""
    filters = Filters(min_quality, net_above, min_viewers)
    if print_sql:
        click.echo(sql(filters))
        return
    if target is None:
        raise click.UsageError("Missing option '--out', e.g. --out training.jsonl")
    check_target(target, force=force)
    with session() as (store, _):
        found = funnel(store, filters)
        if not as_json or not found.left:
            show_funnel(err, found)
        with progress("Exporting") as tell:
            report = write_export(store, target, filters, found, tell)
    if found.advice:
        note(found.advice)
    if as_json:
        print_json(asdict(report))
    else:
        show_report(out(), report)


def sql(filters: Filters) -> str:
    """Return the query, its parameters set, ready for any ClickHouse client."""
    values = "".join(f"SET param_{name} = {plainly(value)};\n" for name, value in asdict(filters).items())
    return values + query("export").rstrip() + ";"


def plainly(value: float) -> str:
    """Write a number so that it is read back as it is."""
    return str(int(value)) if value == int(value) else repr(value)


def show_funnel(console: Console, found: Funnel) -> None:
    """Print the funnel."""
    rows = [(step.filter, step.left, step.dropped, step.reason if step.dropped else "") for step in found.steps]
    console.print(table("Funnel", ("filter", "left", "dropped", "why dropped"), rows))


def show_report(console: Console, report: Report) -> None:
    """Print what was written."""
    console.print(f"Wrote {counted(report.rows, 'example')} to {report.file}", markup=False, soft_wrap=True)
    console.print(f"Each row's origin is in {report.manifest}", markup=False, soft_wrap=True)
    note(f"Too few or too many? --min-quality, --net-above, --min-viewers; `{COMMAND} analyze` shows the spread.")
