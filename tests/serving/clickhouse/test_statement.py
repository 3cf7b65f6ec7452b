"""Reading a statement as the engine's parser does."""

from collections.abc import Callable, Iterator
from contextlib import closing
from functools import partial
from typing import TypeAlias

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from otel_training.serving.clickhouse.engine import Engine
from otel_training.serving.clickhouse.errors import QueryError
from otel_training.serving.clickhouse.session import Sessions
from otel_training.serving.clickhouse.statement import Statement, read_statement
from otel_training.store.client import connect_embedded

pytestmark = pytest.mark.slow

Read: TypeAlias = Callable[[bytes], Statement]
NOISE = st.sampled_from(
    [
        "'FORMAT CSV'", "'it''s; VALUES ('", "'\\'; FORMAT'", "`FORMAT x`", '"VALUES;"', "/* FORMAT CSV; */ 1",
        "$$;FORMAT$$", "-- VALUES (1);\n1", "# FORMAT\n 1", "$a$ ; $$ VALUES $a$", "(format, `values`)", "f(';')",
        "\u2018'; FORMAT\u2019", "'\u00e9\u2028'",
    ]
)  # fmt: skip


@pytest.fixture(scope="module")
def read(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Read]:
    """Read with an engine, which stays open."""
    connect = partial(connect_embedded, tmp_path_factory.mktemp("parsing"))
    engine = Engine(connect, Sessions(connect), "default")
    with closing(connect()):
        yield lambda source: read_statement(source, engine.parse)


@pytest.mark.parametrize(
    ("source", "text", "name", "data"),
    [
        (b"INSERT INTO t FORMAT TSV\n1\n", "INSERT INTO t", "TSV", b"1\n"),
        (b"insert into t (a, b) format Native \r\n\x00;'\xff", "INSERT INTO t (a, b)", "Native", b"\x00;'\xff"),
        (b"INSERT INTO `a` FORMAT CSV 1", "INSERT INTO a", "CSV", b"1"),
        (b"INSERT INTO x . values VALUES (1)", "INSERT INTO x.`values`", "Values", b"(1)"),
        (b"INSERT INTO values VALUES (1)", "INSERT INTO `values`", "Values", b"(1)"),
        (b"INSERT INTO x.format FORMAT CSV 1", "INSERT INTO x.format", "CSV", b"1"),
        (b"INSERT INTO t VALUES (1), ('; FORMAT CSV')", "INSERT INTO t", "Values", b"(1), ('; FORMAT CSV')"),
        (b"INSERT INTO t VALUES (1); -- x", "INSERT INTO t", "Values", b"(1); -- x"),
        (b"INSERT INTO t SETTINGS a = 1 FORMAT CSV\n", "INSERT INTO t SETTINGS a = 1", "CSV", b""),
        (b"/* x */ INSERT INTO t (format, values) FORMAT CSV 1", "INSERT INTO t (format, `values`)", "CSV", b"1"),
        (b"INSERT INTO t FORMAT /* x */ `CSV` 1", "INSERT INTO t", "CSV", b"1"),
        (b"INSERT INTO FUNCTION f('FORMAT b') FORMAT CSV\n1", "INSERT INTO FUNCTION f('FORMAT b')", "CSV", b"1"),
        (b"WITH 1 AS x INSERT INTO t FORMAT TSV\na;b\n;\n", "INSERT INTO t", "TSV", b"a;b\n;\n"),
        (b"-- FORMAT\nINSERT/**/INTO t(a)VALUES(';')", "INSERT INTO t (a)", "Values", b"(';')"),
        (b"INSERT INTO t FORMAT TSV INSERT INTO t VALUES", "INSERT INTO t", "TSV", b"INSERT INTO t VALUES"),
    ],
)
def test_finds_an_inserts_data(read: Read, source: bytes, text: str, name: str, data: bytes) -> None:
    """They begin after VALUES, or after the format and one line end, whatever stands before."""
    statement = read(source)

    assert (text, name, data) == (statement.text, statement.format, source[statement.data_at :])


@pytest.mark.parametrize(
    ("source", "text", "name", "query"),
    [
        ("SELECT 1", "SELECT 1", "", "SELECT 1"),
        ("SELECT 'é' FORMAT JSON;\n-- end", "SELECT 'é' FORMAT JSON", "JSON", "SELECT 'é'"),
        ("SELECT 1 format CSV SETTINGS a = 1", "SELECT 1 FORMAT CSV SETTINGS a = 1", "CSV", "SELECT 1"),
        ("SELECT format FROM t", "SELECT format FROM t", "", "SELECT format FROM t"),
        ("SELECT FORMAT ORDER BY FORMAT DESC", "SELECT FORMAT ORDER BY FORMAT DESC", "", None),
        ("SELECT 1 SETTINGS log_comment = ' FORMAT CSV'", "SELECT 1 SETTINGS log_comment = ' FORMAT CSV'", "", None),
        ("INSERT INTO t SELECT 1", "INSERT INTO t SELECT 1", "", "INSERT INTO t SELECT 1"),
        ("INSERT INTO t SELECT 1 FORMAT CSV", "INSERT INTO t SELECT 1 FORMAT CSV", "CSV", "INSERT INTO t SELECT 1"),
        ("WITH 1 AS x INSERT INTO t SELECT x", "INSERT INTO t WITH 1 AS x SELECT x", "", None),
    ],
)
def test_finds_a_querys_format(read: Read, source: str, text: str, name: str, query: str | None) -> None:
    """Only where it is a clause."""
    statement = read(source.encode())

    assert (text, name, -1, query or text) == (statement.text, statement.format, statement.data_at, statement.query)


@pytest.mark.parametrize(
    ("source", "is_read", "is_readonly"),
    [
        ("(SELECT 1) UNION ALL SELECT 2", True, True),
        ("FROM t SELECT 1", True, True),
        ("1 + 1", True, True),
        ("WITH 1 AS x SELECT x", True, True),
        ("SHOW TABLES", False, True),
        ("/* SELECT */ DROP TABLE t", False, False),
        ("WITH 1 AS x INSERT INTO t SELECT x", False, False),
    ],
)
def test_knows_what_changes_something(read: Read, source: str, is_read: bool, is_readonly: bool) -> None:  # noqa: FBT001
    """Not by its first word: a comment, a parenthesis or WITH may stand before."""
    statement = read(source.encode())

    assert (is_read, is_readonly) == (statement.is_read, statement.is_readonly)


@pytest.mark.parametrize("source", [b"", b";", b"SELECT 1; SELECT 2", b"SELEC 1", b"INSERT INTO t FORMAT", b"\\G"])
def test_refuses_what_is_no_statement(read: Read, source: bytes) -> None:
    """By ClickHouse's code, without the text of our own question."""
    with pytest.raises(QueryError) as raised:
        read(source)

    assert (62, False) == (raised.value.code, "unhex" in str(raised.value))


def test_reads_what_is_no_utf8(read: Read) -> None:
    """Within a value, where an escape means the same byte."""
    assert "SELECT 'a\\xffé'" == read(b"SELECT 'a\xff\xc3\xa9'").text


@settings(suppress_health_check=[HealthCheck.function_scoped_fixture], deadline=None, max_examples=50)
@given(st.lists(NOISE, min_size=1, max_size=6), st.binary(max_size=200))
def test_no_word_in_strings_or_comments_counts(read: Read, noise: list[str], data: bytes) -> None:
    """Whatever stands in them, the format and the data are statement."""
    source = f"WITH {noise[0]} AS x INSERT INTO t FORMAT RowBinary\n".encode()
    insert = read(source + data)
    select = read(f"SELECT {' , '.join(noise)} FORMAT CSV ;".encode())

    assert ("INSERT INTO t", "RowBinary", data) == (insert.text, insert.format, (source + data)[insert.data_at :])
    assert ("CSV", -1) == (select.format, select.data_at)
