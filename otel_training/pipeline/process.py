"""The process: the one pipeline in force, replaced in one step, new after a fork, closed at exit."""

import atexit
import os
import sys
import threading
from collections.abc import Collection, Mapping
from dataclasses import dataclass, field, replace
from typing import Any, Final

from otel_training.config import Settings
from otel_training.conventions import Loss
from otel_training.pipeline.pipeline import EXIT_SECONDS, Pipeline
from otel_training.pipeline.settings import resolve
from otel_training.record.record import Pending

_LAST: Final = -100  # priority of our finalizer in children of `multiprocessing`: after all others


@dataclass(slots=True)
class _Process:
    """What is in force in this process."""

    pipeline: Pipeline | None = None
    replacing: threading.RLock = field(default_factory=threading.RLock)
    """Not a plain lock: a signal handler that captures must not wait for the frame it interrupted."""


_process: Final = _Process()


def current() -> Pipeline:
    """Return the pipeline in force; the first call makes it, by the environment at that time."""
    return _process.pipeline or _make_first()


def settings() -> Settings:
    """Return the settings in force."""
    return current().settings


def emit(pending: Pending) -> None:
    """Hand a pending record to the writer. Never blocks an event loop."""
    (_process.pipeline or _make_first()).writer.put(pending)


def lose(reason: Loss, count: int = 1, *, route: str = "", detail: str = "") -> None:
    """Count records that could not be made."""
    current().writer.lose(reason, count, route=route, detail=detail)


def flush(timeout: float = EXIT_SECONDS) -> bool:
    """Wait until everything captured so far is on disk; with an endpoint, until its receiver accepted it.

    Returns True when that is so, False when `timeout` seconds were not enough, or the disk or the
    receiver refused.
    """
    return current().flush(timeout)


def install(arguments: Mapping[str, Any] | None = None, *, forget: Collection[str] = (), **changes: Any) -> None:
    """Put another pipeline in force, in one step; then write what the previous one captured.

    `arguments` are settings that win over the environment; those set before stay, except the ones to
    `forget`. `changes` are other fields of the `Pipeline`.
    """
    with _process.replacing:
        before, model = _process.pipeline, _process.pipeline or Pipeline(Settings())
        kept = {name: value for name, value in model.arguments.items() if name not in forget} | dict(arguments or {})
        sinks = [changes.get(name, getattr(model, name)) for name in ("make_sink", "logger_provider")]
        after = _process.pipeline = replace(model, settings=resolve(kept, sinks), arguments=kept, **changes)
    if before is not None:
        before.close()
        after.gathered_in = before.folder


def reset() -> None:
    """Close the pipeline and forget what was set in code: the next `current` makes one by the environment."""
    with _process.replacing:
        before, _process.pipeline = _process.pipeline, None
    if before is not None:
        before.close()


def _make_first() -> Pipeline:
    with _process.replacing:
        if _process.pipeline is None:
            _process.pipeline = Pipeline(resolve({}))
        return _process.pipeline


def _after_fork_in_child() -> None:
    # Another thread of the parent's may have locked it.
    _process.replacing = threading.RLock()
    if (inherited := _process.pipeline) is not None:
        _process.pipeline = replace(inherited)
        inherited.leave_to_parent()
    _finalize_with_multiprocessing()


def _finalize_with_multiprocessing() -> None:
    """Write before a child of `multiprocessing` ends by `os._exit`, which runs finalizers and no `atexit`.

    It may have imported us in the parent, on its own way to the target (spawned, or from a fork
    server), or inside the target.
    """
    util, processes = (sys.modules.get(f"multiprocessing.{name}") for name in ("util", "process"))
    if util is None or processes is None:
        return
    # The registry of finalizers is emptied when the target begins: register then.
    util.register_after_fork(_at_exit, _register_finalizer)
    if processes.parent_process() is not None:
        _register_finalizer()


def _register_finalizer(_owner: object = None) -> None:
    sys.modules["multiprocessing.util"].Finalize(None, _at_exit, exitpriority=_LAST)


def _at_exit() -> None:
    if _process.pipeline is not None:
        _process.pipeline.close()


if hasattr(os, "register_at_fork"):
    os.register_at_fork(after_in_child=_after_fork_in_child)
atexit.register(_at_exit)
_finalize_with_multiprocessing()
