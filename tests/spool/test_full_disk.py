"""A disk that is really full: the host goes on, records wait or are counted, all resumes once there is space."""

import contextlib
import json
import shutil
import subprocess
import time
from collections import Counter
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

import otel_training
from otel_training.folder import DataFolder
from otel_training.pipeline import process
from otel_training.shipping import shipper
from otel_training.spool import writer
from tests.receiving import receiving, waiting, waiting_ids

pytestmark = pytest.mark.slow

MANY = 300
"""More than the room that is left in a segment's last page."""
RESUMES_SECONDS = 30.0
CALL_SECONDS = 1.0
"""Less than any wait for the disk, more than a busy machine takes a thread away."""


@pytest.fixture
def disk(tmp_path: Path) -> Iterator[Path]:
    """A file system of 1 MiB."""
    place = tmp_path / "disk"
    place.mkdir()
    mount = ["mount", "-t", "tmpfs", "-o", "size=1m", "tmpfs", str(place)]
    refused = (
        subprocess.run(mount, capture_output=True, text=True, check=False).stderr if shutil.which("mount") else "-"
    )
    if refused:
        pytest.skip(f"no file system can be mounted here: {refused.strip()}")
    otel_training.configure(home=place / "data", min_free_bytes=0, user_key="k")
    yield place
    (place / "ballast").unlink(missing_ok=True)
    process.install()
    subprocess.run(["umount", "--lazy", str(place)], check=True)


@pytest.fixture
def spool(disk: Path) -> DataFolder:
    """The data folder on it."""
    return DataFolder(disk / "data")


def fill(disk: Path) -> Path:
    """Leave no page free; what it returns is to be deleted again."""
    ballast = disk / "ballast"
    with ballast.open("wb", buffering=0) as file, contextlib.suppress(OSError):
        while True:
            file.write(bytes(4096))
    return ballast


def capture(prefix: str, count: int) -> list[str]:
    """Capture actions, none of which keeps the app waiting."""
    names = [f"{prefix}{number}" for number in range(count)]
    slowest = 0.0
    for name in names:
        began = time.monotonic()
        otel_training.record_feedback(name, "like")
        slowest = max(slowest, time.monotonic() - began)
    assert slowest < CALL_SECONDS
    return names


def written(spool: DataFolder) -> tuple[list[str], Counter[str]]:
    """What is on disk: insights in order, losses by reason; as `torn` a line half written."""
    insights, losses = [], Counter[str]()
    for path in sorted(spool.local.glob("*.jsonl")):
        *lines, rest = path.read_bytes().split(b"\n")
        losses += Counter({"torn": int(rest != b"")})
        for line in lines[1:]:
            fields = {attribute["key"]: attribute["value"] for attribute in json.loads(line)["attributes"]}
            if "training.loss.reason" in fields:
                losses[fields["training.loss.reason"]["stringValue"]] += int(fields["training.loss.count"]["intValue"])
            else:
                insights.append(fields["training.insight.id"]["stringValue"])
    return insights, losses


def resumed(condition: Callable[[], bool]) -> bool:
    """Wait for what must come to hold by itself soon after there is space."""
    end = time.monotonic() + RESUMES_SECONDS
    while not condition() and time.monotonic() < end:
        time.sleep(0.05)
    return condition()


def test_records_wait_for_space(disk: Path, spool: DataFolder) -> None:
    """While nothing can be written no line is torn and flush is False; then every record is there, in order."""
    names = capture("before", 3)
    assert otel_training.flush(30)
    ballast = fill(disk)
    names += capture("during", MANY)
    assert not otel_training.flush(0.5)
    insights, losses = written(spool)
    assert (names[:3], {}) == (insights[:3], losses)
    ballast.unlink()

    assert resumed(lambda: written(spool) == (names, {}))
    assert otel_training.flush(30)


def test_a_first_record_waits_for_space(disk: Path, spool: DataFolder) -> None:
    """Where not even the folder can be made, it is made later."""
    ballast = fill(disk)
    names = capture("a", MANY)
    assert not otel_training.flush(0.5)
    ballast.unlink()

    assert resumed(lambda: written(spool) == (names, {}))


def test_what_does_not_fit_the_backlog_is_counted(
    disk: Path, spool: DataFolder, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Of what was captured meanwhile each record is there, or told as lost."""
    monkeypatch.setattr(writer, "CROWDED_RECORDS", 100)
    monkeypatch.setattr(writer, "QUEUE_RECORDS", 100)
    ballast = fill(disk)
    names = capture("a", MANY)
    time.sleep(0.1)
    names += capture("b", MANY)
    ballast.unlink()

    assert resumed(lambda: sum(written(spool)[1].values()) + len(written(spool)[0]) == len(names))
    kept, lost = written(spool)
    assert [name for name in names if name in set(kept)] == kept
    assert ["queue_full"] == list(lost)


def test_leaves_the_rest_of_the_disk_to_others(disk: Path, spool: DataFolder) -> None:
    """Below the free bytes of the settings records are lost, counted; above them capture goes on."""
    otel_training.configure(min_free_bytes=512 << 10)
    ballast = disk / "ballast"
    ballast.write_bytes(bytes(600 << 10))
    capture("a", 5)
    assert otel_training.flush(30)
    assert ([], {"spool_full": 5}) == written(spool)
    ballast.unlink()

    def captures() -> bool:
        capture("b", 1)
        return otel_training.flush(2) and "b0" in written(spool)[0]

    assert resumed(captures)


def test_what_is_refused_waits_for_space(disk: Path, spool: DataFolder, monkeypatch: pytest.MonkeyPatch) -> None:
    """What cannot be set aside is not deleted: the rest is shipped, and it is set aside once there is space."""
    monkeypatch.setattr(shipper, "LONGEST_WAIT", 1.0)
    with receiving(disk.parent / "receiver", "refuse") as receiver:
        otel_training.configure(otlp_endpoint=receiver.endpoint)
        otel_training.record_feedback("poison" * 1000, "like")
        assert not otel_training.flush(0.3)
        assert resumed(lambda: 1 == len(waiting_ids(spool.ship)))
        otel_training.record_feedback("good", "like")
        assert not otel_training.flush(0.3)
        assert resumed(lambda: 2 == len(waiting_ids(spool.ship)))
        ballast = fill(disk)
        receiver.be("400:poison")
        assert resumed(lambda: len(receiver.accepted()) == 1)
        assert 1 == len(waiting_ids(spool.ship) - set(receiver.accepted()))
        ballast.unlink()

        resumed(lambda: len(waiting_ids(spool.rejected)) == 1 and not waiting(spool.ship))
        assert (1, set()) == (len(waiting_ids(spool.rejected)), waiting(spool.ship))
        process.install()
