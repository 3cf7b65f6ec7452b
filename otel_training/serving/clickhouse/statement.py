"""A statement's text: what kind it is, its format, and where an INSERT's data begin."""

import re
from dataclasses import dataclass
from itertools import pairwise
from typing import Final

from otel_training.serving.clickhouse.errors import refusal

# Strings and comments are skipped, so that no word in them counts.
_TOKEN: Final = re.compile(
    rb"""'(?:[^'\\]|\\.)*' | "(?:[^"\\]|\\.)*" | `(?:[^`\\]|\\.)*` | --[^\n]* | \#[!\ ][^\n]* | /\*.*?\*/
    | \$(?P<tag>\w*)\$.*?\$(?P=tag)\$ | (?P<word>[A-Za-z_]\w*) | \S""",
    re.DOTALL | re.VERBOSE,
)
_DATA: Final = re.compile(rb"[ \t\f]*\r?\n?")
_COMMENTS: Final = (b"--", b"#", b"/*")
_BEFORE_NAMES: Final = frozenset({b"INTO", b"TABLE", b"."})
_FORMAT: Final = re.compile(rb"\s+(\w+)")
_READS: Final = frozenset({"SELECT", "WITH", "FROM", "("})
_SHOWS: Final = frozenset({"SHOW", "DESC", "DESCRIBE", "EXPLAIN", "EXISTS", "USE", "SET"})
# The engine then signals its whole process group, whoever is in it.
_DEADLY: Final = (["SYSTEM", "SHUTDOWN"], ["SYSTEM", "KILL"])
_SORTS: Final = frozenset({"ASC", "DESC"})
# What a stream of the engine leaves out: it emits rows alone.
_BESIDE_ROWS: Final = frozenset({"TOTALS", "EXTREMES"})


@dataclass(frozen=True, slots=True)
class Statement:
    """One statement, read far enough to run it."""

    text: str
    """The statement as the engine gets it; of an INSERT with data, all before VALUES or FORMAT."""
    format: str
    """The format it names, of its answer or of its data; '' where it names none."""
    data_at: int
    """Where an INSERT's data begin in what was read; -1 where there are none."""
    query: str
    """The text without its FORMAT clause."""
    is_read: bool
    """It selects rows."""
    is_readonly: bool
    """It changes nothing."""
    is_plain: bool
    """Its answer is rows alone, without totals or extremes."""


@dataclass(frozen=True, slots=True)
class _Word:
    text: str
    start: int
    end: int
    depth: int


def read_statement(source: bytes) -> Statement:
    """Read a statement, or the head of an INSERT that begins with one.

    Raises `QueryError` for several statements at once, for what reads or writes files of the
    client (here that would be this process's own), and for what ends the engine.
    """
    words, end, has_data = _words(source)
    _refuse_forbidden(words)
    if has_data:
        return _read_insert(source, words[-1])
    try:
        text = source[:end].decode()
    except UnicodeDecodeError as error:
        raise refusal(62, "SYNTAX_ERROR", "Syntax error: the statement is not UTF-8.") from error
    first = words[0].text if words else ""
    is_query = all(word.text != "INSERT" for word in words)
    start, name = _find_format(source, words)
    return Statement(
        text=text,
        format=name,
        data_at=-1,
        query=source[:start].decode() if name else text,
        is_read=first in _READS and is_query,
        is_readonly=first in _READS | _SHOWS and is_query,
        is_plain=not any(word.text in _BESIDE_ROWS for word in words),
    )


def _words(source: bytes) -> tuple[list[_Word], int, bool]:
    """Find the words outside strings and comments, where the statement ends, and whether data begin there."""
    words: list[_Word] = []
    depth, end, inserts, token = 0, -1, False, b""
    for match in _TOKEN.finditer(source):
        if match[0].startswith(_COMMENTS):
            continue
        before, token = token, match[0].upper()
        if end >= 0 and token != b";":
            raise refusal(62, "SYNTAX_ERROR", "Syntax error: Multi-statements are not allowed.")
        if token == b";":
            end = match.start() if end < 0 else end
        depth += (token == b"(") - (token == b")")
        if match["word"] is None and (token != b"(" or words):
            continue
        words.append(_Word(token.decode(), match.start(), match.end(), depth))
        inserts = token == b"INSERT" if len(words) == 1 else inserts
        if inserts and depth == 0 and before not in _BEFORE_NAMES:
            if token == b"VALUES" or (token == b"FORMAT" and _FORMAT.match(source, match.end())):
                return words, match.start(), True
            # An INSERT of a query has no data.
            inserts = token not in {b"SELECT", b"WITH"}
    return words, end if end >= 0 else len(source), False


def _read_insert(source: bytes, last: _Word) -> Statement:
    match = _FORMAT.match(source, last.end) if last.text == "FORMAT" else None
    name, end = (match[1].decode(), match.end()) if match else ("Values", last.end)
    data = _DATA.match(source, end)
    text = source[: last.start].decode(errors="replace")
    return Statement(text, name, data.end() if data else end, text, is_read=False, is_readonly=False, is_plain=True)


def _find_format(source: bytes, words: list[_Word]) -> tuple[int, str]:
    """Find the FORMAT clause, at the end or before the last SETTINGS: where it begins, and its format."""
    for at, (word, name) in enumerate(pairwise(words)):
        is_last = at + 2 == len(words) or words[at + 2].text == "SETTINGS"
        is_clause = is_last and word.depth == 0 and source[word.end : name.start].isspace()
        if word.text == "FORMAT" and is_clause and name.text not in _SORTS:
            return word.start, source[name.start : name.end].decode()
    return -1, ""


def _refuse_forbidden(words: list[_Word]) -> None:
    if [word.text for word in words[:2]] in _DEADLY:
        raise refusal(1, "UNSUPPORTED_METHOD", "Stop the process that serves instead.")
    for before, word in pairwise(words):
        if (before.text, word.text) == ("INTO", "OUTFILE"):
            raise refusal(358, "INTO_OUTFILE_NOT_ALLOWED", "INTO OUTFILE is not allowed.")
        if (before.text, word.text) == ("FROM", "INFILE"):
            raise refusal(78, "UNKNOWN_TYPE_OF_QUERY", "FROM INFILE is for clients: send the data.")
