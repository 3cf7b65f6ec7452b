"""Opening the store for a command, with progress, and telling losses on stderr."""

from collections.abc import Iterator
from contextlib import contextmanager

from otel_training import config
from otel_training.cli.render import progress, warn
from otel_training.conventions import COMMAND
from otel_training.errors import FolderError
from otel_training.folder import DataFolder, find_folder
from otel_training.store.client import Store
from otel_training.store.session import opened


def has_data() -> bool:
    """Tell whether there is a store or a spool to read."""
    settings = config.settings()
    return bool(settings.store) or find_folder(settings).path.is_dir()


def need_data() -> None:
    """Raise `FolderError`, saying what to do, where nothing was ever captured."""
    if has_data():
        return
    path = find_folder(config.settings()).path
    message = (
        f"There is no data in {path}: run your app once with @otel_training.extraction in it, run this "
        f"command inside the same project, or set OTEL_TRAINING_HOME; `{COMMAND} demo` shows how it works."
    )
    raise FolderError(message)


@contextmanager
def session(*, make: bool = False) -> Iterator[tuple[Store, DataFolder]]:
    """Open the store, drained; raises `FolderError` where nothing was ever captured, unless `make`."""
    if not make:
        need_data()
    with progress("Draining") as tell, opened(config.settings(), tell) as (store, folder):
        yield store, folder


def tell_losses(lost: dict[str, int]) -> None:
    """Say on stderr what was lost, if anything was."""
    if lost:
        reasons = ", ".join(f"{count} {reason}" for reason, count in lost.items())
        warn(f"Lost: {reasons}. `{COMMAND} doctor` explains each.")
