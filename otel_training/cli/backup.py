"""`otel-training backup`: the store and the data folder in one file."""

import os
from pathlib import Path

import click

from otel_training.cli.output import Output, note, output_options, plural, progress
from otel_training.cli.store import open_store
from otel_training.conventions import COMMAND
from otel_training.dataset.writing import open_replacement
from otel_training.errors import TrainingError
from otel_training.store.backup import back_up
from otel_training.store.copies import note_copy


@click.command()
@click.argument("file", type=click.Path(path_type=Path, dir_okay=False))
@click.option("--with-keys", is_flag=True, help="Also the keys of the readers' pseudonyms: keep it as secret as them.")
@click.option("--force", is_flag=True, help="Replace the file if it exists.")
@output_options()
def backup(*, file: Path, with_keys: bool, force: bool, output: Output) -> None:
    """Write all that is stored into a file.

    Records, datasets, prices, opt-outs, experiments, fine-tuning jobs, what was set aside and what waits to be shipped.
    Apps may go on meanwhile: what they capture from now on is not in it. `restore` puts it back.
    """
    if str(file) == "-" or (file.exists() and not file.is_file()):
        raise click.UsageError(f"{file} is no regular file, which is read back before it counts: name one.")
    if not file.parent.is_dir():
        raise TrainingError(f"The folder {file.parent} does not exist: make it, or choose another file.")
    if file.exists() and not force:
        raise TrainingError(f"{file} exists already: choose another file, or add --force to replace it.")
    with open_store() as (store, folder), progress("Backing up") as callback, open_replacement(file) as target:
        manifest = back_up(store, folder, target, with_keys=with_keys, progress=callback)
        size = target.seek(0, os.SEEK_END)
    if folder.path.is_dir():
        note_copy(folder.backups, file, manifest.made_at)
    rows = sum(manifest.rows.values())
    row = {"file": str(file), "bytes": size, "rows": rows, "with_keys": manifest.has_keys, "tables": manifest.rows}
    output.emit([row], lambda _: [f"Wrote {plural(rows, 'row')} to {file} ({size:,} bytes), and read them back."])
    if not manifest.has_keys:
        note(
            "Without the keys of readers' pseudonyms: in another folder readers begin anew, and `forget --user` finds "
            f"nothing that is kept of them. Keep user.key, or use `{COMMAND} backup --with-keys`."
        )
