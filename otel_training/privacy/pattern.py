"""The pattern: one form of a type of secret, and how a text is searched for it.

Every pattern is linear on every text: quantifiers that can fail late are bounded, and a look-behind
keeps a run of one class from being tried again at each of its characters. A pattern begins with a
character, its look-behind after it: `re` skips to such a character, but not to a look-behind.
"""

import re
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Final, TypeAlias

Extent: TypeAlias = tuple[int, int]
"""Where something stands in a text: its begin and its end."""
Find: TypeAlias = Callable[["re.Match[str]"], Extent | None]

SLICE: Final = 16_384
"""Characters searched at a time: one search holds the interpreter's lock from begin to end."""
OVERLAP: Final = 2_048
"""Characters searched behind a slice: more than any pattern needs to decide whether it matches."""
_NEAR: Final = 256
"""A match that ends this close to the end of a search may go on, and is matched again on the whole text."""


@dataclass(frozen=True, slots=True)
class Pattern:
    """One form of a type of secret."""

    type: str
    regex: re.Pattern[str]
    hints: tuple[str, ...] = ()
    """Lower-case texts of which one must occur, or nothing is searched."""
    gate: re.Pattern[str] | None = None
    """What must match somewhere, or nothing is searched; several patterns share one."""
    find: Find | None = None
    """Returns which part of a match is the secret, None if none is; by default all of it is."""
    sliced: bool = True
    """Whether a long text is searched a slice at a time."""


def find_matches(regex: re.Pattern[str], text: str) -> Iterator[re.Match[str]]:
    """Find what `regex.finditer(text)` finds, a slice at a time: between two slices other threads may run."""
    at, end = 0, len(text)
    while end - at > SLICE + OVERLAP:
        stop, search_end = at + SLICE, at + SLICE + OVERLAP
        at = stop
        for match in regex.finditer(text, stop - SLICE, search_end):
            if match.start() >= stop:
                break
            whole = regex.match(text, match.start()) if match.end() > search_end - _NEAR else match
            if whole is not None:
                yield whole
                at = max(stop, whole.end())
        time.sleep(0)
    yield from regex.finditer(text, at)


def named_group(match: re.Match[str]) -> Extent:
    """Return where the named group stands that matched."""
    return match.span(match.lastgroup or 0)


def whole_if(check: Callable[[re.Match[str]], bool]) -> Find:
    """Return a `find` that takes the whole match where a check holds, and nothing elsewhere."""
    return lambda match: match.span() if check(match) else None
