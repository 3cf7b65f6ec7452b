"""The process: one pipeline, replaced in one step, and nothing that was accepted is lost at its end."""

import json
import os
import signal
import socket
import subprocess
import sys
import threading
import time
from collections import Counter
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

import otel_training
from otel_training.folder import DataFolder
from otel_training.pipeline import process
from otel_training.spool.loss_file import read_losses
from tests import served
from tests.collector.process import until
from tests.ports import free_port
from tests.served import PROGRAMS, TRACED, request

pytestmark = pytest.mark.slow

Rows = Callable[..., list[dict[str, Any]]]

WORKERS = ("map", "imap", "maxtasks", "loop", "thread", "block", "daemon")
COUNT = 1000
"""Records of 8 kB: more than are written in two seconds."""


def run(*argv: object, **variables: str) -> "subprocess.CompletedProcess[str]":
    """Run a program that captures, to its end."""
    command, environ = [sys.executable, *map(str, argv)], {**os.environ, **variables}
    return subprocess.run(command, cwd=PROGRAMS, env=environ, capture_output=True, text=True, timeout=100, check=False)


def is_served(port: int) -> bool:
    """Whether somebody listens."""
    with socket.socket() as client:
        return client.connect_ex(("127.0.0.1", port)) == 0


def captured(folder: DataFolder) -> list[dict[str, Any]]:
    """The records on disk."""
    lines = [line for path in folder.local.glob("*.jsonl") for line in path.read_text("utf-8").splitlines()[1:]]
    return [json.loads(line) for line in lines]


@pytest.mark.parametrize("way", ["loop", "fork", "fork-method", "spawn", "forkserver", "threads"])
def test_a_program_that_ends_writes_what_it_captured(way: str, rows: Rows) -> None:
    """Whoever captured, in whatever child or thread: every record is in the store once the program has ended."""
    program = run("burst.py", way.removesuffix("-method"), COUNT, **TRACED)

    (status,) = rows("status")
    assert (0, COUNT, COUNT, {}) == (program.returncode, status["captured"], status["stored"], status["lost"])


@pytest.mark.parametrize("method", ["fork", "spawn", "forkserver"])
def test_a_worker_that_its_parent_ends_has_written_what_it_captured(method: str, rows: Rows) -> None:
    """A `Pool` that is left, and other daemonic children: ended without notice, each has written its last record."""
    program = run("workers.py", method)

    names = [row["insight_id"] for row in rows("view", "feedback")]
    names += [row["topic"] for row in rows("view", "extraction")]
    expected = [f"{way}-{task}" for way in WORKERS for task in range(2)]
    assert (0, sorted(expected)) == (program.returncode, sorted(names))


SERVERS = {
    "uvicorn": ["-m", "uvicorn", "burst_app:app", "--port"],
    "gunicorn": ["-m", "gunicorn", "burst_app:app", "-k", "uvicorn_worker.UvicornWorker", "-b"],
}


@pytest.mark.parametrize("server", SERVERS)
def test_a_server_that_is_told_to_end_writes_what_it_captured(server: str, rows: Rows) -> None:
    """SIGTERM comes right after a burst on the event loop: every record is in the store."""
    port = free_port()
    address = f"127.0.0.1:{port}" if server == "gunicorn" else str(port)
    with subprocess.Popen([sys.executable, *SERVERS[server], address], cwd=PROGRAMS, env=dict(os.environ)) as program:
        until(lambda: is_served(port), 60)
        assert (200, COUNT) == request(f"http://127.0.0.1:{port}/burst?count={COUNT}", {})
        program.send_signal(signal.SIGTERM)
        program.wait(60)

    (status,) = rows("status")
    assert (COUNT, COUNT, {}) == (status["captured"], status["stored"], status["lost"])


def test_a_hook_at_exit_may_capture_even_after_ours(folder: DataFolder) -> None:
    """What is captured in an `atexit` hook that was registered before our import is written, too."""
    program = (
        "import atexit\n"
        "atexit.register(lambda: otel_training.record_feedback('late', 'like'))\n"
        "import otel_training\n"
        "otel_training.record_feedback('early', 'like')\n"
    )
    run("-c", program)

    assert 2 == len(captured(folder))


def test_what_cannot_be_written_at_the_end_is_counted(folder: DataFolder, rows: Rows) -> None:
    """The disk takes no more: the records count as lost, though not even that fits into a segment."""
    program = (
        "import resource, otel_training\n"
        "otel_training.record_feedback('a', 'like')\n"
        "assert otel_training.flush(30)\n"
        "(path,) = __import__('pathlib').Path(%r).glob('*.jsonl')\n"
        "resource.setrlimit(resource.RLIMIT_FSIZE, (path.stat().st_size, resource.RLIM_INFINITY))\n"
        "for number in range(7):\n"
        "    otel_training.record_feedback(str(number), 'like')\n"
    )
    done = run("-c", program % str(folder.local))

    assert (0, {"shutdown": 7}) == (done.returncode, read_losses(folder.losses))
    (status,) = rows("status")
    assert (8, 1, {"shutdown": 7}) == (status["captured"], status["stored"], status["lost"])


def test_what_is_lost_counts_where_the_rest_is(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, rows: Rows) -> None:
    """A program that goes to another folder meanwhile counts its losses in the folder that it gathers in."""
    (tmp_path / "project" / ".git").mkdir(parents=True)
    (tmp_path / "elsewhere" / ".git").mkdir(parents=True)
    monkeypatch.delenv("OTEL_TRAINING_HOME")
    monkeypatch.chdir(tmp_path / "project")
    program = (
        "import os, resource, otel_training\n"
        "otel_training.record_feedback('a', 'like')\n"
        "assert otel_training.flush(30)\n"
        "resource.setrlimit(resource.RLIMIT_FSIZE, (1024, resource.RLIM_INFINITY))\n"
        "os.chdir('../elsewhere')\n"
        "for number in range(7):\n"
        "    otel_training.record_feedback(str(number) * 200, 'like')\n"
    )
    subprocess.run([sys.executable, "-c", program], check=True, timeout=100)

    process.reset()
    (status,) = rows("status")
    assert ({"shutdown": 7}, [".git"]) == (status["lost"], [path.name for path in Path("../elsewhere").iterdir()])


def test_who_does_not_wait_for_the_end_is_told_what_it_costs(rows: Rows) -> None:
    """Ctrl-C while the rest is written: the program ends soon, and what was not written counts as lost."""
    # A hook that was registered after ours runs just before it.
    program = f"import atexit, burst; atexit.register(print, flush=True); burst.capture('loop', {COUNT})"
    with subprocess.Popen([sys.executable, "-c", program], cwd=PROGRAMS, stdout=-1, stderr=-1) as process:
        assert process.stdout is not None
        process.stdout.readline()
        time.sleep(0.1)
        process.send_signal(signal.SIGINT)
        process.communicate(timeout=20)

    (status,) = rows("status")
    lost = status["lost"].get("shutdown", 0)
    assert (COUNT, COUNT - lost, 0) == (status["captured"], status["stored"], status["spooled"])


def test_configure_takes_effect_in_one_step(tmp_path: Path) -> None:
    """Of threads that capture meanwhile each record is in one of the folders, and after it none in the old one."""
    stop = threading.Event()
    counts: Counter[int] = Counter()

    def capture(thread: int) -> None:
        while not stop.is_set():
            otel_training.record_feedback(f"{thread}", "like")
            counts[thread] += 1
            time.sleep(0.0002)

    threads = [threading.Thread(target=capture, args=(number,)) for number in range(4)]
    otel_training.configure(home=tmp_path / "0")
    for thread in threads:
        thread.start()
    for number in range(1, 10):
        time.sleep(0.02)
        otel_training.configure(home=tmp_path / str(number))
        before = len(captured(DataFolder(tmp_path / str(number - 1))))
        time.sleep(0.02)
        assert before == len(captured(DataFolder(tmp_path / str(number - 1))))
    stop.set()
    for thread in threads:
        thread.join()
    assert otel_training.flush(60)

    homes = [captured(DataFolder(tmp_path / str(number))) for number in range(10)]
    assert counts.total() == sum(map(len, homes))
    assert all(homes)


def test_says_that_it_gathers_in_two_folders(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    """As a notebook does that changes its working directory; where a folder is named it is the one that is meant."""
    monkeypatch.delenv("OTEL_TRAINING_HOME")
    for place in ("a", "a", "b"):
        (tmp_path / place).mkdir(exist_ok=True)
        monkeypatch.chdir(tmp_path / place)
        otel_training.configure(content_limit=5)
        otel_training.record_feedback("id", "like")
    otel_training.configure(home=tmp_path / "c")
    otel_training.record_feedback("id", "like")
    assert otel_training.flush(30)

    a, b = (tmp_path / place / ".otel_training" for place in "ab")
    expected = (
        f"otel_training gathered in {a} and now gathers in {b}, as the working directory has changed: set "
        "OTEL_TRAINING_HOME to one of them, since a command sees one alone"
    )
    assert [expected] == [message for message in caplog.messages if " gathered in " in message]


def test_an_argument_stays_set_when_another_is_set_later(tmp_path: Path) -> None:
    """Settings of several calls add up, and win over the environment."""
    otel_training.configure(content_limit=5, home=tmp_path / "a")
    otel_training.configure(home=tmp_path / "b")

    assert (5, str(tmp_path / "b")) == (process.settings().content_limit, process.settings().home)


LIKE = "import otel_training; otel_training.record_feedback('a', 'like')"
CHILD = f"import subprocess, sys; subprocess.run([sys.executable, '-c', {LIKE!r}], check=True)"
CASE = f"import unittest\nclass Case(unittest.TestCase):\n    def test(self):\n        {LIKE}\n"
PYTEST = ("-m", "pytest", "-q", "-p", "no:cacheprovider", "-o", "log_cli=true")
BARE = {"PYTEST_DISABLE_PLUGIN_AUTOLOAD": "1"}


@pytest.mark.parametrize(
    ("argv", "test", "variables", "count"),
    [
        (PYTEST, LIKE, {}, 0),
        (PYTEST, LIKE, {"OTEL_TRAINING_OTLP_ENDPOINT": "http://127.0.0.1:9"}, 0),
        (PYTEST, LIKE, {"OTEL_TRAINING_HOME": ".otel_training"}, 0),
        (PYTEST, CHILD, {}, 0),
        (("-m", "unittest", "test_app"), CASE, {}, 0),
        (PYTEST, LIKE, {"OTEL_TRAINING_ENABLED": "true"}, 1),
        (("-m", "unittest", "test_app"), CASE, {"OTEL_TRAINING_ENABLED": "true"}, 1),
        (PYTEST, LIKE.replace(";", "; otel_training.configure(enabled=True);"), {}, 1),
        (PYTEST, LIKE.replace(";", "; otel_training.configure(home='.otel_training');"), {}, 1),
        (("test_app.py",), LIKE, {}, 1),
    ],
)
def test_a_run_of_tests_captures_where_it_is_asked_to(
    argv: tuple[str, ...], test: str, variables: dict[str, str], count: int, tmp_path: Path
) -> None:
    """An app's own tests leave nothing in the project's folder, nor do the programs that they start; a line says so."""
    (tmp_path / "pyproject.toml").touch()
    is_pytest = argv == PYTEST
    (tmp_path / "test_app.py").write_text(f"def test():\n    {test}\n" if is_pytest else test, encoding="utf-8")
    done = served.run(*argv, cwd=tmp_path, **BARE, **variables)

    assert (0, count) == (done.returncode, len(captured(DataFolder(tmp_path / ".otel_training"))))
    assert ("captures nothing" in done.stdout + done.stderr) == (count == 0 and test != CHILD)


def test_the_fixture_captures_in_a_run_of_tests(tmp_path: Path) -> None:
    """What `otel_training.testing` captures goes to no folder."""
    program = "from otel_training.testing import captured\n"
    program += f"def test(captured):\n    {LIKE}\n    assert 1 == len(captured.feedback)\n"
    (tmp_path / "test_app.py").write_text(program, encoding="utf-8")
    done = served.run(*PYTEST, cwd=tmp_path, **BARE)

    assert (0, ["test_app.py"]) == (done.returncode, [path.name for path in tmp_path.glob("[!_]*.py")])
