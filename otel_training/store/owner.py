"""The embedded store's one owner: a lock that names who has it, and where it serves the store."""

import logging
import os
import sys
import time
from base64 import b64encode
from collections.abc import Iterator
from contextlib import closing, contextmanager
from dataclasses import dataclass
from http import HTTPStatus
from http.client import HTTPConnection, HTTPException
from pathlib import Path
from typing import Final
from urllib.parse import unquote, urlsplit

from otel_training.errors import FolderError, StoreError, StoreLockedError, StoreServedError
from otel_training.spool.lock import FileLock

WAIT_SECONDS: Final = 120.0
_QUIET_SECONDS: Final = 1.0
_POLL_SECONDS: Final = 0.05
_log = logging.getLogger("otel_training")


@dataclass(frozen=True, slots=True)
class Owner:
    """The process that has locked the store."""

    lock: FileLock

    def announce(self, dsn: str = "") -> None:
        """Write for other commands where they reach the store meanwhile; without a DSN take it back."""
        command = " ".join([Path(sys.argv[0]).name, *sys.argv[1:2]])
        text = f"pid {os.getpid()} ({command})" + (f"\n{dsn}\n" if dsn else "")
        if self.lock.file is not None:
            os.ftruncate(self.lock.file, 0)
            os.pwrite(self.lock.file, text.encode(), 0)


@contextmanager
def owner_lock(path: Path, wait: float = WAIT_SECONDS) -> Iterator[Owner]:
    """Lock the embedded store for this process; a wait of more than a second is logged, with the owner's name.

    Raises `StoreServedError` when the owner serves it to others, and `StoreLockedError`, naming
    the owner, when it is not free within `wait` seconds.
    """
    lock = FileLock(path)
    try:
        _wait_for(lock, wait)
        owner = Owner(lock)
        owner.announce()
        yield owner
    finally:
        lock.unlock()


def _wait_for(lock: FileLock, wait: float) -> None:
    start, is_logged = time.monotonic(), False
    while not _try_lock(lock):
        if dsn := _announced(lock.path):
            raise StoreServedError(_owner_sentence(lock.path), dsn)
        waited = time.monotonic() - start
        if waited >= wait:
            raise StoreLockedError(f"{_owner_sentence(lock.path)}: wait until it ends, or stop it.")
        if not is_logged and waited >= _QUIET_SECONDS:
            # Without any logging configured Python prints it on stderr.
            _log.warning("%s: waiting for its end.", _owner_sentence(lock.path))
            is_logged = True
        time.sleep(_POLL_SECONDS)


def _try_lock(lock: FileLock) -> bool:
    try:
        return lock.try_lock()
    except OSError as error:
        reason = error.strerror or type(error).__name__
        message = f"The data folder {lock.path.parent} cannot be written ({reason}): make it writable for this user."
        raise FolderError(message) from error


def _announced(path: Path) -> str:
    """Read the owner's DSN, whole (its line has ended), or ''."""
    text = path.read_text(encoding="utf-8", errors="replace")
    return text.splitlines()[1] if text.endswith("\n") else ""


def _owner_sentence(path: Path) -> str:
    lines = path.read_text(encoding="utf-8", errors="replace").splitlines()
    owner = lines[0] if lines else "another process"
    return f"The store in {path.parent} is in use by {owner}"


_SECONDS: Final = 600.0


def ask_to_drain(dsn: str) -> None:
    """Have the process that serves the store drain everything captured so far, and wait until it has.

    Raises `StoreError` when that process cannot be reached or cannot drain.
    """
    parts = urlsplit(dsn)
    token = b64encode(f"{parts.username}:{unquote(parts.password or '')}".encode()).decode()
    # Not by the environment's proxies, as `urllib` would: the address is this machine's.
    connection = HTTPConnection(str(parts.hostname), parts.port, timeout=_SECONDS)
    try:
        with closing(connection):
            connection.request("POST", "/drain", headers={"Authorization": f"Basic {token}"})
            answer = connection.getresponse()
            sentence = answer.read().decode(errors="replace").strip()
    except (OSError, HTTPException) as error:
        raise StoreError(
            f"The process that serves the store does not answer ({error}): stop it, and run this again."
        ) from error
    if answer.status != HTTPStatus.OK:
        raise StoreError(sentence)
