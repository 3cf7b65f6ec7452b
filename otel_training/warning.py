"""Warnings to the host, once each."""

import logging
from typing import Final

_log: Final = logging.getLogger("otel_training")
given: Final[set[tuple[str, tuple[object, ...]]]] = set()


def warn_once(message: str, *values: object) -> None:
    """Log a warning, the first time that it has these values."""
    if (message, values) not in given:
        # Before it is logged: a handler may call what warns.
        given.add((message, values))
        _log.warning(message, *values)
