"""The shipper against a real receiver in a process of its own: what fails, waits; what waits, arrives once."""

import logging
import os
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest

import otel_training
from otel_training.folder import DataFolder
from otel_training.pipeline import process
from otel_training.shipping.state import ShippingState, read_state
from otel_training.spool import segments
from otel_training.spool.segments import Backlog, read_backlog
from tests.receiving import Receiver, environment, like, until, waiting_ids

pytestmark = pytest.mark.slow

PROGRAM = Path(__file__).parent.parent / "programs" / "mixed.py"
FAILING = ("hang", "drip", "refuse", "backlog", "429", "500", "503", "302", "401", "404", "garbage", "reset")
MARGIN = 5.0
"""How late a busy machine may be."""
END_SECONDS = 2.5


def test_ships_what_is_captured_without_being_asked(ships: Receiver, folder: DataFolder) -> None:
    """Within seconds a record is at the receiver and nowhere else."""
    like("a", "b")
    until(lambda: len(ships.accepted()) == 2, 5)

    until(lambda: read_backlog(folder.ship) == Backlog(0, 0))
    assert [] == list(folder.local.glob("[!.]*"))
    until(lambda: read_state(folder).accepted)
    assert (2, 0, "") == (read_state(folder).accepted, read_state(folder).rejected, read_state(folder).error)


def test_a_flush_is_true_when_the_receiver_has_accepted(ships: Receiver) -> None:
    """`flush` says that all is there, and does not wait until its time is over."""
    like("a", "b", "c")
    began = time.monotonic()

    assert otel_training.flush(30)
    assert time.monotonic() - began < 10
    assert 3 == len(ships.accepted())


@pytest.mark.parametrize("mode", FAILING)
def test_nothing_is_lost_whatever_the_receiver_does(ships: Receiver, folder: DataFolder, mode: str) -> None:
    """While it fails `flush` is False in time and all waits; then all is there, and no event under two ids."""
    ships.be(mode)
    like(*map(str, range(20)))
    began = time.monotonic()
    assert not otel_training.flush(0.7)
    assert time.monotonic() - began < 0.7 + MARGIN
    until(lambda: 20 == len(waiting_ids(folder.ship)))
    time.sleep(1.5)
    assert 20 == len(waiting_ids(folder.ship))

    ships.be("ok")
    assert otel_training.flush(30)
    assert 20 == len(ships.accepted())
    assert (Backlog(0, 0), []) == (read_backlog(folder.ship), list(folder.path.glob("rejected/*")))


def test_spans_go_beside_the_records(ships: Receiver, folder: DataFolder) -> None:
    """Where the host does not trace; a receiver that takes none gets the records all the same."""

    @otel_training.extraction(task="insights")
    def extract(topic: str) -> list[str]:
        return [topic]

    extract("a")
    assert otel_training.flush(30)
    until(lambda: len(ships.spans()) == 1)
    ships.be("413:100000")
    for _ in range(3):
        extract("b")
        assert otel_training.flush(30)

    assert 4 == len(ships.accepted())
    until(lambda: len(ships.requests("/v1/traces")) == 2)
    assert "invoke_workflow insights" == ships.spans()[0]["name"]


def test_sends_the_headers_of_the_settings_and_never_logs_them(
    receiver: Receiver, folder: DataFolder, caplog: pytest.LogCaptureFixture
) -> None:
    """Values may hold spaces and percent-encoded characters; no log, file or representation shows them."""
    caplog.set_level(logging.DEBUG)
    endpoint = receiver.endpoint.replace("http://", "http://me:t0psecret@")
    headers = "authorization=Bearer t0psecret x=y, x-other=a%2Cb,t0psecret"
    otel_training.configure(otlp_endpoint=endpoint, otlp_headers=headers, user_key="t0psecret")
    for mode in ("401", "302", "ok"):
        receiver.be(mode)
        like(mode)
        asked = len(receiver.requests())
        assert (mode == "ok") is otel_training.flush(30 if mode == "ok" else 1)
        until(lambda asked=asked: asked < len(receiver.requests()))

    sent = receiver.requests()[-1]["headers"]
    assert ("Bearer t0psecret x=y", "a,b") == (sent["authorization"], sent["x-other"])
    shown = caplog.text + folder.shipping.read_text() + repr(process.settings())
    assert "t0psecret" not in shown.replace(endpoint, "")
    assert "HTTP 401: check OTEL_TRAINING_OTLP_HEADERS" in shown


def test_a_child_ships_what_it_captures(receiver: Receiver, tmp_path: Path) -> None:
    """A program that forks, and one that is killed: what either captured is at the receiver once."""
    home = tmp_path / "data"
    env = environment(receiver, home)
    for mode in ("fork", "plain"):
        subprocess.run([sys.executable, str(PROGRAM), mode, "40", mode], env=env, check=True, stdout=subprocess.DEVNULL)
    for _ in range(2):
        subprocess.run(
            [sys.executable, "-c", "import otel_training as o; o.record_feedback('z', 'like')"], env=env, check=True
        )

    assert set() == waiting_ids(home / "ship")
    assert 102 == len(receiver.accepted())


def test_a_child_does_not_hold_what_its_parent_held(ships: Receiver, folder: DataFolder) -> None:
    """The parent that shipped dies, its idle child lives on: another process ships."""
    program = (
        "import os, time, otel_training as o\n"
        "o.record_feedback('z', 'like'); assert o.flush(30)\n"
        "child = os.fork() or time.sleep(60)\n"
        "print(child, flush=True); os._exit(0)"
    )
    env = environment(ships, folder.path)
    with subprocess.Popen([sys.executable, "-c", program], env=env, stdout=subprocess.PIPE) as parent:
        assert parent.stdout is not None
        child = int(parent.stdout.readline())
        parent.wait()
        like("a")
        shipped = otel_training.flush(30)
        os.kill(child, signal.SIGKILL)

    assert (True, 2) == (shipped, len(ships.accepted()))


def test_telling_of_losses_ends(ships: Receiver, folder: DataFolder) -> None:
    """A receiver that refuses all records refuses the lines that tell so, too: those are not told again."""
    ships.be("400:training.schema.version")
    like("a", "b")
    assert not otel_training.flush(5)

    def quiet() -> bool:
        kept = waiting_ids(folder.rejected)
        time.sleep(2)
        return (kept, set()) == (waiting_ids(folder.rejected), waiting_ids(folder.ship))

    until(lambda: len(waiting_ids(folder.rejected)) >= 3 and quiet())
    assert 3 <= len(waiting_ids(folder.rejected)) <= 4
    assert 2 == read_state(folder).rejected


def test_the_oldest_goes_when_too_much_waits(ships: Receiver, folder: DataFolder) -> None:
    """Beyond the bytes of the settings the oldest segments go, counted, and capture goes on."""
    otel_training.configure(max_bytes=6000)
    ships.be("refuse")
    like("a" * 100)
    assert not otel_training.flush(0.1)
    until(lambda: 1 == len(waiting_ids(folder.ship)))
    (oldest,) = folder.ship.glob("*.jsonl")
    for name in "bcdefghi":
        like(name * 100)
        assert not otel_training.flush(0.1)
    until(lambda: not oldest.exists() and read_backlog(folder.ship).bytes <= 6000)
    assert not otel_training.flush(0.1)

    ships.be("ok")
    assert otel_training.flush(30)
    until(lambda: read_backlog(folder.ship).segments == 0)
    lost = ships.losses()["expired"]
    assert {"expired": lost} == ships.losses()
    assert (9, True) == (len(ships.accepted()) + lost, 1 <= lost < 9)


def test_segments_of_dead_processes_are_adopted_once_there_is_nobody_else(
    ships: Receiver, folder: DataFolder, tmp_path: Path
) -> None:
    """What another process left is shipped by this one."""
    ships.be("refuse")
    env = environment(ships, folder.path)
    program = "import otel_training as o, time; o.record_feedback('z', 'like'); time.sleep(100)"
    with subprocess.Popen([sys.executable, "-c", program], env=env) as other:
        until(lambda: 1 == len(waiting_ids(folder.ship)))
        other.kill()
    ships.be("ok")
    like("a")
    assert otel_training.flush(30)

    assert 2 == len(ships.accepted())


def test_what_waited_too_long_goes(ships: Receiver, folder: DataFolder) -> None:
    """Beyond the age of the settings a segment goes, counted, and a flush that waits for it is False."""
    ships.be("503")
    like("a", "b")
    assert not otel_training.flush(0.1)
    until(lambda: 2 == len(waiting_ids(folder.ship)))
    (path,) = folder.ship.glob("*.jsonl")
    os.utime(path, (time.time() - 31 * 86_400, time.time() - 31 * 86_400))
    assert not otel_training.flush(5)

    ships.be("ok")
    assert otel_training.flush(30)
    until(lambda: ships.losses() == {"expired": 2})
    assert 0 == len(ships.accepted())


def test_segments_stay_few_while_the_receiver_is_away(
    ships: Receiver, folder: DataFolder, monkeypatch: pytest.MonkeyPatch
) -> None:
    """When many wait they are filled, instead of one being made a second."""
    monkeypatch.setattr(segments, "SHIP_SEGMENTS", 2)
    monkeypatch.setattr(segments, "SHIP_ROLL_SECONDS", 0.05)
    ships.be("503")
    for number in range(40):
        like(str(number))
        time.sleep(0.05)

    until(lambda: len(waiting_ids(folder.ship)) == 40)
    assert read_backlog(folder.ship).segments <= 4
    ships.be("ok")
    assert otel_training.flush(30)


def test_a_key_of_the_folder_alone_is_warned_of(
    receiver: Receiver, folder: DataFolder, caplog: pytest.LogCaptureFixture
) -> None:
    """With an endpoint and no key of the settings, one warning says what that costs."""
    otel_training.configure(otlp_endpoint=receiver.endpoint)
    like("a", "b")
    assert otel_training.flush(30)

    assert 1 == sum("OTEL_TRAINING_USER_KEY" in record.message for record in caplog.records)


def test_an_endpoint_that_is_none_is_told(folder: DataFolder) -> None:
    """A mistyped endpoint loses nothing: records wait for the right one."""
    otel_training.configure(otlp_endpoint="collector:4318", user_key="k")
    like("a")
    assert not otel_training.flush(0.5)

    until(lambda: "OTEL_TRAINING_OTLP_ENDPOINT must be a URL" in read_state(folder).error)
    until(lambda: 1 == len(waiting_ids(folder.ship)))


@pytest.mark.parametrize("mode", ["ok", *FAILING, "slow:1"])
def test_the_app_ends_in_time(receiver: Receiver, tmp_path: Path, mode: str) -> None:
    """Whatever the receiver does, the app's end is little later, and nothing is lost."""
    receiver.be(mode)
    home = tmp_path / "data"
    program = (
        "import otel_training as o, time\n"
        "for n in range(500): o.record_feedback(str(n), 'like')\n"
        "time.sleep(1.5)\n"
        "print(time.time())"
    )
    done = subprocess.run(
        [sys.executable, "-c", program], env=environment(receiver, home), stdout=subprocess.PIPE, text=True, check=True
    )
    late = time.time() - float(done.stdout)

    assert late < END_SECONDS + MARGIN
    assert 500 == len(waiting_ids(home / "ship") | set(receiver.accepted()))


def test_one_process_of_a_folder_ships(receiver: Receiver, folder: DataFolder) -> None:
    """While one holds the lock no other sends; what the other captured arrives all the same."""
    env = environment(receiver, folder.path)
    program = "import otel_training as o, time; o.record_feedback('z', 'like'); assert o.flush(30); time.sleep(60)"
    with subprocess.Popen([sys.executable, "-c", program], env=env) as other:
        until(lambda: len(receiver.accepted()) == 1)
        otel_training.configure(otlp_endpoint=receiver.endpoint, user_key="k")
        like("a")
        assert otel_training.flush(30)
        mine = process.current()._shipper
        assert mine is not None
        assert mine.shipment is None
        other.kill()
        other.wait()
    until(mine.try_lock)
    like("b")

    assert otel_training.flush(30)
    assert 3 == len(receiver.accepted())


def test_compresses_as_the_settings_say(ships: Receiver) -> None:
    """None to this machine by default; gzip and zstd when asked for."""
    for compression in ("none", "gzip", "zstd"):
        otel_training.configure(otlp_compression=compression)
        like(compression)
        assert otel_training.flush(30)

    encodings = [request["headers"].get("content-encoding") for request in ships.requests()]
    assert [None, "gzip", "zstd"] == encodings
    assert 3 == len(ships.accepted())


def test_a_receiver_that_is_killed_again_and_again(ships: Receiver) -> None:
    """Killed five times while records come: every one is there."""
    captured = 0
    for _ in range(5):
        for _ in range(60):
            like(str(captured))
            captured += 1
            time.sleep(0.005)
        ships.kill()
        ships.start()
    assert otel_training.flush(30)

    assert captured == len(ships.accepted())


def test_shipping_that_was_never_told_is_empty(folder: DataFolder) -> None:
    """A file that is not there, or no JSON, tells nothing."""
    assert ShippingState() == read_state(folder)
    folder.path.mkdir()
    folder.shipping.write_text("{")

    assert ShippingState() == read_state(folder)
    assert [folder.shipping] == list(folder.path.iterdir())
