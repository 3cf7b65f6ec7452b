"""Supporting passages: where a source says what an insight says."""

import re
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

_SENTENCE: Final = re.compile(r"(?<=[.!?。！？])\s+|\n+")  # noqa: RUF001 - the full stops of other scripts
_WORD: Final = re.compile(r"\w+")
_LONG: Final = 4
"""Shorter words are in every sentence, but figures count however short they are."""
SUPPORTED: Final = 0.5
"""Of an insight's words a passage holds at least so many."""


@dataclass(frozen=True, slots=True)
class Piece:
    """A piece of a source, and which insights it supports, by their places."""

    text: str
    insights: tuple[int, ...]


def mark_passages(source: str, insights: Sequence[str]) -> list[Piece]:
    """Cut a source into its sentences, each with the insights whose words it holds best; joined they are the source."""
    pieces = _sentences(source)
    words = [words_of(piece) for piece in pieces]
    support: list[list[int]] = [[] for _ in pieces]
    for place, insight in enumerate(insights):
        shares = _shares(words, insight)
        best = max(shares, default=0.0)
        for index, share in enumerate(shares):
            if share == best >= SUPPORTED:
                support[index].append(place)
    return [Piece(piece, tuple(places)) for piece, places in zip(pieces, support, strict=True)]


def grounding(source: str, insights: Sequence[str]) -> float:
    """Return the share of its words that a sentence of the source holds at best, of the insight with the least.

    One without a word that tells anything is looked for as it stands.
    """
    words = [words_of(piece) for piece in _sentences(source)]
    best = (
        max(_shares(words, insight), default=0.0)
        if words_of(insight)
        else float(insight.casefold() in source.casefold())
        for insight in insights
    )
    return min(best, default=1.0)


def _shares(words: Sequence[set[str]], insight: str) -> list[float]:
    """Return the share of an insight's words in each sentence, by the sentences' words."""
    wanted = words_of(insight)
    return [len(wanted & have) / len(wanted) if wanted else 0.0 for have in words]


def _sentences(source: str) -> list[str]:
    ends = [match.end() for match in _SENTENCE.finditer(source)]
    return [source[start:end] for start, end in zip([0, *ends], [*ends, len(source)], strict=True) if start < end]


def words_of(text: str) -> set[str]:
    """Return the words that tell a sentence from others; each character of a script that has no spaces is one."""
    words: set[str] = set()
    for word in _WORD.findall(text.casefold()):
        if word.isascii() or word.isdigit() or not _is_unspaced(word):
            if len(word) >= _LONG or not word.isalpha():
                words.add(word)
        else:
            words.update(word)
    return words


def _is_unspaced(word: str) -> bool:
    """Return whether a word is of a script that writes without spaces (Chinese, Japanese, Thai and others)."""
    return any("\u0e00" <= letter <= "\u0eff" or "\u3040" <= letter <= "\u9fff" for letter in word)
