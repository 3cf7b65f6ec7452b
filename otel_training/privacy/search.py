"""The search: where in a text the secrets stand."""

import re
import sys
import unicodedata
from bisect import bisect_right
from collections import defaultdict
from collections.abc import Iterable, Iterator
from functools import lru_cache
from typing import Final, TypeAlias
from urllib.parse import unquote_plus

from otel_training._turn import Turn
from otel_training.privacy.engine import engine, is_foreign
from otel_training.privacy.linear import find_all
from otel_training.privacy.pattern import Extent, Pattern, Secret, compiled, find_matches
from otel_training.privacy.patterns import patterns, with_words
from otel_training.privacy.rules import Rules

_ROUNDS: Final = 16
_AROUND: Final = 48
"""Characters beside a replacement in which it may lay something bare: more than any look-behind or word needs."""
_STEP: Final = 512
_GONE: Final = re.compile(r"(?:<[A-Z]{2,6}_\d{1,9}>|<?_*0?>)+")
"""What is a placeholder already, or masked to become one."""
_WORD: Final = 12
"""Letters alone up to this length are a word, such as that of a category."""
_REMEMBERED: Final = 1_024
"""Texts without their secrets that are kept: a feed shows again what it showed, and digests are of a few kinds."""
_ESCAPE: Final = re.compile(r'\\[nrtbf"/\\]')
_CODE: Final = re.compile(r"\\u[0-9a-fA-F]{4}")

_DIGIT: Final = re.compile(r"[^\D0-9]")

_SHORTEST: Final = 6
"""Characters of the shortest secret, an e-mail address."""
_PERCENT: Final = re.compile(r"%[0-9A-Fa-f]{2}")
_RUN: Final = re.compile(r"(?:%[0-9A-Fa-f]{2})+|.", re.DOTALL)
_DELIMITERS: Final = frozenset(" \t\r\n\"'<>()[]{},;=&?#/")
"""What ends a value in a URL, or a URL in a text."""

Places: TypeAlias = dict[int, list[Extent]]
"""Where patterns may match, by their numbers."""


def find_secrets(text: str, rules: Rules, turn: Turn | None = None) -> list[Secret]:
    """Find what looks like a secret, in the text's order.

    What a replacement lays bare is found, too, so that a redacted text holds nothing more; and of a
    URL's parameter, `?to=bob%40news.example`, what it reads.
    """
    secrets = _find_plain(text, rules, turn)
    if "%" in text:
        secrets += _find_encoded(text, rules)
    return list(_apart(sorted(secrets)))


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


def _find_plain(text: str, rules: Rules, turn: Turn | None = None) -> list[Secret]:
    if len(text) <= _WORD and text.isalpha() and not rules.custom:
        return []
    search = _Search(text, rules, turn)
    search.take_custom()
    regions = [(0, len(text))]
    for _ in range(_ROUNDS):
        taken = search.take(regions)
        if not taken:
            break
        regions = list(_joined(((secret.start - _AROUND, secret.end + _AROUND) for secret in sorted(taken)), 0))
    return sorted(search.secrets)


@lru_cache(maxsize=_REMEMBERED)
def mask_secrets(text: str, custom: tuple[Pattern, ...] = ()) -> str:
    """Replace each secret by its type, `<PHONE>`: whoever has no more than this cannot try which it was.

    What `redact_allow` names is replaced, too: the result is the same under all settings but `redact_patterns`.
    """
    pieces: list[str] = []
    end = 0
    for secret in find_secrets(text, Rules(custom)):
        pieces += (text[end : secret.start], f"<{secret.type}>")
        end = secret.end
    return "".join((*pieces, text[end:]))


class _Search:
    """One text, with what was taken from it masked."""

    def __init__(self, text: str, rules: Rules, turn: Turn | None) -> None:
        self.secrets: list[Secret] = []
        self._rules, self._turn, self._text = rules, turn, text
        self._is_foreign = is_foreign(text)
        plain = _blank_escapes(text)
        self._plain = self._masked = _with_ascii_digits(plain) if self._is_foreign else plain
        self._allowed: list[Extent] | None = None

    def take_custom(self) -> None:
        """Take what the user's own patterns find."""
        for pattern in self._rules.custom:
            matches = find_all(pattern.source, self._plain)
            self._take(pattern, (match for match in matches if self._masked.startswith(match[0], match.start())))

    def take(self, regions: list[Extent]) -> list[Secret]:
        """Take what lies in some regions; return it."""
        before = len(self.secrets)
        every: Places = defaultdict(list)
        for start, end in regions:
            for number, places in _places(self._masked, max(0, start), end):
                every[number] += places
            for number in with_words() if self._is_foreign else ():
                for word in filter(self._masked.__contains__, patterns()[number].words):
                    matches = compiled(word).finditer(self._masked, max(0, start), end)
                    every[number] += [match.span() for match in matches]
        for number in sorted(number for number, places in every.items() if places):
            pattern = patterns()[number]
            self._take(pattern, self._matches(pattern, every[number]))
            if self._turn is not None:
                self._turn.end()
        return self.secrets[before:]

    def _matches(self, pattern: Pattern, places: list[Extent]) -> Iterator[re.Match[str]]:
        end, plain, masked = 0, self._plain, self._masked
        if masked is not plain:
            # Where all of a place is taken nothing is left to find; a place may be the empty one at the end.
            places = [
                (first, last) for first, last in places
                if masked[first : first + 1] == plain[first : first + 1] or masked[last - 1] == plain[last - 1]
            ]  # fmt: skip
        for start, stop in _joined(((start - pattern.before, stop) for start, stop in sorted(places)), pattern.reach):
            for match in find_matches(pattern.regex, masked, max(start, end), stop, pattern.reach):
                yield match
                end = match.end()

    def _take(self, pattern: Pattern, matches: Iterable[re.Match[str]]) -> None:
        """Take what a pattern finds, and mask it: for the next patterns it is gone."""
        end, masked, find = 0, self._masked, pattern.find
        pieces: list[str] = []
        for match in matches:
            extent = match.span() if find is None else find(match)
            if extent is None or self._is_allowed(extent):
                continue
            if self._turn is not None:
                self._turn.end()
            # An address is read backwards, no further than to where the one before it ends.
            start, stop = max(extent[0], end), extent[1]
            if start >= stop or _GONE.fullmatch(masked, start, stop):
                continue
            self.secrets.append(Secret(start, stop, pattern.type))
            pieces += (masked[end:start], _mask(stop - start))
            end = stop
        if end:
            self._masked = "".join((*pieces, masked[end:]))

    def _is_allowed(self, extent: Extent) -> bool:
        if self._rules.allowed is None:
            return False
        if self._allowed is None:
            self._allowed = [match.span() for match in self._rules.allowed.finditer(self._text)]
        at = bisect_right(self._allowed, (extent[0], sys.maxsize)) - 1
        return at >= 0 and extent[1] <= self._allowed[at][1]


def _places(text: str, start: int, end: int) -> Iterator[tuple[int, list[Extent]]]:
    """Yield the numbers of the patterns that may match in a region, with the places."""
    # One byte for each character, whatever it is: offsets stay.
    raw = text[start:end].encode("ascii", "replace")
    found: dict[str, list[Extent]] = {}
    for number in engine().choose(raw):
        pattern = patterns()[number]
        # One literal is found faster than any expression, of several none is.
        literal = pattern.hints[0] if len(pattern.hints) == 1 else ""
        place = literal or pattern.place or pattern.gate
        if place not in found:
            places = _literal_places(literal, raw.lower()) if literal else engine().places(place, raw)
            found[place] = [(start + first, start + last) for first, last in places]
        if found[place]:
            yield number, found[place]


def _literal_places(literal: str, text: bytes) -> Iterator[Extent]:
    """Find a literal; where it stands often, from the first to the last within some distance."""
    sought, end = literal.encode(), 0
    while (start := text.find(sought, end)) >= 0:
        end = text.rfind(sought, start, start + _STEP) + len(sought)
        yield start, end


def _apart(secrets: list[Secret]) -> Iterator[Secret]:
    """Yield secrets, in order, those that overlap as one: a pattern may take more around what another took."""
    last: Secret | None = None
    for secret in secrets:
        if last is None or secret.start >= last.end:
            if last is not None:
                yield last
            last = secret
        else:
            last = last._replace(end=max(last.end, secret.end))
    if last is not None:
        yield last


def _joined(extents: Iterable[Extent], gap: int) -> Iterator[Extent]:
    """Join extents, in order, that overlap or lie no further apart than a gap."""
    start, end = 0, -1
    for first, last in extents:
        if end < 0:
            start, end = first, last
        elif first <= end + gap:
            end = max(end, last)
        else:
            yield start, end
            start, end = first, last
    if end >= 0:
        yield start, end


def _mask(length: int) -> str:
    """Return what reads as a placeholder does to what stands beside it."""
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
