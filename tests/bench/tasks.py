"""The tasks: how much of an asyncio program's throughput is left."""

import asyncio
import sys
import time

import otel_training
from tests.bench.child import interleaved, measured, middle, ratio, tell
from tests.bench.results import Row
from tests.bench.workload import URL, configured, slow

TASKS = 50


def rows(*, quick: bool) -> list[Row]:
    """Compare the decorated function with the bare one."""
    runs = interleaved(
        1 if quick else 7,
        ("bare", "ours", "ours-full"),
        lambda variant: measured("tasks", variant, 20 if quick else 60),
    )
    name = "50 asyncio tasks x 20 ms, calls/s"
    return [
        Row(name, ratio(runs["ours"], runs["bare"], "rate"), "x bare", ">= 0.97"),
        Row(f"{name}, without redaction", ratio(runs["ours-full"], runs["bare"], "rate"), "x bare", ">= 0.97"),
        Row(f"{name}, bare", middle(runs["bare"], "rate"), "calls/s"),
    ]


async def run(variant: str, turns: int) -> None:
    """Call one after the other in each of the tasks."""
    text = configured(variant)
    extract = slow if variant == "bare" else otel_training.extraction(slow)

    async def task(turns: int) -> None:
        for _ in range(turns):
            await extract("chips", URL, text)

    await asyncio.gather(*(task(2) for _ in range(TASKS)))
    began = time.perf_counter()
    await asyncio.gather(*(task(turns) for _ in range(TASKS)))
    tell(rate=TASKS * turns / (time.perf_counter() - began))


if __name__ == "__main__":
    asyncio.run(run(sys.argv[1], int(sys.argv[2])))
