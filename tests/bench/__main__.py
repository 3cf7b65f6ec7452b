"""Measure what the library costs its host, beside a bare OpenTelemetry SDK, and hold it to its bars."""

import functools
import os
import sys
import time
from collections.abc import Callable, Iterator, Sequence
from pathlib import Path

from tests.bench import (
    burst,
    call,
    collector,
    disk,
    drain,
    exporting,
    heartbeat,
    importing,
    near,
    panels,
    privacy,
    rate,
    reading,
    results,
    sizing,
    tasks,
    trust,
    verdict,
    web,
)
from tests.bench.child import OUT, ROOT
from tests.bench.results import Row
from tests.bench.sink import sink


def main() -> int:
    """Run everything; return 1 when a bar does not hold."""
    quick = bool(os.environ.get("QUICK"))
    sys.stdout.write(results.machine() + "\n\n")
    OUT.mkdir(exist_ok=True)
    results.save(list(measurements(quick=quick)), OUT / "results.json")
    rows = results.load(OUT / "results.json")
    sys.stdout.write(results.table(rows) + "\n")
    if os.environ.get("README") and not quick:
        publish(rows, ROOT)
    return results.exit_code(rows)


def publish(rows: Sequence[Row], root: Path) -> None:
    """Write the table of costs, and the collector's sizing that is computed from it."""
    costs = root / "tests" / "bench" / "README.md"
    results.renew(costs, rows, results.machine())
    privacy.publish(rows, root)
    sizing.renew(root / "collector" / "README.md", costs)


def measurements(*, quick: bool) -> Iterator[Row]:
    """Measure one thing after the other, so that none disturbs another; stderr tells how far it is."""
    with sink() as endpoint:
        yield from _timed("call", lambda: call.rows(endpoint, quick=quick))
    for noun in (
        importing,
        privacy,
        rate,
        burst,
        tasks,
        heartbeat,
        web,
        drain,
        near,
        reading,
        panels,
        disk,
        exporting,
        trust,
        verdict,
        collector,
    ):
        yield from _timed(noun.__name__, functools.partial(noun.rows, quick=quick))


def _timed(name: str, measure: Callable[[], list[Row]]) -> list[Row]:
    began = time.monotonic()
    rows = measure()
    sys.stderr.write(f"{name}: {time.monotonic() - began:.0f} s\n")
    return rows


if __name__ == "__main__":
    sys.exit(main())
