"""Routes: which requests are captured, by method and path template."""

import re
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Final

from otel_training.record.record import COMMON, Naming, Shape


@dataclass(frozen=True, slots=True)
class Route:
    """A declared route, `POST /api/feed/engage`; `{name}` in the path stands for one segment."""

    text: str
    """As it was declared."""
    path: str
    pattern: re.Pattern[str]
    shapes: Mapping[str, Shape]
    """By method: everything but the path's parameters."""

    def match(self, scope: Mapping[str, Any]) -> Shape | None:
        """Return what an ASGI HTTP scope says if it is a request of this route, else None.

        In a mounted app, and behind a proxy's prefix, `path` begins with `root_path`; the route may
        be declared with or without it. What the path says was done, `DELETE` undoes.
        """
        shape = self.shapes.get(scope["method"])
        if shape is None:
            return None
        path, root = scope["path"], scope.get("root_path", "").rstrip("/")
        match = self.pattern.fullmatch(path)
        if match is None and root and path.startswith(f"{root}/"):
            match = self.pattern.fullmatch(path[len(root) :])
        if match is None or not self.pattern.groupindex:
            return shape if match is not None else None
        parameters = match.groupdict()
        if "action" in parameters:
            parameters["action"] = _word(parameters["action"], scope["method"])
        return shape._replace(parameters=parameters, word=parameters.get("action", shape.word))


def _word(segment: str, method: str) -> str:
    """Return the action that a path's last segment names; `DELETE` undoes it."""
    return "" if "{" in segment else f"un{segment}" if method == "DELETE" else segment


_PARAMETER: Final = re.compile(r"\\{(?:([A-Za-z_]\w*)(?::\w+)?|[^/{}]*)\\}")


def parse_route(text: str, naming: Naming = COMMON) -> Route:
    """Parse a route written as `METHOD[|METHOD] /path/{parameter}`; raises `ValueError` for any other text."""
    methods, _, path = text.strip().partition(" ")
    path = path.strip()
    names = [name for name in _PARAMETER.findall(re.escape(path)) if name]
    if not path.startswith("/") or not methods.replace("|", "").isalpha() or len(set(names)) < len(names):
        raise ValueError(f"route {text!r} is not like 'POST /api/feed/engage'")
    pattern = _PARAMETER.sub(_group, re.escape(path.rstrip("/")))
    last = path.rstrip("/").rpartition("/")[2]
    shapes = {
        method: Shape(text.strip(), word=_word(last, method), naming=naming) for method in methods.upper().split("|")
    }
    return Route(text.strip(), path, re.compile(pattern + "/?"), shapes)


def _group(parameter: re.Match[str]) -> str:
    return f"(?P<{parameter[1]}>[^/]+)" if parameter[1] else "[^/]+"
