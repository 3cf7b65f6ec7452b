"""The store's client, the only code that opens ClickHouse: `chdb:///path` and `http(s)://...` alike."""

import logging
import os
import re
import sys
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from importlib import import_module
from importlib.resources import files
from pathlib import Path
from typing import IO, TYPE_CHECKING, Any, BinaryIO, Final, TypeAlias, cast
from urllib.parse import urlsplit

import orjson

from otel_training.conventions import DATABASE
from otel_training.errors import FolderError, RowsUnreadableError, StoreError, StoreRefusedError
from otel_training.ownership import own_folder
from otel_training.record.values import clean

if TYPE_CHECKING:
    from chdb.state.sqlitelike import Connection
    from clickhouse_connect.driver.client import Client

Row: TypeAlias = dict[str, Any]

_LOOPBACK: Final = frozenset({"127.0.0.1", "::1", "localhost"})
_BLOCK_BYTES: Final = 1 << 18
_PACKAGE: Final = "otel_training.store"
# The queries that stand in others, each on a line of its own.
_PART: Final = re.compile(r"^/\*\{(chosen|counted|doubted|liked|occurrences|picked|votes)\}\*/$", re.MULTILINE)
_UNDOUBTED: Final = "doubted_none"
# An error in the middle of a result over HTTP: a blank line, then the lines that `_read_exception` reads.
_BROKEN: Final = b"\r"
_BROKEN_NATIVE: Final = b"\r\n__exception__\r\n"
_BROKEN_BYTES: Final = 1 << 15
_CODE: Final = re.compile(r"Code: (\d+)\.")
# CANNOT_PARSE_TEXT, _ESCAPE_SEQUENCE, _QUOTED_STRING, _INPUT_ASSERTION_FAILED, _NUMBER, _DATETIME,
# INCORRECT_DATA, UNKNOWN_FIELD; TYPE_MISMATCH, CANNOT_READ_ALL_DATA
_UNREADABLE: Final = frozenset({6, 25, 26, 27, 33, 41, 53, 72, 117, 130, 131, 349, 386, 467, 636})
_NO_SPACE: Final = frozenset({243})
# READONLY, ACCESS_DENIED
_REFUSED: Final = frozenset({164, 497})
_UNREACHABLE: Final = re.compile(r"ConnectionPool\(host='([^']+)', port=(\d+)\)")
# The driver logs what it raises, which Python prints where nobody configured logging.
logging.getLogger("clickhouse_connect").addHandler(logging.NullHandler())


class Store:
    """A connection to the store, renewed after any error.

    chdb hands the rows of a query that failed after it produced output to the next query on the
    same connection; so no connection that has seen an error is used again.
    """

    def __init__(self, dsn: str, database: str = DATABASE) -> None:
        self._dsn = dsn
        self._database = database
        self._client: Client | None = None

    def run(self, statement: str, **parameters: Any) -> None:
        """Run a statement without a result; its `{name:Type}` stand for the parameters."""
        with self._fresh_client() as client:
            client.command(statement, parameters=parameters)

    def rows(self, statement: str, **parameters: Any) -> Iterator[Row]:
        """Stream the rows of a query, each a dict of JSON types."""
        with (
            self._fresh_client() as client,
            client.raw_stream(statement, parameters=parameters, fmt="JSONEachRow") as stream,
        ):
            lines = _read_lines(stream)
            for line in lines:
                if line == _BROKEN:
                    raise StoreError(f"The store said: {_read_exception(lines)}")
                yield orjson.loads(line)

    def row(self, statement: str, **parameters: Any) -> Row:
        """Return the only row of a query."""
        (row,) = self.rows(statement, **parameters)
        return row

    def insert(self, table: str, columns: Sequence[str], rows: Sequence[Sequence[Any]]) -> None:
        """Insert rows into a table; on a cluster, too, the next query reads them."""
        with self._fresh_client() as client:
            client.insert(table, rows, column_names=columns, settings={"distributed_foreground_insert": 1})

    def native(self, table: str) -> Iterator[bytes]:
        """Stream a table's rows as blocks of the engine's own format."""
        # A server answers when it has all: an error in the middle of such a format would pass for rows.
        whole = {} if self.is_embedded else {"wait_end_of_query": 1}
        query = "SELECT * FROM {table:Identifier}"
        with (
            self._fresh_client() as client,
            client.raw_stream(query, parameters={"table": table}, fmt="Native", settings=whole) as stream,
        ):
            while block := stream.read(_BLOCK_BYTES):
                if _BROKEN_NATIVE in block[-_BROKEN_BYTES:]:
                    raise StoreError(f"The store broke off its answer while it read {table}: run this again.")
                yield block

    def insert_native(self, table: str, file: IO[bytes]) -> None:
        """Insert what `native` streamed; an old log may reach back over any number of months, each a partition."""
        settings = {"max_partitions_per_insert_block": 0, "distributed_foreground_insert": 1}
        with self._fresh_client() as client:
            client.raw_insert(table, insert_block=cast("BinaryIO", file), fmt="Native", settings=settings)

    @property
    def is_embedded(self) -> bool:
        """Whether the engine runs in this process."""
        return self._dsn.startswith("chdb:")

    def another(self, database: str = DATABASE) -> "Store":
        """Return a second connection to the same store, for a second open result."""
        return Store(self._dsn, database)

    def close(self) -> None:
        """Close the connection; the next query opens a new one."""
        client, self._client = self._client, None
        if client is not None:
            client.close()

    @contextmanager
    def _fresh_client(self) -> "Iterator[Client]":
        """Yield a client that has seen no error; one that sees any is closed."""
        try:
            if self._client is None:
                self._client = _connect(self._dsn, self._database)
            yield self._client
        except KeyboardInterrupt:
            # Amid a query the driver keeps its lock, for which `close` would wait; the program is about to end.
            self._client = None
            raise
        except BaseException as error:
            # Also for a consumer that stops early: it leaves an open stream, and the next query would see nothing.
            self.close()
            if not _is_from_driver(error):
                raise
            raise _as_store_error(error) from error


def embedded_dsn(path: Path) -> str:
    """Return the DSN of the embedded store in a folder; raises `FolderError` where the engine cannot open it."""
    place = str(path.absolute())
    if place != clean(place):
        raise FolderError(
            f"The engine opens no folder whose name is no UTF-8, as {place!a} is: rename it, or set OTEL_TRAINING_HOME."
        )
    return f"chdb://{place}"


def connect_embedded(path: Path) -> "Connection":
    """Open a connection to the embedded store that speaks bytes of any format, for one use."""
    _load_engine()
    from chdb.state.sqlitelike import Connection

    own_folder(path)
    return Connection(f"{path.absolute()}?config-file={_config()}")


def read_query(name: str, folder: str = "queries", *, doubted: str = _UNDOUBTED) -> str:
    """Read a statement's text by its file name; `/*{chosen}*/` stands for the query of that name, as do some others.

    For `/*{doubted}*/` stands the query named, the simplest that will do: the engine takes longer to plan the whole
    than to run it.
    """
    text = (files(_PACKAGE) / folder / f"{name}.sql").read_text(encoding="utf-8")
    parts = {"doubted": doubted} | ({"counted": "counted_all"} if doubted == _UNDOUBTED else {})
    return _PART.sub(lambda part: read_query(parts.get(part[1], part[1]), doubted=doubted).rstrip(), text)


def read_folder(folder: str) -> dict[str, str]:
    """Read all statements of a folder, by their file names and in the order of these."""
    names = sorted(path.name for path in (files(_PACKAGE) / folder).iterdir() if path.name.endswith(".sql"))
    return {name.removesuffix(".sql"): read_query(name.removesuffix(".sql"), folder) for name in names}


def _connect(dsn: str, database: str) -> "Client":
    try:
        import clickhouse_connect
        from clickhouse_connect import common
        from clickhouse_connect.driver import httputil
    except ImportError as error:
        raise StoreError("The store needs its libraries: pip install 'otel_training[local,cli]'.") from error
    common.set_setting("autogenerate_session_id", False)  # noqa: FBT003 - the library's signature
    options: dict[str, Any] = {}
    if dsn.startswith("chdb:"):
        own_folder(Path(urlsplit(dsn).path))
        _load_engine()
        options["chdb_options"] = {"config-file": _config()}
    else:
        options |= {"connect_timeout": 10, "send_receive_timeout": 60}
        # The driver would ask for the DSN's database at once, and fail on a server that has none yet.
        dsn = urlsplit(dsn)._replace(path="").geturl()
    if urlsplit(dsn).hostname in _LOOPBACK:
        # A pool of our own: the driver's would send this machine's address, and the password, to HTTP_PROXY.
        options["pool_mgr"] = httputil.get_pool_manager()
    client: Client = clickhouse_connect.get_client(dsn=dsn, **options)
    if str(client.command(f"EXISTS DATABASE {database}")) == "0":
        # Not IF NOT EXISTS alone: that asks for a right that a reader lacks.
        client.command(f"CREATE DATABASE IF NOT EXISTS {database}")
    client.database = database
    client.command(f"USE {database}")
    return client


def _load_engine() -> None:
    """Import the engine where no stranger's `./config.xml` is: it opens a first store by what it finds there."""
    if "chdb" in sys.modules:
        return
    package = str(files(_PACKAGE))
    environ, here = dict(os.environ), os.open(".", os.O_RDONLY)
    try:
        os.chdir(package)
        os.environ["HOME"] = package
        # Its connections would load pyarrow, for formats that we never ask for: a fifth of a second, and 40 MB.
        with _without("pyarrow"):
            import_module("chdb.state.sqlitelike")
    except ImportError:
        pass  # named by who then needs it
    finally:
        os.environ.update(environ)
        if "HOME" not in environ:
            del os.environ["HOME"]
        os.fchdir(here)
        os.close(here)


@contextmanager
def _without(name: str) -> Iterator[None]:
    """Have a library that the program has not loaded yet be missing for a while."""
    if name in sys.modules:
        yield
        return
    sys.modules[name] = None  # type: ignore[assignment]  # as the import system documents it
    try:
        yield
    finally:
        del sys.modules[name]


def _config() -> str:
    return str(files(_PACKAGE) / "chdb.xml")


def _read_lines(stream: Any) -> Iterator[bytes]:
    """Read a stream by blocks and cut it into lines: iterating chdb's stream reads byte by byte."""
    rest = b""
    while block := stream.read(_BLOCK_BYTES):
        *whole, rest = (rest + block).split(b"\n")
        yield from whole
    if rest:
        yield rest


def _read_exception(lines: Iterator[bytes]) -> str:
    texts = (line.decode(errors="replace") for line in lines)
    return next((text[:300] for text in texts if _CODE.match(text)), "it broke off its answer")


def _as_store_error(error: BaseException) -> StoreError:
    """Turn an error of the driver into one of ours."""
    text = str(error)
    match = _CODE.search(text)
    code = int(match.group(1)) if match else 0
    if code in _UNREADABLE:
        return RowsUnreadableError(text)
    if code in _NO_SPACE or "No space left" in text:
        return StoreError("The disk is full: make room and run the command again; nothing was lost.")
    if unreachable := _UNREACHABLE.search(text):
        return StoreError(
            f"No ClickHouse answers at {':'.join(unreachable.groups())}: start it, or correct OTEL_TRAINING_STORE."
        )
    kind = StoreRefusedError if code in _REFUSED else StoreError
    first = text.strip().splitlines()[0][:300] if text.strip() else type(error).__name__
    return kind(f"The store said: {first}")


def _is_from_driver(error: BaseException) -> bool:
    module = type(error).__module__
    return module.startswith(("clickhouse_connect", "urllib3")) or type(error) is RuntimeError
