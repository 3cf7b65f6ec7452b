"""Opening the store for one command: lock, connect, migrate, drain, price, settle."""

from collections.abc import Iterator
from contextlib import ExitStack, closing, contextmanager, suppress

from otel_training.config import Settings
from otel_training.errors import StoreRefusedError, StoreServedError
from otel_training.folder import DataFolder, find_folder, make_folder
from otel_training.progress import Stages, quiet
from otel_training.store.client import Store, embedded_dsn
from otel_training.store.costs import price_new_calls
from otel_training.store.drain import drain
from otel_training.store.migrate import migrate
from otel_training.store.owner import WAIT_SECONDS, Owner, ask_to_drain, owner_lock
from otel_training.store.restored import finish_restore
from otel_training.store.retention import retain
from otel_training.store.settle import settle, settle_beside_inserts


@contextmanager
def open_drained(
    settings: Settings, begin: Stages = quiet, wait: float = WAIT_SECONDS
) -> Iterator[tuple[Store, DataFolder]]:
    """Open the store that the settings name, with everything captured so far in it.

    The embedded store is locked by this process meanwhile, and drained first; where another process
    serves it, that one drains, and is asked over HTTP. A server's is filled by others, and settled
    where the user may write. Without a `wait` nothing is waited for: neither another process, nor that it drains.
    """
    folder = find_folder(settings)
    with ExitStack() as stack:
        if settings.store:
            store = stack.enter_context(closing(Store(settings.store)))
            migrate(store)
            _settle_if_allowed(store, folder, begin)
        else:
            try:
                store, _ = stack.enter_context(own_embedded(make_folder(folder), begin, wait))
            except StoreServedError as served:
                if wait:
                    ask_to_drain(served.dsn)
                store = stack.enter_context(closing(Store(served.dsn)))
        yield store, folder


@contextmanager
def open_as_is(settings: Settings) -> Iterator[Store]:
    """Open the store that the settings name as it is, neither migrated nor drained."""
    with ExitStack() as stack:
        dsn = settings.store
        if not dsn:
            folder = make_folder(find_folder(settings))
            try:
                stack.enter_context(owner_lock(folder.lock))
                finish_restore(folder)
                dsn = embedded_dsn(folder.store)
            except StoreServedError as served:
                dsn = served.dsn
        yield stack.enter_context(closing(Store(dsn)))


@contextmanager
def own_embedded(
    folder: DataFolder, begin: Stages = quiet, wait: float = WAIT_SECONDS
) -> Iterator[tuple[Store, Owner]]:
    """Lock and open the embedded store, migrate it to this version's schema, drain into it and settle."""
    with ExitStack() as stack:
        owner = stack.enter_context(owner_lock(folder.lock, wait))
        finish_restore(folder)
        store = stack.enter_context(closing(Store(embedded_dsn(folder.store))))
        migrate(store)
        drain(store, folder, begin("Draining"))
        price_new_calls(store, folder, begin("Pricing"))
        retain(store, begin("Deleting what is old"))
        settle(store, begin("Settling"))
        yield store, owner


def _settle_if_allowed(store: Store, folder: DataFolder, begin: Stages) -> None:
    """Price and settle what came into a server; a user who only reads leaves that to others."""
    with suppress(StoreRefusedError):
        price_new_calls(store, folder, begin("Pricing"))
        retain(store, begin("Deleting what is old"))
        settle_beside_inserts(store, progress=begin("Settling"))
