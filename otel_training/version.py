"""The version of this package, as installed."""

from functools import cache
from importlib.metadata import version as _installed


@cache
def version() -> str:
    """Return the installed version."""
    return _installed("otel_training")
