"""Requests as curl and ClickHouse's clients send them."""

import gzip
import json
import time
import zlib
from typing import Any
from urllib.request import urlopen
from uuid import UUID

import lz4.frame
import pytest

pytestmark = pytest.mark.slow

SLOW = "SELECT sum(sleepEachRow(0.2)) FROM numbers(1000) SETTINGS max_block_size = 1"
RUNNING = "SELECT count() FROM system.processes WHERE query LIKE '%sleepEachRow%' AND query NOT LIKE '%processes%'"
NUMBERS = "SELECT number FROM numbers(3)"


def test_answers_with_tabs_unless_asked(endpoint: Any) -> None:
    """The default format is ClickHouse's, and the headers say what clients look for."""
    answer = endpoint.ask("SELECT 1 AS one, 'a' AS two")

    assert (200, b"1\ta\n") == (answer.status, answer.body)
    assert ["text/tab-separated-values; charset=UTF-8", "TabSeparated", "otel_training"] == [
        answer.headers[name] for name in ("Content-Type", "X-ClickHouse-Format", "X-ClickHouse-Server-Display-Name")
    ]


@pytest.mark.parametrize(
    ("statement", "query", "expected"),
    [
        (f"{NUMBERS} FORMAT JSONEachRow", {}, b'{"number":0}\n{"number":1}\n{"number":2}\n'),
        (f"{NUMBERS} FORMAT CSVWithNames;", {}, b'"number"\n0\n1\n2\n'),
        (f"{NUMBERS} FORMAT CSV SETTINGS max_threads = 1", {}, b"0\n1\n2\n"),
        (NUMBERS, {"default_format": "JSONCompactEachRow"}, b"[0]\n[1]\n[2]\n"),
        ("SELECT 1 AS x;", {"default_format": "Native"}, b"\x01\x01\x01x\x05UInt8\x01"),
        ("SELECT 1 AS x WHERE 0", {"default_format": "Native"}, b"\x01\x00\x01x\x05UInt8"),
        (
            f"SELECT 1 AS {'x' * 200} WHERE 0",
            {"default_format": "Native"},
            b"\x01\x00\xc8\x01" + b"x" * 200 + b"\x05UInt8",
        ),
        ("SELECT 'FORMAT CSV', ';' -- FORMAT JSON;", {}, b"FORMAT CSV\t;\n"),
        ("SELECT 3 AS format ORDER BY format DESC", {}, b"3\n"),
        (
            "SELECT number % 2 AS x, count() FROM numbers(4) GROUP BY x WITH TOTALS ORDER BY x",
            {},
            b"0\t2\n1\t2\n\n0\t4\n",
        ),
        ("", {"query": "SELECT 1"}, b"1\n"),
        ("+ 1", {"query": "SELECT 1"}, b"2\n"),
        ("EXISTS TABLE nosuch", {}, b"0\n"),
        ("WITH 1 AS x INSERT INTO FUNCTION null('a UInt8') SELECT x", {}, b""),
        ("SELECT currentDatabase()", {}, b"otel_training\n"),
        ("SELECT currentDatabase()", {"database": "default"}, b"default\n"),
    ],
)
def test_takes_a_statement_wherever_it_is(
    endpoint: Any, statement: str, query: dict[str, str], expected: bytes
) -> None:
    """In the URL, in the body or in both, with its own format or the request's."""
    assert (200, expected) == (endpoint.ask(statement, **query).status, endpoint.ask(statement, **query).body)


def test_binds_parameters(endpoint: Any) -> None:
    """Values travel beside the statement, escaped as ClickHouse's clients escape them."""
    hostile = "'; DROP TABLE x; -- {y:String} `\"é"

    assert [[hostile.replace("'", "\\'"), "[1,2]", "\\N"]] == endpoint.rows(
        "SELECT {a:String}, {b:Array(UInt8)}, {c:Nullable(String)}", param_a=hostile, param_b="[1,2]", param_c="\\N"
    )


@pytest.mark.parametrize("zone", ["Asia/Kolkata", "America/Argentina/Buenos_Aires", "UTC", "Etc/GMT+5", "EST5EDT"])
def test_answers_in_the_clients_time_zone(endpoint: Any, zone: str) -> None:
    """Set in the URL, in the statement or in a session."""
    ask, expected = (
        "SELECT timezone(), toString(toDateTime(0))",
        endpoint.rows(f"SELECT toTimeZone(toDateTime(0), '{zone}')"),
    )
    endpoint.ask(f"SET session_timezone = '{zone}'", session_id=zone)
    answers = [
        endpoint.rows(ask, session_timezone=zone),
        endpoint.rows(f"{ask} SETTINGS session_timezone = '{zone}'"),
        endpoint.rows(ask, session_id=zone),
    ]

    assert [[[zone, expected[0][0]]]] * 3 == answers


def test_settings_are_the_requests_own(endpoint: Any) -> None:
    """A setting of one request does not reach the next."""
    ask = "SELECT getSetting('max_result_rows')"

    assert ([["77"]], [["0"]]) == (endpoint.rows(ask, max_result_rows="77"), endpoint.rows(ask))


@pytest.mark.parametrize(
    ("statement", "query", "status", "code", "word"),
    [
        ("SELEC 1", {}, 400, "62", "SYNTAX_ERROR"),
        ("SELECT 1; SELECT 2", {}, 400, "62", "Multi-statements"),
        ("SELECT * FROM nosuch", {}, 404, "60", "UNKNOWN_TABLE"),
        ("SELECT 1", {"database": "nosuch"}, 404, "81", "UNKNOWN_DATABASE"),
        ("SELECT 1", {"nosuch": "1"}, 404, "115", "UNKNOWN_SETTING"),
        ("SELECT 1", {"no such": "1"}, 404, "115", "UNKNOWN_SETTING"),
        ("SELECT 1 FORMAT Nosuch", {}, 404, "73", "UNKNOWN_FORMAT"),
        ("SELECT throwIf(1)", {}, 500, "395", "throwIf"),
        ("SELECT 1 INTO OUTFILE 'x'", {}, 500, "497", "INTO OUTFILE"),
        ("INSERT INTO x FROM INFILE 'x' FORMAT CSV", {}, 500, "497", "FROM INFILE"),
        ("SELECT 1", {"role": "admin"}, 404, "115", "UNKNOWN_SETTING"),
        ("SELECT {a:String}", {}, 500, "456", "UNKNOWN_QUERY_PARAMETER"),
        ("", {"query": "CREATE TABLE x (a UInt8) ENGINE = Memory"}, 500, "164", "READONLY"),
        ("", {"query": "OPTIMIZE TABLE losses", "session_id": "a"}, 500, "164", "READONLY"),
        ("", {"query": "WITH 1 AS x INSERT INTO y SELECT x", "session_id": "a"}, 500, "164", "READONLY"),
        ("SELECT 1", {"session_id": "nosuch", "session_check": "1"}, 404, "372", "SESSION_NOT_FOUND"),
    ],
)
def test_refuses_in_clickhouses_words(  # noqa: PLR0913, PLR0917 - one row each
    endpoint: Any, statement: str, query: dict[str, str], status: int, code: str, word: str
) -> None:
    """An error has ClickHouse's status, number, name and sentence."""
    answer = endpoint.ask(statement, **query)

    assert (status, code) == (answer.status, answer.headers["X-ClickHouse-Exception-Code"])
    assert answer.body.decode().startswith(f"Code: {code}. DB::Exception: ")
    assert word in answer.body.decode()


@pytest.mark.parametrize("coding", ["identity", "gzip", "deflate", "lz4"])
def test_takes_compressed_inserts(endpoint: Any, coding: str) -> None:
    """Statement and data in one body, as clients compress it."""
    table = f"t_{coding}"
    endpoint.ask(f"CREATE OR REPLACE TABLE {table} (a UInt32, b String) ENGINE = MergeTree ORDER BY a")
    body = f"INSERT INTO {table} (a, b) FORMAT JSONEachRow\n".encode()
    body += b"".join(json.dumps({"a": number, "b": "x" * 100}).encode() + b"\n" for number in range(20_000))
    packed = {"identity": bytes, "gzip": gzip.compress, "deflate": zlib.compress, "lz4": lz4.frame.compress}[coding]

    answer = endpoint.ask(packed(body), {"Content-Encoding": coding})

    assert (200, b"") == (answer.status, answer.body)
    assert {"read_rows": "0", "written_rows": "20000"} == json.loads(answer.headers["X-ClickHouse-Summary"])
    assert [["20000", "2000000"]] == endpoint.rows(f"SELECT count(), sum(length(b)) FROM {table}")  # noqa: S608


def test_tells_the_query_id_unless_it_would_be_a_header(endpoint: Any) -> None:
    """What comes back is what was sent, or nothing."""
    asked = ("mine-1", "a\r\nX-Other: b")
    assert ["mine-1", ""] == [
        endpoint.ask("SELECT 1", query_id=identity).headers["X-ClickHouse-Query-Id"] for identity in asked
    ]


def test_makes_a_query_id_where_none_is_given(endpoint: Any) -> None:
    """One for each query, as clients tell their users."""
    identities = [endpoint.ask("SELECT 1").headers["X-ClickHouse-Query-Id"] for _ in range(2)]

    assert 2 == len({UUID(identity) for identity in identities})


@pytest.mark.parametrize(
    ("statement", "query"),
    [
        (b"INSERT INTO said FORMAT TabSeparated\na;b\n;\nc;\n", {}),
        (b"WITH 1 AS x INSERT INTO said FORMAT TabSeparated\na;b\n;\nc;\n", {}),
        (b"/* INSERT */ -- x;\nINSERT INTO said\nFORMAT\nTSV\na;b\n;\nc;\n", {}),
        (b"insert into said(text)values('a;b'),(';'),('c;')", {}),
        (b"WITH 1 AS x INSERT INTO said VALUES ('a;b'), (';'), ('c;')", {}),
        (b"INSERT INTO said SELECT arrayJoin(['a;b', ';', 'c;']) FORMAT TSV", {}),
        (b"WITH ['a;b', ';', 'c;'] AS x INSERT INTO said SELECT arrayJoin(x)", {}),
        (b"a;b\n;\nc;\n", {"query": "INSERT INTO said FORMAT TSV"}),
        (b"a;b\n;\nc;\n", {"query": "WITH 1 AS x INSERT INTO said FORMAT TSV"}),
        (b"FORMAT TSV\na;b\n;\nc;\n", {"query": "INSERT INTO said"}),
        (b'"a;b"\n";"\nc;\n', {"query": "/* x */ INSERT INTO said SETTINGS max_threads = 1 FORMAT CSV"}),
    ],
)
def test_an_insert_keeps_its_data(endpoint: Any, statement: bytes, query: dict[str, str]) -> None:
    """A semicolon is one, and a second row is none of the statement's, however the INSERT begins."""
    endpoint.ask("CREATE OR REPLACE TABLE said (text String) ENGINE = Memory")
    answer = endpoint.ask(statement, **query)

    assert (200, b"") == (answer.status, answer.body)
    assert [[";"], ["a;b"], ["c;"]] == endpoint.rows("SELECT text FROM said ORDER BY text")


def test_a_statement_may_be_as_long_as_the_engine_reads(endpoint: Any) -> None:
    """Though the engine's own writing of it is longer."""
    assert b"100001\n" == endpoint.ask(f"SELECT length([{'1,' * 100_000}1])").body
    assert "62" == endpoint.ask(f"SELECT length([{'1,' * 200_000}1])").code


def test_a_statement_may_be_no_utf8(endpoint: Any) -> None:
    """Its values are bytes."""
    assert b"61FF62\n" == endpoint.ask(b"SELECT hex('a\xffb')").body


@pytest.mark.parametrize(
    "statement",
    [
        "SELECT " + "1," * 11_999 + "1 FORMAT Null",
        "SELECT " + "$".join(map(str, range(4_500))),
        "SELECT " + "$a$" * 8_000,
        "SELECT '" + "\\'" * 12_000,
        "SELECT " + "/*x" * 8_000,
        "SELECT " + "`" * 24_000,
        "SELECT " + "(" * 12_000 + ")" * 12_000,
        "INSERT INTO losses " + "FORMAT a " * 3_000,
    ],
    ids=lambda statement: statement[:14],
)
def test_reads_a_long_statement_soon(endpoint: Any, statement: str) -> None:
    """Its 24 kB, in whatever words."""
    begun = time.monotonic()
    endpoint.ask(statement)

    assert time.monotonic() - begun < 10


def test_lives_without_a_password_only_for_a_ping(endpoint: Any) -> None:
    """Health checks need none."""
    for path in ("/ping", "/"):
        with urlopen(endpoint.url + path, timeout=5) as answer:  # noqa: S310 - loopback
            assert b"Ok.\n" == answer.read()


@pytest.mark.parametrize(
    ("body", "query", "headers", "status", "code"),
    [
        (b"SELECT '" + b"x" * (1 << 20) + b"'", {}, {}, 400, "62"),
        (
            b'--b\r\nContent-Disposition: form-data; name="t"; filename="t"\r\n\r\n1\r\n--b--\r\n',
            {"query": "SELECT * FROM t", "t_structure": "a UInt8"},
            {"Content-Type": "multipart/form-data; boundary=b"}, 501, "48",
        ),
    ],
)  # fmt: skip
def test_refuses_what_it_cannot_read(  # noqa: PLR0913, PLR0917 - one row each
    endpoint: Any, body: bytes, query: dict[str, str], headers: dict[str, str], status: int, code: str
) -> None:
    """Each by ClickHouse's code."""
    answer = endpoint.ask(body, headers, **query)

    assert (status, code) == (answer.status, answer.code), answer.body


def test_there_is_nothing_else(endpoint: Any) -> None:
    """Another path is no door."""
    assert 404 == endpoint.ask("SELECT 1", path="/play").status


def test_many_clients_that_hang_up_hold_up_nobody(endpoint: Any, eventually: Any) -> None:
    """More of them than there are threads, twice."""
    clients = [endpoint.hang(SLOW) for _ in range(140)]
    time.sleep(0.5)
    for client in clients:
        client.close()

    # More queries at once than a user may have, until some are gone.
    assert eventually(lambda: endpoint.ask(RUNNING).body == b"0\n")
    # None that waited for a thread begins afterwards.
    time.sleep(0.5)
    assert [["0"]] == endpoint.rows(RUNNING)
