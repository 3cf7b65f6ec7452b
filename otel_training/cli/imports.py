"""`otel-training import`: old logs."""

from pathlib import Path

import click

from otel_training import config
from otel_training.capture.old_logs import import_files
from otel_training.cli.render import counted, err, json_option, out, print_json, progress
from otel_training.cli.session import session
from otel_training.errors import TrainingError
from otel_training.folder import find_folder, make_folder
from otel_training.pipeline.lifecycle import finisher


@click.command("import")
@click.argument("files", nargs=-1, required=True, type=click.Path(exists=True, dir_okay=False, path_type=Path))
@json_option
@click.pass_context
def import_(context: click.Context, files: tuple[Path, ...], *, as_json: bool) -> None:
    """Import old logs (JSON lines): extractions, feedback, and rows that tell an old id's text.

    Importing a log again changes nothing. Lines that cannot be read are named and skipped; the
    exit code is 1 then.
    """
    settings = config.settings()
    if settings.store:
        raise TrainingError("import writes into the embedded store: unset OTEL_TRAINING_STORE and run it again.")
    folder = make_folder(find_folder(settings))
    with progress("Reading") as tell:
        done = import_files(list(files), folder, finisher(settings, folder), tell)
    with session():
        pass  # opening the store drains into it
    for one in done.unreadable:
        err.print(str(one), markup=False, soft_wrap=True)
    if as_json:
        print_json({"imported": done.records, "unreadable": len(done.unreadable)})
    else:
        kinds = ", ".join(f"{count:,} {kind}" for kind, count in sorted(done.records.items())) or "nothing"
        out().print(f"Imported {kinds}; skipped {counted(len(done.unreadable), 'unreadable line')}.", soft_wrap=True)
    context.exit(1 if done.unreadable else 0)
