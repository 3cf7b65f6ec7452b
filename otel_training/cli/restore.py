"""`otel-training restore`: a backup, back in its place."""

from contextlib import closing
from pathlib import Path

import click

from otel_training.cli.output import Output, note, output_options, plural, progress
from otel_training.errors import TrainingError
from otel_training.folder import find_folder, make_folder
from otel_training.pipeline.settings import settings_in_force
from otel_training.spool.segments import segment_paths
from otel_training.store.backup import open_backup, restore_folder, restore_store
from otel_training.store.client import Store
from otel_training.store.copies import note_copy


@click.command()
@click.argument("file", type=click.Path(path_type=Path, dir_okay=False, exists=True))
@click.option("--force", is_flag=True, help="Replace what the data folder holds.")
@output_options()
def restore(*, file: Path, force: bool, output: Output) -> None:
    """Put a backup back, into an empty data folder or server.

    The folder stays as it was until all is in; no app, and no other command, may use it meanwhile.
    """
    settings = settings_in_force()
    folder = find_folder(settings)
    with open_backup(file) as (archive, manifest), progress("Restoring") as callback:
        if settings.store:
            with closing(Store(settings.store)) as store:
                restore_store(store, archive, manifest, callback)
        else:
            if not force and (folder.store.exists() or segment_paths(folder.local) or segment_paths(folder.ship)):
                raise TrainingError(
                    f"{folder.path} holds data already: set OTEL_TRAINING_HOME to another folder, or add --force to "
                    "replace what is stored there."
                )
            restore_folder(make_folder(folder), archive, manifest, callback)
            note_copy(folder.backups, file, manifest.made_at)
    rows = sum(manifest.rows.values())
    place = "the server" if settings.store else str(folder.path)
    row = {"file": str(file), "made_at": manifest.made_at, "rows": rows, "tables": manifest.rows, "into": place}
    output.emit([row], lambda _: [f"Restored {plural(rows, 'row')} of {manifest.made_at[:19]} into {place}."])
    note("What was forgotten, and what was chosen by `retention`, is as it was then: do both again.")
    if settings.store:
        note("A server has no place for its files: unzip opt_outs.txt, prices.toml and what else is in it by hand.")
    elif not manifest.has_keys and not folder.key.exists() and not settings.user_key:
        note("It came without the keys of the readers' pseudonyms: put user.key there before an app runs.")
