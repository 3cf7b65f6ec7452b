"""The search: where in a text the secrets stand."""

import re
import sys
import unicodedata
from bisect import bisect_right
from collections import defaultdict
from collections.abc import Iterable, Iterator, Sequence
from itertools import accumulate, chain
from typing import Final, TypeAlias
from urllib.parse import unquote_plus

from otel_training._turn import Turn
from otel_training.privacy.engine import engine, find_all, is_foreign
from otel_training.privacy.pattern import TIGHT, Extent, Pattern, Secret, compiled, find_matches
from otel_training.privacy.patterns import patterns, with_words
from otel_training.privacy.rules import Rules

_ROUNDS: Final = 16
_AROUND: Final = 48  # characters beside a replacement that are searched again: more than any look-behind or word spans
_STEP: Final = 512
_GONE: Final = re.compile(r"(?:<[A-Z]{2,6}_\d{1,9}>|<?_*0?>)+")
"""A placeholder, or a part that is masked and becomes one."""
_GONE_SIGNS: Final = "<_0>"
_WORD: Final = 12  # letters alone up to this length are a word, such as that of a category
_APART: Final = "\x01" * TIGHT
"""Separates texts that are searched as one: nothing matches it, and what it cuts counts as cut."""
_ESCAPE: Final = re.compile(r'\\[nrtbf"/\\]')
_CODE: Final = re.compile(r"\\u[0-9a-fA-F]{4}")

_DIGIT: Final = re.compile(r"[^\D0-9]")

_SHORTEST: Final = 6  # characters of the shortest secret, an e-mail address
_PERCENT: Final = re.compile(r"%[0-9A-Fa-f]{2}")
_RUN: Final = re.compile(r"(?:%[0-9A-Fa-f]{2})+|.", re.DOTALL)
_DELIMITERS: Final = frozenset(" \t\r\n\"'<>()[]{},;=&?#/")
"""What ends a value in a URL, or a URL in a text."""

Places: TypeAlias = dict[int, list[Extent]]  # where patterns may match, by their numbers


def find_secrets(text: str, rules: Rules, turn: Turn | None = None, places: Places | None = None) -> list[Secret]:
    """Find what looks like a secret, in the text's order; `places` are those that `look_at` has seen.

    What a replacement lays bare is found, too, so that a redacted text holds nothing more; and of a
    URL's parameter, `?to=bob%40news.example`, what it reads.
    """
    secrets = _find_plain(text, rules, turn, places)
    if "%" in text:
        secrets += _find_encoded(text, rules)
    return _apart(secrets)


def _find_encoded(text: str, rules: Rules) -> Iterator[Secret]:
    """Yield what is a secret once percent-escapes are read: of a URL in a parameter the rest stays."""
    end = 0
    for escape in _PERCENT.finditer(text):
        if (start := escape.start()) < end:
            continue
        while start > end and text[start - 1] not in _DELIMITERS:
            start -= 1
        end = escape.end()
        while end < len(text) and text[end] not in _DELIMITERS:
            end += 1
        value, places = _decode(text[start:end])
        for secret in _find_plain(value, rules) if len(value) >= _SHORTEST or rules.custom else ():
            yield Secret(start + places[secret.start], start + places[secret.end], secret.type)


def _decode(value: str) -> tuple[str, list[int]]:
    """Read percent-escapes; return the text, and where each of its characters, and its end, stand in the value."""
    characters: list[str] = []
    places: list[int] = []
    for run in _RUN.finditer(value):
        encoding = "latin-1" if "\ufffd" in unquote_plus(run[0]) else "utf-8"
        at, is_escaped = run.start(), len(run[0]) > 1
        for character in unquote_plus(run[0], encoding):
            characters.append(character)
            places.append(at)
            at += len("%20") * len(character.encode(encoding)) if is_escaped else 1
    return "".join(characters), [*places, len(value)]


def _find_plain(text: str, rules: Rules, turn: Turn | None = None, places: Places | None = None) -> list[Secret]:
    if len(text) <= _WORD and text.isalpha() and not rules.custom:
        return []
    # Where the places are known it has been asked.
    search = _Search(text, rules, turn, is_foreign=places is None and is_foreign(text))
    search.take_custom()
    regions = [(0, len(text))]
    for _ in range(_ROUNDS):
        taken = search.take(regions, places)
        if not taken:
            break
        places = None
        regions = _joined(((secret.start - _AROUND, secret.end + _AROUND) for secret in sorted(taken)), 0)
    return search.secrets


def look_at(texts: Sequence[str], rules: Rules) -> tuple[Places | None, list[str]]:
    """Return where patterns may match in the first of several texts, and which of the others hold no secret.

    One pass over all takes less than one over each. Where it cannot say, None and an empty list.
    """
    whole = _blank_escapes(_APART.join(texts))
    if rules.custom or is_foreign(whole):
        return None, []
    starts = list(accumulate((len(text) + len(_APART) for text in texts), initial=0))
    places = dict(_places(whole, 0, len(whole)))
    # Patterns share their lists.
    every = {id(extents): extents for extents in places.values()}
    end, held = len(texts[0]), set[int]()
    for first, last in chain.from_iterable(every.values()):
        if last > end:
            held.update(range(bisect_right(starts, first) - 1, bisect_right(starts, last)))
    clean = [
        text for number, text in enumerate(texts)
        if number and number not in held and not ("%" in text and _PERCENT.search(text))
    ]  # fmt: skip
    own = {key: [(first, min(last, end)) for first, last in extents if first < end] for key, extents in every.items()}
    return {number: own[id(extents)] for number, extents in places.items() if own[id(extents)]}, clean


class _Search:
    """One text, with what was taken from it masked."""

    def __init__(self, text: str, rules: Rules, turn: Turn | None, *, is_foreign: bool) -> None:
        self.secrets: list[Secret] = []
        self._rules, self._turn, self._text = rules, turn, text
        self._is_foreign = is_foreign
        plain = _blank_escapes(text)
        self._plain = self._masked = _with_ascii_digits(plain) if self._is_foreign else plain
        self._allowed: list[Extent] | None = None

    def take_custom(self) -> None:
        """Take what the user's own patterns find."""
        for pattern in self._rules.custom:
            matches = find_all(pattern.source, self._plain)
            self._take(pattern, (match for match in matches if self._masked.startswith(match[0], match.start())))

    def take(self, regions: list[Extent], places: Places | None = None) -> list[Secret]:
        """Take what lies in some regions, of which the places may be known; return it."""
        before, masked = len(self.secrets), self._masked
        if not self._is_foreign and len(regions) > 1:
            # Most replacements lay nothing bare: one look at all that is around them.
            around = _APART.join([masked[max(0, start) : end] for start, end in regions])
            if not engine().choose(_as_bytes(around)):
                return []
        every = self._places(regions) if places is None else places
        windows: dict[tuple[int, int, int], list[Extent]] = {}
        for number in sorted(every):
            pattern, count = patterns()[number], len(self.secrets)
            key = (id(every[number]), pattern.before, pattern.reach)
            if key not in windows:
                windows[key] = self._windows(pattern, every[number])
            if windows[key]:
                self._take(pattern, self._matches(pattern, windows[key]))
                if self._turn is not None:
                    self._turn.end()
            if len(self.secrets) > count:
                windows.clear()
        return self.secrets[before:]

    def _places(self, regions: list[Extent]) -> Places:
        masked = self._masked
        if len(regions) == 1 and not self._is_foreign:
            # Patterns share their lists.
            return dict(_places(masked, max(0, regions[0][0]), regions[0][1]))
        every: Places = defaultdict(list)
        for start, end in regions:
            for number, places in _places(masked, max(0, start), end):
                every[number] += places
            for number in with_words() if self._is_foreign else ():
                for word in filter(masked.__contains__, patterns()[number].words):
                    every[number] += [match.span() for match in compiled(word).finditer(masked, max(0, start), end)]
        return every

    def _windows(self, pattern: Pattern, places: list[Extent]) -> list[Extent]:
        """Return where a pattern is to be searched: from before each place to it, those that are near as one."""
        plain, masked = self._plain, self._masked
        if masked is not plain:
            # Where all of a place is taken nothing is left to find; a place may be the empty one at the end, or long.
            places = [
                (first, last) for first, last in places
                if masked[first : first + 1] == plain[first : first + 1] or masked[last - 1] == plain[last - 1]
                or masked[first:last].strip(_GONE_SIGNS)
            ]  # fmt: skip
        return _joined(sorted(places), pattern.before + pattern.reach) if len(places) > 1 else places

    def _matches(self, pattern: Pattern, windows: list[Extent]) -> Iterator[re.Match[str]]:
        end, masked = 0, self._masked
        for start, stop in windows:
            for match in find_matches(pattern.regex, masked, max(start - pattern.before, end), stop, pattern.reach):
                yield match
                end = match.end()

    def _take(self, pattern: Pattern, matches: Iterable[re.Match[str]]) -> None:
        """Take what a pattern finds, and mask it: for the next patterns it is gone."""
        end, masked, find = 0, self._masked, pattern.find
        pieces: list[str] = []
        for match in matches:
            extent = match.span() if find is None else find(match)
            if extent is None or (self._rules.allowed is not None and self._is_allowed(extent, self._rules.allowed)):
                continue
            if self._turn is not None:
                self._turn.end()
            # An address is read backwards, no further than to where the one before it ends.
            start, stop = max(extent[0], end), extent[1]
            if start >= stop or (masked[start] in _GONE_SIGNS and _GONE.fullmatch(masked, start, stop)):
                continue
            self.secrets.append(Secret(start, stop, pattern.type))
            pieces += (masked[end:start], _mask(stop - start))
            end = stop
        if end:
            self._masked = "".join((*pieces, masked[end:]))

    def _is_allowed(self, extent: Extent, allowed: re.Pattern[str]) -> bool:
        if self._allowed is None:
            self._allowed = [match.span() for match in allowed.finditer(self._text)]
        at = bisect_right(self._allowed, (extent[0], sys.maxsize)) - 1
        return at >= 0 and extent[1] <= self._allowed[at][1]


def _places(text: str, start: int, end: int) -> Iterator[tuple[int, list[Extent]]]:
    """Yield the numbers of the patterns that may match in a region, with the places."""
    # One byte for each character, whatever it is: offsets stay.
    raw = _as_bytes(text[start:end])
    extents: dict[str, list[Extent]] = {}
    for number in engine().choose(raw):
        pattern = patterns()[number]
        # One literal is searched faster than any expression; of several literals none is.
        literal = pattern.hints[0] if len(pattern.hints) == 1 else ""
        place = literal or pattern.place or pattern.gate
        if place not in extents:
            places = (
                _literal_places(literal, raw if literal == literal.upper() else raw.lower())
                if literal
                else engine().places(place, raw)
            )
            extents[place] = [(start + first, start + last) for first, last in places]
        if extents[place]:
            yield number, extents[place]


def _as_bytes(text: str) -> bytes:
    return text.encode("ascii", "replace")


def _literal_places(literal: str, text: bytes) -> Iterator[Extent]:
    """Find a literal; where it stands often in a text, from the first to the last within some distance."""
    sought, apart, end = literal.encode(), _APART.encode(), 0
    while (start := text.find(sought, end)) >= 0:
        edge = text.find(apart, start, start + _STEP)
        end = text.rfind(sought, start, start + _STEP if edge < 0 else edge) + len(sought)
        yield start, end


def _apart(secrets: list[Secret]) -> list[Secret]:
    """Return secrets, in order, those that overlap as one: a pattern may take more around what another took."""
    apart: list[Secret] = []
    for secret in sorted(secrets):
        if apart and secret.start < apart[-1].end:
            apart[-1] = apart[-1]._replace(end=max(apart[-1].end, secret.end))
        else:
            apart.append(secret)
    return apart


def _joined(extents: Iterable[Extent], gap: int) -> list[Extent]:
    """Join extents, in order, that overlap or lie no further apart than a gap."""
    joined: list[Extent] = []
    for first, last in extents:
        if joined and first <= joined[-1][1] + gap:
            joined[-1] = (joined[-1][0], max(joined[-1][1], last))
        else:
            joined.append((first, last))
    return joined


def _mask(length: int) -> str:
    """Return a mask that the patterns beside it treat as a placeholder."""
    return "<" + "_" * (length - 3) + "0>" if length > 2 else "0>"[-length:]  # noqa: PLR2004 - a mark at each end


def _with_ascii_digits(text: str) -> str:
    """Write digits of all scripts as those that patterns know."""
    return _DIGIT.sub(lambda digit: str(unicodedata.digit(digit[0])), text)


def _blank_escapes(text: str) -> str:
    r"""Blank out JSON's escapes, each as long as it was: the `n` of a `\n` is no part of what follows."""
    if "\\" not in text:
        return text
    blanked = _ESCAPE.sub("\n\n", text)
    return _CODE.sub("\n" * 6, blanked) if "\\u" in blanked else blanked
