"""Reading a host's object under the names that its app declared."""

import json
from contextlib import suppress
from typing import TypeAlias

from otel_training._guard import guard
from otel_training.events.host_json import read_json
from otel_training.record.record import COMMON, JSON, Naming
from otel_training.record.values import snapshot

Object: TypeAlias = dict[str, JSON]


def rename(given: Object, naming: Naming) -> Object | None:
    """Return an object with our names beside its own; None where the app's function does not take it."""
    if naming is COMMON:
        return given
    if naming.read is None:
        return {**given, **{name: _at(given, path) for name, path in naming.paths.items()}}
    # It is tried on whatever a list holds: that it fails on topics is no failure.
    with guard, suppress(LookupError, TypeError, AttributeError, ValueError):
        renamed = read_json(snapshot(naming.read(given)))
        return renamed if isinstance(renamed, dict) else None
    return None


def _at(value: JSON, path: str) -> JSON:
    for key in path.split("."):
        value = value.get(key) if isinstance(value, dict) else None
    return value


def as_word(value: object) -> str:
    """Return a word; of true, 1 and the like their JSON."""
    return value if isinstance(value, str) else json.dumps(value)
