"""What was lost: the reason, and of a request the route and what it held."""

from typing import NamedTuple

from otel_training.conventions import Loss


class Lost(NamedTuple):
    """What losses are counted by."""

    reason: Loss
    route: str = ""
    """The declared route of a request, `POST /api/feed/engage`."""
    detail: str = ""
    """The keys that the request or the answer held."""
