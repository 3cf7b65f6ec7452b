"""Warnings to the host."""

import logging
from collections.abc import Callable, Iterator
from typing import Any

import pytest

import otel_training


@otel_training.extraction
def stream(source_content: str) -> Iterator[str]:
    """Return what is read by others only."""
    return iter([source_content])


@otel_training.extraction(arguments={"topic": lambda call: call["nosuch"]})
def lose_topic(source_content: str) -> list[str]:
    """Have a way to the topic that leads nowhere."""
    return [source_content]


@pytest.mark.parametrize("warning", [stream, lose_topic, otel_training.current], ids=lambda warning: warning.__name__)
def test_a_handler_may_do_what_warns(warning: Callable[..., Any]) -> None:
    """It is not called for its own warning again: there is one, however often."""
    texts: list[str] = []

    class Handler(logging.Handler):
        def emit(self, record: logging.LogRecord) -> None:
            texts.append(record.getMessage())
            # As in an app that has a model sum up its log.
            warning(object() if warning is otel_training.current else texts[-1])

    logger, handler = logging.getLogger("otel_training"), Handler()
    logger.addHandler(handler)
    try:
        for _ in range(2):
            warning(object() if warning is otel_training.current else "text")
    finally:
        logger.removeHandler(handler)

    assert 1 == len(texts), texts
