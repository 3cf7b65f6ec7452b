"""The pattern: one form of a type of secret, and how a text is searched for it.

Every pattern is linear on every text: quantifiers that can fail late are bounded, and a look-behind
keeps a run of one class from being tried again at each of its characters. A pattern begins with a
character, its look-behind after it: `re` skips to such a character, but not to a look-behind.
"""

import re
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from functools import cache
from typing import Final, NamedTuple, TypeAlias

Extent: TypeAlias = tuple[int, int]  # where something stands in a text: its begin and its end
Find: TypeAlias = Callable[["re.Match[str]"], Extent | None]

PLACEHOLDER: Final = re.compile(r"<([A-Z]{2,6})_\d{1,9}>")
"""What stands in the place of a secret: its type, and which of them it is in its record."""
SLICE: Final = 16_384  # characters searched at a time: one search holds the interpreter's lock from begin to end
TIGHT: Final = 15
_NEAR: Final = 16
"""A match that ends this close to the end of a search may go on, and is matched again on the whole text."""


class Secret(NamedTuple):
    """What is to be replaced in a text."""

    start: int
    end: int
    type: str


@dataclass(frozen=True, slots=True)
class Pattern:
    """One form of a type of secret."""

    type: str
    source: str  # the exact form, matched by `re` around the places that the gate finds
    gate: str  # something that every match contains, in ASCII; `?` stands for any other character
    hints: tuple[str, ...] = ()
    """Lower-case texts of which every match holds one; where it is a single text, its places are those of the gate."""
    is_tight: bool = False  # whether no match holds white space, nor fewer than `TIGHT` characters
    may_match: Callable[[bytes], bool] | None = None
    """Rules a text out faster than `re` does by the gate; several patterns share one."""
    words: tuple[str, ...] = ()  # instead of a gate: texts that are not ASCII, at one of which every match begins
    place: str = ""  # an expression that finds the places instead of the gate; several patterns share one
    before: int = 0  # characters from a match's begin to its place
    reach: int = 64  # characters behind a place that decide whether something matches
    find: Find | None = None  # returns which part of a match is the secret, None if none is; by default all of it is

    @property
    def regex(self) -> re.Pattern[str]:
        """The source, compiled at its first use: most forms of keys never occur."""
        return compiled(self.source)


@cache
def compiled(source: str) -> re.Pattern[str]:
    """Compile a pattern for texts by `re`, once."""
    return re.compile(source)


def find_matches(regex: re.Pattern[str], text: str, start: int, stop: int, reach: int) -> Iterator[re.Match[str]]:
    """Find the matches that begin from `start` to `stop`, a slice at a time: between two other threads may run.

    Each slice is searched `reach` characters further, which must suffice to decide whether something matches.
    """
    at = start
    while at < stop:
        edge, begin = stop if stop - at < SLICE else at + SLICE, at
        at = edge
        for match in regex.finditer(text, begin, edge + reach):
            if match.start() >= edge:
                break
            whole = regex.match(text, match.start()) if match.end() > edge + reach - _NEAR else match
            if whole is not None:
                yield whole
                at = max(edge, whole.end())
        if at < stop:
            time.sleep(0)


def named_group(match: re.Match[str]) -> Extent:
    """Return where the last group stands that matched, or all of the match."""
    return without_brackets(match.string, *match.span(match.lastgroup or match.lastindex or 0))


def without_brackets(text: str, start: int, end: int) -> Extent:
    """Leave out the brackets around an extent whose other half stands outside of it."""
    if text[start : start + 1] not in "([{" and text[end - 1 : end] not in ")]}":
        return start, end
    for opening, closing in ("()", "[]", "{}"):
        excess = text.count(closing, start, end) - text.count(opening, start, end)
        while excess > 0 and text[end - 1] == closing:
            end, excess = end - 1, excess - 1
        if excess < 0 and text[start] == opening:
            start += 1
    return start, end


def whole_if(check: Callable[[re.Match[str]], bool]) -> Find:
    """Return a `find` that takes the whole match where a check holds, and nothing elsewhere."""
    return lambda match: without_brackets(match.string, *match.span()) if check(match) else None
