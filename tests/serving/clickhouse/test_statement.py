"""Reading a statement's text, beside what the engine makes of it."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from otel_training.serving.clickhouse.errors import QueryError
from otel_training.serving.clickhouse.statement import read_statement

NOISE = st.sampled_from(
    [
        "'FORMAT CSV'", "'it''s; VALUES ('", "'\\'; FORMAT'", "`FORMAT x`", '"VALUES;"', "/* FORMAT CSV; */",
        "$$;FORMAT$$", "-- VALUES (1);\n", "# FORMAT\n", "$a$ ; $$ VALUES $a$", "(format, values)", "f(';')",
        "format.x", "x.values", "'\u00e9\u2028'",
    ]
)  # fmt: skip


@pytest.mark.parametrize(
    ("source", "text", "name", "data"),
    [
        (b"INSERT INTO t FORMAT TSV\n1\n", "INSERT INTO t ", "TSV", b"1\n"),
        (b"insert into t (a, b) format Native \r\n\x00;'", "insert into t (a, b) ", "Native", b"\x00;'"),
        (b"INSERT INTO `a` FORMAT CSV 1", "INSERT INTO `a` ", "CSV", b"1"),
        (b"INSERT INTO x . values VALUES (1)", "INSERT INTO x . values ", "Values", b"(1)"),
        (b"INSERT INTO values VALUES (1)", "INSERT INTO values ", "Values", b"(1)"),
        (b"INSERT INTO x.format FORMAT CSV 1", "INSERT INTO x.format ", "CSV", b"1"),
        (b"INSERT INTO t VALUES (1), ('; FORMAT CSV')", "INSERT INTO t ", "Values", b"(1), ('; FORMAT CSV')"),
        (b"INSERT INTO t SETTINGS a = 1 FORMAT CSV\n", "INSERT INTO t SETTINGS a = 1 ", "CSV", b""),
        (
            b"/* x */ INSERT INTO t (format, values) FORMAT CSV 1",
            "/* x */ INSERT INTO t (format, values) ",
            "CSV",
            b"1",
        ),
        (
            b"INSERT INTO FUNCTION null('a FORMAT b') FORMAT CSV\n1",
            "INSERT INTO FUNCTION null('a FORMAT b') ",
            "CSV",
            b"1",
        ),
    ],
)
def test_finds_an_inserts_data(source: bytes, text: str, name: str, data: bytes) -> None:
    """They begin after VALUES, or after the format and one line end."""
    statement = read_statement(source)

    assert (text, name, data) == (statement.text, statement.format, source[statement.data_at :])


@pytest.mark.parametrize(
    ("source", "text", "name", "query"),
    [
        ("SELECT 1", "SELECT 1", "", "SELECT 1"),
        ("SELECT 'é' FORMAT JSON;\n-- end", "SELECT 'é' FORMAT JSON", "JSON", "SELECT 'é' "),
        ("SELECT 1 format CSV SETTINGS a = 1", "SELECT 1 format CSV SETTINGS a = 1", "CSV", "SELECT 1 "),
        ("SELECT format FROM t", "SELECT format FROM t", "", "SELECT format FROM t"),
        ("SELECT 1 ORDER BY format DESC", "SELECT 1 ORDER BY format DESC", "", "SELECT 1 ORDER BY format DESC"),
        ("SELECT (SELECT x format FROM t)", "SELECT (SELECT x format FROM t)", "", "SELECT (SELECT x format FROM t)"),
        ("INSERT INTO t SELECT 1", "INSERT INTO t SELECT 1", "", "INSERT INTO t SELECT 1"),
        ("INSERT INTO t SELECT format", "INSERT INTO t SELECT format", "", "INSERT INTO t SELECT format"),
        ("INSERT INTO t FORMAT", "INSERT INTO t FORMAT", "", "INSERT INTO t FORMAT"),
        ("", "", "", ""),
    ],
)
def test_finds_a_querys_format(source: str, text: str, name: str, query: str) -> None:
    """Only where it is a clause, and without the semicolon that ends the statement."""
    statement = read_statement(source.encode())

    assert (text, name, -1, query) == (statement.text, statement.format, statement.data_at, statement.query)


@pytest.mark.parametrize(
    ("source", "code"),
    [
        (b"SELECT 1; SELECT 2", 62), (b"SELECT '\xff'", 62),
        (b"SELECT 1 INTO/**/OUTFILE 'x'", 358), (b"SELECT 1 into outfile 'x' FORMAT CSV", 358),
        (b"INSERT INTO t FROM INFILE 'x' FORMAT CSV", 78), (b"INSERT INTO t FROM INFILE 'x'", 78),
        (b"SYSTEM/**/SHUTDOWN", 1), (b"system kill;", 1),
    ],
)  # fmt: skip
def test_refuses_what_must_not_run_here(source: bytes, code: int) -> None:
    """Each by ClickHouse's code."""
    with pytest.raises(QueryError) as raised:
        read_statement(source)

    assert code == raised.value.code


@given(st.lists(NOISE, max_size=6), st.binary(max_size=200))
def test_no_word_in_strings_or_comments_counts(noise: list[str], data: bytes) -> None:
    """Whatever stands in them, the format and the data are statement."""
    head = f"INSERT INTO t {' '.join(noise)} "
    source = head.encode() + b"FORMAT RowBinary\n" + data
    insert = read_statement(source)
    select = read_statement(f"SELECT {' , '.join(noise)} FORMAT CSV ;".encode())

    assert (head, "RowBinary", data) == (insert.text, insert.format, source[insert.data_at :])
    assert ("CSV", -1) == (select.format, select.data_at)
