"""Ownership: only folders and files that are this user's alone, and reached by no link, are used."""

import errno
import os
import stat
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Final

from otel_training.errors import FolderRefusedError
from otel_training.warning import warn_once

_OTHERS: Final = 0o077
_FLAGS: Final = sum(getattr(os, name, 0) for name in ("O_CLOEXEC", "O_NOFOLLOW", "O_NONBLOCK"))
"""Windows has none of them; without the last, a pipe would be waited for."""
_OPEN: Final = (
    "otel_training cannot close its data folder to this machine's other users, since the file system keeps no modes: "
    "set OTEL_TRAINING_HOME to a folder on another, or mount this one for its user alone"
)
_IGNORE: Final = ".gitignore"
_ALL: Final = ("*",)


def own_folder(path: Path, ignored: Sequence[str] = _ALL, *, through_link: bool = False) -> None:
    """Make a folder for this user alone, or close an existing one to others; git ignores its contents.

    `ignored` is what git ignores where a `.gitignore` of somebody else's is there, too. Raises
    `FolderRefusedError` where it is not this user's, `OSError` where it cannot be made.
    """
    if not os.path.lexists(path):
        path.mkdir(mode=0o700, parents=True, exist_ok=True)
    claim(path, stat.S_IFDIR, through_link=through_link)
    _ignore(path / _IGNORE, ignored)


def claim(path: Path, kind: int = stat.S_IFREG, *, through_link: bool = False) -> None:
    """Close a file or folder to others; raises `FolderRefusedError` where it is not this user's, or a link."""
    status = path.lstat()
    if through_link and stat.S_ISLNK(status.st_mode) and status.st_uid in (os.geteuid(), 0):
        status = path.stat()
    if status.st_uid != os.geteuid():
        raise FolderRefusedError(
            f"{path} belongs to another user (uid {status.st_uid}, this one is {os.geteuid()}), who may have put "
            "anything there: set OTEL_TRAINING_HOME to a folder of this user's, or change the owner of what is there."
        )
    if stat.S_IFMT(status.st_mode) != kind:
        raise FolderRefusedError(
            f"{path} is a link or the like where otel_training keeps a {'folder' if kind == stat.S_IFDIR else 'file'} "
            "of its own: delete it, or set OTEL_TRAINING_HOME to another folder."
        )
    if status.st_mode & _OTHERS:
        _close_to_others(path, status)


def open_own(path: Path, flags: int) -> int:
    """Open a regular file of this user's, made for its eyes alone; raises `OSError` where it is anything else."""
    file = os.open(path, flags | _FLAGS, 0o600)
    status = os.fstat(file)
    if not stat.S_ISREG(status.st_mode) or status.st_uid != os.geteuid():
        os.close(file)
        raise PermissionError(errno.EPERM, "not a file of this user's", str(path))
    return file


def read_own(path: Path) -> bytes:
    """Read a file of this user's; raises `OSError` as `open_own` does."""
    with os.fdopen(open_own(path, os.O_RDONLY), "rb") as file:
        return file.read()


def write_own(path: Path, content: bytes) -> None:
    """Replace a file by one of this user's eyes alone, whole or not at all; raises `OSError` as `open_own` does.

    Who writes it has locked it, or nobody else does.
    """
    temporary = path.with_name(f"{path.name}.new")
    with os.fdopen(open_own(temporary, os.O_WRONLY | os.O_CREAT | os.O_TRUNC), "wb") as file:
        file.write(content)
        file.flush()
        os.fsync(file.fileno())
    temporary.replace(path)


def read_or_make(path: Path, make: Callable[[], str]) -> tuple[str, bool]:
    """Return the text of a file of this user's, made where there is none, and whether it is new.

    Of several that make it at once the first `link` wins, and everybody reads back the winner. Raises `OSError`
    where it is not this user's, and where it cannot be made.
    """
    is_new = not path.exists() and _make(path, make())
    # UTF-8: every other codec is imported at its first use, and a child forked meanwhile has none.
    return read_own(path).decode("utf-8").strip(), is_new


def _make(path: Path, text: str) -> bool:
    """Make a file whole or not at all; False where it is there by now."""
    temporary = path.with_name(f".{path.name}.{os.getpid()}.{os.urandom(4).hex()}")
    try:
        with os.fdopen(open_own(temporary, os.O_WRONLY | os.O_CREAT | os.O_EXCL), "w", encoding="utf-8") as file:
            file.write(text)
            file.flush()
            os.fsync(file.fileno())
        path.hardlink_to(temporary)
    except FileExistsError:
        return False
    finally:
        temporary.unlink(missing_ok=True)
    return True


def _close_to_others(path: Path, status: os.stat_result) -> None:
    # By an open file: who may write the folder above could put a link here meanwhile.
    try:
        file = os.open(path, os.O_RDONLY | (_FLAGS & ~getattr(os, "O_NOFOLLOW", 0)))
        try:
            if os.path.samestat(status, os.fstat(file)):
                os.fchmod(file, stat.S_IMODE(status.st_mode) & ~_OTHERS)
            is_closed = not os.fstat(file).st_mode & _OTHERS
        finally:
            os.close(file)
    except OSError:
        is_closed = False
    if not is_closed:
        # Such a disk (of Windows, of a network) lets its mount say who may read; capture goes on.
        warn_once(_OPEN)


def _ignore(path: Path, ignored: Sequence[str]) -> None:
    """Have git ignore all, or `ignored` where the file has lines of somebody else's, which stay."""
    file = open_own(path, os.O_RDWR | os.O_CREAT | os.O_APPEND)
    with os.fdopen(file, "r+", encoding="utf-8", errors="replace") as stream:
        lines = stream.read().splitlines()
        # A line with "!" takes back what stands before it.
        valid = lines[max((at + 1 for at, line in enumerate(lines) if line.startswith("!")), default=0) :]
        wanted = _ALL if not lines else ignored
        if "*" not in valid and (missing := [name for name in wanted if name not in valid]):
            stream.write("\n".join((*(("",) if lines else ()), *missing, "")))
