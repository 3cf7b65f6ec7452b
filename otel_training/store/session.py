"""Opening the store for one command: lock, connect, migrate, drain."""

from collections.abc import Iterator
from contextlib import contextmanager, nullcontext

from otel_training.config import Settings
from otel_training.folder import DataFolder, find_folder, make_folder
from otel_training.store.client import Store, embedded_dsn
from otel_training.store.drain import Progress, drain
from otel_training.store.migrate import migrate
from otel_training.store.owner import owned


@contextmanager
def opened(settings: Settings, progress: Progress | None = None) -> Iterator[tuple[Store, DataFolder]]:
    """Open the store that the settings name, with everything captured so far in it.

    The embedded store is held by this process alone meanwhile, and drained first; a server's is
    fed by others.
    """
    folder = find_folder(settings)
    embedded = not settings.store
    if embedded:
        make_folder(folder)
    with owned(folder.lock) if embedded else nullcontext():
        store = Store(settings.store or embedded_dsn(folder.store))
        try:
            migrate(store)
            if embedded:
                drain(store, folder, progress)
            yield store, folder
        finally:
            store.close()
