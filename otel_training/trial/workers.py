"""Threads that ask models, several questions at once."""

from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager


@contextmanager
def workers(count: int) -> Iterator[ThreadPoolExecutor]:
    """Start up to `count` threads for a block, which ends without waiting for questions that are under way.

    So Ctrl-C is answered at once, though a provider hangs: what was not answered is asked again.
    """
    pool = ThreadPoolExecutor(count)
    try:
        yield pool
    finally:
        pool.shutdown(wait=False, cancel_futures=True)
