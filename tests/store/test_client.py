"""The one door to ClickHouse."""

from collections.abc import Iterator

import pytest

from otel_training.errors import RowsUnreadableError, StoreError
from otel_training.folder import DataFolder
from otel_training.store.client import Store, embedded_dsn

FAILS_LATE = "SELECT number, throwIf(number = 200000) FROM numbers(1000000) SETTINGS max_block_size = 1000"


@pytest.fixture
def store(folder: DataFolder) -> Iterator[Store]:
    """An empty embedded store."""
    opened = Store(embedded_dsn(folder.store))
    yield opened
    opened.close()


def test_answers_right_after_a_query_that_failed_late(store: Store) -> None:
    """Rows of a query that failed after it produced output do not reach the next query."""
    with pytest.raises(StoreError, match="throwIf"):
        list(store.rows(FAILS_LATE))

    assert [{"answer": 42}] == list(store.rows("SELECT 42 AS answer"))


def test_answers_right_after_a_result_was_left_half_read(store: Store) -> None:
    """A consumer that stops early does not disturb the next query."""
    stream = store.rows("SELECT number FROM numbers(1000000)")
    next(stream)
    stream.close()  # type: ignore[attr-defined] # a generator, as whoever stops early knows

    assert [{"answer": 42}] == list(store.rows("SELECT 42 AS answer"))


def test_does_not_wait_for_a_query_that_was_interrupted(store: Store) -> None:
    """Ctrl-C may leave the driver's lock behind, for which closing would wait for good."""

    def interrupted() -> None:
        with store._fresh_client() as client:
            client._backend._handle.lock.acquire()  # type: ignore[attr-defined] # as an interrupted query leaves it
            raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        interrupted()

    assert [{"answer": 42}] == list(store.rows("SELECT 42 AS answer"))


def test_binds_values_as_parameters(store: Store) -> None:
    """A hostile value stays a value."""
    hostile = "'; DROP TABLE x; -- \\ {x:String} %s \u2028"

    assert {"found": hostile} == store.row("SELECT {value:String} AS found", value=hostile)


def test_streams_all_rows(store: Store) -> None:
    """A result of many blocks comes whole and in order."""
    numbers = [row["number"] for row in store.rows("SELECT toUInt32(number) AS number FROM numbers(200000)")]

    assert list(range(200_000)) == numbers


@pytest.mark.parametrize(
    ("statement", "kind"),
    [
        ("SELECT * FROM nosuch", StoreError),
        ("SELECT toUInt8('x')", RowsUnreadableError),
        ("SELEC 1", StoreError),
    ],
)
def test_says_what_the_engine_said_in_one_line(store: Store, statement: str, kind: type[StoreError]) -> None:
    """An engine's error is one of ours, in one line."""
    with pytest.raises(kind) as raised:
        list(store.rows(statement))

    assert type(raised.value) is kind
    assert len(str(raised.value).splitlines()) == 1


def test_says_that_the_store_cannot_be_reached() -> None:
    """A server that does not answer is a sentence, not a traceback."""
    with pytest.raises(StoreError):
        list(Store("http://127.0.0.1:9/otel_training").rows("SELECT 1"))
