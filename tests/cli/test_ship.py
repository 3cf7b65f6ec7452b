"""`otel-training ship`, and what `status` and `doctor` tell of shipping."""

import os
import re
import subprocess
import sys
import time
from collections.abc import Iterator
from typing import Any

import pytest

import otel_training
from otel_training import config
from otel_training.folder import DataFolder
from otel_training.pipeline import lifecycle
from tests.receiving import Receiver, environment, waiting_ids


@pytest.fixture
def left(receiver: Receiver, folder: DataFolder, monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """Three records that an app left behind while the receiver was away; this process knows the endpoint."""
    receiver.be("503")
    program = "import otel_training as o; [o.record_feedback(n, 'like') for n in 'abc']"
    subprocess.run([sys.executable, "-c", program], env=environment(receiver, folder.path), check=True)
    assert 3 == len(waiting_ids(folder.ship))
    monkeypatch.setenv("OTEL_TRAINING_OTLP_ENDPOINT", receiver.endpoint.replace("//", "//me:t0psecret@"))
    monkeypatch.setenv("OTEL_TRAINING_USER_KEY", "k")
    config.reset()
    yield
    lifecycle.restart()


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

    (found,) = rows("ship")
    assert (2, 1) == (found["accepted"], found["rejected"])
    lifecycle.restart()
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
    program = "import otel_training as o, time; o.record_feedback('d', 'like'); print(o.flush(5)); time.sleep(60)"
    with subprocess.Popen(
        [sys.executable, "-uc", program], env=environment(receiver, folder.path), stdout=subprocess.PIPE
    ) as app:
        assert app.stdout is not None
        assert b"True\n" == app.stdout.readline()
        code, _, err = command("ship")
        app.kill()

    assert (1, True) == (code, "Another process ships" in err)


def test_status_tells_how_shipping_goes(left: None, receiver: Receiver, rows: Any, command: Any) -> None:
    """Endpoint, what waits, the last error; then the last acceptance."""
    (found,) = rows("status")
    told = found["shipping"]
    assert (receiver.endpoint, 1, "HTTP 503", None) == (
        told["endpoint"], told["segments"], told["error"], told["accepted_at"],
    )  # fmt: skip
    assert "OTEL_TRAINING_STORE" in found["next_step"]
    receiver.be("ok")
    assert 0 == command("ship")[0]

    out = " ".join(command("status")[1].split())
    assert re.search(rf"Shipping to {receiver.endpoint} 3 accepted, the last 20\S+, 0 segments \(0 bytes\) wait ", out)


def test_status_without_shipping_says_nothing_of_it(rows: Any, command: Any) -> None:
    """Who does not ship reads nothing of shipping."""
    otel_training.record_feedback("a", "like")

    assert rows("status")[0]["shipping"] is None
    assert "Shipping" not in command("status")[1] + command("doctor")[1]


def test_doctor_says_why_segments_wait(left: None, receiver: Receiver, rows: Any, command: Any) -> None:
    """What the receiver answered, and what it refused for good."""
    (found,) = rows("doctor")[0]["findings"]
    assert found.startswith("The receiver does not take what is shipped: HTTP 503; 1 segment (")
    receiver.be('400:"b"')
    assert 0 == command("ship")[0]

    (found,) = rows("doctor")[0]["findings"]
    assert found.startswith("The receiver refused 1 record for good: rejected/*.reason says why")
    assert "Shipping" in command("doctor")[1]


def test_doctor_says_that_nobody_ships(
    left: None, folder: DataFolder, rows: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Segments that wait for more than a minute, with an endpoint here and without."""
    (path,) = folder.ship.glob("*.jsonl")
    os.utime(path, (time.time() - 90, time.time() - 90))
    folder.shipping.unlink()
    assert any("no running app ships them: `otel-training ship` does." in one for one in rows("doctor")[0]["findings"])
    monkeypatch.delenv("OTEL_TRAINING_OTLP_ENDPOINT")
    config.reset()

    assert any("no endpoint is set here" in one for one in rows("doctor")[0]["findings"])
