"""A connection for each query."""

from typing import Any
from urllib.parse import quote

import pytest

from otel_training.errors import StoreError
from otel_training.store.client import Store

pytestmark = pytest.mark.slow

LATE = "SELECT number, throwIf(number = 200000) FROM numbers(1000000) SETTINGS max_block_size = 1000"


@pytest.mark.parametrize("session", ["", "leaky"])
@pytest.mark.parametrize("name", ["Native", "CSVWithNames"], ids=["streamed", "whole"])
def test_no_answer_begins_with_the_rows_of_a_failed_one(endpoint: Any, session: str, name: str) -> None:
    """The engine would give them to the next query of the connection."""
    failed = endpoint.ask(f"{LATE} FORMAT {name}", session_id=session, wait_end_of_query="1")

    assert "395" == failed.code
    assert b"42\n" == endpoint.ask("SELECT 42", session_id=session).body


def test_an_error_amid_an_answer_reaches_our_own_commands(endpoint: Any) -> None:
    """They read rows as they come, and say what broke them off."""
    store = Store(f"http://default:{quote(endpoint.password, safe='')}@127.0.0.1:{endpoint.port}/otel_training")
    with pytest.raises(StoreError, match="throwIf"):
        list(store.rows(LATE))

    assert [{"answer": 42}] == list(store.rows("SELECT 42 AS answer"))
    store.close()
