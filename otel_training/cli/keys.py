"""`otel-training keys`: the keys of readers' pseudonyms."""

from datetime import UTC, datetime
from typing import Any, Final

import click

from otel_training.cli.output import Output, confirm, note, output_options, plural, table
from otel_training.cli.store import open_store, require_data
from otel_training.config import variable
from otel_training.conventions import COMMAND
from otel_training.errors import TrainingError
from otel_training.folder import DataFolder, find_folder, make_folder
from otel_training.pipeline.keys import destroy as destroy_key
from otel_training.pipeline.keys import read_old_keys
from otel_training.pipeline.keys import rotate as rotate_key
from otel_training.pipeline.pipeline import has_key, make_finisher
from otel_training.pipeline.settings import settings_in_force
from otel_training.spool.reading import is_unavailable
from otel_training.spool.segments import segment_paths
from otel_training.store.client import Store, read_query

NOT_HERE: Final = "not here"
"""Of a key that was destroyed, or is in another folder."""
IN_FORCE: Final = "in force"
_AGAIN: Final = "who reads before and after counts as two readers, with a vote each"


@click.group()
def keys() -> None:
    """List, rotate and destroy the keys of readers' pseudonyms."""


@keys.command("list")
@output_options(csv=True)
def list_(output: Output) -> None:
    """List the keys, how many readers each made, and since when."""
    with open_store() as (store, folder):
        rows = states(store, folder)
    columns = ("key", "readers", "first", "last", "state")
    output.emit(rows, lambda rows: [table("Keys", columns, [_cells(**row) for row in rows])])


def _cells(first: str | None, last: str | None, state: str, **key: str | int) -> tuple[str | int | None, ...]:
    return *key.values(), first and first[:19], last and last[:19], state


@keys.command()
def rotate() -> None:
    """Make pseudonyms by a new key from now on.

    The old one is kept, so that `forget --user` finds what was recorded by it. Nobody can tell which of the new
    pseudonyms is which old one: who reads before and after counts as two readers, with a vote each.
    """
    require_data()
    settings = settings_in_force()
    folder = make_folder(find_folder(settings))
    if not has_key(settings, folder):
        raise click.UsageError(f"There is no key to rotate in {folder.path}: an app makes one with its first record.")
    old = rotate_key(folder, settings)
    click.echo(f"The key {old.id} is kept in {folder.keys} for what was recorded by it: from now on {_AGAIN}.")
    if settings.user_key:
        note(f"The key is {variable('user_key')}: now set it to another long random secret, for all programs.")
    if count := sum(map(is_unavailable, [*segment_paths(folder.local), *segment_paths(folder.ship)])):
        note(f"{plural(count, 'running app')} must be restarted: until then the old key makes their pseudonyms.")


@keys.command()
@click.argument("key_id")
@click.option("--yes", is_flag=True, help="Ask nothing.")
def destroy(key_id: str, *, yes: bool) -> None:
    """Destroy a key that was rotated.

    Nobody finds the readers of its time any more, unless a backup has it.
    """
    require_data()
    folder = make_folder(find_folder(settings_in_force()))
    if key_id not in {key.id for key in read_old_keys(folder)}:
        raise TrainingError(f"{key_id} is no key that was rotated: `{COMMAND} keys list` names them.")
    if not yes:
        confirm("Destroy it? `forget --user` will not find what was recorded by it.")
    destroy_key(folder, key_id)
    click.echo(f"Destroyed the key {key_id}: what was recorded by it belongs to nobody who is known.")


def states(store: Store, folder: DataFolder) -> list[dict[str, Any]]:
    """Return the keys by which pseudonyms in the store were made, and all that are here, each with what it is."""
    rows = list(store.rows(read_query("doctor_keys")))
    names = {key.id: "rotated" for key in read_old_keys(folder)}
    settings = settings_in_force()
    if has_key(settings, folder):
        names[make_finisher(settings, make_folder(folder)).key.id] = IN_FORCE
    unused = names.keys() - {row["user_key_id"] for row in rows}
    rows += [{"user_key_id": key, "readers": 0, "first": None, "last": None} for key in names if key in unused]
    return [row | {"state": names.get(row["user_key_id"], NOT_HERE)} for row in rows]


def rotated_at(folder: DataFolder) -> str:
    """Return when a key was rotated last, as the store writes times; empty where none was."""
    if not folder.keys.exists():
        return ""
    # The old ones are written again when one of them is destroyed.
    path = folder.key if folder.key.exists() else folder.keys
    return datetime.fromtimestamp(path.stat().st_mtime, UTC).isoformat()
