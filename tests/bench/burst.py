"""The burst: far more than can be written, as fast as the host can; memory, losses, the host's own latency.

On an event loop, which never waits, what the queue cannot hold is dropped and counted; a loop on a plain
thread waits for its place, and loses nothing.
"""

import asyncio
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
    """Burst small events, then records of 9 kB, on an event loop; then the same records on a plain thread."""
    rounds, turns = (1, 5) if quick else (3, 20)
    small = [burst("events", 200_000, turns) for _ in range(rounds)]
    large = [burst("calls", 50_000, turns) for _ in range(rounds)]
    plain = [burst("plain", 2_000 if quick else 10_000, turns) for _ in range(rounds)]
    return [
        *figures("200,000 small events at once", small),
        *figures("50,000 calls of 9 kB at once", large),
        *waits("calls of 9 kB in a plain loop", plain),
    ]


def waits(name: str, rounds: list[Figures]) -> list[Row]:
    """Name what a loop on a plain thread pays for losing nothing."""
    return [
        Row(f"{name}: lost", max(figures["missing"] + figures["dropped"] for figures in rounds), "records", "= 0"),
        Row(f"{name}: wait of a call, mean", middle(rounds, "mean") * 1e3, "ms"),
        Row(f"{name}: wait of a call, longest", max(figures["longest"] for figures in rounds) * 1e3, "ms"),
    ]


def figures(name: str, rounds: list[Figures]) -> list[Row]:
    """Name what a burst must not do."""
    return [
        Row(f"{name}: memory grows by", max(result["grown"] for result in rounds), "MB", "<= 64"),
        Row(f"{name}: neither written nor counted", max(abs(result["missing"]) for result in rounds), "records", "= 0"),
        Row(f"{name}: dropped and counted", middle(rounds, "dropped"), "records"),
        Row(f"{name}: p99 of a call", middle(rounds, "slower"), "x unloaded", "<= 3"),
    ]


def burst(what: str, count: int, turns: int) -> Figures:
    """Run one burst in a process of its own, and count what it left on disk."""
    with folder() as home:
        result = measured("burst", what, count, turns, home=home)
        watch = Watch(home / "local", count + turns * TURN)
        watch.look()
    return {**result, "missing": watch.lost - watch.counted, "dropped": watch.counted}


def run(what: str, count: int, turns: int) -> None:
    """Call unloaded, with a flush between short turns; then without any pause."""
    extract = otel_training.extraction(bare)
    act = (
        (lambda: otel_training.record_feedback("insight", "like", user_id=7))
        if what == "events"
        else (lambda: extract("chips", URL, SOURCE))
    )
    unloaded, loaded = array("q", bytes(8 * turns * TURN)), array("q", bytes(8 * count))
    for turn in range(turns):
        timed(act, unloaded, turn * TURN, TURN)
        otel_training.flush(30)
    before = memory("VmRSS")
    Path("/proc/self/clear_refs").write_text("5", encoding="ascii")  # forgets the peak so far
    if what == "plain":
        timed(act, loaded, 0, count)
    else:
        asyncio.run(timed_on_loop(act, loaded, count))
    otel_training.flush(120)
    slower = percentile(loaded, 0.99) / percentile(unloaded, 0.99)
    mean, longest = sum(loaded) / count / 1e9, max(loaded) / 1e9
    tell(grown=memory("VmHWM") - before, slower=slower, mean=mean, longest=longest)


async def timed_on_loop(act: Callable[[], object], times: "array[int]", count: int) -> None:
    """Act on an event loop, which gets no turn meanwhile."""
    timed(act, times, 0, count)


def timed(act: Callable[[], object], times: "array[int]", at: int, count: int) -> None:
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
