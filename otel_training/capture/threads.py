"""Threads: work that an extraction starts in another thread, or hands to a pool, belongs to the extraction.

Only our own keys go along, so that the host's spans stay as they are: a job of a pool has them until its end, a thread
until the extraction's; in a shadow both are the shadow's. The threads of a pool outlive both, and get nothing.
Installed with the client's hooks (`anthropic/client.py`).
"""

import functools
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from threading import Thread
from typing import Any

from opentelemetry.context import Context, attach, get_current

from otel_training.capture.handle import CARRIED, RUNNING, Handle, running
from otel_training.capture.tracing import SHADOW


def submit(wrapped: Callable[..., Any], pool: object, args: tuple[Any, ...], kwargs: Any) -> Any:
    """Hand a job to a pool; it runs in the extraction that hands it over, unless that is another interpreter."""
    handle = running()
    if handle is None or not args:
        return wrapped(*args, **kwargs)
    job, *rest = args
    if type(pool).__module__ != "concurrent.futures.interpreter":
        job = functools.partial(_run, handle, True, job)  # noqa: FBT003 - the place of a job's own arguments is after it
    with _outside():
        return wrapped(job, *rest, **kwargs)


def start(wrapped: Callable[..., Any], thread: Thread, args: Any, kwargs: Any) -> Any:
    """Start a thread; it runs in the extraction that starts it."""
    handle = running()
    if handle is None or "run" in vars(thread):
        return wrapped(*args, **kwargs)
    # On the instance, since subclasses have a `run` of their own; `_run_own` takes it off again.
    vars(thread)["run"] = functools.partial(_run, handle, False, functools.partial(_run_own, thread))  # noqa: FBT003
    try:
        with _outside():
            return wrapped(*args, **kwargs)
    except BaseException:
        vars(thread).pop("run", None)
        raise


def _run_own(thread: Thread) -> None:
    vars(thread).pop("run", None)
    thread.run()


def _run(handle: Handle, is_job: bool, function: Callable[..., Any], /, *args: Any, **kwargs: Any) -> Any:  # noqa: FBT001
    shadow = {SHADOW: handle} if handle.is_shadow else {}
    attach(Context({**get_current(), CARRIED: (handle, is_job), **shadow}))
    try:
        return function(*args, **kwargs)
    finally:
        # What the job has set itself stays.
        attach(_without_ours())


@contextmanager
def _outside() -> Iterator[None]:
    """Start a pool's threads, or one that inherits the context, outside: the extraction would stay in it for ever."""
    before = get_current()
    attach(_without_ours())
    try:
        yield
    finally:
        attach(before)


def _without_ours() -> Context:
    return Context({name: value for name, value in get_current().items() if name not in (RUNNING, CARRIED, SHADOW)})
