"""The engine: tells in one pass over a text which patterns may match, and finds the places.

It is RE2 where that is installed, which takes time linear in the text and leaves the interpreter's
lock; else it is `re`. Both search the same gates in the same ASCII bytes, so both find the same.
"""

import os
import re
from collections.abc import Iterator, Sequence
from functools import cache
from itertools import islice
from typing import Any, Final, Protocol

from otel_training.privacy.pattern import Extent, Pattern
from otel_training.privacy.patterns import foreign, patterns

try:
    import re2
except ImportError:
    re2 = None

_DEAR: Final = 16
"""Places from which on `re` is cheaper: RE2's Python module takes microseconds for each."""
_NOTHING: Final = "\x00"
"""The gate of patterns that have none: no record holds this character."""


class Engine(Protocol):
    """Searches for the gates of patterns."""

    def choose(self, text: bytes) -> Sequence[int]:
        """Return the numbers of the patterns that may match, in their order."""

    def places(self, place: str, text: bytes) -> Iterator[Extent]:
        """Find what a pattern's `place` describes."""


class Re:
    """Python's own engine: which patterns may match shows when their places are looked for."""

    def __init__(self, patterns: Sequence[Pattern]) -> None:
        self._hints = [pattern.hints if pattern.gate else (_NOTHING,) for pattern in patterns]

    def choose(self, text: bytes) -> Sequence[int]:
        """Return those that may match by their hints."""
        lower = text.lower().decode()
        return [number for number, hints in enumerate(self._hints) if not hints or any(hint in lower for hint in hints)]

    def places(self, place: str, text: bytes) -> Iterator[Extent]:
        """Find places by `re`."""
        return _places_by_re(place, text, 0)


class Re2:
    """RE2: one automaton for all gates."""

    def __init__(self, patterns: Sequence[Pattern]) -> None:
        self._set = re2.Set.SearchSet()
        for pattern in patterns:
            self._set.Add(pattern.gate or _NOTHING)
        self._set.Compile()

    def choose(self, text: bytes) -> Sequence[int]:
        """Ask for all gates at once."""
        return sorted(self._set.Match(text) or ())

    def places(self, place: str, text: bytes) -> Iterator[Extent]:
        """Find the first places by RE2, many more by `re`."""
        first = [match.span() for match in islice(compile_re2(place).finditer(text), _DEAR)]
        yield from first
        if len(first) == _DEAR:
            yield from _places_by_re(place, text, first[-1][1])


@cache
def engine() -> Engine:
    """Return the engine for our patterns: RE2 where it is installed."""
    return Re(patterns()) if re2 is None else Re2(patterns())


def is_foreign(text: str) -> bool:
    """Return whether a text holds digits, or words for password, of other scripts."""
    if text.isascii():
        return False
    if re2 is None:
        return compiled(foreign()).search(text) is not None
    return compile_re2(foreign()).search(text.encode("utf-8", "replace")) is not None


@cache
def compiled(pattern: str) -> re.Pattern[str]:
    """Compile a pattern for texts by `re`."""
    return re.compile(pattern)


def _places_by_re(place: str, text: bytes, start: int) -> Iterator[Extent]:
    """Find places; without regard to case in lower case, since `re` skips to no letter that may be either."""
    if place.startswith("(?i)"):
        place, text = place.removeprefix("(?i)"), text.lower()
    return (match.span() for match in _compile(place).finditer(text, start))


@cache
def _compile(place: str) -> re.Pattern[bytes]:
    return re.compile(place.encode())


@cache
def compile_re2(pattern: str) -> Any:
    """Compile a pattern; raises `re2.error` where it has what RE2 lacks, such as a look-behind."""
    options = re2.Options()
    options.log_errors = False
    return re2.compile(pattern, options)


@cache
def why_refused(pattern: str) -> str | None:
    """Say why RE2 does not take a pattern; None where it does."""
    if re2 is None:
        return "google-re2 is not installed"
    try:
        compile_re2(pattern)
    except re2.error as error:
        return str(error.args[0], "utf-8", "replace")
    return None


def _forget() -> None:
    """Build anew in a forked child: another thread may have held a lock of RE2's automata."""
    engine.cache_clear()
    compile_re2.cache_clear()
    re2.purge()


if re2 is not None:
    os.register_at_fork(after_in_child=_forget)
