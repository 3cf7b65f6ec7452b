"""The shape of a request: which route it is of, and what the app calls what."""

from typing import NamedTuple


class Shape(NamedTuple):
    """How to read the content of a captured request."""

    route: str = ""
    """The route as it was declared, `POST /api/feed/engage`."""
