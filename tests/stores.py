"""Stores that are made once and copied: the engine takes a second for all migrations, and a test for what it needs."""

import shutil
from collections.abc import Callable
from contextlib import closing
from functools import cache
from pathlib import Path
from tempfile import TemporaryDirectory

from otel_training.folder import DataFolder, make_folder
from otel_training.pipeline import process
from otel_training.store.client import Store, embedded_dsn
from otel_training.store.migrate import migrate


@cache
def _migrated() -> "TemporaryDirectory[str]":
    place: TemporaryDirectory[str] = TemporaryDirectory()
    with closing(Store(embedded_dsn(Path(place.name)))) as store:
        migrate(store)
        store.run("OPTIMIZE TABLE schema_migrations FINAL")
    return place


def lay_store(folder: DataFolder) -> None:
    """Put a migrated, empty store where a data folder has its own."""
    # The ledger's rows came in one by one, a part of ten files each, and are merged: those parts are not needed.
    merged = shutil.ignore_patterns("all_*_*_0")
    shutil.copytree(_migrated().name, make_folder(folder).store, symlinks=True, ignore=merged)


def make_once(kept: Path, folder: DataFolder, make: Callable[[], object]) -> None:
    """Have a data folder be as `make` leaves it: it is kept there, and copied from then on."""
    if kept.exists():
        shutil.copytree(kept, make_folder(folder).path, symlinks=True, dirs_exist_ok=True)
    else:
        make()
        assert process.flush(30)
        shutil.copytree(folder.path, kept, symlinks=True)
