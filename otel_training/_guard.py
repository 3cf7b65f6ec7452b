"""The one boundary between our code and the host's: swallows in production, raises in our tests."""

import logging
import os
import threading
import traceback
from pathlib import Path
from typing import Final

_log = logging.getLogger("otel_training")

_PACKAGE: Final = f"{Path(__file__).parent}{os.sep}"


class Guard:
    """Context manager that lets no `Exception` of ours reach the host.

    Counts each, logs the first of a kind; `raising = True` (our own tests) lets them through.
    """

    def __init__(self) -> None:
        self.raising = False
        self.count = 0
        self._seen: set[tuple[str, int, str]] = set()
        self._lock = threading.Lock()

    def __enter__(self) -> None:
        return None

    def __exit__(self, kind: object, error: BaseException | None, trace: object) -> bool:
        if not isinstance(error, Exception) or self.raising:
            return False
        self.swallow(error)
        return True

    def swallow(self, error: Exception) -> None:
        """Count and log an exception that an `except` has caught, where even `with` would take too long."""
        if self.raising:
            raise error
        place = (*_place(error), type(error).__name__)
        with self._lock:
            self.count += 1
            is_first = place not in self._seen
            self._seen.add(place)
        if is_first:
            # The type alone: an exception's text can quote what the host passed to us.
            _log.warning("otel_training failed in %s:%d (%s); the app goes on", *place)


def _place(error: Exception) -> tuple[str, int]:
    """Return file and line where our code failed last: further in it is a library's or the host's."""
    place = ("", 0)
    for frame, line in traceback.walk_tb(error.__traceback__):
        file = frame.f_code.co_filename
        if file.startswith(_PACKAGE):
            place = (file.removeprefix(_PACKAGE), line)
    return place


guard: Final = Guard()
