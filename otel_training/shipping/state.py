"""How shipping goes: what the shipper last knew, in a file beside the segments, and what waits."""

import contextlib
import os
from dataclasses import asdict, dataclass

import orjson

from otel_training.folder import DataFolder
from otel_training.spool.segments import segment_paths


@dataclass(frozen=True, slots=True)
class Shipping:
    """What the folder's shippers told, of all processes so far; times are Unix seconds."""

    endpoint: str = ""
    """Without user, password and query."""
    accepted: int = 0
    accepted_at: float | None = None
    rejected: int = 0
    """Records that the receiver refused for good; they are under `rejected/`."""
    error: str = ""
    """Why the last segment was not accepted; empty after one that was."""
    error_at: float | None = None
    expired_at: float | None = None
    """When segments were last deleted that waited beyond the bound."""


@dataclass(frozen=True, slots=True)
class Backlog:
    """What waits to be shipped."""

    segments: int
    bytes: int
    oldest_at: float | None = None
    """When its oldest segment was last written."""


def read_shipping(folder: DataFolder) -> Shipping:
    """Read what was told; what cannot be read tells nothing."""
    try:
        found = orjson.loads(folder.shipping.read_bytes())
        return Shipping(**found)
    except (OSError, orjson.JSONDecodeError, TypeError):
        return Shipping()


def write_shipping(folder: DataFolder, told: Shipping) -> None:
    """Tell how shipping goes; where the disk refuses, the next time."""
    fresh = folder.shipping.with_suffix(".new")
    with contextlib.suppress(OSError):
        file = os.open(fresh, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600)
        with os.fdopen(file, "wb") as writing:
            writing.write(orjson.dumps(asdict(told)))
        fresh.replace(folder.shipping)


def read_backlog(folder: DataFolder) -> Backlog:
    """Look at what waits."""
    found = []
    for path in segment_paths(folder.ship):
        with contextlib.suppress(FileNotFoundError):
            found.append(path.stat())
    return Backlog(len(found), sum(one.st_size for one in found), min((one.st_mtime for one in found), default=None))
