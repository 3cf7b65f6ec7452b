"""JSON in texts: where it stands, and which parts of it a placeholder may take the place of."""

import json
import re
from bisect import bisect_left, bisect_right
from collections.abc import Iterator, Sequence
from itertools import islice
from operator import itemgetter
from typing import Any, Final, NamedTuple

from otel_training.privacy.pattern import Secret

_MISSES: Final = 50
_DECODER: Final = json.JSONDecoder()
# Begins like JSON that is not empty, and not like a footnote or a link.
OPENING: Final = re.compile(r'(?:\{\s*"|\[\s*["{\[])')
_ANY_OPENING: Final = re.compile(r'(?:\{\s*"|\[\s*["{\[\-\dntf])')
_BRACKET: Final = re.compile(r'"(?:[^"\\]|\\.)*+"|[\[\]{}]', re.DOTALL)
_TOKEN: Final = re.compile(r'"(?:[^"\\]|\\.)*+"|[^\s,:\[\]{}"]++', re.DOTALL)
_NESTED: Final = re.compile(r'"\s*[\[{]')

_start_of: Final = itemgetter(0)
_end_of: Final = itemgetter(1)


class Span(NamedTuple):
    """An object or list in a text."""

    value: Any
    start: int
    end: int


class Part(NamedTuple):
    """A part of JSON that is a secret."""

    secret: Secret
    is_text: bool  # false of a number: its placeholder needs quotes


def json_spans(text: str, opening: re.Pattern[str] = OPENING) -> Iterator[Span]:
    """Yield the objects and lists in a text with their start and end; nothing of those that are broken off."""
    position = misses = 0
    while misses < _MISSES and (match := opening.search(text, position)):
        start = match.start()
        try:
            value, position = _DECODER.raw_decode(text, start)
        except (ValueError, RecursionError):
            position, misses = _closing(text, start), misses + 1
        else:
            yield Span(value, start, position)


def spans_with(text: str, secrets: Sequence[Secret]) -> Iterator[tuple[Span, list[Part] | None]]:
    """Yield the JSON in a text that holds secrets, with its parts; None where JSON in its strings holds them."""
    for span in json_spans(text, _ANY_OPENING):
        first, last = between(secrets, span.start, span.end)
        # A footnote that a secret holds is no JSON.
        if first < last and not (secrets[first].start <= span.start and secrets[first].end >= span.end):
            yield span, _parts(text, span, secrets[first:last])


def between(secrets: Sequence[Secret], start: int, end: int) -> tuple[int, int]:
    """Return the numbers of the first secret that stands in a part of a text, and of the first behind it."""
    return bisect_right(secrets, start, key=_end_of), bisect_left(secrets, end, key=_start_of)


def _parts(text: str, span: Span, secrets: Sequence[Secret]) -> list[Part] | None:
    parts: list[Part] = []
    at = 0
    for token in _TOKEN.finditer(text, span.start, span.end):
        while at < len(secrets) and secrets[at].end <= token.start():
            at += 1
        is_text = token[0][0] == '"'
        for start, end, kind in islice(secrets, at, None):
            if start >= token.end():
                break
            if is_text and _NESTED.match(token[0]):
                return None
            inside = Secret(max(start, token.start() + is_text), min(end, token.end() - is_text), kind)
            if inside.start < inside.end:
                parts.append(Part(inside if is_text else Secret(*token.span(), kind), is_text))
                if not is_text:
                    break
    return parts


def _closing(text: str, position: int) -> int:
    """Return where the bracket at a position is closed again, or the text's end."""
    depth = 0
    for bracket in _BRACKET.finditer(text, position):
        depth += {"[": 1, "{": 1, "]": -1, "}": -1}.get(bracket[0], 0)
        if depth == 0 and bracket[0] in "]}":
            return bracket.end()
    return len(text)
