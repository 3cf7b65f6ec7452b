"""`serve` from its start to its end, beside the other commands and an app that writes."""

import http.client
import json
import signal
import socket
import subprocess
import sys
import threading
import time
from pathlib import Path
from typing import Any

import pytest

from otel_training.errors import StoreServedError
from otel_training.folder import DataFolder
from otel_training.store.owner import owner_lock
from tests.served import run

pytestmark = pytest.mark.slow

PORT_0 = ("--port", "0")
EXTRACTS = """
import otel_training
with otel_training.extraction(topic="t", source_url="https://news.example/1", source_content="text") as extraction:
    extraction.result([{"id": "a", "text": "An insight"}])
otel_training.current().score(9)
assert otel_training.flush(30)
"""
WRITES = """
import sys, otel_training
for number in range(int(sys.argv[2])):
    otel_training.record_feedback(sys.argv[1], "like", user_id=number)
assert otel_training.flush(30)
"""


def write(endpoint: Any, insight: str, count: int) -> None:
    """Record feedback as another program of the same project."""
    done = run("-c", WRITES, insight, count, cwd=endpoint.home, OTEL_TRAINING_HOME=str(endpoint.home / "data"))
    assert 0 == done.returncode, done.stderr


def cli(endpoint: Any, *argv: object) -> subprocess.CompletedProcess[str]:
    """Run another command of the same project."""
    home = str(endpoint.home / "data")
    # A proxy that does not answer: what stays on this machine does not ask it.
    proxy = {"http_proxy": "http://127.0.0.1:9", "no_proxy": ""}
    return run("-m", "otel_training.cli", *argv, cwd=endpoint.home, OTEL_TRAINING_HOME=home, **proxy)


def test_the_other_commands_ask_it(start: Any, tmp_path: Path) -> None:
    """Status, view, import and export work at once while it runs, with what was just captured in them."""
    password = "p@ss/wörd :%"  # noqa: S105 - of this test alone
    with start(tmp_path, password=password, OTEL_TRAINING_SERVE_PASSWORD=password) as endpoint:
        write(endpoint, "a", 3)
        done = run("-c", EXTRACTS, cwd=tmp_path, OTEL_TRAINING_HOME=str(tmp_path / "data"))
        assert 0 == done.returncode, done.stderr
        status = cli(endpoint, "status", "--json")
        viewed = cli(endpoint, "view", "--json")
        (tmp_path / "old.jsonl").write_text(json.dumps({
            "timestamp": "2025-03-02T08:30:00", "insight_id": "old", "action": "x", "metadata": {"user_id": 1}
        }))  # fmt: skip
        imported = cli(endpoint, "import", "old.jsonl", "--json")
        analyzed = cli(endpoint, "analyze", "--json")
        exported = cli(endpoint, "export", "--out", "t.jsonl", "--min-viewers", 3)

        assert (5, 5, 0) == tuple(json.loads(status.stdout)[name] for name in ("captured", "stored", "spooled"))
        assert ["feedback"] * 3 + ["extraction", "score"] == [
            json.loads(line)["stage"] for line in viewed.stdout.splitlines()
        ]
        assert {"imported": {"feedback": 1}, "unreadable": 0, "skipped": {}} == json.loads(imported.stdout)
        assert {"like": 3, "x": 1} == json.loads(analyzed.stdout)["reactions"]["actions"]
        assert (0, 1) == (exported.returncode, len((tmp_path / "t.jsonl").read_text().splitlines()))


def test_forgets_beside_an_app_that_writes(start: Any, tmp_path: Path) -> None:
    """What one reader did is gone from the served store; what comes in afterwards counts as ever."""
    with start(tmp_path) as endpoint:
        write(endpoint, "a", 3)
        forgotten = cli(endpoint, "forget", "--user", 1, "--yes", "--json")
        write(endpoint, "b", 1)
        viewed = cli(endpoint, "view", "feedback", "--json")

        assert (0, {"feedback": 1, "reader_events": 1, "reader_events_by_time": 1, "readers": 1}) == (
            forgotten.returncode, json.loads(forgotten.stdout)["rows"],
        )  # fmt: skip
        assert ["a", "a", "b"] == sorted(json.loads(line)["insight_id"] for line in viewed.stdout.splitlines())
        assert [["a", "2"], ["b", "1"]] == endpoint.rows(
            "SELECT id, sum(likes) FROM reactions FINAL GROUP BY id ORDER BY id"
        )


def test_drains_by_itself(start: Any, tmp_path: Path, eventually: Any) -> None:
    """What an app captures is there for Grafana within seconds, without any command."""
    with start(tmp_path) as endpoint:
        write(endpoint, "a", 2)

        assert eventually(lambda: endpoint.rows("SELECT count() FROM v_feedback") == [["2"]])
        assert eventually(lambda: not list((tmp_path / "data" / "local").glob("*.jsonl")))


@pytest.mark.parametrize("signum", [signal.SIGTERM, signal.SIGINT])
def test_a_signal_ends_it_soon(start: Any, tmp_path: Path, signum: int) -> None:
    """While queries run, a stream is open and a client idles; nothing stays locked, nothing is lost."""
    with start(tmp_path) as endpoint, socket.create_connection(("127.0.0.1", endpoint.port)):
        write(endpoint, "a", 2)
        running = [
            threading.Thread(target=endpoint.ask_or_fail, args=(statement,), daemon=True)
            for statement in (
                "SELECT count() FROM numbers(1000000000000) WHERE cityHash64(number) = 1",
                "SELECT * FROM numbers(1000000000000) FORMAT Null",
                "SELECT sleepEachRow(0.1) FROM numbers(1000) SETTINGS max_block_size = 1",
            )
        ]
        for thread in running:
            thread.start()
        time.sleep(0.5)
        endpoint.process.send_signal(signum)
        code = endpoint.process.wait(timeout=30)

        assert 0 == code
        assert [
            "Grafana: user reader, pass",
            "A collector: user writer, ",
            "For more than this machine",
            "Ctrl-C ends it.",
        ] == [line[:26] for line in endpoint.process.stderr.read().splitlines()]
        with owner_lock(tmp_path / "data" / "store.lock", wait=0):
            pass
        status = cli(endpoint, "status", "--json")
        assert 2 == json.loads(status.stdout)["stored"]


def test_its_end_by_force_leaves_nothing_locked(start: Any, tmp_path: Path) -> None:
    """After kill -9 the next command is the owner again, and no announcement misleads it."""
    with start(tmp_path) as endpoint:
        write(endpoint, "a", 2)
        endpoint.process.kill()
        endpoint.process.wait()
        status = cli(endpoint, "status", "--json")

        assert 2 == json.loads(status.stdout)["stored"]


def test_a_port_in_use_is_one_sentence(start: Any, tmp_path: Path) -> None:
    """It says which, and what to do."""
    with socket.socket() as listener:
        listener.bind(("127.0.0.1", 0))
        listener.listen()
        port = listener.getsockname()[1]
        done = run("-m", "otel_training.cli", "serve", "--port", port, cwd=tmp_path, OTEL_TRAINING_HOME=str(tmp_path))

    assert (1, "", f"Error: Port {port} cannot be taken (Address already in use): choose another with --port.\n") == (
        done.returncode, done.stdout, done.stderr,
    )  # fmt: skip


def test_a_second_serve_names_the_first(start: Any, tmp_path: Path) -> None:
    """At once, with its process, and without its password."""
    with start(tmp_path) as endpoint:
        done = cli(endpoint, "serve", *PORT_0)
        with pytest.raises(StoreServedError) as raised, owner_lock(tmp_path / "data" / "store.lock"):
            pass

        assert (1, "", 1) == (done.returncode, done.stdout, len(done.stderr.splitlines()))
        assert (True, False) == (f"pid {endpoint.process.pid}" in done.stderr, endpoint.password in done.stderr)
        assert f"@127.0.0.1:{endpoint.port}/otel_training" in raised.value.dsn


@pytest.mark.skipif(not Path("/proc/net/tcp").exists(), reason="only Linux lists its sockets so")
def test_listens_on_the_loopback_alone(endpoint: Any) -> None:
    """No other interface reaches it."""
    listening = Path("/proc/net/tcp").read_text("utf-8").splitlines()[1:]
    mine = [
        line.split()[1] for line in listening if line.split()[1].endswith(f":{endpoint.port:04X}") and " 0A " in line
    ]

    assert [f"0100007F:{endpoint.port:04X}"] == mine


def test_migrates_before_it_listens(start: Any, tmp_path: Path) -> None:
    """The first client finds the tables of this version."""
    DataFolder(tmp_path / "data").store.mkdir(parents=True)
    with start(tmp_path) as endpoint:
        files = len(list((Path(__file__).parents[2] / "otel_training" / "store" / "schema").glob("*.sql")))

        assert [[str(files)]] == endpoint.rows("SELECT count() FROM schema_migrations")


def test_serves_the_embedded_store_alone(tmp_path: Path) -> None:
    """A server's store needs no serving."""
    done = run("-m", "otel_training.cli", "serve", cwd=tmp_path, OTEL_TRAINING_STORE="http://127.0.0.1:9")

    assert (1, True) == (done.returncode, "unset OTEL_TRAINING_STORE" in done.stderr)


def test_a_killed_client_ends_its_query(endpoint: Any, eventually: Any) -> None:
    """In the middle of an answer, or before it began: the query stops, and others go on."""
    program = (
        "import sys, urllib.request as u\n"
        "r = u.Request(sys.argv[1], sys.argv[2].encode(), {'Authorization': sys.argv[3]})\n"
        "a = u.urlopen(r); a.read(100000); print('begun', flush=True); import time; time.sleep(60)"
    )
    running = (
        "SELECT count() FROM system.processes WHERE query LIKE '%numbers(99000000000)%' AND query NOT LIKE '%proc%'"
    )
    for statement in (
        "SELECT number FROM numbers(99000000000)",
        "SELECT count() FROM numbers(99000000000) WHERE cityHash64(number) = 1",
    ):
        client = subprocess.Popen(
            [sys.executable, "-c", program, endpoint.url, statement, endpoint.authorization], stdout=subprocess.PIPE
        )
        assert eventually(lambda: endpoint.rows(running) == [["1"]])
        client.kill()
        client.wait()
        client.stdout.close()

        assert eventually(lambda: endpoint.rows(running) == [["0"]])


def test_a_client_killed_within_its_insert_leaves_nothing(endpoint: Any) -> None:
    """Half a block is no block."""
    endpoint.ask("CREATE OR REPLACE TABLE half (a UInt32) ENGINE = MergeTree ORDER BY a")
    head = (
        f"POST /?query=INSERT+INTO+half+FORMAT+TSV HTTP/1.1\r\nHost: x\r\nAuthorization: {endpoint.authorization}\r\n"
    )
    with socket.create_connection(("127.0.0.1", endpoint.port)) as client:
        client.sendall(head.encode() + b"Content-Length: 1000000\r\n\r\n" + b"1\n" * 1000)
        time.sleep(0.3)

    assert [["0"]] == endpoint.rows("SELECT count() FROM half")


def test_small_answers_come_at_once(endpoint: Any) -> None:
    """On one connection that stays open, they do not wait for delayed acknowledgements (40 ms each)."""
    kept, fresh = [], []
    for _ in range(5):
        # The kernel delays from the second answer on, and learns after half a dozen not to.
        kept.append(_ask(endpoint, 6))
        fresh.append(sum(_ask(endpoint, 1) for _ in range(6)))

    assert min(kept) < min(fresh) + 0.1


def _ask(endpoint: Any, times: int) -> float:
    """The seconds that as many queries take on one connection."""
    client = http.client.HTTPConnection("127.0.0.1", endpoint.port)
    begun = time.monotonic()
    for _ in range(times):
        client.request("POST", "/", "SELECT 1", {"Authorization": endpoint.authorization})
        assert b"1\n" == client.getresponse().read()
    client.close()
    return time.monotonic() - begun


def test_is_backed_up_while_it_serves(start: Any, tmp_path: Path) -> None:
    """With what was captured until then; a restore waits for its end."""
    with start(tmp_path) as endpoint:
        write(endpoint, "a", 3)
        done = cli(endpoint, "backup", tmp_path / "all.zip", "--json")
        refused = cli(endpoint, "restore", tmp_path / "all.zip", "--force")

    assert 0 == done.returncode, done.stderr
    assert 3 == json.loads(done.stdout)["tables"]["feedback"]
    assert (1, True) == (refused.returncode, "is in use by" in refused.stderr)
