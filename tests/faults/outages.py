"""Outages: the receiver is away, fails in every way, or is killed, while an app captures."""

import time
from concurrent.futures import ThreadPoolExecutor

from tests.bench.results import Row
from tests.faults.app import Field, field_of
from tests.receiving import Receiver

MODES = (
    "hang", "drip", "refuse", "backlog", "429", "429:1", "500", "503", "302", "401", "404", "400", "garbage", "reset",
    "slow:1", "413:3000", "exhausted:3000",
)  # fmt: skip
SIDE_BY_SIDE = 6


def rows(*, quick: bool) -> list[Row]:
    """Count what is nowhere afterwards."""
    planned = [("refuse", seconds, f"outage of {seconds} s") for seconds in ((3, 10) if quick else (3, 10, 30, 90))]
    planned += [(mode, 5, f"5 s of {mode}") for mode in MODES]
    # Beside each other: they wait, most of the time.
    with ThreadPoolExecutor(SIDE_BY_SIDE) as threads:
        results = [row for rows in threads.map(lambda plan: outage(*plan), planned) for row in rows]
    return [*results, *backlog(3_000 if quick else 30_000), *kills(5 if quick else 30)]


def outage(mode: str, seconds: float, name: str) -> list[Row]:
    """Fail in the midst of a run."""
    with field_of() as field:
        app = field.start("a", seconds + 4)
        time.sleep(2)
        field.receiver.be(mode)
        time.sleep(seconds)
        field.receiver.be("ok")
        field.read(app)
        field.settle()
        return _rows(name, field)


def backlog(records: int) -> list[Row]:
    """Bring back a receiver after ten minutes' worth of records."""
    with field_of("503") as field:
        app = field.start("a", records / 1000, 1e6)
        field.read(app)
        began = time.monotonic()
        field.settle()
        took = time.monotonic() - began
        name = f"backlog of {len(field.certain):,} records"
        return [*_rows(name, field), Row(f"{name}: shipped within", took, "s")]


def kills(times: int) -> list[Row]:
    """Kill the receiver again and again."""
    with field_of() as field:
        app = field.start("a", times * 1.0, 200)
        for _ in range(times):
            time.sleep(0.5)
            field.receiver.kill()
            field.receiver.start()
        field.read(app)
        field.settle()
        return _rows(f"receiver killed -9 {times} times", field)


def _rows(name: str, field: Field[Receiver]) -> list[Row]:
    sent = sum(field.receiver.accepted().values())
    again = sent - len(field.receiver.accepted())
    return [
        Row(f"{name}: lost of {len(field.certain):,}", field.lost(), "records", "= 0"),
        Row(f"{name}: made double", field.doubled(), "events", "= 0"),
        *([Row(f"{name}: sent again, same event id", again, "events")] if again else []),
    ]
