"""`otel-training status`, which the command alone prints, too."""

import json
import re
import subprocess
import sys
from typing import Any

import pytest

import otel_training
from otel_training.cli.store import open_store
from otel_training.folder import DataFolder
from otel_training.pipeline import process
from tests.cli.news import extract, gather_all
from tests.receiving import Receiver

pytestmark = pytest.mark.slow

HOLDER = """
import sys, time
from pathlib import Path
from otel_training.store.owner import owner_lock
with owner_lock(Path(sys.argv[1])):
    print("held", flush=True)
    time.sleep(60)
"""


def test_status_adds_up(gathered: None, rows: Any, folder: DataFolder) -> None:
    """The figures of the status are those of what was captured."""
    (status,) = rows()

    assert {
        "folder": str(folder.path),
        "captured": 7,
        "stored": 7,
        "spooled": 0,
        "lost": {},
        "by_kind": {"extraction": 1, "feedback": 3, "impression": 3},
        "samples": 1,
        "targets": {"500": 0.002, "1000": 0.001},
        "shipping": None,
        "gaps": status["gaps"],
        "next_step": status["next_step"],
    } == status
    assert [status] == rows("status")


def test_tells_losses_on_stderr_with_exit_code_0(command: Any) -> None:
    """Losses are no failure of the command, and not its result."""
    process.lose(otel_training.conventions.Loss.QUEUE_FULL)
    process.lose(otel_training.conventions.Loss.QUEUE_FULL)
    code, out, err = command("status", "--json")

    assert (0, {"queue_full": 2}, 2) == (code, json.loads(out)["lost"], json.loads(out)["captured"])
    assert "2 queue_full" in err


def test_the_status_of_nothing_says_where_to_begin(folder: DataFolder, rows: Any) -> None:
    """The first command a person tries works before there is anything."""
    (status,) = rows()

    assert (0, str(folder.path), False) == (status["captured"], status["folder"], folder.path.exists())
    assert "@otel_training.extraction" in status["next_step"]


@pytest.mark.parametrize(
    ("kinds", "word"),
    [
        (("feedback",), "OTEL_TRAINING_HOME"), (("extraction",), "TrainingMiddleware"),
        (("extraction", "feedback"), "1 of 1 id that"), (("all",), "499 samples"),
    ],
)  # fmt: skip
def test_the_status_names_one_next_step(rows: Any, kinds: tuple[str, ...], word: str) -> None:
    """What is missing is what is said."""
    if "extraction" in kinds:
        extract("t", "u", "text")
    if "feedback" in kinds:
        otel_training.record_feedback("a", "like", user_id=1)
    if "all" in kinds:
        gather_all()

    assert word in rows("status")[0]["next_step"]


def test_a_held_store_names_its_holder(
    gathered: None, folder: DataFolder, command: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Who has the store is said, and nothing is lost."""
    monkeypatch.setattr(open_store.__wrapped__, "__defaults__", (0.1,))  # type: ignore[attr-defined]
    assert otel_training.flush(30)
    with subprocess.Popen([sys.executable, "-c", HOLDER, str(folder.lock)], stdout=subprocess.PIPE) as process:
        assert process.stdout is not None
        process.stdout.readline()
        code, out, err = command("status")
        process.kill()

    assert (1, "", True) == (code, out, f"pid {process.pid}" in err)
    assert 0 == command("status")[0]


def test_status_tells_how_shipping_goes(left: None, receiver: Receiver, rows: Any, command: Any) -> None:
    """Endpoint, what waits, the last error; then the last acceptance."""
    (status,) = rows("status")
    shipping = status["shipping"]
    assert (receiver.endpoint, 1, "HTTP 503", None) == (
        shipping["endpoint"], shipping["segments"], shipping["error"], shipping["accepted_at"],
    )  # fmt: skip
    assert "OTEL_TRAINING_STORE" in status["next_step"]
    receiver.be("ok")
    assert 0 == command("ship")[0]

    out = " ".join(command("status")[1].split())
    assert re.search(rf"Shipping to {receiver.endpoint} 3 accepted, the last 20\S+, 0 segments \(0 bytes\) wait ", out)


def test_status_without_shipping_says_nothing_of_it(rows: Any, command: Any) -> None:
    """Who does not ship reads nothing of shipping."""
    otel_training.record_feedback("a", "like")

    assert rows("status")[0]["shipping"] is None
    assert "Shipping" not in command("status")[1] + command("doctor")[1]
