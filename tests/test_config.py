"""Settings and the data folder."""

import logging
from pathlib import Path

import pytest

import otel_training
from otel_training import config
from otel_training.config import Settings, from_environment
from otel_training.conventions import Content
from otel_training.errors import FolderError
from otel_training.folder import DataFolder, find_folder, make_folder


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

    assert (50, 5) == (config.settings().content_limit, config.settings().max_bytes)


@pytest.mark.parametrize(
    ("made", "start", "found"),
    [
        ((".git/", "a/b/"), "a/b", ".otel_training"),
        (("a/.git/", "a/b/c/", "pyproject.toml"), "a/b/c", "a/.otel_training"),
        (("pyproject.toml", "a/pyproject.toml", "a/b/"), "a/b", ".otel_training"),
        (("a/.git", "a/b/"), "a/b", "a/.otel_training"),
        (("a/b/",), "a/b", "a/b/.otel_training"),
    ],
    ids=["git", "git before pyproject", "topmost pyproject", "git worktree", "neither"],
)
def test_finds_the_folder_of_the_project(tmp_path: Path, made: tuple[str, ...], start: str, found: str) -> None:
    """Programs started from different folders of a project meet."""
    for name in made:
        path = tmp_path / name
        if name.endswith("/"):
            path.mkdir(parents=True)
        else:
            path.parent.mkdir(parents=True, exist_ok=True)
            path.touch()

    assert DataFolder(tmp_path / found) == find_folder(Settings(), tmp_path / start)


def test_goes_home_from_the_root_of_the_disk(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """A container that starts in `/` gathers in the user's state folder."""
    monkeypatch.setenv("XDG_STATE_HOME", str(tmp_path))

    assert DataFolder(tmp_path / "otel_training") == find_folder(Settings(), Path("/"))


def test_says_which_folder_cannot_be_made(tmp_path: Path) -> None:
    """The error names the folder and the variable."""
    (tmp_path / "file").touch()

    with pytest.raises(FolderError, match="OTEL_TRAINING_HOME"):
        make_folder(DataFolder(tmp_path / "file" / "x"))
