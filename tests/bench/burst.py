"""The burst: far more than can be written, as fast as the host can; memory, losses, the host's own latency."""

import re
import sys
import time
from array import array
from collections.abc import Callable
from pathlib import Path

import otel_training
from tests.bench.child import Figures, folder, measured, middle, percentile, tell
from tests.bench.results import Row
from tests.bench.watch import Watch
from tests.bench.workload import SOURCE, URL, bare

TURN = 200


def rows(*, quick: bool) -> list[Row]:
    """Burst small events, then records of 9 kB."""
    rounds, turns = (1, 5) if quick else (3, 20)
    small = [bursted("events", 200_000, turns) for _ in range(rounds)]
    large = [bursted("calls", 50_000, turns) for _ in range(rounds)]
    return [*figures("200,000 small events at once", small), *figures("50,000 calls of 9 kB at once", large)]


def figures(name: str, found: list[Figures]) -> list[Row]:
    """Name what a burst must not do."""
    return [
        Row(f"{name}: memory grows by", max(one["grown"] for one in found), "MB", "<= 64"),
        Row(f"{name}: neither written nor counted", max(abs(one["missing"]) for one in found), "records", "= 0"),
        Row(f"{name}: dropped and counted", middle(found, "dropped"), "records"),
        Row(f"{name}: p99 of a call", middle(found, "slower"), "x unloaded", "<= 3"),
    ]


def bursted(what: str, count: int, turns: int) -> Figures:
    """Run one burst in a process of its own, and count what it left on disk."""
    with folder() as home:
        told = measured("burst", what, count, turns, home=home)
        watch = Watch(home / "local", count + turns * TURN)
        watch.look()
    return {**told, "missing": watch.lost - watch.counted, "dropped": watch.counted}


def run(what: str, count: int, turns: int) -> None:
    """Call unloaded, with a flush between short turns; then without any pause."""
    extract = otel_training.extraction(bare)
    act = (
        (lambda: extract("chips", URL, SOURCE))
        if what == "calls"
        else (lambda: otel_training.record_feedback("insight", "like", user_id=7))
    )
    unloaded, loaded = array("q", bytes(8 * turns * TURN)), array("q", bytes(8 * count))
    for turn in range(turns):
        timed(act, unloaded, turn * TURN, TURN)
        otel_training.flush(30)
    before = memory("VmRSS")
    Path("/proc/self/clear_refs").write_text("5", encoding="ascii")  # forgets the peak so far
    timed(act, loaded, 0, count)
    otel_training.flush(120)
    slower = percentile(loaded, 0.99) / percentile(unloaded, 0.99)
    tell(grown=memory("VmHWM") - before, slower=slower)


def timed(act: Callable[[], object], times: array, at: int, count: int) -> None:
    """Act without a pause, and note how long each took."""
    clock = time.perf_counter_ns
    for index in range(at, at + count):
        began = clock()
        act()
        times[index] = clock() - began


def memory(name: str) -> float:
    """Return a figure of this process's memory in MB: VmRSS now, VmHWM at its peak."""
    status = Path("/proc/self/status").read_text(encoding="ascii")
    return int(re.search(rf"^{name}:\s+(\d+) kB", status, re.MULTILINE)[1]) / 1024


if __name__ == "__main__":
    run(sys.argv[1], int(sys.argv[2]), int(sys.argv[3]))
