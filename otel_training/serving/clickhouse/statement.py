"""A statement's text as the engine's own parser reads it: what kind it is, its format, where an INSERT's data begin."""

import contextlib
import re
from collections.abc import Callable
from dataclasses import dataclass
from itertools import islice
from typing import Final, NamedTuple

from otel_training.serving.clickhouse.errors import QueryError

_QUOTED: Final = re.compile(r"'[^'\\]*(?:\\.[^'\\]*)*'|`(?P<name>\w+)`|`[^`\\]*(?:\\.[^`\\]*)*`", re.DOTALL)
_WORD: Final = re.compile(rb"\w+")
_FORMAT: Final = re.compile(r" FORMAT (\w+)(?= SETTINGS |$)")
_HEAD_END: Final = re.compile(rb"\bFORMAT\s+\w+", re.IGNORECASE)
_HEADS: Final = 4
_DATA: Final = re.compile(rb"[ \t\f]*\r?\n?")
_READS: Final = ("SELECT ", "WITH ", "(")
_SHOWS: Final = (*_READS, "SHOW ", "DESCRIBE ", "EXPLAIN ", "EXISTS ", "USE ", "SET ")
# What a stream of the engine leaves out: it emits rows alone.
_BESIDE_ROWS: Final = ("WITH TOTALS", "extremes")


class Parsed(NamedTuple):
    """The result of the engine's parser for one statement."""

    canonical: str  # on one line and without comments; of an INSERT with data, its head
    keywords: list[tuple[int, int]]  # where in the source a keyword begins and ends
    end: int  # where the last name, word or value of it ends in the source


@dataclass(frozen=True, slots=True)
class Statement:
    """One statement, read far enough to run it."""

    text: str  # the statement as the engine gets it; of an INSERT with data, all before VALUES or FORMAT
    format: str  # the format it names, of its answer or of its data; '' where it names none
    data_at: int  # where an INSERT's data begin in what was read; -1 where there are none
    query: str  # the text without its FORMAT clause and what follows it
    bare: str  # the text with each quoted value and odd name blanked: only here a word is a word of the statement
    keywords: frozenset[bytes]  # keywords by the parser's reading; some are not in the canonical text
    is_read: bool  # it selects rows
    is_readonly: bool  # it changes nothing
    is_plain: bool  # its answer is rows alone, without totals or extremes


def read_statement(source: bytes, parse: Callable[[bytes], Parsed]) -> Statement:
    """Read a statement, or the head of an INSERT that begins with one, by a parser; raises its `QueryError`."""
    try:
        return _read(source, parse(source))
    except QueryError:
        # After WITH the parser looks beyond the format, at data that are no words.
        for match in islice(_HEAD_END.finditer(source), _HEADS):
            with contextlib.suppress(QueryError):
                statement = _read(source, parse(source[: match.end()]))
                if statement.data_at >= match.end():
                    return statement
        raise


def _read(source: bytes, parsed: Parsed) -> Statement:
    text = parsed.canonical
    bare = _QUOTED.sub(_blank, text)
    words = frozenset(_read_keyword(source[start:end].upper()) for start, end in parsed.keywords)
    match = None
    if b"FORMAT" in words or b"VALUES" in words:
        match = max(_FORMAT.finditer(bare), key=re.Match.start, default=None)
    name, query = (match[1], text[: match.start()]) if match else ("", text)
    data_at = -1
    if match and bare.startswith("INSERT INTO ") and b"SELECT" not in words:
        data = _DATA.match(source, parsed.end)
        data_at = data.end() if data else parsed.end
        text, bare = query + text[match.end() :], bare[: match.start()] + bare[match.end() :]
    return Statement(
        text=text,
        format=name,
        data_at=data_at,
        query=query,
        bare=bare,
        keywords=words,
        is_read=bare.startswith(_READS),
        is_readonly=bare.startswith(_SHOWS),
        is_plain=not any(word in bare for word in _BESIDE_ROWS),
    )


def _read_keyword(source: bytes) -> bytes:
    """Read a keyword's first and last word: comments may stand between them."""
    words = _WORD.findall(source)
    return b" ".join(words[:1] + words[1:][-1:])


def _blank(quoted: re.Match[str]) -> str:
    """Blank a quoted text at its length, but keep a name quoted without need: to the engine it is a word."""
    if name := quoted["name"]:
        return f" {name} "
    return quoted[0][0] + "_" * (len(quoted[0]) - 2) + quoted[0][-1]
