"""Captures in workers that their parent ends as soon as it needs them no more: `workers.py METHOD`.

Every task of every way captures one record, named for both.
"""

import asyncio
import contextlib
import multiprocessing
import sys
import threading
from typing import Any

import otel_training

TASKS = range(2)
WAYS = ("map", "imap", "maxtasks", "loop", "thread", "block", "daemon")


def capture(name: str) -> None:
    """Capture a record."""
    otel_training.record_feedback(name, "like")


def on_loop(name: str) -> None:
    """Capture on an event loop of the task's own."""

    async def work() -> None:
        capture(name)

    asyncio.run(work())


def on_thread(name: str) -> None:
    """Capture on a thread of the task's own."""
    thread = threading.Thread(target=capture, args=(name,))
    thread.start()
    thread.join()


def in_block(name: str) -> None:
    """Capture a block that ends by an error."""
    with contextlib.suppress(ValueError), otel_training.extraction(topic=name):
        int(name)


def stay(name: str, captured: Any) -> None:
    """Capture, then wait for the end."""
    capture(name)
    captured.release()
    threading.Event().wait()


def work(context: Any, way: str) -> None:
    """Let workers capture in one way, and leave them."""
    names = [f"{way}-{task}" for task in TASKS]
    if way == "daemon":
        captured = context.Semaphore(0)
        for name in names:
            context.Process(target=stay, args=(name, captured), daemon=True).start()
        for _ in names:
            captured.acquire()
        return
    with context.Pool(1, maxtasksperchild=1 if way == "maxtasks" else None) as pool:
        if way == "imap":
            list(pool.imap_unordered(capture, names))
        else:
            pool.map({"loop": on_loop, "thread": on_thread, "block": in_block}.get(way, capture), names)


if __name__ == "__main__":
    for each in WAYS:
        work(multiprocessing.get_context(sys.argv[1]), each)
