"""The shape of a request: its route, its path's parameters, and the app's own names for fields."""

from collections.abc import Callable, Mapping
from types import MappingProxyType
from typing import Any, Final, NamedTuple

_NONE: Final[Mapping[str, str]] = MappingProxyType({})


class Naming(NamedTuple):
    """An app's own names for the fields of insights and actions, as it declared them."""

    paths: Mapping[str, str] = _NONE
    """Our names, each with the dotted path to where the app has it."""
    words: Mapping[str, str] = _NONE
    """The app's words for actions, in lower case, each with ours."""
    read: Callable[[Any], object] | None = None
    """A function of the app's, from what it has to a mapping under our names."""


COMMON: Final = Naming()
"""No names of the app's own: the common ones are looked for."""


class Shape(NamedTuple):
    """How to read the content of a captured request."""

    route: str = ""
    """The route as it was declared, `POST /api/feed/engage`."""
    parameters: Mapping[str, str] = _NONE
    """The path's parameters, by their names in the route."""
    word: str = ""
    """The action that the path may name, `like`."""
    naming: Naming = COMMON
    are_lines: bool = False
    """Whether the content is JSON Lines."""
