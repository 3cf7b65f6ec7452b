"""The shape of a request: which route it is of, and what its path holds."""

from collections.abc import Mapping
from types import MappingProxyType
from typing import Final, NamedTuple

_NONE: Final[Mapping[str, str]] = MappingProxyType({})


class Shape(NamedTuple):
    """How to read the content of a captured request."""

    route: str = ""
    """The route as it was declared, `POST /api/feed/engage`."""
    parameters: Mapping[str, str] = _NONE
    """What stands in the path, by the names in the route's template."""
    word: str = ""
    """What the path itself may say was done, `like`."""
