"""The embedded store's one owner: a lock that names who holds it."""

import fcntl
import os
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Final

from otel_training.errors import FolderError, StoreLockedError

WAIT_SECONDS: Final = 10.0
_POLL_SECONDS: Final = 0.05


@contextmanager
def owned(lock: Path, wait: float = WAIT_SECONDS) -> Iterator[None]:
    """Hold the embedded store for this process.

    Raises `StoreLockedError`, naming the holder, when it is not free within `wait` seconds.
    """
    try:
        file = os.open(lock, os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o600)
    except OSError as error:
        reason = error.strerror or type(error).__name__
        message = f"The data folder {lock.parent} cannot be written ({reason}): make it writable for this user."
        raise FolderError(message) from error
    try:
        _wait_for(file, lock, wait)
        os.ftruncate(file, 0)
        os.pwrite(file, f"pid {os.getpid()} ({_command()})".encode(), 0)
        yield
    finally:
        os.close(file)


def _wait_for(file: int, lock: Path, wait: float) -> None:
    deadline = time.monotonic() + wait
    while True:
        try:
            fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            if time.monotonic() >= deadline:
                raise StoreLockedError(_held(lock)) from None
            time.sleep(_POLL_SECONDS)
        else:
            return


def _held(lock: Path) -> str:
    holder = lock.read_text(encoding="utf-8", errors="replace") or "another process"
    return f"The store in {lock.parent} is in use by {holder}: wait until it ends, or stop it."


def _command() -> str:
    return " ".join([Path(sys.argv[0]).name, *sys.argv[1:2]])
