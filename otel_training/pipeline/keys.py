"""The keys of readers' pseudonyms: a new one from now on, and those of before, by which readers are still found."""

import os
from collections.abc import Iterator
from contextlib import contextmanager

from otel_training.config import Settings
from otel_training.events.finisher import Finisher
from otel_training.folder import DataFolder
from otel_training.ownership import open_own, read_own, write_own
from otel_training.privacy.identity import Key, load_key, pseudonym
from otel_training.record.fields import as_id
from otel_training.spool.lock import wait_locked


def read_old_keys(folder: DataFolder) -> list[Key]:
    """Read the keys that were rotated, the oldest first."""
    if not folder.keys.exists():
        return []
    return [Key(bytes.fromhex(line)) for line in read_own(folder.keys).decode("ascii").split()]


def pseudonyms(finisher: Finisher, folder: DataFolder, reader: str) -> list[str]:
    """Return a reader's pseudonyms by the key in force and by all of before, also of who is no reader any more."""
    keys, identity = [finisher.key, *read_old_keys(folder)], as_id(reader)
    return [] if identity is None else [pseudonym(key, identity) for key in keys]


def rotate(folder: DataFolder, settings: Settings) -> Key:
    """Keep the key in force among the old ones, and make another unless a setting gives it; returns the kept one."""
    secret = settings.user_key.encode("utf-8", "surrogatepass")
    with _locked(folder):
        old = Key(secret) if secret else load_key(folder.key)
        # First: a key that is in force and among the old ones does no harm, one that is neither finds nobody.
        _keep([key for key in read_old_keys(folder) if key != old] + [old], folder)
        if not secret:
            write_own(folder.key, os.urandom(len(old.secret)).hex().encode())
    return old


def destroy(folder: DataFolder, key_id: str) -> None:
    """Keep the keys of before without one."""
    with _locked(folder):
        _keep([key for key in read_old_keys(folder) if key.id != key_id], folder)


@contextmanager
def _locked(folder: DataFolder) -> Iterator[None]:
    """Lock the keys, for a moment: of two who change them at once one would write over what the other has kept."""
    file = open_own(folder.keys_lock, os.O_RDWR | os.O_CREAT)
    try:
        wait_locked(file)
        yield
    finally:
        os.close(file)


def _keep(keys: list[Key], folder: DataFolder) -> None:
    write_own(folder.keys, "".join(f"{key.secret.hex()}\n" for key in keys).encode())
