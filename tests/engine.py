"""The embedded engine, kept running between what one test opens: to start it takes longer than most that it is asked.

A connection of ours to the store that was opened last is held until the test ends. Whoever else may read the store's
files, a program that is started as well as a copy, finds the engine ended, as it is between two commands of a user.
"""

import os
import sys
from pathlib import Path
from typing import Any, Final

from otel_training.store import client

_STARTS: Final = frozenset({"subprocess.Popen", "os.posix_spawn", "os.fork", "os.forkpty"})
_READS: Final = frozenset({"open", "os.listdir", "os.scandir", "os.remove"})
_MOVES: Final = frozenset({"os.rename", "shutil.copytree", "shutil.move", "shutil.rmtree"})
_CONFIGURATION: Final = Path(client._config()).name
_load_engine = client._load_engine
_held: dict[str, Any] = {}
"""The connection that is held, by its store's path."""


def keep_engine() -> None:
    """Have each store that is opened from now on stay open, until another one is."""
    client._load_engine = _load_and_hold
    sys.addaudithook(_heed)


def end_engine() -> None:
    """End the engine, unless others have connections to it."""
    while _held:
        _held.popitem()[1].close()


def _load_and_hold() -> None:
    _load_engine()
    from chdb.state.sqlitelike import Connection

    connect = Connection.__init__

    def connect_and_hold(connection: Any, name: str) -> None:
        path, _, options = name.partition("?")
        is_ours = options.endswith(_CONFIGURATION)
        if path not in _held or not is_ours:
            end_engine()
        connect(connection, name)
        if is_ours and path not in _held:
            held = object.__new__(Connection)
            connect(held, name)
            _held[path] = held

    Connection.__init__ = connect_and_hold  # type: ignore[assignment, method-assign]  # while tests run
    client._load_engine = _load_engine


def _heed(event: str, arguments: tuple[Any, ...]) -> None:
    for store in list(_held):
        if (
            event in _STARTS
            or (event in _READS and _is_in_store(arguments[0], store))
            or (event in _MOVES and any(_has_store(path, store) for path in arguments[:2]))
        ):
            end_engine()


def _is_in_store(path: object, store: str) -> bool:
    """Whether a path is within a store; its folder and that one's `.gitignore` each command looks at."""
    name = os.fspath(path) if isinstance(path, str | os.PathLike) else ""
    return isinstance(name, str) and name.startswith(f"{store}/") and not name.endswith("/.gitignore")


def _has_store(path: object, store: str) -> bool:
    """Whether a path is of a store, its folder or one around that."""
    return _is_in_store(path, store) or (isinstance(path, str | os.PathLike) and f"{store}/".startswith(f"{path}/"))
