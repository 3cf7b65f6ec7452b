"""The lock of the embedded store."""

import subprocess
import sys
from pathlib import Path

import pytest

from otel_training.errors import FolderError, StoreLockedError
from otel_training.store.owner import owner_lock

HOLDER = """
import sys, time
from pathlib import Path
from otel_training.store.owner import owner_lock
with owner_lock(Path(sys.argv[1])):
    print("held", flush=True)
    time.sleep(60)
"""


def test_names_the_holder(tmp_path: Path) -> None:
    """Who comes second is told which process holds the store."""
    lock = tmp_path / "store.lock"
    with subprocess.Popen([sys.executable, "-c", HOLDER, str(lock)], stdout=subprocess.PIPE) as holder:
        assert holder.stdout is not None
        holder.stdout.readline()

        with pytest.raises(StoreLockedError, match=f"pid {holder.pid}"), owner_lock(lock, wait=0.2):
            pass
        holder.kill()


def test_waits_for_the_holder_to_end(tmp_path: Path) -> None:
    """A holder that dies frees the store at once."""
    lock = tmp_path / "store.lock"
    with subprocess.Popen([sys.executable, "-c", HOLDER, str(lock)], stdout=subprocess.PIPE) as holder:
        assert holder.stdout is not None
        holder.stdout.readline()
        holder.kill()

        with owner_lock(lock, wait=10):
            assert lock.read_text(encoding="utf-8").startswith("pid ")


@pytest.mark.slow
def test_says_whom_it_waits_for(tmp_path: Path, caplog: pytest.LogCaptureFixture) -> None:
    """After a second, once; on stderr, where nothing else is configured."""
    lock = tmp_path / "store.lock"
    with subprocess.Popen([sys.executable, "-c", HOLDER, str(lock)], stdout=subprocess.PIPE) as holder:
        assert holder.stdout is not None
        holder.stdout.readline()
        with pytest.raises(StoreLockedError), owner_lock(lock, wait=1.5):
            pass
        holder.kill()

    sentence = f"The store in {tmp_path} is in use by pid {holder.pid} (-c {lock}): waiting for its end."
    assert [sentence] == caplog.messages


def test_says_that_the_folder_cannot_be_written(tmp_path: Path) -> None:
    """A lock that cannot be made is one sentence."""
    with pytest.raises(FolderError, match="cannot be written"), owner_lock(tmp_path / "nosuch" / "store.lock"):
        pass
