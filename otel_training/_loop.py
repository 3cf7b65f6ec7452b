"""Event loops, asked without importing asyncio: a program that has none does not pay for it (a third of our import).

What the program did not import cannot run in it. While another thread imports a module, its names may be missing.
"""

import sys
from typing import Any


def loaded(module: str, name: str) -> Any:
    """Return a name of a module that the program imported, else None."""
    return getattr(sys.modules.get(module), name, None)


def running_loop() -> Any:
    """Return the asyncio event loop that runs on this thread, or None."""
    get_running_loop = loaded("asyncio.events", "_get_running_loop")
    return get_running_loop and get_running_loop()


def current_task() -> Any:
    """Return the asyncio task that runs on this thread, or None."""
    loop = running_loop()
    return loop and loaded("asyncio.tasks", "current_task")(loop)


def is_cancelled(error: BaseException) -> bool:
    """Whether the error is asyncio's cancellation."""
    return issubclass(type(error), loaded("asyncio.exceptions", "CancelledError") or ())
