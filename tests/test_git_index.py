"""What a repository carries to whoever clones it."""

import os
import subprocess
from collections.abc import Callable
from pathlib import Path
from typing import Any, Final

import pytest

import otel_training
from otel_training.cli.main import main
from otel_training.config import Settings
from otel_training.conventions import Loss
from otel_training.errors import FolderRefusedError
from otel_training.folder import NAME, DataFolder, find_folder, make_folder
from otel_training.git_index import is_tracked
from otel_training.pipeline import process

ENVIRON: Final = {
    **os.environ, **{f"GIT_{who}_{what}": "a" for who in ("AUTHOR", "COMMITTER") for what in ("NAME", "EMAIL")},
}  # fmt: skip


def git(folder: Path, *argv: str) -> None:
    """Run git."""
    options = ("-c", "protocol.file.allow=always", "-c", "init.defaultBranch=main")
    subprocess.run(["git", *options, *argv], cwd=folder, env=ENVIRON, check=True, capture_output=True)


def add(top: Path, *names: str, init: tuple[str, ...] = ()) -> None:
    """Make a repository that tracks files of these names."""
    top.mkdir(exist_ok=True)
    git(top, "init", *init)
    for name in names:
        path = top / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(name, "utf-8")
    git(top, "add", "-f", *names)
    git(top, "commit", "-m", "x")


NAMES: Final = ("user.key", "store", "losses.json")
BESIDE: Final = (".otel_training!", "a/.otel_training/user.key", ".github/x", "README.md", "z")
"""Names that have something in common with the folder's."""


@pytest.mark.parametrize(
    ("held", "is_carried"),
    [
        ([".otel_training/user.key"], True),
        ([".otel_training/store/metadata/default.sql"], True),
        ([".otel_training/.gitignore", ".otel_training/losses.json"], True),
        ([".otel_training"], True),
        ([".otel_training/.gitignore", ".otel_training/notes/x.csv"], False),
        ([".otel_training.md", "x.otel_training/a"], False),
        ([], False),
    ],
)
@pytest.mark.parametrize("form", ["2", "3", "4", "sha256", "split"])
def test_sees_what_is_tracked(held: list[str], is_carried: bool, form: str, tmp_path: Path) -> None:  # noqa: FBT001
    """In each form that git writes an index in, whatever else is there."""
    is_sha256 = form == "sha256"
    add(tmp_path, *held, *BESIDE, init=("--object-format=sha256",) if is_sha256 else ())
    if form == "3":
        git(tmp_path, "update-index", "--skip-worktree", "z", "README.md", *held)
    elif form == "split":
        git(tmp_path, "update-index", "--split-index")
    elif not is_sha256:
        git(tmp_path, "update-index", "--index-version", form)

    assert is_carried == is_tracked(tmp_path / NAME, NAMES)


def clone(origin: Path, top: Path) -> Path:
    """Clone a repository."""
    git(top, "clone", str(origin), "clone")
    return top / "clone"


def worktree(origin: Path, top: Path) -> Path:
    """Make a second work tree of a repository."""
    git(origin, "worktree", "add", "-b", "other", str(top / "tree"))
    return top / "tree"


def submodule(origin: Path, top: Path) -> Path:
    """Take a repository as part of another."""
    add(top / "outer", "x")
    git(top / "outer", "submodule", "add", str(origin), "inner")
    return top / "outer" / "inner"


def part(origin: Path, _top: Path) -> Path:
    """Work in a folder of a repository."""
    (origin / "part").mkdir()
    return origin / "part"


@pytest.mark.slow
@pytest.mark.parametrize("take", [clone, worktree, submodule, part])
def test_a_folder_that_came_with_a_repository_is_refused(
    take: Callable[[Path, Path], Path], tmp_path: Path, monkeypatch: pytest.MonkeyPatch, caplog: Any, capsys: Any
) -> None:
    """Its key and its store may be a stranger's: capture is off, and commands say what to do."""
    monkeypatch.delenv("OTEL_TRAINING_HOME")
    add(tmp_path / "origin", ".otel_training/user.key", "app.py")
    place = take(tmp_path / "origin", tmp_path)
    monkeypatch.chdir(place)
    folder = find_folder(Settings())
    otel_training.record_feedback("a", "like", user_id="reader")
    assert not otel_training.flush(20)
    lost = process.current().writer.losses.totals()
    process.reset()
    code = main(["status"])
    _, err = capsys.readouterr()

    assert ({Loss.FOLDER_REFUSED: 1}, 1, 1) == (lost, code, len(caplog.messages))
    assert err.startswith(f"Error: Git tracks what is in {folder.path}, ")
    git(place, "rm", "-r", "--cached", str(folder.path))
    git(place, "commit", "-m", "x")
    folder.key.unlink()
    make_folder(folder)


def test_a_link_that_came_with_a_repository_is_refused(tmp_path: Path) -> None:
    """Wherever it leads to; what that is stays as it is."""
    (tmp_path / "ours").mkdir(mode=0o755)
    (tmp_path / NAME).symlink_to("ours")
    git(tmp_path, "init")
    git(tmp_path, "add", "-f", NAME)

    with pytest.raises(FolderRefusedError, match="Git tracks"):
        make_folder(DataFolder(tmp_path / NAME))
    assert 0o755 == (tmp_path / "ours").stat().st_mode & 0o777


@pytest.mark.parametrize("name", ["user.key", "data/user.key"])
def test_a_link_into_a_repository_is_refused(name: str, tmp_path: Path) -> None:
    """The user's own, to a folder that came with one."""
    add(tmp_path / "repository", name)
    (tmp_path / NAME).symlink_to((tmp_path / "repository" / name).parent)

    with pytest.raises(FolderRefusedError, match="Git tracks"):
        make_folder(DataFolder(tmp_path / NAME))


@pytest.mark.parametrize(
    "index", [b"", b"DIRC", b"DIRC\0\0\0\2\0\0\0\x09" + b".otel_training", b"DIRC\0\0\0\4\0\0\0\x09\xff"]
)
def test_what_is_no_index_is_passed_over(index: bytes, tmp_path: Path) -> None:
    """So is one that may not be read: capture goes on."""
    (tmp_path / ".git").mkdir()
    (tmp_path / ".git" / "index").write_bytes(index)

    assert not is_tracked(tmp_path / NAME, NAMES)
    assert not is_tracked(Path("/nowhere") / NAME, NAMES)
