"""Opening the store for one command: lock, connect, migrate, drain."""

from collections.abc import Iterator
from contextlib import ExitStack, closing, contextmanager

from otel_training.config import Settings
from otel_training.errors import StoreServedError
from otel_training.folder import DataFolder, find_folder, make_folder
from otel_training.store.client import Store, embedded_dsn
from otel_training.store.drain import Progress, drain
from otel_training.store.migrate import migrate
from otel_training.store.owner import Owner, owned
from otel_training.store.served import ask_to_drain


@contextmanager
def opened(settings: Settings, progress: Progress | None = None) -> Iterator[tuple[Store, DataFolder]]:
    """Open the store that the settings name, with everything captured so far in it.

    The embedded store is held by this process alone meanwhile, and drained first; where another
    process serves it, that one drains, and is asked over HTTP. A server's is fed by others.
    """
    folder = find_folder(settings)
    with ExitStack() as stack:
        if settings.store:
            store = stack.enter_context(closing(Store(settings.store)))
            migrate(store)
        else:
            try:
                store, _ = stack.enter_context(held(make_folder(folder), progress))
            except StoreServedError as served:
                ask_to_drain(served.dsn)
                store = stack.enter_context(closing(Store(served.dsn)))
        yield store, folder


@contextmanager
def connected(settings: Settings) -> Iterator[Store]:
    """Open the store that the settings name as it is, neither migrated nor drained."""
    with ExitStack() as stack:
        dsn = settings.store
        if not dsn:
            folder = make_folder(find_folder(settings))
            try:
                stack.enter_context(owned(folder.lock))
                dsn = embedded_dsn(folder.store)
            except StoreServedError as served:
                dsn = served.dsn
        yield stack.enter_context(closing(Store(dsn)))


@contextmanager
def held(folder: DataFolder, progress: Progress | None = None) -> Iterator[tuple[Store, Owner]]:
    """Hold the embedded store, of this version's schema and drained."""
    with owned(folder.lock) as owner, closing(Store(embedded_dsn(folder.store))) as store:
        migrate(store)
        drain(store, folder, progress)
        yield store, owner
