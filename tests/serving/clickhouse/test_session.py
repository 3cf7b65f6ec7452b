"""Sessions: temporary tables and settings beyond a request."""

from typing import Any

import pytest

pytestmark = pytest.mark.slow

SLOW = "SELECT sum(sleepEachRow(0.2)) FROM numbers(1000) SETTINGS max_block_size = 1"
RUNNING = "SELECT count() FROM system.processes WHERE query LIKE '%sleepEachRow%' AND query NOT LIKE '%processes%'"


def test_a_session_serves_one_request_at_a_time(endpoint: Any, eventually: Any) -> None:
    """The second is refused, not mixed up with the first; the session lives on."""
    with endpoint.hang(SLOW, session_id="one"):
        assert eventually(lambda: endpoint.rows(RUNNING) == [["1"]])
        assert eventually(lambda: endpoint.ask("SELECT 1", session_id="one").code == "373")

    assert eventually(lambda: endpoint.ask("SELECT 1", session_id="one", session_check="1").body == b"1\n")


def test_a_requests_database_is_its_own(endpoint: Any) -> None:
    """The session's stays what it was, or what its USE made it."""
    ask = "SELECT currentDatabase()"
    asked = [("", ask), ("default", ask), ("", ask), ("", "USE default"), ("otel_training", ask), ("", ask)]
    answers = [endpoint.ask(statement, session_id="placed", database=database).body for database, statement in asked]

    assert [b"otel_training\n", b"default\n", b"otel_training\n", b"", b"otel_training\n", b"default\n"] == answers


def test_a_session_that_may_only_read_begins_anew(endpoint: Any) -> None:
    """The engine lets nobody take that back, so the next request has a session of its own."""
    assert b"1\n" == endpoint.ask("SELECT 1", session_id="reader", readonly="1").body
    assert 200 == endpoint.ask("CREATE TEMPORARY TABLE x (a UInt8)", session_id="reader").status


def test_a_session_ends_when_it_is_not_used(endpoint: Any) -> None:
    """After the time that its client asked for."""
    endpoint.ask("CREATE TEMPORARY TABLE gone (a UInt8)", session_id="short", session_timeout="0")

    assert "60" == endpoint.ask("SELECT * FROM gone", session_id="short").code
