"""The embedded engine, for several clients at once: a connection for each query.

That isolates settings, `USE` and temporary tables, lets readers work beside a writer, and keeps
the rows of a query that failed from the next one.
"""

import contextlib
import itertools
from collections.abc import Generator, Iterable, Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Final

import orjson

from otel_training.conventions import DATABASE
from otel_training.serving.clickhouse import native
from otel_training.serving.clickhouse.failure import engines, refusal
from otel_training.serving.clickhouse.literal import assigned, identifier, text
from otel_training.serving.clickhouse.request import Request
from otel_training.serving.clickhouse.session import Sessions
from otel_training.serving.clickhouse.statement import Statement
from otel_training.store.client import connect_embedded

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
_GET: Final = "Cannot execute query in readonly mode: GET implies it. Use POST for what changes something."


@dataclass(slots=True)
class Answer:
    """What the engine says: chunks of a format, the first of them already there.

    Whoever does not read to the end closes `rest`, and with it the connection.
    """

    format: str
    first: bytes = b""
    rest: Generator[bytes] = field(default_factory=lambda: _nothing())  # noqa: PLW0108 - defined below
    rows_written: int = 0
    rows_read: int = 0


@dataclass(frozen=True, slots=True)
class Engine:
    """The engine of one store."""

    path: Path
    sessions: Sessions
    _numbers: Iterator[int] = field(default_factory=itertools.count)

    def mark(self) -> str:
        """Return a mark of a query, by which it can be killed."""
        return f"serve-{next(self._numbers)}-"

    def run(self, request: Request, statement: Statement, data: Iterable[bytes], mark: str) -> Answer:
        """Run a statement; raises `QueryError`, and so may the chunks."""
        if request.is_readonly and not statement.is_readonly:
            raise refusal(164, "READONLY", _GET)
        answer = Answer(statement.format or request.format)
        answer.rest = self._chunks(request, statement, data, mark, answer)
        answer.first = next(answer.rest, b"")
        if not (answer.first or statement.is_read):
            # clickhouse-connect takes whatever names a format for a result.
            answer.format = ""
        return answer

    def kill(self, mark: str = "serve-") -> None:
        """Stop a query, or all; one that has ended is no error."""
        with contextlib.closing(connect_embedded(self.path)) as connection:
            connection.query(f"KILL QUERY WHERE startsWith(Settings['log_comment'], {text(mark)}) ASYNC", "Null")

    def constants(self) -> tuple[str, str]:
        """Return the engine's version and time zone."""
        with contextlib.closing(connect_embedded(self.path)) as connection:
            version, zone = orjson.loads(connection.query("SELECT version(), timezone()", "JSONCompactEachRow").bytes())
            return version, zone

    def _chunks(
        self, request: Request, statement: Statement, data: Iterable[bytes], mark: str, answer: Answer
    ) -> Generator[bytes]:
        with self._connected(request, mark) as connection:
            if statement.data_at >= 0:
                answer.rows_written = _insert(connection, statement, data)
            elif _is_streamed(request, statement, answer.format):
                yield from _stream(connection, statement, answer.format)
            else:
                result = connection.query(statement.text, answer.format)
                answer.rows_written, answer.rows_read = result.rows_written(), result.storage_rows_read()
                yield from _pieces(result.bytes())

    @contextlib.contextmanager
    def _connected(self, request: Request, mark: str) -> "Iterator[Connection]":
        """Open a connection, or take the session's, and set it up for one request."""
        settings = request.settings | {"log_comment": mark + request.settings.get("log_comment", "")}
        try:
            with contextlib.ExitStack() as stack:
                if request.session:
                    connection, is_new = stack.enter_context(self.sessions.taken(request, settings))
                else:
                    connection, is_new = stack.enter_context(contextlib.closing(connect_embedded(self.path))), True
                if is_new or request.database:
                    connection.query(f"USE {identifier(request.database or DATABASE)}", "Null")
                connection.query(f"SET {assigned(settings | request.parameters)}", "Null")
                yield connection
        except RuntimeError as error:
            raise engines(error) from error


def _is_streamed(request: Request, statement: Statement, name: str) -> bool:
    return (
        statement.is_read
        and statement.is_plain
        and name.upper() in _STREAMED
        and request.settings.get("extremes", "0") == "0"
    )


def _stream(connection: "Connection", statement: Statement, name: str) -> Iterator[bytes]:
    is_empty = True
    with connection.send_query(statement.text, name) as stream:
        while (block := stream.fetch()) is not None:
            is_empty = False
            yield from _pieces(block.bytes())
    if is_empty and name.upper() == "NATIVE":
        yield _header(connection, statement)


def _header(connection: "Connection", statement: Statement) -> bytes:
    """Give an empty answer its columns: the engine writes nothing then."""
    rows = connection.query(f"DESCRIBE ({statement.query})", "JSONCompactEachRow").bytes()
    return native.header([tuple(orjson.loads(line)[:2]) for line in rows.splitlines()])


def _insert(connection: "Connection", statement: Statement, data: Iterable[bytes]) -> int:
    with connection.send_insert(statement.text, statement.format) as inserter:
        for chunk in data:
            inserter.append(chunk)
        return int(inserter.finish().rows_written)


def _pieces(data: bytes) -> Iterator[bytes]:
    """Cut a block, which may be 100 MB, so that it is not copied whole at each step to the client."""
    return (data[at : at + _PIECE_BYTES] for at in range(0, len(data), _PIECE_BYTES))


def _nothing() -> Generator[bytes]:
    yield from ()
