"""Opening the store for a command, with progress."""

from collections.abc import Iterator
from contextlib import ExitStack, contextmanager

from otel_training.cli.output import stages
from otel_training.conventions import COMMAND
from otel_training.errors import FolderError
from otel_training.folder import DataFolder, find_folder
from otel_training.pipeline.settings import settings_in_force
from otel_training.store.client import Store
from otel_training.store.owner import WAIT_SECONDS
from otel_training.store.session import open_drained


def has_data() -> bool:
    """Return whether there is a store or a spool to read."""
    settings = settings_in_force()
    return bool(settings.store) or find_folder(settings).path.is_dir()


def require_data() -> None:
    """Raise `FolderError`, with what to do, where nothing was ever captured."""
    if not has_data():
        raise FolderError(
            f"There is no data in {find_folder(settings_in_force()).path}: run your app once with "
            "@otel_training.extraction in it, run this command inside the same project, or set OTEL_TRAINING_HOME; "
            f"`{COMMAND} demo` shows how it works."
        )


@contextmanager
def open_store(wait: float = WAIT_SECONDS) -> Iterator[tuple[Store, DataFolder]]:
    """Open the store, drained; raises `FolderError` where nothing was ever captured.

    Raises `StoreLockedError` where another process still has it after so many seconds.
    """
    require_data()
    with ExitStack() as stack:
        with stages() as begin:
            store, folder = stack.enter_context(open_drained(settings_in_force(), begin, wait))
        yield store, folder
