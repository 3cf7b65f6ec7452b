"""The call: what a decorated function costs its caller, and the process as a whole."""

import sys
import time
from array import array
from collections.abc import Callable

import otel_training
from tests.bench.child import interleaved, measured, middle, percentile, ratio, tell
from tests.bench.results import Row
from tests.bench.workload import HINTLESS, URL, Extract, bare, bare_span, configured, redacting, spanned, traced

BURST = 100
PAUSE = 0.05


def rows(endpoint: str, *, quick: bool) -> list[Row]:
    """Compare the decorated call with the bare SDK."""
    runs = interleaved(
        1 if quick else 5,
        ("bare", "ours", "ours-full", "sdk", "span", "ours-traced"),
        lambda variant: measured("call", variant, endpoint, 6 if quick else 12),
    )
    ours, full, sdk, span = runs["ours"], runs["ours-full"], runs["sdk"], runs["span"]
    traced_more = middle(runs["ours-traced"], "p50") - middle(span, "p50")
    return [
        # By default, with redaction: what an app has that sets nothing.
        Row("event of 9 kB, all CPU", ratio(ours, sdk, "total"), "x bare SDK", "<= 1.5"),
        Row("decorated call, p50", ratio(ours, sdk, "p50"), "x bare SDK", "<= 0.15"),
        Row("decorated call, CPU of its thread", ratio(ours, sdk, "thread"), "x bare SDK", "<= 0.15"),
        # These two have no bar: why they are what they are stands in README.md.
        Row("decorated call where the host traces, p50", traced_more / middle(span, "p50"), "x bare span more"),
        Row("event of 9 kB, all CPU, without redaction", ratio(full, sdk, "total"), "x bare SDK"),
        Row("event of 9 kB, all CPU, in microseconds", middle(ours, "total"), "us"),
        Row("the same by the bare SDK", middle(sdk, "total"), "us"),
        Row("decorated call, p50, in microseconds", middle(ours, "p50"), "us"),
        Row("the same by the bare SDK, with content", middle(sdk, "p50"), "us"),
        Row("the same in a bare span", middle(span, "p50"), "us"),
        Row("the same undecorated", middle(runs["bare"], "p50"), "us"),
    ]


def run(variant: str, endpoint: str, bursts: int) -> None:
    """Call in bursts, as an app with pauses does, until everything was delivered."""
    text = configured(variant)
    extract, flush = prepared(variant, endpoint)
    times = array("q", bytes(8 * bursts * BURST))
    burst(extract, text, array("q", bytes(8 * BURST)), 0)
    flush()
    thread, process = 0, time.process_time_ns()
    for index in range(bursts):
        began = time.thread_time_ns()
        burst(extract, text, times, index * BURST)
        thread += time.thread_time_ns() - began
        time.sleep(PAUSE)
    flush()
    total = time.process_time_ns() - process
    off = redacting(text) if text is HINTLESS else 0
    calls = bursts * BURST
    tell(p50=percentile(times, 0.5) / 1e3, thread=thread / calls / 1e3, total=total / calls / 1e3 - off)


def prepared(variant: str, endpoint: str) -> tuple[Extract, Callable[[], object]]:
    """Make the function to call, and what waits until all of it was delivered."""
    if variant == "sdk":
        return spanned(endpoint)
    if variant == "span":
        return bare_span(endpoint)
    if variant == "bare":
        return bare, bool
    if variant == "ours-traced":
        traced(endpoint)
    return otel_training.extraction(bare), lambda: otel_training.flush(60)


def burst(extract: Extract, text: str, times: "array[int]", at: int) -> None:
    """Call without a pause, and note how long each call took."""
    clock = time.perf_counter_ns
    for index in range(at, at + BURST):
        began = clock()
        extract("chips", URL, text)
        times[index] = clock() - began


if __name__ == "__main__":
    run(sys.argv[1], sys.argv[2], int(sys.argv[3]))
