"""One attempt of a candidate; what comes of it is in `test_experiment.py`."""

import asyncio
import threading
import time
from typing import Any

import pytest

from otel_training.routing.attempt import Arm, Attempt, Rejected


def attempt_of(function: Any, *, is_async: bool = False) -> tuple[Arm, Attempt]:
    """Make an attempt that has a moment, and takes every answer."""
    arm = Arm("candidate", function, lambda args, kwargs: None, is_async=is_async)
    return arm, Attempt(arm, lambda value, handle: None, 0.05, is_own=True)


def test_a_thread_that_was_given_up_counts_until_it_ends() -> None:
    """So the breaker knows how many hang."""
    release = threading.Event()
    arm, attempt = attempt_of(lambda: release.wait(30))
    with pytest.raises(Rejected, match="timeout"):
        attempt.answer((), {})
    hanging = set(arm.breaker.hanging)
    release.set()
    deadline = time.monotonic() + 20
    while arm.breaker.hanging and time.monotonic() < deadline:
        time.sleep(0.01)

    assert ({attempt}, set()) == (hanging, arm.breaker.hanging)


async def test_a_task_that_was_given_up_counts_until_it_ends() -> None:
    """One that is cancelled and goes on hangs, too, and delays nobody."""
    release = asyncio.Event()

    async def stubborn() -> None:
        while not release.is_set():
            try:
                await release.wait()
            except asyncio.CancelledError:
                continue

    arm, attempt = attempt_of(stubborn, is_async=True)
    with pytest.raises(Rejected, match="timeout"):
        await attempt.answer_async((), {})
    await asyncio.sleep(0.01)
    hanging = set(arm.breaker.hanging)
    release.set()
    await asyncio.sleep(0.01)

    assert ({attempt}, set()) == (hanging, arm.breaker.hanging)
