"""The group of commands; alone it prints the status."""

from importlib import import_module
from keyword import iskeyword
from typing import Final

import click

from otel_training.cli.output import Output, output_options
from otel_training.conventions import COMMAND
from otel_training.version import __version__

_NAMES: Final = (
    "status", "view", "review", "analyze", "prices", "savings", "dataset", "export", "validate",
    "experiment", "finetune", "import", "ship", "doctor", "serve", "settle", "schema", "forget",
    "retention", "keys", "backup", "restore", "demo",
)  # fmt: skip


class _Commands(click.Group):
    """A group that loads the command that runs, and no other: each is a function in the module of its name."""

    def list_commands(self, ctx: click.Context) -> list[str]:  # noqa: ARG002 - click's signature
        return sorted(_NAMES)

    def resolve_command(
        self, ctx: click.Context, args: list[str]
    ) -> tuple[str | None, click.Command | None, list[str]]:
        """Let click name what is near to a word that is no command."""
        if args[0] not in _NAMES:
            self.commands = dict.fromkeys(_NAMES, self)
        return super().resolve_command(ctx, args)

    def get_command(self, ctx: click.Context, cmd_name: str) -> click.Command | None:  # noqa: ARG002 - click's signature
        if cmd_name not in _NAMES:
            return None
        name = f"{cmd_name}_" if iskeyword(cmd_name) else cmd_name
        command: click.Command = getattr(import_module(f"otel_training.cli.{name}"), name)
        return command


@click.group(cls=_Commands, invoke_without_command=True, context_settings={"help_option_names": ["-h", "--help"]})
@click.version_option(__version__, prog_name=COMMAND)
@output_options()
@click.pass_context
def app(context: click.Context, output: Output) -> None:
    """Turn the traffic of an LLM app into training data. Alone: the status."""
    if context.invoked_subcommand is None:
        from otel_training.cli.status import print_status

        print_status(output)
    elif output is Output.JSON:
        raise click.UsageError(f"--json goes after the command: {COMMAND} {context.invoked_subcommand} --json")
