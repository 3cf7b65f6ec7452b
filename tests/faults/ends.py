"""Ends: apps that are killed, signalled, forked, or that end while the receiver fails."""

import signal
import subprocess
import sys
import time
from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from functools import partial

from tests.bench.results import Row
from tests.faults.app import Field, field_of
from tests.faults.outages import MODES
from tests.receiving import Receiver
from tests.served import PROGRAMS

SIDE_BY_SIDE = 3
ENOUGH = 300
"""Records after which a signal finds an app in the midst of its work, some of them still on their way."""
SIGNALLED = ("plain", "processes", "pool")
UVICORN = ("uvicorn", "steady_app:app", "--port", "0", "--log-level", "critical", "--app-dir", str(PROGRAMS))
GUNICORN = (
    "gunicorn", "steady_app:app", "--bind", "127.0.0.1:0", "--log-level", "critical", "--chdir", str(PROGRAMS),
    "--workers", "2", "--worker-class", "uvicorn_worker.UvicornWorker",
)  # fmt: skip
SERVERS = {
    "uvicorn x1": UVICORN,
    "uvicorn x2": (*UVICORN, "--workers", "2"),
    "gunicorn": GUNICORN,
    "gunicorn --preload": (*GUNICORN, "--preload"),
}
FULL = (
    "import otel_training as o, sys, time\n"
    "for n in range(20_000): o.record_feedback(f'x{n}' * 20, 'like')\n"
    "time.sleep(3)\n"
    "began = time.monotonic(); said = o.flush(0.5)\n"
    "print(time.monotonic() - began - 0.5, said, time.time())"
)


def rows(*, quick: bool) -> list[Row]:
    """Count what is nowhere, and measure how late apps end."""
    results = killed(10 if quick else 100)
    signals = (signal.SIGTERM, signal.SIGINT)
    planned = [partial(signalled, mode, number) for mode in SIGNALLED for number in signals]
    planned += [partial(served, server, number) for server in SERVERS for number in signals]
    # Beside each other: they wait, most of the time.
    with ThreadPoolExecutor(SIDE_BY_SIDE) as threads:
        for figures in threads.map(lambda end: end(), planned):
            results += figures
    return [*results, *forked(40 if quick else 200), *(late(MODES[::3], room=3) if quick else late(MODES))]


def killed(times: int) -> list[Row]:
    """Kill apps that capture."""
    with field_of() as field:
        for number in range(times):
            app = field.start(f"k{number}", 30, 500)
            time.sleep(0.8 + (number % 10) / 20)
            field.kill(app)
        field.settle()
        return [
            Row(f"app killed -9 {times} times: lost of {len(field.certain):,}", field.lost(), "records", "= 0"),
            Row(f"app killed -9 {times} times: made double", field.doubled(), "events", "= 0"),
        ]


def signalled(mode: str, number: signal.Signals) -> list[Row]:
    """Signal a program and its workers."""
    with field_of() as field:
        app = field.start("s", 30, 200, mode)
        field.captures(app, ENOUGH)
        field.kill(app, number)
        return _ended(f"{number.name}, {mode}", field)


def served(server: str, number: signal.Signals) -> list[Row]:
    """Signal a server and its workers while they capture."""
    with field_of() as field:
        app = field.run("-m", *SERVERS[server])
        field.captures(app, ENOUGH)
        field.kill(app, number)
        return _ended(f"{number.name}, {server}", field)


def forked(forks: int) -> list[Row]:
    """Fork under load."""
    with field_of() as field:
        app = field.start("f", forks, 200, "fork")
        try:
            app.wait(forks * 0.1 + 60)
        except subprocess.TimeoutExpired:
            app.kill()
        hung = int(app.returncode != 0)
        field.read(app)
        field.settle()
        return [
            Row(f"{forks} forks under load: hung", hung, "processes", "= 0"),
            Row(f"{forks} forks under load: lost of {len(field.certain):,}", field.lost(), "records", "= 0"),
            Row(f"{forks} forks under load: made double", field.doubled(), "events", "= 0"),
        ]


def late(modes: Sequence[str], room: float = 1) -> list[Row]:
    """End with a full spool, whatever the receiver does; the sample gives a busy machine room."""
    ends, flushes, lies = [], [], 0
    for mode in modes:
        with field_of(mode) as field:
            done = subprocess.run(
                [sys.executable, "-c", FULL],
                env=field.environment(),
                stdout=subprocess.PIPE,
                stderr=subprocess.DEVNULL,
                text=True,
                check=True,
            )
            ended = time.time()
            over, flushed, moment = done.stdout.split()
            ends.append(ended - float(moment))
            flushes.append(float(over))
            lies += flushed == "True" and mode not in ("slow:1", "413:3000", "exhausted:3000")
    name = f"full spool, {len(modes)} modes"
    return [
        Row(f"{name}: the app ends later by at most", max(ends), "s", f"<= {2.5 * room}"),
        Row(f"{name}: flush(t) later than t by at most", max(flushes), "s", f"<= {0.25 * room}"),
        Row(f"{name}: flush True though nothing was accepted", lies, "times", "= 0"),
    ]


def _ended(name: str, field: Field[Receiver]) -> list[Row]:
    captured = len(field.certain)
    return [
        Row(f"{name}: captured", captured, "records", f">= {ENOUGH // 3}"),
        Row(f"{name}: lost of those older than 50 ms", field.lost(), "records", "= 0"),
    ]
