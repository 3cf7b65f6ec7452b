"""`otel-training import`: old logs."""

from pathlib import Path

import click

from otel_training.cli.exit_code import ExitCode
from otel_training.cli.output import Output, output_options, plural, progress, show
from otel_training.cli.store import open_store
from otel_training.errors import TrainingError
from otel_training.folder import find_folder, make_folder
from otel_training.imports.old_logs import import_files
from otel_training.pipeline.pipeline import make_finisher
from otel_training.pipeline.settings import settings_in_force
from otel_training.store.client import read_query

_FILE = click.Path(exists=True, dir_okay=False, allow_dash=True, path_type=Path)


@click.command("import")
@click.argument("files", nargs=-1, required=True, type=_FILE)
@output_options()
def import_(files: tuple[Path, ...], output: Output) -> ExitCode:
    """Import old logs: JSON lines of extractions and feedback.

    Also of rows that give an old insight id its text, and of all that `view --json` prints. Files may be gzipped; `-`
    is stdin. Importing a log again changes nothing. Lines that cannot be read are named and skipped; the exit code is 1
    then.
    """
    settings = settings_in_force()
    if settings.store:
        raise TrainingError("import writes into the embedded store: unset OTEL_TRAINING_STORE and run it again.")
    folder = make_folder(find_folder(settings))
    with progress("Reading") as callback:
        done = import_files(list(files), folder, make_finisher(settings, folder), callback, _read_ids)
    with open_store():
        pass  # opening the store drains into it
    show(*map(str, done.unreadable), aside=True)
    kinds = ", ".join(f"{count:,} {kind}" for kind, count in sorted(done.records.items())) or "nothing"
    skipped = plural(len(done.unreadable), "unreadable line")
    result = {"imported": done.records, "unreadable": len(done.unreadable)}
    output.emit([result], lambda _: [f"Imported {kinds}; skipped {skipped}."])
    return ExitCode.FAILED if done.unreadable else ExitCode.OK


def _read_ids(least: int) -> dict[str, int]:
    """Read the ids of what the store holds, of imported lines from the least on, each with its line."""
    with open_store() as (store, _):
        return {row["id"]: row["line"] for row in store.rows(read_query("ids"), least=least)}
