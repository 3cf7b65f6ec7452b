"""The three users of a served store: its owner, who reads it, and who writes into it."""

import secrets
from functools import partial
from pathlib import Path
from typing import Final

from otel_training.config import Settings
from otel_training.errors import FolderError
from otel_training.folder import DataFolder
from otel_training.ownership import read_or_make
from otel_training.serving.clickhouse.user import User
from otel_training.store.client import Store
from otel_training.store.deployment import role_settings

OWNER: Final = "default"
READER: Final = "reader"
WRITER: Final = "writer"
# By default they have the rights of whoever inserts: of the writer's rows they would silently make nothing.
_VIEWS: Final = """SELECT name FROM system.tables WHERE database = currentDatabase() AND engine = 'MaterializedView'
AND position(create_table_query, 'SQL SECURITY DEFINER') = 0"""
_LEND: Final = "ALTER TABLE {view:Identifier} MODIFY SQL SECURITY DEFINER DEFINER = CURRENT_USER"
_PASSWORD_BYTES: Final = 18
_QUERIES: Final = {READER: 32, WRITER: 16}  # at once: of the threads that serve, some are left for the others
_DISK: Final = {"max_temporary_data_on_disk_size_for_query": "10000000000"}
_RESULT: Final = {"max_result_bytes": "100000000"}
_LIMITS: Final = {"max_memory_usage": "10000000000", "max_execution_time": "3600"}


def read_or_make_users(settings: Settings, folder: DataFolder) -> tuple[dict[str, User], bool]:
    """Return the users by their names, and whether the owner's password is new; raises `FolderError`."""
    password, is_new = settings.serve_password, False
    if not password:
        password, is_new = _read_or_make_password(folder.serve_password)
    others = ((READER, folder.reader_password), (WRITER, folder.writer_password))
    owner = User(OWNER, password, "otel_training_owner", _LIMITS, has_routes=True)
    users = {OWNER: owner}
    for name, path in others:
        limits = {"max_memory_usage": "4000000000", "max_execution_time": "60"} | _DISK | role_settings(name)
        limits |= _RESULT if name == READER else {}
        users[name] = User(name, _read_or_make_password(path)[0], f"otel_training_{name}", limits, _QUERIES[name])
    return users, is_new


def _read_or_make_password(path: Path) -> tuple[str, bool]:
    try:
        return read_or_make(path, partial(secrets.token_urlsafe, _PASSWORD_BYTES))
    except OSError as error:
        reason = error.strerror or type(error).__name__
        raise FolderError(f"{path} cannot be read or made ({reason}): make it this user's, or delete it.") from error


def lend_rights(store: Store) -> None:
    """Have the views that type inbound rows do so by this process's rights, as on a server; raises `StoreError`."""
    for row in list(store.rows(_VIEWS)):
        store.run(_LEND, view=row["name"])
