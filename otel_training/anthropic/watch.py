"""Watching for Claude's client: what captures its calls is loaded when the app imports it, and not before."""

import sys
from types import SimpleNamespace
from typing import Final

from otel_training._guard import guard

_CLIENT: Final = "otel_training.anthropic.client"
_state: Final = SimpleNamespace(is_on=False)


def watch() -> None:
    """Capture Claude's calls as soon as the app imports `anthropic`, or now if it has."""
    if _state.is_on:
        return
    _state.is_on = True
    from wrapt.importer import when_imported

    when_imported("anthropic")(_begin)


def unwatch() -> None:
    """Capture Claude's calls no more, and leave the client as it was."""
    _state.is_on = False
    if (loaded := sys.modules.get(_CLIENT)) is not None:
        loaded.unwrap_client()


def _begin(_module: object) -> None:
    with guard:
        if _state.is_on:
            from otel_training.anthropic.client import wrap_client

            wrap_client()
