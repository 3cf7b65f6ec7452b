"""The group of commands; alone it prints the status."""

import click

from otel_training.cli.analyze import analyze
from otel_training.cli.demo import demo
from otel_training.cli.doctor import doctor
from otel_training.cli.export import export
from otel_training.cli.import_ import import_
from otel_training.cli.output import Output, output_options
from otel_training.cli.prices import prices
from otel_training.cli.schema import schema
from otel_training.cli.serve import serve
from otel_training.cli.settle import settle
from otel_training.cli.ship import ship
from otel_training.cli.status import print_status, status
from otel_training.cli.view import view
from otel_training.conventions import COMMAND
from otel_training.version import version


@click.group(invoke_without_command=True, context_settings={"help_option_names": ["-h", "--help"]})
@click.version_option(version(), prog_name=COMMAND)
@output_options()
@click.pass_context
def app(context: click.Context, output: Output) -> None:
    """Turn the traffic of an LLM app into training data. Alone: the status."""
    if context.invoked_subcommand is None:
        print_status(output)
    elif output is Output.JSON:
        raise click.UsageError(f"--json goes after the command: {COMMAND} {context.invoked_subcommand} --json")


for command in (status, view, analyze, prices, export, import_, ship, doctor, serve, settle, schema, demo):
    app.add_command(command)
