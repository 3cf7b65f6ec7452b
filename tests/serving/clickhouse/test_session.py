"""Sessions: temporary tables and settings beyond a request."""

from typing import Any

import pytest

pytestmark = pytest.mark.slow

SLOW = "SELECT sum(sleepEachRow(0.2)) FROM numbers(1000) SETTINGS max_block_size = 1"


def test_a_session_serves_one_request_at_a_time(endpoint: Any, eventually: Any) -> None:
    """The second is refused, not mixed up with the first; the session lives on."""
    with endpoint.hang(SLOW, session_id="one"):
        assert eventually(lambda: endpoint.ask("SELECT 1", session_id="one").code == "373")

    assert eventually(lambda: endpoint.ask("SELECT 1", session_id="one", session_check="1").body == b"1\n")


def test_a_session_that_may_only_read_begins_anew(endpoint: Any) -> None:
    """The engine lets nobody take that back, so the next request has a session of its own."""
    assert b"1\n" == endpoint.ask("SELECT 1", session_id="reader", readonly="1").body
    assert 200 == endpoint.ask("CREATE TEMPORARY TABLE x (a UInt8)", session_id="reader").status


def test_a_session_ends_when_it_is_not_used(endpoint: Any) -> None:
    """After the time that its client asked for."""
    endpoint.ask("CREATE TEMPORARY TABLE gone (a UInt8)", session_id="short", session_timeout="0")

    assert "60" == endpoint.ask("SELECT * FROM gone", session_id="short").code
