"""The embedded engine, for several clients at once: a connection for each query.

That isolates settings, `USE` and temporary tables, lets readers work beside a writer, and keeps
the rows of a query that failed from the next one.
"""

import contextlib
import itertools
from collections.abc import Callable, Generator, Iterable, Iterator
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Final

import orjson

from otel_training.serving.clickhouse import native
from otel_training.serving.clickhouse.errors import from_engine, refusal
from otel_training.serving.clickhouse.request import Request
from otel_training.serving.clickhouse.session import Sessions
from otel_training.serving.clickhouse.statement import Parsed, Statement
from otel_training.serving.clickhouse.user import User, assignments, quote, quote_name

if TYPE_CHECKING:
    from chdb.state.sqlitelike import Connection

# Formats of which the engine's blocks can stand one after another; the rest is made whole.
_STREAMED: Final = frozenset(
    {
        "CSV", "JSONCOMPACTEACHROW", "JSONEACHROW", "JSONLINES", "LINEASSTRING", "NATIVE", "NDJSON", "ROWBINARY",
        "TABSEPARATED", "TABSEPARATEDRAW", "TSV", "TSVRAW",
    }
)  # fmt: skip
_PIECE_BYTES: Final = 1 << 20
# The engine's own parser, twice: what it read, and where in the text it did.
_PARSE: Final = """WITH unhex({text:String}) AS text, highlightQuery(text) AS marks
SELECT
    hex(formatQuerySingleLine(text)),
    arrayMap(mark -> [mark.1, mark.2], arrayFilter(mark -> mark.3 = 'keyword', marks)),
    marks[-1].2"""
# Of the engine's default, and as much again: what its parser writes may be longer than what it read.
_STATEMENT_BYTES: Final = 1 << 19
_GET: Final = "Cannot execute query in readonly mode: GET implies it. Use POST for what changes something."


@dataclass(slots=True)
class QueryResult:
    """The result of a statement: chunks of a format, the first of them already there.

    Whoever does not read to the end closes `rest`, and with it the connection.
    """

    format: str
    first: bytes = b""
    rest: Generator[bytes] = field(default_factory=lambda: _nothing())  # noqa: PLW0108 - defined below
    rows_written: int = 0
    rows_read: int = 0


@dataclass(frozen=True, slots=True)
class Question:
    """A statement as somebody asked it."""

    user: User
    request: Request
    statement: Statement
    data: Iterable[bytes]
    mark: str  # part of its settings, by which `kill` finds it


@dataclass(frozen=True, slots=True)
class Engine:
    """The engine of one store."""

    connect: "Callable[[], Connection]"
    sessions: Sessions
    database: str  # the database of clients that name none
    _numbers: Iterator[int] = field(default_factory=itertools.count)

    def new_mark(self) -> str:
        """Return a mark for a query, by which it can be killed."""
        return f"serve-{next(self._numbers)}-"

    def parse(self, source: bytes) -> Parsed:
        """Have the engine parse one statement; raises `QueryError` for what is none, and for several."""
        with contextlib.closing(self.connect()) as connection:
            try:
                answer = connection.query(_PARSE, "JSONCompactEachRow", {"text": source.hex()})
            except RuntimeError as error:
                raise from_engine(error) from error
            except UnicodeDecodeError as error:
                # Its sentence would quote the statement.
                raise refusal(62, "SYNTAX_ERROR", "Syntax error, in a statement that is no UTF-8.") from error
        text, marks, end = orjson.loads(answer.bytes())
        # What is no UTF-8 stands in values, as an escape means the same.
        canonical = bytes.fromhex(text).decode(errors="backslashreplace")
        return Parsed(canonical, [(int(start), int(end)) for start, end in marks], int(end))

    def run(self, question: Question) -> QueryResult:
        """Run a statement; raises `QueryError`, and so may the chunks."""
        request, statement = question.request, question.statement
        if request.is_readonly and not statement.is_readonly:
            raise refusal(164, "READONLY", _GET)
        result = QueryResult(statement.format or request.format)
        result.rest = self._chunks(question, result)
        result.first = next(result.rest, b"")
        if not (result.first or statement.is_read):
            # clickhouse-connect takes whatever names a format for a result.
            result.format = ""
        return result

    def kill(self, mark: str = "serve-") -> None:
        """Stop a query, or all; one that has ended is no error."""
        with contextlib.closing(self.connect()) as connection:
            connection.query(f"KILL QUERY WHERE startsWith(Settings['log_comment'], {quote(mark)}) ASYNC", "Null")

    def read_names(self, statement: str) -> list[str]:
        """Ask for names, each of one word."""
        with contextlib.closing(self.connect()) as connection:
            names: str = connection.query(statement, "TSVRaw").bytes().decode()
            return names.split()

    def read_version_and_timezone(self) -> tuple[str, str]:
        """Ask the engine for its version and time zone."""
        with contextlib.closing(self.connect()) as connection:
            version, zone = orjson.loads(connection.query("SELECT version(), timezone()", "JSONCompactEachRow").bytes())
            return version, zone

    def _chunks(self, question: Question, result: QueryResult) -> Generator[bytes]:
        request, statement = question.request, question.statement
        bound = int(question.user.settings.get("max_result_bytes", "0"))
        with self._open_connection(question) as connection:
            if statement.data_at >= 0:
                result.rows_written = _insert(connection, statement, question.data)
            elif _is_streamed(request, statement, result.format):
                yield from _bounded(_stream(connection, statement, result.format), bound)
            else:
                whole = connection.query(statement.text, result.format)
                result.rows_written, result.rows_read = whole.rows_written(), whole.storage_rows_read()
                _check_length(whole.size(), bound)
                yield from _cut(whole.bytes())

    @contextlib.contextmanager
    def _open_connection(self, question: Question) -> "Iterator[Connection]":
        """Open a connection, or lock the session's, and set it up for one request."""
        request, user = question.request, question.user
        settings = {"max_query_size": str(_STATEMENT_BYTES)} | request.settings
        settings |= {"log_comment": question.mark + request.settings.get("log_comment", "")}
        try:
            with contextlib.ExitStack() as stack:
                if request.session:
                    connection, is_new = stack.enter_context(self.sessions.lock(user, request, settings))
                else:
                    connection, is_new = stack.enter_context(contextlib.closing(self.connect())), True
                    user.become(connection)
                if is_new or request.database:
                    connection.query(f"USE {quote_name(request.database or self.database)}", "Null")
                connection.query(f"SET {assignments(settings | request.parameters)}", "Null")
                yield connection
        except (RuntimeError, UnicodeDecodeError) as error:
            raise from_engine(error) from error


def _is_streamed(request: Request, statement: Statement, name: str) -> bool:
    return (
        statement.is_read
        and statement.is_plain
        and name.upper() in _STREAMED
        and request.settings.get("extremes", "0") == "0"
    )


def _stream(connection: "Connection", statement: Statement, name: str) -> Generator[bytes]:
    is_empty = True
    with connection.send_query(statement.text, name) as stream:
        while (block := stream.fetch()) is not None:
            is_empty = False
            yield from _cut(block.bytes())
    if is_empty and name.upper() == "NATIVE":
        yield _empty_block(connection, statement)


def _bounded(chunks: Generator[bytes], bound: int) -> Iterator[bytes]:
    """Stop an answer beyond a bound, if there is one: the engine bounds each block alone, not their sum."""
    length = 0
    # The query ends before its connection does.
    with contextlib.closing(chunks):
        for chunk in chunks:
            length += len(chunk)
            _check_length(length, bound)
            yield chunk


def _check_length(length: int, bound: int) -> None:
    if 0 < bound < length:
        raise refusal(396, "TOO_MANY_ROWS_OR_BYTES", f"Limit for result exceeded, max bytes: {bound}.")


def _empty_block(connection: "Connection", statement: Statement) -> bytes:
    """Write the columns of an empty answer: the engine writes nothing then."""
    rows = connection.query(f"DESCRIBE ({statement.query})", "JSONCompactEachRow").bytes()
    return native.empty_block([tuple(orjson.loads(line)[:2]) for line in rows.splitlines()])


def _insert(connection: "Connection", statement: Statement, data: Iterable[bytes]) -> int:
    with connection.send_insert(statement.text, statement.format) as inserter:
        for chunk in data:
            inserter.append(chunk)
        return int(inserter.finish().rows_written)


def _cut(data: bytes) -> Iterator[bytes]:
    """Cut a block, which may be 100 MB, so that it is not copied whole at each step to the client."""
    return (data[at : at + _PIECE_BYTES] for at in range(0, len(data), _PIECE_BYTES))


def _nothing() -> Generator[bytes]:
    yield from ()
