"""The options `item=` and `action=` of the middleware, checked where it is added."""

import inspect
from collections.abc import Callable, Collection, Mapping
from typing import Any, Final, TypeAlias

from otel_training.conventions import Action
from otel_training.events.naming import as_word
from otel_training.record.record import COMMON, Naming

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
