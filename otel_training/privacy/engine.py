"""The engine: finds in one pass over a text which patterns may match, then their places.

It is RE2 where that is installed, which takes time linear in the text and leaves the interpreter's
lock; else it is `re`. Both search the same gates in the same ASCII bytes, so both find the same.
"""

import os
import re
from collections import defaultdict
from collections.abc import Callable, Iterator, Sequence
from functools import cache
from itertools import islice
from typing import Any, Final

from otel_training.privacy.pattern import TIGHT, Extent, Pattern, compiled
from otel_training.privacy.patterns import foreign, patterns

try:
    import re2
except ImportError:
    re2 = None

_DEAR: Final = 16  # from so many places on `re` is cheaper: RE2's Python module takes microseconds for each
_NOTHING: Final = "\x00"  # the gate of patterns that have none: no record holds this character

_ASCII: Final = bytes(range(128))
_OTHER: Final = re.compile("[^\x80-\u036f\u2000-\u20cf]")  # no letter of Latin, accent, mark or currency
_MARKED: Final = bytes(ord(" " if chr(byte).isspace() else "x") for byte in range(256))


class Re:
    """Python's own engine: rules patterns out by cheap looks at the text; the rest shows at their places."""

    def __init__(self, patterns: Sequence[Pattern]) -> None:
        self._hinted = defaultdict[str, list[int]](list), defaultdict[str, list[int]](list)
        self._others: dict[Callable[[bytes], bool] | None, list[int]] = defaultdict(list)
        self._gates = {number: pattern.gate for number, pattern in enumerate(patterns) if pattern.is_tight}
        for number, pattern in enumerate(patterns):
            for hint in pattern.hints:
                self._hinted[pattern.is_tight][hint].append(number)
            if pattern.gate and not pattern.hints:
                self._others[pattern.may_match].append(number)

    def choose(self, text: bytes) -> Sequence[int]:
        """Return the numbers of the patterns that may match: by hints, by `may_match`, by gates that are tight."""
        lower, words = text.lower(), _long_words(text)
        chosen = [
            numbers
            for hinted, within in zip(self._hinted, (lower.decode(), words.lower().decode()), strict=True)
            for hint, numbers in hinted.items()
            # Signs are sought in no time, and most texts do not have them.
            if hint[0] in within and hint[-1] in within and hint in within
        ]
        chosen += [numbers for may_match, numbers in self._others.items() if may_match is None or may_match(text)]
        gates, every = self._gates, {number for numbers in chosen for number in numbers}
        return sorted(number for number in every if number not in gates or _compile(gates[number]).search(words))

    def places(self, place: str, text: bytes) -> Iterator[Extent]:
        """Find what a pattern's `place` describes."""
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


def _long_words(text: bytes) -> bytes:
    """Keep the words that may hold a tight match: long ones, and those cut by the text's begin or end."""
    marked, pieces, end = text.translate(_MARKED), [text[:TIGHT], text[-TIGHT:]], 0
    while (start := marked.find(b"x" * TIGHT, end)) >= 0:
        end = marked.find(b" ", start) % (len(text) + 1)
        pieces.append(text[start:end])
    return b" ".join(pieces)


@cache
def engine() -> Re | Re2:
    """Return the engine for our patterns: RE2 where it is installed."""
    return Re(patterns()) if re2 is None else Re2(patterns())


def is_foreign(text: str) -> bool:
    """Return whether a text holds digits, or words for password, of other scripts."""
    if text.isascii():
        return False
    # What is not ASCII is little in most texts.
    rest = text.encode("utf-8", "replace").translate(None, _ASCII)
    if re2 is None:
        return _OTHER.search(rest.decode()) is not None and compiled(foreign()).search(rest.decode()) is not None
    return compile_re2(foreign()).search(rest) is not None


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
