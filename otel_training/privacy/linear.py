"""Patterns of the user's own: by RE2 where it takes them, so that none can hold the app up."""

import re
from collections.abc import Iterator
from functools import cache
from typing import Any, Final

from otel_training.privacy.engine import compile_re2, why_refused

_TOKEN: Final = re.compile(r"\\.|\[\^?\]?|\]", re.DOTALL)
_CLASSES: Final = {r"\w": r"\pL\pM\p{Nd}_", r"\d": r"\p{Nd}", r"\s": r"\s\pZ"}
"""What RE2 takes for ASCII alone, as it writes what Python means."""


def find_all(pattern: str, text: str) -> Iterator[Any]:
    """Find a pattern in a text, by RE2 if that takes it."""
    if why_not_linear(pattern) is None:
        return iter(compile_re2(_for_re2(pattern)).finditer(text))
    return re.compile(pattern).finditer(text)


def why_not_linear(pattern: str) -> str | None:
    """Say why a pattern may take more time than is linear in the text; None where RE2 takes it."""
    return why_refused(_for_re2(pattern))


@cache
def _for_re2(pattern: str) -> str:
    in_class = False
    tokens: list[str] = []
    end = 0
    for match in _TOKEN.finditer(pattern):
        token = match[0]
        if token[0] != "\\":
            in_class = not token.startswith("]")
        elif (members := _CLASSES.get(token.lower())) and not (in_class and token[1].isupper()):
            token = members if in_class else f"[{'^' * token[1].isupper()}{members}]"
        tokens += (pattern[end : match.start()], token)
        end = match.end()
    return "".join((*tokens, pattern[end:]))
