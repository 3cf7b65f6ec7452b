"""Watching for Claude's client: what captures its calls is loaded when the app imports it, and not before."""

import sys
from importlib.machinery import ModuleSpec
from importlib.util import find_spec
from types import SimpleNamespace
from typing import Final

from otel_training._guard import guard

_ANTHROPIC: Final = "anthropic"
_CLIENT: Final = "otel_training.anthropic.client"
_state: Final = SimpleNamespace(is_on=False)


def watch() -> None:
    """Capture Claude's calls as soon as the app imports `anthropic`, or now if it has."""
    if _state.is_on:
        return
    _state.is_on = True
    if _ANTHROPIC in sys.modules:
        _hook()
    elif _finder not in sys.meta_path:
        sys.meta_path.insert(0, _finder)


def unwatch() -> None:
    """Capture Claude's calls no more, and leave the client as it was."""
    _state.is_on = False
    if (loaded := sys.modules.get(_CLIENT)) is not None:
        loaded.unwrap_client()


class _Finder:
    """Loads wrapt and its import hooks when the app imports `anthropic`: they bring asyncio, as that does."""

    def find_spec(self, name: str, path: object = None, target: object = None) -> ModuleSpec | None:  # noqa: ARG002
        """Find `anthropic`, with a hook at its import."""
        if name != _ANTHROPIC or self not in sys.meta_path:
            return None
        sys.meta_path.remove(self)
        with guard:
            _hook()
        return find_spec(name)


_finder: Final = _Finder()


def _hook() -> None:
    from wrapt.importer import when_imported

    when_imported(_ANTHROPIC)(_begin)


def _begin(_module: object) -> None:
    with guard:
        if _state.is_on:
            from otel_training.anthropic.client import wrap_client

            wrap_client()
