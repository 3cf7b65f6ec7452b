"""Routes: which requests are captured, by method and path template."""

import re
from collections.abc import Collection, Mapping
from dataclasses import dataclass
from typing import Any, Final

from otel_training.record.shape import COMMON, Naming, Shape


@dataclass(frozen=True, slots=True)
class Route:
    """A declared route, `POST /api/feed/engage`; `{name}` in the path stands for one segment."""

    text: str
    """As it was declared."""
    methods: Collection[str]
    path: str
    pattern: re.Pattern[str]
    naming: Naming = COMMON

    def match(self, scope: Mapping[str, Any]) -> Shape | None:
        """Return what an ASGI HTTP scope says if it is a request of this route, else None.

        In a mounted app, and behind a proxy's prefix, `path` begins with `root_path`; the route may
        be declared with or without it. What the path says was done, `DELETE` undoes.
        """
        if scope["method"] not in self.methods:
            return None
        path, root = scope["path"], scope.get("root_path", "").rstrip("/")
        match = self.pattern.fullmatch(path)
        if match is None and root and path.startswith(f"{root}/"):
            match = self.pattern.fullmatch(path[len(root) :])
        if match is None:
            return None
        parameters = match.groupdict()
        word = parameters.get("action") or self.path.rstrip("/").rpartition("/")[2]
        word = "" if "{" in word else f"un{word}" if scope["method"] == "DELETE" else word
        if "action" in parameters:
            parameters["action"] = word
        return Shape(self.text, parameters, word, self.naming)


_PARAMETER: Final = re.compile(r"\\{(?:([A-Za-z_]\w*)(?::\w+)?|[^/{}]*)\\}")


def parse_route(text: str, naming: Naming = COMMON) -> Route:
    """Parse a route written as `METHOD[|METHOD] /path/{parameter}`; raises `ValueError` for any other text."""
    methods, _, path = text.strip().partition(" ")
    path = path.strip()
    names = [name for name in _PARAMETER.findall(re.escape(path)) if name]
    if not path.startswith("/") or not methods.replace("|", "").isalpha() or len(set(names)) < len(names):
        raise ValueError(f"route {text!r} is not like 'POST /api/feed/engage'")
    pattern = _PARAMETER.sub(_group, re.escape(path.rstrip("/")))
    return Route(text.strip(), frozenset(methods.upper().split("|")), path, re.compile(pattern + "/?"), naming)


def _group(parameter: re.Match[str]) -> str:
    return f"(?P<{parameter[1]}>[^/]+)" if parameter[1] else "[^/]+"
