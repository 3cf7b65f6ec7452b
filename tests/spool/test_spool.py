"""The spool: where it is, its bounds, and a folder that goes away."""

import subprocess
from pathlib import Path

import pytest

import otel_training
from otel_training.folder import DataFolder
from otel_training.pipeline import process
from tests.receiving import until
from tests.spool.written import Lines, insights, losses


def test_makes_a_folder_for_its_owner_alone(folder: DataFolder, lines: Lines) -> None:
    """Nobody else reads it, and git ignores it."""
    otel_training.record_feedback("a", "like", user_id=1)
    lines()

    modes = {path.name: path.stat().st_mode & 0o777 for path in (folder.path, folder.local, folder.key)}
    assert {"data": 0o700, "local": 0o700, "user.key": 0o600} == modes
    assert {0o600} == {path.stat().st_mode & 0o777 for path in folder.local.glob("[!.]*")}
    assert "*\n" == (folder.path / ".gitignore").read_text()


def test_stops_counted_when_the_spool_is_at_its_bound(lines: Lines) -> None:
    """Beyond the setting records are lost with their reason, and the app goes on."""
    otel_training.configure(max_bytes=1)
    otel_training.record_feedback("a", "like")
    assert otel_training.flush(30)
    process.current().writer.sink._looked_at = 0.0  # type: ignore[attr-defined]
    otel_training.record_feedback("b", "like")

    records = lines()
    assert (["a"], {"spool_full": 1}) == (insights(records), losses(records))


def test_stops_counted_when_the_disk_has_too_little_room(lines: Lines) -> None:
    """Records are lost with their reason where the disk has less free than the setting says."""
    otel_training.configure(min_free_bytes=1 << 60)
    otel_training.record_feedback("a", "like")

    assert ([], {"spool_full": 1}) == (insights(lines()), losses(lines()))


def test_goes_on_in_a_folder_that_was_deleted(folder: DataFolder, lines: Lines) -> None:
    """Somebody deletes the data folder under a running app: it gathers into a new one."""
    otel_training.record_feedback("a", "like")
    assert otel_training.flush(30)
    subprocess.run(["rm", "-rf", str(folder.path)], check=True)
    process.current().writer.sink._looked_at = 0.0  # type: ignore[attr-defined]
    otel_training.record_feedback("b", "like")

    assert ["b"] == insights(lines())


def test_says_false_where_no_folder_can_be_made(tmp_path: Path, caplog: pytest.LogCaptureFixture) -> None:
    """A folder that cannot be made costs the app nothing, is said once, and flush tells."""
    (tmp_path / "file").write_text("")
    otel_training.configure(home=tmp_path / "file" / "home")
    otel_training.record_feedback("a", "like")

    assert not otel_training.flush(0.2)
    until(lambda: "cannot write" in caplog.text)
    assert not otel_training.flush(0.2)
    assert 1 == sum("cannot write" in record.message for record in caplog.records)
