"""The rate: paced calls with default settings, watched from outside: is all of it written, and how soon."""

import subprocess
import sys
import time
from collections.abc import Callable
from pathlib import Path

import otel_training
from tests.bench.child import command, environment, folder, percentile
from tests.bench.results import Row
from tests.bench.watch import Watch
from tests.bench.workload import SOURCE, URL, bare

CALLS = 200
EVENTS = 10_000
TICK = 0.001


def rows(*, quick: bool) -> list[Row]:
    """Watch extractions of 9 kB, then small events."""
    calls = watched("calls", CALLS, 4 if quick else 30)
    events = watched("events", EVENTS, 2 if quick else 10)
    delay = percentile(calls.delays, 0.99) * 1e3 if calls.delays else float("inf")
    return [
        Row("200 calls/s of 9 kB: lost", calls.lost, "records", "= 0"),
        Row("200 calls/s of 9 kB: in the file, p99", delay, "ms", "<= 50"),
        Row("10,000 small events/s: lost", events.lost, "records", "= 0"),
    ]


def watched(what: str, rate: int, seconds: int) -> Watch:
    """Run one paced program and read its segments meanwhile."""
    with folder() as home:
        watch = Watch(home / "local", rate * seconds)
        program = command("rate", what, rate, seconds)
        with subprocess.Popen(program, cwd=Path.cwd(), env=environment(home)) as process:
            watch.follow(lambda: process.poll() is None)
    return watch


def run(what: str, rate: int, seconds: int) -> None:
    """Capture at a rate, then end as programs end: the library flushes by itself."""
    extract = otel_training.extraction(bare)
    if what == "calls":
        paced(lambda: extract("chips", URL, SOURCE), rate, seconds)
    else:
        paced(lambda: otel_training.record_feedback("insight", "like", user_id=7), rate, seconds)


def paced(act: Callable[[], object], rate: int, seconds: int) -> None:
    """Act at a rate; what a late wake-up missed is made up for at once."""
    began, done, total = time.monotonic(), 0, rate * seconds
    while done < total:
        due = min(total, int((time.monotonic() - began) * rate) + 1)
        for _ in range(due - done):
            act()
        done = due
        time.sleep(TICK)


if __name__ == "__main__":
    run(sys.argv[1], int(sys.argv[2]), int(sys.argv[3]))
