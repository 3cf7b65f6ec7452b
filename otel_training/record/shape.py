"""The shape of a request: which route it is of, what its path holds, and what the app calls what."""

from collections.abc import Callable, Mapping
from types import MappingProxyType
from typing import Any, Final, NamedTuple

_NONE: Final[Mapping[str, str]] = MappingProxyType({})


class Naming(NamedTuple):
    """What an app calls what it shows or what its readers do, as it declared it."""

    paths: Mapping[str, str] = _NONE
    """Our names, each with the dotted path to where the app has it."""
    words: Mapping[str, str] = _NONE
    """The app's words for actions, in lower case, each with ours."""
    read: Callable[[Any], object] | None = None
    """A function of the app's, from what it has to a mapping under our names."""


COMMON: Final = Naming()
"""Common names alone."""


class Shape(NamedTuple):
    """How to read the content of a captured request."""

    route: str = ""
    """The route as it was declared, `POST /api/feed/engage`."""
    parameters: Mapping[str, str] = _NONE
    """What stands in the path, by the names in the route's template."""
    word: str = ""
    """What the path itself may say was done, `like`."""
    naming: Naming = COMMON
    are_lines: bool = False
    """Whether the content is JSON Lines."""
