"""Settings and the data folder."""

import logging

import pytest

import otel_training
from otel_training.config import Settings, from_environment
from otel_training.conventions import Content
from otel_training.pipeline import process


@pytest.mark.parametrize(
    ("environ", "settings"),
    [
        ({}, Settings()),
        ({"OTEL_TRAINING_ENABLED": "off"}, Settings(enabled=False)),
        ({"OTEL_TRAINING_ENABLED": "TRUE"}, Settings(enabled=True)),
        ({"OTEL_SDK_DISABLED": "true"}, Settings(enabled=False)),
        (
            {"OTEL_TRAINING_HOME": "/data", "OTEL_TRAINING_CONTENT_LIMIT": "100"},
            Settings(home="/data", content_limit=100),
        ),
        ({"OTEL_TRAINING_HOME": ""}, Settings()),
        ({"OTEL_TRAINING_CONTENT": "Full"}, Settings(content=Content.FULL)),
    ],
)
def test_reads_the_environment(environ: dict[str, str], settings: Settings) -> None:
    """Each variable sets its field; an empty one sets nothing."""
    assert settings == from_environment(environ)


@pytest.mark.parametrize(
    ("environ", "settings"),
    [
        ({"OTEL_TRAINING_ENABLED": "maybe"}, Settings(enabled=False)),
        ({"OTEL_TRAINING_MAX_BYTES": "10GB"}, Settings()),
        ({"OTEL_TRAINING_CONTENT": "redact"}, Settings(content=Content.NONE)),
    ],
)
def test_takes_the_private_choice_for_what_it_cannot_read(
    environ: dict[str, str], settings: Settings, caplog: pytest.LogCaptureFixture
) -> None:
    """A mistyped value is named in a warning."""
    assert settings == from_environment(environ)
    assert [logging.WARNING] == [record.levelno for record in caplog.records]
    assert next(iter(environ)) in caplog.text


def test_an_argument_wins_over_the_environment(monkeypatch: pytest.MonkeyPatch) -> None:
    """`configure` sets what it is given and leaves the rest."""
    monkeypatch.setenv("OTEL_TRAINING_CONTENT_LIMIT", "100")
    monkeypatch.setenv("OTEL_TRAINING_MAX_BYTES", "5")
    otel_training.configure(content_limit=50)

    assert (50, 5) == (process.settings().content_limit, process.settings().max_bytes)
