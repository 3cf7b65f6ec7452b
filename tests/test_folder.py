"""Where the data folder is."""

from pathlib import Path

import pytest

from otel_training.config import Settings
from otel_training.errors import FolderError
from otel_training.folder import DataFolder, find_folder, make_folder


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
