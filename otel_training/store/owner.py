"""The embedded store's one owner: a lock that names who holds it, and where it serves the store."""

import fcntl
import os
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from otel_training.errors import FolderError, StoreLockedError, StoreServedError

WAIT_SECONDS: Final = 10.0
_POLL_SECONDS: Final = 0.05


@dataclass(frozen=True, slots=True)
class Owner:
    """The process that holds the store."""

    file: int

    def announce(self, dsn: str = "") -> None:
        """Tell other commands where they reach the store meanwhile; without a DSN take it back."""
        text = f"pid {os.getpid()} ({_command()})" + (f"\n{dsn}\n" if dsn else "")
        os.ftruncate(self.file, 0)
        os.pwrite(self.file, text.encode(), 0)


@contextmanager
def owned(lock: Path, wait: float = WAIT_SECONDS) -> Iterator[Owner]:
    """Hold the embedded store for this process.

    Raises `StoreServedError` when the holder serves it to others, and `StoreLockedError`, naming
    the holder, when it is not free within `wait` seconds.
    """
    try:
        file = os.open(lock, os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o600)
    except OSError as error:
        reason = error.strerror or type(error).__name__
        message = f"The data folder {lock.parent} cannot be written ({reason}): make it writable for this user."
        raise FolderError(message) from error
    try:
        _wait_for(file, lock, wait)
        owner = Owner(file)
        owner.announce()
        yield owner
    finally:
        os.close(file)


def _wait_for(file: int, lock: Path, wait: float) -> None:
    deadline = time.monotonic() + wait
    while True:
        try:
            fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            if dsn := _announced(lock):
                raise StoreServedError(_held(lock), dsn) from None
            if time.monotonic() >= deadline:
                raise StoreLockedError(_held(lock)) from None
            time.sleep(_POLL_SECONDS)
        else:
            return


def _announced(lock: Path) -> str:
    """Read the holder's DSN, whole (its line has ended), or ''."""
    text = lock.read_text(encoding="utf-8", errors="replace")
    return text.splitlines()[1] if text.endswith("\n") else ""


def _held(lock: Path) -> str:
    lines = lock.read_text(encoding="utf-8", errors="replace").splitlines()
    holder = lines[0] if lines else "another process"
    return f"The store in {lock.parent} is in use by {holder}: wait until it ends, or stop it."


def _command() -> str:
    return " ".join([Path(sys.argv[0]).name, *sys.argv[1:2]])
