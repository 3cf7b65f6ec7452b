"""The heartbeat: how late a host's main thread wakes up while our writer thread works."""

import sys
import threading
import time

import otel_training
from tests.bench.child import interleaved, measured, middle, percentile, tell
from tests.bench.rate import CALLS, paced
from tests.bench.results import Row
from tests.bench.workload import URL, bare, configured

BEAT = 0.001


def rows(*, quick: bool) -> list[Row]:
    """Compare with the same calls undecorated."""
    runs = interleaved(
        1 if quick else 5,
        ("bare", "ours", "ours-full"),
        lambda variant: measured("heartbeat", variant, 1 if quick else 4),
    )
    idle = middle(runs["bare"], "late")
    name = "1 ms heartbeat beside 200 calls/s of 9 kB, p99 later by"
    return [
        Row(name, middle(runs["ours"], "late") - idle, "ms", "<= 3"),
        Row(f"{name}, without redaction", middle(runs["ours-full"], "late") - idle, "ms", "<= 3"),
        Row("1 ms heartbeat, idle, p99 late by", idle, "ms"),
    ]


def run(variant: str, seconds: int) -> None:
    """Beat on the main thread while another one calls."""
    text = configured(variant)
    extract = bare if variant == "bare" else otel_training.extraction(bare)
    extract("chips", URL, text)
    otel_training.flush()
    caller = threading.Thread(target=paced, args=(lambda: extract("chips", URL, text), CALLS, seconds))
    caller.start()
    late = beats(caller)
    tell(late=percentile(late, 0.99) * 1e3)


def beats(caller: threading.Thread) -> list[float]:
    """Sleep again and again; return by how much each sleep was too long."""
    late = []
    while caller.is_alive():
        began = time.perf_counter()
        time.sleep(BEAT)
        late.append(time.perf_counter() - began - BEAT)
    return late


if __name__ == "__main__":
    run(sys.argv[1], int(sys.argv[2]))
