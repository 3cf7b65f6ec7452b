"""The collector: what it costs a record of 9 kB, and how soon a reader sees a record that goes through it."""

import os
import subprocess
import sys
import time
from pathlib import Path

import otel_training
from otel_training.folder import find_folder
from otel_training.pipeline import process
from otel_training.pipeline.process import install
from otel_training.store.client import Store
from tests.bench.child import ROOT, Figures, command, environment, folder, measured, middle, percentile, tell
from tests.bench.drain import copied
from tests.bench.rate import paced
from tests.bench.results import Row
from tests.bench.workload import SOURCE, URL, bare
from tests.collector.process import BINARY, until
from tests.collector.way import collecting, served, ship, shipping

CALLS = 50
POLL = 0.1
_STORED = "SELECT (SELECT count() FROM extractions) + (SELECT count() FROM feedback) AS n"
_SEEN = """
SELECT extraction_id, toUnixTimestamp64Nano(ts) AS at FROM v_extractions
WHERE ts > fromUnixTimestamp64Nano({since:Int64})
"""


def rows(*, quick: bool) -> list[Row]:
    """Send as much as some days of an app leave behind, then what an app captures meanwhile."""
    if not BINARY.exists():
        sys.stderr.write("collector: its rows are left out, as it is not built: make collector\n")
        return []
    rounds = 1 if quick else 3
    large = [loaded("calls", 6_000 if quick else 20_000) for _ in range(rounds)]
    small = [loaded("events", 50_000 if quick else 100_000) for _ in range(rounds)]
    lags = lagging(5 if quick else 60)
    name = "50 calls/s of 9 kB: from capture to a view behind the collector"
    return [
        Row(
            "collector into ClickHouse, 9 kB, fence and fsync on",
            middle(large, "collector"),
            "events/s/core",
            ">= 3500",
        ),
        Row("collector into ClickHouse, readers' actions", middle(small, "collector"), "events/s/core"),
        Row("serve behind it, 9 kB", middle(large, "serve"), "events/s/core"),
        Row("serve behind it, readers' actions", middle(small, "serve"), "events/s/core"),
        Row(f"{name}, p50", percentile(lags, 0.5), "s"),
        Row(f"{name}, p95", percentile(lags, 0.95), "s"),
    ]


def loaded(what: str, count: int) -> Figures:
    """Ship records as fast as they are taken, and read from /proc what both processes needed until all are stored."""
    with folder() as home, served(home / "served") as (store, endpoint):
        measured("collector", what, count, home=home / "filled")
        with collecting(home / "queue", endpoint) as collector:
            processes = (collector.process.pid, endpoint.process.pid)
            before = [processor_seconds(pid) for pid in processes]
            ship(home / "filled" / "ship", collector.url, home / "sender")
            until(lambda: int(store.row(_STORED)["n"]) >= count, 120)
            used = [processor_seconds(pid) - begun for pid, begun in zip(processes, before, strict=True)]
    return {"collector": count / used[0], "serve": count / used[1]}


def processor_seconds(process: int) -> float:
    """Return the CPU that a process has used so far, user and system."""
    fields = Path(f"/proc/{process}/stat").read_text(encoding="ascii").rpartition(")")[2].split()
    return (int(fields[11]) + int(fields[12])) / os.sysconf("SC_CLK_TCK")


def lagging(seconds: int) -> list[float]:
    """Run an app that ships, and look at the view again and again until all that it captured is there."""
    with (
        folder() as home,
        served(home / "served") as (store, endpoint),
        collecting(home / "queue", endpoint) as collector,
    ):
        app = {**environment(home / "app"), **shipping(home / "app", collector.url)}
        with subprocess.Popen(command("collector", "call", seconds), cwd=ROOT, env=app):
            return watched(store, CALLS * seconds)


def watched(store: Store, expected: int) -> list[float]:
    """Note of each record how old it was when a look at the view first showed it."""
    lags: dict[str, float] = {}
    since, deadline = time.time_ns(), time.monotonic() + 60 + expected / CALLS
    while len(lags) < expected and time.monotonic() < deadline:
        for row in store.rows(_SEEN, since=since):
            lags.setdefault(row["extraction_id"], (time.time_ns() - int(row["at"])) / 1e9)
        time.sleep(POLL)
    assert len(lags) == expected, f"{expected - len(lags)} are missing"
    return list(lags.values())


def fill(what: str, count: int) -> None:
    """Leave segments behind as an app does whose receiver was away."""
    if what == "calls":
        otel_training.extraction(bare)("chips", URL, SOURCE)
    else:
        otel_training.record_feedback("insight", "like", user_id=7)
    otel_training.flush(10)
    install()  # finishes the segment
    place = find_folder(process.settings())
    (path,) = place.local.glob("*.jsonl")
    place.ship.mkdir(exist_ok=True)
    copied(path, place.ship, count, (1 << 20) // path.stat().st_size)
    tell()


def call(seconds: int) -> None:
    """Call at a rate, then end as programs end."""
    extract = otel_training.extraction(bare)
    paced(lambda: extract("chips", URL, SOURCE), CALLS, seconds)


if __name__ == "__main__":
    if sys.argv[1] == "call":
        call(int(sys.argv[2]))
    else:
        fill(sys.argv[1], int(sys.argv[2]))
