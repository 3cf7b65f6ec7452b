"""The guard."""

import inspect
import logging
import re

import pytest

from otel_training._guard import Guard
from otel_training.events.host_json import read_object


def test_swallows_and_logs_once_in_production(caplog: pytest.LogCaptureFixture) -> None:
    """The same failure is counted each time and logged the first time, without its text."""
    guard = Guard()
    for _ in range(3):
        with guard:
            raise ValueError("secret")

    assert (3, [logging.WARNING]) == (guard.count, [record.levelno for record in caplog.records])
    assert "secret" not in caplog.text


def test_names_our_line_that_failed_last(caplog: pytest.LogCaptureFixture) -> None:
    """Not the library's that raised: the same one line there is many places here."""
    guard = Guard()
    with guard:
        read_object(b"[]")

    (record,) = caplog.records
    line = inspect.getsourcelines(read_object)[1]
    match = re.fullmatch(
        r"otel_training failed in events/host_json.py:(\d+) \(MalformedError\); .*", record.getMessage()
    )
    assert match is not None
    assert 0 < int(match.group(1)) - line < 15


def test_lets_everything_through_in_tests() -> None:
    """Our own suite sees every error of ours."""
    guard = Guard()
    guard.raising = True

    with pytest.raises(ValueError, match="x"), guard:
        raise ValueError("x")


@pytest.mark.parametrize("error", [KeyboardInterrupt, SystemExit, GeneratorExit])
def test_never_swallows_what_ends_the_program(error: type[BaseException]) -> None:
    """Only errors of ours are ours."""
    with pytest.raises(error), Guard():
        raise error
