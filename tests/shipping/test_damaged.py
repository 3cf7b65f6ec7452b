"""What lies among the segments and is none, or cannot be read, is named and stops nobody."""

import os
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

import otel_training
from otel_training.folder import DataFolder
from otel_training.pipeline import process
from otel_training.shipping import shipper
from otel_training.store.session import open_drained
from tests.receiving import Receiver, receiving

pytestmark = pytest.mark.slow

Damage = Callable[[Path], object]
DAMAGES: dict[str, Damage] = {
    "a directory": Path.mkdir,
    "a pipe": os.mkfifo,
    "a link to nothing": lambda path: path.symlink_to("nowhere"),
    "a link to itself": lambda path: path.symlink_to(path),
    "empty": Path.touch,
    "garbage": lambda path: path.write_bytes(bytes(range(256)) * 100),
}


@pytest.fixture
def ships(folder: DataFolder, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Receiver]:
    """Ship to a receiver; what is older than the settings' days goes, which is looked at all the time."""
    monkeypatch.setattr(shipper, "TRIM_SECONDS", 0.0)
    folder.ship.mkdir(parents=True)
    with receiving(tmp_path / "receiver") as receiver:
        otel_training.configure(otlp_endpoint=receiver.endpoint, user_key="k")
        yield receiver
        process.install()


def is_shipped(name: str) -> bool:
    """Tell whether a record is accepted while the damage lies there."""
    otel_training.record_feedback(name, "like")
    return otel_training.flush(30)


@pytest.mark.parametrize("days", [0, 365])
@pytest.mark.parametrize("damage", DAMAGES)
def test_the_rest_is_shipped(ships: Receiver, folder: DataFolder, damage: str, days: int) -> None:
    """However old it is."""
    path = folder.ship / "0.jsonl"
    DAMAGES[damage](path)
    then = time.time() - days * 86_400
    os.utime(path, (then, then), follow_symlinks=False)

    assert [True, True] == [is_shipped(name) for name in "ab"]
    assert ["a", "b"] == sorted(name for name in ships.named() if name != "-")


@pytest.mark.parametrize("damage", DAMAGES)
def test_the_rest_is_drained(folder: DataFolder, damage: str) -> None:
    """Once and again."""
    folder.local.mkdir(parents=True)
    DAMAGES[damage](folder.local / "0.jsonl")
    for name in "ab":
        otel_training.record_feedback(name, "like")
        assert otel_training.flush(30)
        with open_drained(process.settings()) as (store, _):
            assert name in [row["insight_id"] for row in store.rows("SELECT insight_id FROM feedback")]


def forbidden(place: Path, *names: str) -> None:
    """Make segments that this user may not read."""
    place.mkdir(parents=True, exist_ok=True)
    for name in names:
        (place / name).touch(0o000)
        if os.access(place / name, os.R_OK):
            pytest.skip("this user reads everything")


def test_what_may_not_be_read_is_named(ships: Receiver, folder: DataFolder, caplog: pytest.LogCaptureFixture) -> None:
    """Segments of another user stay where they are, and the rest is shipped."""
    forbidden(folder.ship, "0.jsonl", "1.jsonl", "2.jsonl")

    assert [True, True] == [is_shipped(name) for name in "ab"]
    assert "2.jsonl: Permission denied" in caplog.text
    assert 3 == len(list(folder.ship.glob("?.jsonl")))


def test_what_may_not_be_read_stops_no_drain(folder: DataFolder, caplog: pytest.LogCaptureFixture) -> None:
    """It is named and stays; the rest is in the store."""
    forbidden(folder.local, "0.jsonl")
    otel_training.record_feedback("a", "like")
    assert otel_training.flush(30)

    with open_drained(process.settings()) as (store, _):
        assert [{"insight_id": "a"}] == list(store.rows("SELECT insight_id FROM feedback"))
    assert f"{folder.local / '0.jsonl'} (Permission denied)" in caplog.text
    assert (folder.local / "0.jsonl").exists()
