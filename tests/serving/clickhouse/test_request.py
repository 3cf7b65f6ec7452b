"""Who asks, wherever a client says so."""

from typing import Any

import pytest

pytestmark = pytest.mark.slow


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

    assert (403, "516") == (answer.status, answer.code)


def test_takes_the_password_elsewhere(endpoint: Any) -> None:
    """In ClickHouse's own headers, or in the URL."""
    key = endpoint.password.encode().decode("latin-1")
    by_header = endpoint.ask("SELECT 1", {"X-ClickHouse-User": "default", "X-ClickHouse-Key": key})
    by_url = endpoint.ask("SELECT 1", {"Authorization": ""}, user="default", password=endpoint.password)

    assert (b"1\n", b"1\n") == (by_header.body, by_url.body)
