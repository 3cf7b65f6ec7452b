"""Backups of servers, as far as one engine in one process can be one."""

from collections.abc import Callable
from contextlib import closing
from pathlib import Path
from typing import Any

import pytest

from otel_training.errors import StoreError
from otel_training.folder import DataFolder, make_folder
from otel_training.store.backup import back_up, open_backup, restore_store
from otel_training.store.client import Store, embedded_dsn
from otel_training.store.deployment import Deployment
from otel_training.store.drain import drain
from otel_training.store.migrate import make_script, migrate, read_migrations
from otel_training.store.settle import settle

pytestmark = pytest.mark.slow

FOREGROUND = "<distributed_foreground_insert>1</distributed_foreground_insert>"


def test_a_cluster_takes_what_the_embedded_store_had(  # noqa: PLR0913, PLR0917 - two stores, each with its parts
    everything: Callable[[], None], configured: Any, cluster: Any, folder: DataFolder, answer: Any, tmp_path: Path
) -> None:
    """Every query answers the same there; a second time it is refused, since the tables have rows."""
    everything()
    path = tmp_path / "all.zip"
    with closing(Store(embedded_dsn(tmp_path / "plain"))) as store, path.open("w+b") as file:
        migrate(store)
        drain(store, make_folder(folder))
        settle(store)
        expected = answer(store)
        manifest = back_up(store, folder, file, with_keys=False)
    with configured(cluster("127.0.0.1"), FOREGROUND) as store, open_backup(path) as (archive, contents):
        for statement in make_script(Deployment("training", everywhere=False)):
            store.run(statement)
        restore_store(store, archive, contents)

        assert manifest == contents
        assert expected == answer(store)
        with pytest.raises(StoreError, match="has rows in assignments"):
            restore_store(store, archive, contents)


def test_a_server_of_a_newer_schema_is_refused(folder: DataFolder, tmp_path: Path) -> None:
    """What its migrations would make of the rows is not made any more."""
    path = tmp_path / "all.zip"
    with closing(Store(embedded_dsn(tmp_path / "plain"))) as store, path.open("w+b") as file:
        migrate(store)
        manifest = back_up(store, folder, file, with_keys=False)
        manifest.migrations.pop()
        with open_backup(path) as (archive, _), pytest.raises(StoreError, match="newer than the backup"):
            restore_store(store, archive, manifest)
    assert len(read_migrations()) == len(manifest.migrations) + 1
