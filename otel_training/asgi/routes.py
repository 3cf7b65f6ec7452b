"""Routes: which requests are captured, by method and path template, and the app's own names in them."""

import inspect
import re
from collections.abc import Callable, Collection, Mapping
from dataclasses import dataclass
from typing import Any, Final, TypeAlias

from otel_training.conventions import Action
from otel_training.events.naming import as_word
from otel_training.record.record import COMMON, Naming, Shape


@dataclass(frozen=True, slots=True)
class Route:
    """A declared route, `POST /api/feed/engage`; `{name}` in the path stands for one segment."""

    text: str  # as it was declared
    path: str
    pattern: re.Pattern[str]
    shapes: Mapping[str, Shape]  # by method: everything but the path's parameters

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


Names: TypeAlias = Mapping[str, Any] | Callable[[Any], object]

ITEM: Final = ("insight_id", "text", "source_url")
ACTION: Final = ("insight_id", "action", "user_id")
_WORDS: Final = tuple(action.value for action in Action)


def parse_naming(option: str, value: Names | None, names: Collection[str]) -> Naming:
    """Parse an option: a mapping of our names to dotted paths, of actions to the app's words, or a function.

    Raises `ValueError` or `TypeError` for what can never work.
    """
    if value is None:
        return COMMON
    if callable(value) and not inspect.iscoroutinefunction(value):
        return Naming(read=value)
    if not isinstance(value, Mapping):
        raise TypeError(f"{option}= is a mapping, or a function that is not async: our own thread calls it")
    words = _WORDS if "action" in names else ()
    if odd := [name for name in value if name not in (*names, *words)]:
        raise ValueError(f"{option}= has {odd[0]!r}: its keys are {', '.join((*names, *words))}")
    paths = {name: path for name, path in value.items() if name in names}
    if odd := [name for name, path in paths.items() if not (isinstance(path, str) and path)]:
        raise ValueError(f"{option}= has no dotted path such as 'card.id' for {odd[0]!r}")
    theirs = {
        name: word if isinstance(word, (list, tuple)) else [word] for name, word in value.items() if name in words
    }
    return Naming(paths, {as_word(word).lower(): name for name, several in theirs.items() for word in several})
