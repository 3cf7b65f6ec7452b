"""`otel-training ship`."""

import re
import subprocess
import sys
from typing import Any

import pytest

from otel_training.folder import DataFolder
from otel_training.pipeline import process
from tests.receiving import Receiver, environment, waiting_ids

pytestmark = pytest.mark.slow


def test_ships_what_an_app_left(left: None, receiver: Receiver, folder: DataFolder, rows: Any, command: Any) -> None:
    """The result on stdout, exit code 0; again there is nothing to do."""
    receiver.be("ok")
    code, out, err = command("ship")

    assert (0, f"Shipped 3 records to {receiver.endpoint}; 0 refused; 0 segments (0 bytes) waiting.\n") == (code, out)
    assert "" == err
    assert (3, set()) == (len(receiver.accepted()), waiting_ids(folder.ship))
    nothing = {"accepted": 0, "rejected": 0, "segments": 0, "bytes": 0, "oldest_at": None, "error": None}
    assert [{"endpoint": receiver.endpoint, **nothing}] == rows("ship")


def test_says_what_the_receiver_said(left: None, receiver: Receiver, folder: DataFolder, command: Any) -> None:
    """Exit code 1 and one sentence, when it does not take all; nothing is lost."""
    code, out, err = command("ship")

    assert (1, 3) == (code, len(waiting_ids(folder.ship)))
    assert re.fullmatch(r"Shipped 0 records to \S+; 0 refused; 1 segment \([\d,]+ bytes\) waiting.\n", out)
    assert "The receiver did not take all: HTTP 503. Nothing is lost" in err
    assert "t0psecret" not in out + err


def test_counts_what_is_refused_for_good(left: None, receiver: Receiver, folder: DataFolder, rows: Any) -> None:
    """What was set aside is in the result, and its count reaches the receiver."""
    receiver.be('400:"b"')

    (result,) = rows("ship")
    assert (2, 1) == (result["accepted"], result["rejected"])
    process.install()
    assert {"rejected": 1} == receiver.losses()


def test_needs_an_endpoint(command: Any) -> None:
    """Without one it says which variable to set."""
    code, out, err = command("ship")

    assert (1, "") == (code, out)
    assert "set OTEL_TRAINING_OTLP_ENDPOINT" in err


def test_leaves_it_to_the_app_that_ships(
    left: None, receiver: Receiver, folder: DataFolder, command: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    """While a running app ships, the command says so."""
    monkeypatch.setattr("otel_training.cli.ship.WAIT_SECONDS", 0.1)
    receiver.be("ok")
    program = "import otel_training as o, time; o.record_feedback('d', 'like'); print(o.flush(30)); time.sleep(60)"
    with subprocess.Popen(
        [sys.executable, "-uc", program], env=environment(receiver, folder.path), stdout=subprocess.PIPE
    ) as app:
        assert app.stdout is not None
        assert b"True\n" == app.stdout.readline()
        code, _, err = command("ship")
        app.kill()

    assert (1, True) == (code, "Another process ships" in err)
