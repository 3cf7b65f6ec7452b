"""The state of shipping: what a folder's shippers last knew of their receiver, in a file of the data folder."""

import contextlib
from dataclasses import asdict, dataclass

import orjson

from otel_training.folder import DataFolder
from otel_training.ownership import read_own, write_own


@dataclass(frozen=True, slots=True)
class ShippingState:
    """What the shippers of all processes know so far; times are Unix seconds."""

    endpoint: str = ""  # without user, password and query
    accepted: int = 0
    accepted_at: float | None = None
    rejected: int = 0  # records that the receiver refused for good; they are under `rejected/`
    error: str = ""  # why the last segment was not accepted; empty after one that was
    error_at: float | None = None
    expired_at: float | None = None  # when segments were last deleted that waited beyond the bound


def read_state(folder: DataFolder) -> ShippingState:
    """Read the file; one that is not there or cannot be read gives a state that knows nothing."""
    try:
        return ShippingState(**orjson.loads(read_own(folder.shipping)))
    except (OSError, orjson.JSONDecodeError, TypeError):
        return ShippingState()


def write_state(folder: DataFolder, state: ShippingState) -> None:
    """Replace the file in one step; where the disk refuses, the next time does."""
    with contextlib.suppress(OSError):
        write_own(folder.shipping, orjson.dumps(asdict(state)))
