"""Where the data folder is."""

from pathlib import Path

import pytest

from otel_training.config import Settings
from otel_training.errors import FolderError
from otel_training.folder import DataFolder, find_folder, make_folder
from tests.served import run


@pytest.mark.parametrize(
    ("laid", "start", "home"),
    [
        ((".git/", "a/b/"), "a/b", ".otel_training"),
        (("a/.git/", "a/b/c/", "pyproject.toml"), "a/b/c", "a/.otel_training"),
        (("pyproject.toml", "a/pyproject.toml", "a/b/"), "a/b", ".otel_training"),
        (("a/.git", "a/b/"), "a/b", "a/.otel_training"),
        (("a/requirements.txt", "a/b/requirements.txt", "a/b/c/"), "a/b/c", "a/.otel_training"),
        (("a/setup.cfg", "a/b/pyproject.toml", "a/b/c/"), "a/b/c", "a/b/.otel_training"),
        (("a/b/",), "a/b", "a/b/.otel_training"),
    ],
    ids=["git", "git first", "topmost pyproject", "git worktree", "topmost of others", "pyproject first", "none"],
)
def test_finds_the_folder_of_the_project(tmp_path: Path, laid: tuple[str, ...], start: str, home: str) -> None:
    """Programs started from different folders of a project meet."""
    lay(tmp_path, *laid)

    assert DataFolder(tmp_path / home) == find_folder(Settings(), tmp_path / start)


CAPTURE = "import otel_training; otel_training.record_feedback('a', 'like')\n"
SPAWNING = """
import multiprocessing
def work():
    import otel_training
    otel_training.record_feedback('a', 'like')
if __name__ == '__main__':
    child = multiprocessing.get_context('spawn').Process(target=work)
    child.start()
    child.join()
"""


def lay(top: Path, *names: str) -> None:
    """Make folders and empty files."""
    for name in names:
        path = top / name
        path.parent.mkdir(parents=True, exist_ok=True)
        if name.endswith("/"):
            path.mkdir(exist_ok=True)
        else:
            path.touch()


@pytest.mark.slow
@pytest.mark.parametrize(
    ("laid", "cwd", "argv", "home"),
    [
        (("app/requirements.txt",), "elsewhere", ["app/jobs/cron.py"], "app"),
        (("app/setup.py",), "elsewhere", ["app/jobs/cron.py"], "app"),
        (("app/.git/",), "/", ["app/jobs/cron.py"], "app"),
        (("app/.git/", ".git/"), ".", ["app/jobs/cron.py"], "app"),
        (("app/pyproject.toml", "other/.git/"), "other", ["app/jobs/cron.py"], "other"),
        (("app/pyproject.toml",), "app/jobs", ["-m", "cron"], "app"),
        (("app/pyproject.toml",), "elsewhere", ["link.py"], "app"),
        (("app/pyproject.toml",), "elsewhere", ["app/jobs/spawning.py"], "app"),
        ((), "elsewhere", ["app/jobs/cron.py"], "app/jobs"),
        ((), "/", ["app/jobs/cron.py"], "app/jobs"),
        ((), "elsewhere", ["-c", CAPTURE], "elsewhere"),
        ((), "elsewhere", ["-m", "uvicorn", "cron:app", "--app-dir", "app/jobs", "--factory"], "elsewhere"),
        (("app/.git/",), "app/jobs", ["-m", "uvicorn", "cron:app", "--factory"], "app"),
        ((), "/", ["-c", CAPTURE], "state"),
    ],
)
def test_a_program_finds_its_project_wherever_it_starts(
    laid: tuple[str, ...], cwd: str, argv: list[str], home: str, tmp_path: Path
) -> None:
    """Started from the root of the disk, from home or from another project, as a script or by a server's own module."""
    lay(tmp_path, "elsewhere/", "app/jobs/", *laid)
    jobs = tmp_path / "app" / "jobs"
    (jobs / "cron.py").write_text(CAPTURE, "utf-8")
    (jobs / "spawning.py").write_text(SPAWNING, "utf-8")
    (tmp_path / "link.py").symlink_to(jobs / "cron.py")
    places = [str(tmp_path / word) if (tmp_path / word).exists() else word for word in argv]
    done = run(*places, cwd=tmp_path / cwd, XDG_STATE_HOME=str(tmp_path / "state"))

    homes = sorted(str(path.parent.parent.relative_to(tmp_path)) for path in tmp_path.rglob("user.key"))
    assert [home] == homes, done.stderr
    assert (not laid) == (f"found no project that it may write, and gathers in {tmp_path / home}" in done.stderr)


def test_goes_home_from_the_root_of_the_disk(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """A container that starts in `/` gathers in the user's state folder."""
    monkeypatch.setenv("XDG_STATE_HOME", str(tmp_path))

    assert DataFolder(tmp_path / "otel_training") == find_folder(Settings(), Path("/"))


def test_says_which_folder_cannot_be_made(tmp_path: Path) -> None:
    """The error names the folder and the variable."""
    (tmp_path / "file").touch()

    with pytest.raises(FolderError, match="OTEL_TRAINING_HOME"):
        make_folder(DataFolder(tmp_path / "file" / "x"))
