"""Routes: which requests are captured, by method and path template."""

import re
from collections.abc import Collection, Mapping
from dataclasses import dataclass
from typing import Any, Final


@dataclass(frozen=True, slots=True)
class Route:
    """A declared route, `POST /api/feed/engage`; `{name}` in the path stands for one segment."""

    text: str
    """As it was declared."""
    methods: Collection[str]
    path: str
    pattern: re.Pattern[str]

    def matches(self, scope: Mapping[str, Any]) -> bool:
        """Return whether an ASGI HTTP scope is a request of this route.

        In a mounted app, and behind a proxy's prefix, `path` begins with `root_path`; the route may
        be declared with or without it.
        """
        if scope["method"] not in self.methods:
            return False
        path, root = scope["path"], scope.get("root_path", "").rstrip("/")
        if not root:
            return self.pattern.fullmatch(path) is not None
        inside = path[len(root) :] if path.startswith(f"{root}/") else path
        return any(self.pattern.fullmatch(candidate) is not None for candidate in {path, inside})


_PARAMETER: Final = re.compile(r"\\{[^/{}]+\\}")


def parse_route(text: str) -> Route:
    """Parse a route written as `METHOD[|METHOD] /path/{parameter}`; raises `ValueError` for any other text."""
    methods, _, path = text.strip().partition(" ")
    path = path.strip()
    if not path.startswith("/") or not methods.replace("|", "").isalpha():
        raise ValueError(f"route {text!r} is not like 'POST /api/feed/engage'")
    pattern = _PARAMETER.sub("[^/]+", re.escape(path.rstrip("/")))
    return Route(text.strip(), frozenset(methods.upper().split("|")), path, re.compile(pattern + "/?"))
