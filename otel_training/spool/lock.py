"""The lock on a file: held by an open file, so that it ends with its process, however that ends."""

import contextlib
import os
from dataclasses import dataclass
from pathlib import Path

from otel_training.ownership import open_own

# Windows has none; there capture is off (config.py) and nothing here is called.
with contextlib.suppress(ImportError):
    import fcntl


@dataclass(slots=True, eq=False)
class FileLock:
    """A lock that one process has at a time."""

    path: Path
    file: int | None = None  # the open file while it is locked; its holder may write into it

    def try_lock(self) -> bool:
        """Take the lock if nobody has it; anew where its file was deleted. Raises `OSError` where it cannot be made."""
        if self.file is not None:
            if os.fstat(self.file).st_nlink:
                return True
            self.unlock()
        file = open_own(self.path, os.O_RDWR | os.O_CREAT)
        try:
            if lock_file(file):
                self.file = file
        finally:
            if self.file is None:
                os.close(file)
        return self.file is not None

    def unlock(self) -> None:
        """Close the file, which gives the lock back; in a forked child this leaves it to the parent."""
        file, self.file = self.file, None
        if file is not None:
            os.close(file)


def lock_file(file: int) -> bool:
    """Lock an open file for its life; False where another has it locked."""
    try:
        fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        return False
    return True


def is_locked(file: int) -> bool:
    """Whether another has this open file locked."""
    try:
        fcntl.flock(file, fcntl.LOCK_SH | fcntl.LOCK_NB)
    except BlockingIOError:
        return True
    fcntl.flock(file, fcntl.LOCK_UN)
    return False


def wait_locked(file: int) -> None:
    """Lock an open file, waiting for other holders: only for files that are locked for a moment at a time."""
    fcntl.flock(file, fcntl.LOCK_EX)
