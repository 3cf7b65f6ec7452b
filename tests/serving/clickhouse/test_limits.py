"""What `serve` refuses, bounds and survives."""

import http.client
import socket
import time
from typing import Any
from urllib.parse import quote, urlencode

import lz4.block
import pytest
from clickhouse_cityhash.cityhash import CityHash128

from otel_training.errors import StoreError
from otel_training.store.client import Store

pytestmark = pytest.mark.slow

SLOW = "SELECT sum(sleepEachRow(0.2)) FROM numbers(1000) SETTINGS max_block_size = 1"
LATE = "SELECT number, throwIf(number = 200000) FROM numbers(1000000) SETTINGS max_block_size = 1000"
RUNNING = "SELECT count() FROM system.processes WHERE query LIKE '%sleepEachRow%' AND query NOT LIKE '%processes%'"


def frame(data: bytes, *, method: int = 0x82, spoiled: bool = False) -> bytes:
    """One of ClickHouse's frames."""
    packed = data if method == 0x02 else lz4.block.compress(data, store_size=False)
    head = bytes([method]) + (9 + len(packed)).to_bytes(4, "little") + len(data).to_bytes(4, "little")
    found = CityHash128(head + packed) ^ int(spoiled)
    return (found >> 64).to_bytes(8, "little") + (found & (1 << 64) - 1).to_bytes(8, "little") + head + packed


def code_of(answer: Any) -> str:
    """The number of ClickHouse's error."""
    return str(answer.headers["X-ClickHouse-Exception-Code"])


def hanging(endpoint: Any, statement: str, **query: str) -> socket.socket:
    """A client that has asked, and does not read."""
    client = socket.create_connection(("127.0.0.1", endpoint.port))
    head = f"POST /?{urlencode(query)} HTTP/1.1\r\nHost: x\r\nAuthorization: {endpoint.authorization}\r\n"
    client.sendall(f"{head}Content-Length: {len(statement)}\r\n\r\n{statement}".encode())
    return client


@pytest.mark.parametrize(
    ("body", "query", "headers", "status", "code"),
    [
        (b"x", {}, {"Content-Encoding": "br"}, 501, "89"),
        (b"no gzip", {}, {"Content-Encoding": "gzip"}, 500, "271"),
        (b"\x1f\x8b\x08\x00\x00\x00\x00\x00\x00\x03", {}, {"Content-Encoding": "gzip"}, 500, "271"),
        (b"no lz4, no lz4", {}, {"Content-Encoding": "lz4"}, 500, "271"),
        (b"no zstd, no zstd", {}, {"Content-Encoding": "zstd"}, 500, "271"),
        (frame(b"SELECT 1", spoiled=True), {"decompress": "1"}, {}, 500, "40"),
        (frame(b"SELECT 1")[:-1], {"decompress": "1"}, {}, 500, "271"),
        (frame(b"SELECT 1", method=0x77), {"decompress": "1"}, {}, 501, "89"),
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

    assert (status, code) == (answer.status, code_of(answer)), answer.body


@pytest.mark.parametrize("method", [0x02, 0x82])
def test_reads_and_writes_frames(endpoint: Any, method: int) -> None:
    """As the Go driver does, also where a statement is split over frames."""
    asked = frame(b"SELECT 'a' ", method=method) + frame(b"AS x FORMAT TSV", method=method)

    assert frame(b"a\n") == endpoint.ask(asked, compress="1", decompress="1").body


@pytest.mark.parametrize("path", ["/", "/drain"])
@pytest.mark.parametrize(
    ("headers", "query"),
    [
        ({"Authorization": ""}, {}),
        ({"Authorization": "Basic !"}, {}),
        ({"Authorization": "Bearer x"}, {}),
        ({"X-ClickHouse-User": "default", "X-ClickHouse-Key": "wrong"}, {}),
        ({"X-ClickHouse-User": "root"}, {}),
        ({"Authorization": ""}, {"user": "default", "password": "wrong"}),
    ],
)
def test_refuses_strangers(endpoint: Any, path: str, headers: dict[str, str], query: dict[str, str]) -> None:
    """Wherever they put what they do not know."""
    answer = endpoint.ask("SELECT 1", headers, path, **query)

    assert (403, "516") == (answer.status, code_of(answer))


def test_takes_the_password_elsewhere(endpoint: Any) -> None:
    """In ClickHouse's own headers, or in the URL."""
    key = endpoint.password.encode().decode("latin-1")
    by_header = endpoint.ask("SELECT 1", {"X-ClickHouse-User": "default", "X-ClickHouse-Key": key})
    by_url = endpoint.ask("SELECT 1", {"Authorization": ""}, user="default", password=endpoint.password)

    assert (b"1\n", b"1\n") == (by_header.body, by_url.body)


def test_there_is_nothing_else(endpoint: Any) -> None:
    """Another path is no door."""
    assert 404 == endpoint.ask("SELECT 1", path="/play").status


def test_small_answers_come_at_once(endpoint: Any) -> None:
    """On one connection that stays open, none waits for a delayed acknowledgement (40 ms each)."""
    client = http.client.HTTPConnection("127.0.0.1", endpoint.port)
    begun = time.monotonic()
    for _ in range(50):
        client.request("POST", "/", "SELECT 1", {"Authorization": endpoint.authorization})
        assert b"1\n" == client.getresponse().read()
    client.close()

    assert time.monotonic() - begun < 1.9


def test_a_session_serves_one_request_at_a_time(endpoint: Any, eventually: Any) -> None:
    """The second is refused, not mixed up with the first; the session lives on."""
    with hanging(endpoint, SLOW, session_id="one"):
        assert eventually(lambda: code_of(endpoint.ask("SELECT 1", session_id="one")) == "373")

    assert eventually(lambda: endpoint.ask("SELECT 1", session_id="one", session_check="1").body == b"1\n")


@pytest.mark.parametrize("session", ["", "leaky"])
@pytest.mark.parametrize("name", ["Native", "CSVWithNames"], ids=["streamed", "whole"])
def test_no_answer_begins_with_the_rows_of_a_failed_one(endpoint: Any, session: str, name: str) -> None:
    """The engine would give them to the next query of the connection."""
    failed = endpoint.ask(f"{LATE} FORMAT {name}", session_id=session, wait_end_of_query="1")

    assert "395" == code_of(failed)
    assert b"42\n" == endpoint.ask("SELECT 42", session_id=session).body


def test_a_session_that_may_only_read_begins_anew(endpoint: Any) -> None:
    """The engine lets nobody take that back, so the next request has a session of its own."""
    assert b"1\n" == endpoint.ask("SELECT 1", session_id="reader", readonly="1").body
    assert 200 == endpoint.ask("CREATE TEMPORARY TABLE x (a UInt8)", session_id="reader").status


def test_a_session_ends_when_it_is_not_used(endpoint: Any) -> None:
    """After the time that its client asked for."""
    endpoint.ask("CREATE TEMPORARY TABLE gone (a UInt8)", session_id="short", session_timeout="0")

    assert "60" == code_of(endpoint.ask("SELECT * FROM gone", session_id="short"))


def test_many_clients_that_hang_up_hold_up_nobody(endpoint: Any, eventually: Any) -> None:
    """More of them than there are threads, twice."""
    clients = [hanging(endpoint, SLOW) for _ in range(140)]
    time.sleep(0.5)
    for one in clients:
        one.close()

    assert eventually(lambda: endpoint.rows(RUNNING) == [["0"]])
    # None that waited for a thread begins afterwards.
    time.sleep(0.5)
    assert [["0"]] == endpoint.rows(RUNNING)


def test_an_error_amid_an_answer_reaches_our_own_commands(endpoint: Any) -> None:
    """They read rows as they come, and say what broke them off."""
    store = Store(f"http://default:{quote(endpoint.password, safe='')}@127.0.0.1:{endpoint.port}/otel_training")
    with pytest.raises(StoreError, match="throwIf"):
        list(store.rows(LATE))

    assert [{"answer": 42}] == list(store.rows("SELECT 42 AS answer"))
    store.close()
