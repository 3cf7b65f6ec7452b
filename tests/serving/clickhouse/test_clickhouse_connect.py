"""clickhouse-connect over HTTP, as anybody would use it."""

import threading
from collections.abc import Iterator
from datetime import UTC, datetime
from typing import Any

import clickhouse_connect
import pytest
from clickhouse_connect.driver.exceptions import DatabaseError

pytestmark = pytest.mark.slow

TABLE = "CREATE OR REPLACE TABLE {} (a UInt32, b String, c Map(String, String)) ENGINE = MergeTree ORDER BY a"


def connect(endpoint: Any, **options: Any) -> Any:
    """A client as its own documentation makes it."""
    given = {"port": endpoint.port, "password": endpoint.password, "database": "otel_training"} | options
    # Its default, by name: our own commands turn it off for their process, which other tests share.
    given.setdefault("autogenerate_session_id", True)
    return clickhouse_connect.get_client(host="127.0.0.1", **given)


@pytest.fixture(params=[{}, {"compress": False}, {"compress": "zstd"}, {"autogenerate_session_id": False}], ids=str)
def client(endpoint: Any, request: pytest.FixtureRequest) -> Iterator[Any]:
    """A client, each way it can be set up."""
    client = connect(endpoint, **request.param)
    yield client
    client.close()


def test_queries_with_types(client: Any) -> None:
    """Rows, names and types come as from a server."""
    result = client.query(
        "SELECT 1::UInt64 AS n, 'é' AS s, NULL::Nullable(Float64) AS f, map('k', 'v') AS m, [1, 2] AS l, "
        "toDateTime64('2026-11-26 12:00:00.5', 3, 'UTC') AS t"
    )

    moment = datetime(2026, 11, 26, 12, 0, 0, 500_000, tzinfo=UTC)
    assert [(1, "é", None, {"k": "v"}, [1, 2], moment)] == [
        (*row[:-1], row[-1].replace(tzinfo=row[-1].tzinfo or UTC)) for row in result.result_rows
    ]
    assert ("n", "s", "f", "m", "l", "t") == result.column_names


def test_an_empty_answer_has_its_columns(client: Any) -> None:
    """No rows is an answer, too."""
    result = client.query("SELECT number AS n FROM numbers(3) WHERE number > 5")

    assert (("n",), []) == (result.column_names, result.result_rows)
    assert ("n",) == client.query("SELECT number AS n FROM numbers(3) LIMIT 0").column_names


@pytest.mark.parametrize("length", [3, 9_000], ids=["in the URL", "as a form"])
def test_binds_parameters(client: Any, length: int) -> None:
    """Long values go as a form, and mean the same."""
    hostile = "'; DROP TABLE x; --\n\t\\" + "é" * length

    assert [(hostile, [1, 2])] == client.query(
        "SELECT {a:String}, {b:Array(UInt8)}", parameters={"a": hostile, "b": [1, 2]}
    ).result_rows


def test_inserts_and_reads_back(client: Any) -> None:
    """A block goes in as the client packs it, and the summary counts it."""
    client.command(TABLE.format("connected"))
    rows = [[number, "x" * (number % 100), {"k": str(number)}] for number in range(50_000)]
    summary = client.insert("connected", rows, column_names=["a", "b", "c"])

    copied = client.command("INSERT INTO connected SELECT a + 50000, b, c FROM connected")
    assert (50_000, 50_000) == (summary.written_rows, copied.written_rows)
    client.command("DELETE FROM connected WHERE a >= 50000")
    assert 50_000 == client.command("SELECT count() FROM connected")
    assert [tuple(row) for row in rows] == client.query("SELECT * FROM connected ORDER BY a").result_rows


def test_streams(client: Any) -> None:
    """A long answer comes block by block."""
    blocks = total = 0
    with client.query_row_block_stream("SELECT number FROM numbers(1000000)") as stream:
        for block in stream:
            blocks += 1
            total += sum(row[0] for row in block)

    assert (True, 499_999_500_000) == (blocks > 1, total)


def test_raw_streams_of_any_format(client: Any) -> None:
    """Bytes in, bytes out."""
    client.command(TABLE.format("raw_rows"))
    client.raw_insert("raw_rows", ["a", "b"], b"a,b\n1,x\n2,y\n", fmt="CSVWithNames")

    assert b'{"a":1,"b":"x"}\n{"a":2,"b":"y"}\n' == client.raw_query(
        "SELECT a, b FROM raw_rows ORDER BY a", fmt="JSONEachRow"
    )
    assert b"PAR1" == client.raw_query("SELECT a FROM raw_rows", fmt="Parquet")[:4]


def test_errors_are_clickhouses(client: Any) -> None:
    """The client sees code and sentence, and goes on working."""
    for statement, code in (("SELECT * FROM nosuch", 60), ("SELEC 1", 62), ("SELECT throwIf(1)", 395)):
        with pytest.raises(DatabaseError, match=f"code: {code}"):
            client.query(statement)
    with pytest.raises(DatabaseError, match="code: 60"):
        client.insert("nosuch", [[1]], column_names=["a"], column_type_names=["UInt8"])

    assert 42 == client.command("SELECT 42")


def test_an_error_amid_a_stream_is_an_error(client: Any) -> None:
    """Rows that came before it are no whole answer."""
    late = "SELECT number, throwIf(number = 900000) FROM numbers(1000000) SETTINGS max_block_size = 1000"
    with pytest.raises(DatabaseError, match="throwIf"), client.query_row_block_stream(late) as stream:
        for _ in stream:
            pass

    assert [(42,)] == client.query("SELECT 42").result_rows


def test_settings_and_a_readonly_client(endpoint: Any) -> None:
    """Settings of a client are its own; one that may only read is refused the rest, and can go on reading."""
    reader = connect(endpoint, settings={"max_threads": 2, "readonly": 1}, autogenerate_session_id=False)
    try:
        with pytest.raises(DatabaseError, match="READONLY"):
            reader.command("CREATE TABLE x (a UInt8) ENGINE = Memory")
        assert 2 == reader.command("SELECT getSetting('max_threads')")
    finally:
        reader.close()


def test_a_wrong_password_is_refused(endpoint: Any) -> None:
    """By code 516, in each place a client can put it."""
    for options in ({"password": "wrong"}, {"password": ""}, {"username": "root"}):
        with pytest.raises(DatabaseError, match="516"):
            connect(endpoint, **options)


def test_a_session_keeps_its_tables_and_settings(endpoint: Any) -> None:
    """Temporary tables and SET live as long as the session, a request's own settings as long as the request."""
    mine, other = connect(endpoint), connect(endpoint)
    try:
        mine.command("CREATE TEMPORARY TABLE mine (a UInt8)")
        mine.insert("mine", [[7]], column_names=["a"], column_type_names=["UInt8"])
        mine.command("SET max_result_rows = 1000")
        with pytest.raises(DatabaseError):
            mine.query("SELECT number, throwIf(number = 200000) FROM numbers(1000000) SETTINGS max_block_size = 1000")

        ask = "SELECT getSetting('max_result_rows')"
        assert (7, 50, 1000) == (
            mine.command("SELECT a FROM mine"),
            mine.command(ask, settings={"max_result_rows": 50}),
            mine.command(ask),
        )
        assert 0 == other.command(ask)
        with pytest.raises(DatabaseError, match="code: 60"):
            other.command("SELECT a FROM mine")
    finally:
        mine.close()
        other.close()


def test_readers_work_beside_a_writer(endpoint: Any) -> None:
    """While one client inserts, another reads what is whole; each block is there or not."""
    writer, reader = connect(endpoint), connect(endpoint)
    writer.command(TABLE.format("busy"))
    rows = [[number, "x" * 1000, {}] for number in range(2_000)]
    seen: list[int] = []
    done = threading.Event()

    def write() -> None:
        try:
            for _ in range(10):
                writer.insert("busy", rows, column_names=["a", "b", "c"])
        finally:
            done.set()

    thread = threading.Thread(target=write)
    thread.start()
    while not done.is_set():
        seen.append(reader.command("SELECT count() FROM busy"))
    thread.join()

    assert 20_000 == reader.command("SELECT count() FROM busy")
    assert (sorted(seen), set()) == (seen, {count % 2_000 for count in seen} - {0})
    assert len(seen) > 2
    writer.close()
    reader.close()
