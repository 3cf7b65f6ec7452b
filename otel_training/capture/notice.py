"""What an app is doing that loses data, and what to do instead: a warning for each, once."""

import logging
from typing import Final

_log: Final = logging.getLogger("otel_training")
_given: Final[set[tuple[str, tuple[str, ...]]]] = set()


def notice(message: str, *names: str) -> None:
    """Log a warning, the first time that it is about these names."""
    if (message, names) not in _given:
        _given.add((message, names))
        _log.warning(message, *names)
