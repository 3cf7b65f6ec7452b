"""The lock on a file."""

import os
from pathlib import Path

import pytest

from otel_training.spool.lock import FileLock


def test_is_had_by_one_at_a_time(tmp_path: Path) -> None:
    """Who asks in vain may ask again; who gives it back lets the next one have it."""
    first, second = FileLock(tmp_path / "lock"), FileLock(tmp_path / "lock")
    answers = [first.try_lock(), first.try_lock(), second.try_lock()]
    first.unlock()

    assert [True, True, False, True] == [*answers, second.try_lock()]


def test_a_forked_child_leaves_it_to_the_parent(tmp_path: Path) -> None:
    """A child that closes what it inherited does not unlock it."""
    lock, other = FileLock(tmp_path / "lock"), FileLock(tmp_path / "lock")
    assert lock.try_lock()
    child = os.fork()
    if not child:
        lock.unlock()
        os._exit(0)
    os.waitpid(child, 0)

    assert not other.try_lock()


def test_is_taken_anew_where_its_file_was_deleted(tmp_path: Path) -> None:
    """Who deletes the file makes a new lock, which the holder takes as well."""
    lock, other = FileLock(tmp_path / "lock"), FileLock(tmp_path / "lock")
    assert lock.try_lock()
    (tmp_path / "lock").unlink()

    assert (True, False) == (lock.try_lock(), other.try_lock())


def test_raises_where_no_file_can_be_made(tmp_path: Path) -> None:
    """A lock that cannot be had for another reason than its holder is an error."""
    with pytest.raises(FileNotFoundError):
        FileLock(tmp_path / "nosuch" / "lock").try_lock()
