"""The version of this package, as installed."""

# `importlib.metadata` imports it at its first look, on the writer thread: a child forked meanwhile finds half of it.
import email.parser  # noqa: F401
from functools import cache
from importlib.metadata import PackageNotFoundError
from importlib.metadata import version as _installed


@cache
def version() -> str:
    """Return the installed version; `unknown` where an app was packed without its packages' metadata."""
    try:
        return _installed("otel_training")
    except PackageNotFoundError:
        return "unknown"
