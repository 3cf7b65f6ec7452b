"""`otel-training validate`: whether a training file is good."""

from dataclasses import asdict
from pathlib import Path

import click
from rich.console import RenderableType

from otel_training.cli.exit_code import ExitCode
from otel_training.cli.output import Output, output_options, plural, progress, table
from otel_training.dataset.target import DEFAULT, read_target, target_names
from otel_training.dataset.validate import Validation
from otel_training.dataset.validate import validate as validate_file
from otel_training.errors import TrainingError

_FILE = click.Path(exists=True, path_type=Path)
_SHOWN = 20


@click.command()
@click.argument("file", type=_FILE)
@click.option(
    "--for",
    "target_name",
    type=click.Choice(target_names()),
    default=DEFAULT,
    show_default=True,
    help="Who trains on it.",
)
@click.option(
    "--against", type=_FILE, help="Another file, such as the validation's, that must share no prompt with it."
)
@click.option(
    "--rejects",
    type=click.Path(path_type=Path),
    help="Write the rows that break a rule, with the reasons, to this file.",
)
@click.option(
    "--max-length",
    type=click.IntRange(min=1),
    help="The tokens from which your trainer cuts rows; by default its own default.",
)
@click.option(
    "--price", type=click.FloatRange(min=0), help="What training costs, in USD for a million tokens and epoch."
)
@output_options()
def validate(  # noqa: PLR0913 - an option each
    *, file: Path, target_name: str, against: Path | None, rejects: Path | None, max_length: int | None,
    price: float | None, output: Output,
) -> ExitCode:  # fmt: skip
    """Check a training file, stricter than who trains on it.

    What they would train on without a word, or cut, is named with its line and what to do; the exit code is 1 then.
    """
    target = read_target(target_name)
    for path in filter(None, (file, against)):
        if path.is_dir() != (target.container == "hf"):
            raise click.UsageError(
                f"{path} is {'a folder' if path.is_dir() else 'a file'}, as rows for {target.name} are not."
            )
    if rejects is not None and rejects.exists():
        raise TrainingError(f"{rejects} exists already: choose another --rejects.")
    with progress("Checking") as callback:
        validation = validate_file(
            file, target, against=against, rejects=rejects, max_length=max_length, progress=callback
        )
    cost = None if price is None else validation.tokens.total * price / 1e6
    result = asdict(validation) | {"tokens": validation.tokens._asdict(), "epoch_cost": cost, "status": target.status}
    output.emit([result], lambda _: draw(validation, cost, f"{target.title}: {target.status}."))
    return ExitCode.FAILED if validation.counts else ExitCode.OK


def draw(validation: Validation, cost: float | None, status: str) -> list[RenderableType]:
    """Draw what was found, then what the file has."""
    parts: list[RenderableType] = []
    if validation.findings:
        rows = [(each.line or "file", each.rule, f"{each.problem}: {each.fix}") for each in validation.findings]
        parts.append(table("Findings", ("line", "rule", "what, and what to do"), rows[:_SHOWN]))
        counts = ", ".join(f"{count:,} {rule}" for rule, count in sorted(validation.counts.items()))
        parts.append(f"Findings by rule: {counts}; --json and --rejects name more.")
    tokens = validation.tokens
    unknown = "An epoch's cost is unknown, no price list has it: give --price"
    lengths = f"up to {tokens.p50:,}, 95 % up to {tokens.p95:,}, the longest {tokens.most:,}"
    lines = (
        f"{plural(validation.rows, 'good row')} for {validation.target}, {validation.rejected:,} that break a rule",
        f"Tokens ({tokens.counted_by}): {tokens.total:,}; half of the rows have {lengths}",
        unknown if cost is None else f"An epoch costs {cost:.2f} USD",
        status,
    )
    return [*parts, "\n".join(lines)]
