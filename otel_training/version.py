"""The version of this package, as installed."""

# `importlib.metadata` imports it at its first look, on the writer thread: a child forked meanwhile finds half of it.
import email.parser  # noqa: F401
from functools import cache
from importlib.metadata import version as _installed


@cache
def version() -> str:
    """Return the installed version."""
    return _installed("otel_training")
