"""What of the disk is this user's alone."""

import logging
import os
import stat
import subprocess
import time
from collections.abc import Callable
from multiprocessing import get_context
from pathlib import Path
from typing import Any, Final

import pytest

import otel_training
from otel_training.cli.main import main
from otel_training.conventions import Loss
from otel_training.errors import FolderRefusedError
from otel_training.folder import DataFolder, make_folder
from otel_training.ownership import open_own, own_folder
from otel_training.pipeline import process
from otel_training.store.client import Store, embedded_dsn
from tests.served import run

SECRETS: Final = (
    "user.key", "serve.password", "serve.reader.password", "serve.writer.password", "losses.json", "shipping.json",
    "store.lock", "ship.lock",
)  # fmt: skip
FOLDERS: Final = ("local", "ship", "rejected", "store")


def mode(path: Path) -> int:
    """Return a file's permissions."""
    return stat.S_IMODE(path.stat().st_mode)


def modes(folder: DataFolder) -> set[tuple[str, int]]:
    """Return what of the folder and right inside it others may do anything with."""
    paths = [folder.path, *folder.path.iterdir()]
    return {(path.name, mode(path)) for path in paths if mode(path) & 0o077}


def link(path: Path, elsewhere: Path) -> None:
    """Plant a link to a file or folder of the same kind, elsewhere."""
    target = elsewhere / path.name
    target.mkdir() if path.name in FOLDERS else target.write_text("{}", "utf-8")
    path.symlink_to(target)


def pipe(path: Path, _elsewhere: Path) -> None:
    """Plant a pipe, which whoever opens it would wait for."""
    os.mkfifo(path)


def nowhere(path: Path, elsewhere: Path) -> None:
    """Plant a link to what is not there yet."""
    path.symlink_to(elsewhere / "nothing")


def other_kind(path: Path, _elsewhere: Path) -> None:
    """Plant a file for a folder, a folder for a file."""
    path.touch() if path.name in FOLDERS else path.mkdir()


def foreign(path: Path, _elsewhere: Path) -> None:
    """Plant what belongs to somebody else."""
    path.mkdir() if path.name in FOLDERS else path.touch()
    os.chown(path, 12345, 12345)


PLANTED: Final = [
    *((link, name) for name in (*SECRETS, *FOLDERS)),
    *((pipe, name) for name in ("user.key", "serve.password", "store.lock", "losses.json", "rejected")),
    *((nowhere, name) for name in ("user.key", "ship", "local", "shipping.json")),
    *((other_kind, name) for name in ("user.key", "store", "local")),
    *((foreign, name) for name in ("user.key", "store", "local")),
]
"""Ways to plant something in a data folder, and where."""
is_root = pytest.mark.skipif(os.geteuid() != 0, reason="only root gives files away")


@pytest.mark.slow
@pytest.mark.parametrize(
    ("plant", "name"),
    [
        pytest.param(*case, marks=is_root if case[0] is foreign else (), id=f"{case[0].__name__} {case[1]}")
        for case in PLANTED
    ],
)
def test_what_was_planted_turns_capture_off(  # noqa: PLR0913, PLR0917 - fixtures
    plant: Callable[[Path, Path], None], name: str, folder: DataFolder, tmp_path: Path,
    caplog: pytest.LogCaptureFixture, capsys: pytest.CaptureFixture[str],
) -> None:  # fmt: skip
    """The app goes on, is told once, and what it captured is counted; commands say the same; nothing is followed."""
    elsewhere = tmp_path / "elsewhere"
    elsewhere.mkdir()
    folder.path.mkdir()
    plant(folder.path / name, elsewhere)
    before = sorted(elsewhere.rglob("*"))
    otel_training.record_feedback("a", "like", user_id="reader")
    is_flushed = otel_training.flush(20)
    lost = process.current().writer.losses.totals()
    process.reset()
    (warning,) = caplog.messages
    code = main(["status"])
    out, err = capsys.readouterr()

    assert (False, {Loss.FOLDER_REFUSED: 1}) == (is_flushed, lost)
    assert warning.startswith(f"otel_training captures nothing: {folder.path / name} ")
    assert "OTEL_TRAINING_HOME" in warning
    assert (1, "", f"Error: {warning.removeprefix('otel_training captures nothing: ')}\n") == (code, out, err)
    assert before == sorted(elsewhere.rglob("*"))


@pytest.mark.parametrize(
    "argv",
    [
        (),
        ("status",),
        ("doctor",),
        ("view",),
        ("analyze",),
        ("serve",),
        ("schema", "verify"),
        ("ship",),
        ("import", "x"),
    ],
)
def test_every_command_refuses_what_was_planted(
    argv: tuple[str, ...], folder: DataFolder, capsys: Any, monkeypatch: Any
) -> None:
    """In one sentence, before it reads or waits for anything."""
    monkeypatch.setenv("OTEL_TRAINING_OTLP_ENDPOINT", "http://127.0.0.1:9")
    Path("x").touch()
    folder.path.mkdir()
    os.mkfifo(folder.key)
    code = main(argv)

    _, err = capsys.readouterr()
    assert (1, 1) == (code, len(err.splitlines())), err
    assert err.startswith(f"Error: {folder.key} is a link or the like")


@pytest.mark.parametrize("planted", [True, False])
def test_an_app_is_told_once(folder: DataFolder, caplog: Any, *, planted: bool) -> None:
    """However much it captures, and its end waits for nothing."""
    if planted:
        folder.path.mkdir()
        os.mkfifo(folder.key)
    for _ in range(3):
        otel_training.record_feedback("a", "like", user_id="reader")
        otel_training.flush(20)
    began = time.monotonic()
    process.reset()

    assert (int(planted), True) == (len(caplog.messages), time.monotonic() - began < 1.5)


def test_capture_goes_on_in_a_folder_that_was_mended(
    folder: DataFolder, lines: Callable[[], list[dict[str, Any]]]
) -> None:
    """Without a new start; what was lost meanwhile is reported there."""
    folder.path.mkdir()
    os.mkfifo(folder.key)
    otel_training.record_feedback("a", "like", user_id="reader")
    assert not otel_training.flush(20)
    folder.key.unlink()
    otel_training.record_feedback("b", "like", user_id="reader")

    kinds = [(record.get("training.insight.id"), record.get("training.loss.reason")) for record in lines()]
    assert {("b", None), (None, "folder_refused")} == set(kinds)


@is_root
@pytest.mark.parametrize("is_link", [False, True])
def test_another_users_folder_is_refused(tmp_path: Path, *, is_link: bool) -> None:
    """Whatever its mode, and so is one that another user's link leads to, though it is ours."""
    path, ours = tmp_path / "data", tmp_path / "ours"
    if is_link:
        ours.mkdir(mode=0o755)
        path.symlink_to(ours)
        os.chown(path, 12345, 12345, follow_symlinks=False)
    else:
        path.mkdir(mode=0o777)
        os.chown(path, 12345, 12345)

    with pytest.raises(FolderRefusedError, match="uid 12345"):
        make_folder(DataFolder(path))
    assert [] == [*path.iterdir()]
    assert not is_link or mode(ours) == 0o755


@is_root
@pytest.mark.slow
def test_a_program_of_another_user_keeps_away(folder: DataFolder, tmp_path: Path) -> None:
    """One that may read and write everything there: it exits as ever, told once, and leaves nothing."""
    folder.path.mkdir()
    folder.path.chmod(0o777)
    for path in (tmp_path, *tmp_path.parents[:-1]):
        path.chmod(mode(path) | 0o011)
    # Imported before: that user may be unable to read Python's own modules.
    code = (
        "import os; from otel_training import record_feedback; os.setgroups([]); os.setuid(12345); "
        "record_feedback('a', 'like')"
    )
    done = run("-c", code, cwd=tmp_path, OTEL_TRAINING_HOME=str(folder.path))

    assert (0, 1, []) == (done.returncode, len(done.stderr.splitlines()), [*folder.path.iterdir()]), done.stderr
    assert f"captures nothing: {folder.path} belongs to another user (uid 0, this one is 12345)" in done.stderr


@pytest.mark.parametrize("wide", [0o777, 0o755, 0o750, 0o701, 0o2775])
def test_a_wide_folder_is_closed(wide: int, folder: DataFolder) -> None:
    """The folder itself, what lies in it, and each file: others may do nothing with them any more."""
    for name in ("", *FOLDERS):
        (folder.path / name).mkdir()
    for name in SECRETS:
        (folder.path / name).touch()
    for path in (*folder.path.iterdir(), folder.path):
        path.chmod(wide if path.is_dir() else wide & 0o666)
    make_folder(folder)

    assert set() == modes(folder)


@pytest.mark.slow
def test_what_is_made_is_closed(folder: DataFolder) -> None:
    """Whatever the umask, all of the folder, the store inside it, too; each part is ignored by git."""
    before = os.umask(0)
    try:
        otel_training.record_feedback("a", "like", user_id="reader")
        assert otel_training.flush(20)
        main(["status"])
        own_folder(folder.ship)
    finally:
        os.umask(before)

    assert set() == {part for part in modes(folder) if part[0] != ".gitignore"}
    ignoring = {path.parent.name for path in folder.path.rglob(".gitignore") if path.read_text("utf-8") == "*\n"}
    assert {folder.path.name, "local", "ship", "store"} == ignoring


@pytest.mark.slow
def test_a_store_anywhere_is_closed(tmp_path: Path) -> None:
    """One that OTEL_TRAINING_STORE names."""
    path = tmp_path / "store"
    path.mkdir(mode=0o777)
    Store(embedded_dsn(path)).row("SELECT 1 AS one")

    assert 0o700 == mode(path)


def test_the_folder_may_be_reached_by_a_link(tmp_path: Path) -> None:
    """A mounted volume, that the user's own link leads to."""
    volume, home = tmp_path / "volume", tmp_path / "home"
    volume.mkdir(mode=0o755)
    home.symlink_to(volume)
    make_folder(DataFolder(home))

    assert (0o700, True) == (mode(volume), (volume / "local").is_dir())


def test_a_disk_without_modes_is_named_once(folder: DataFolder, monkeypatch: pytest.MonkeyPatch, caplog: Any) -> None:
    """Capture goes on: such a disk's mount says who may read."""
    folder.path.mkdir(mode=0o755)
    (folder.path / "user.key").touch(0o644)

    def refuse(*_arguments: object) -> None:
        raise PermissionError

    monkeypatch.setattr(os, "fchmod", refuse)
    for _ in range(2):
        make_folder(folder)

    assert 1 == sum("file system keeps no modes" in message for message in caplog.messages)


def _make(path: Path, barrier: Any) -> None:
    barrier.wait()
    make_folder(DataFolder(path))


@pytest.mark.slow
def test_several_programs_close_a_folder_at_once(folder: DataFolder) -> None:
    """None of them fails, and git ignores it however they meet."""
    folder.path.mkdir(mode=0o777)
    context = get_context("fork")
    barrier = context.Barrier(6)
    programs = [context.Process(target=_make, args=(folder.path, barrier)) for _ in range(6)]
    for program in programs:
        program.start()
    for program in programs:
        program.join()

    assert ([0] * 6, set()) == ([program.exitcode for program in programs], modes(folder) - {(".gitignore", 0o644)})
    assert {"*"} == set((folder.path / ".gitignore").read_text("utf-8").split())


LATER: Final = (
    "experiments.json", "experiments.jsonl", "experiments.lock", "opt_outs.txt", "finetune", "restored", "restoring",
    "user.keys",
    "user.keys.lock", "backups.txt", "exports.txt",
)  # fmt: skip
OURS: Final = {f"/{name}" for name in (*SECRETS, *FOLDERS, *LATER)}


@pytest.mark.parametrize(
    ("rules", "added"),
    [
        ("", {"*"}),
        ("*\n", set()),
        ("*.csv", OURS),
        ("*.csv\n/local\n", OURS - {"/local"}),
        ("*\n!user.key\n", OURS),
        ("!*.md\n*\n", set()),
    ],
)
def test_git_ignores_what_is_ours(rules: str, added: set[str], tmp_path: Path) -> None:
    """Beside what a project's own file says; the next start adds nothing."""
    (tmp_path / "data").mkdir()
    ignore = tmp_path / "data" / ".gitignore"
    ignore.write_text(rules, "utf-8")
    for _ in range(2):
        make_folder(DataFolder(tmp_path / "data"))
    text = ignore.read_text("utf-8")

    assert (True, sorted(added)) == (text.startswith(rules), sorted(text.removeprefix(rules).split()))
    subprocess.run(["git", "init", "-q"], cwd=tmp_path, check=True)
    (tmp_path / "data" / "user.key").touch()
    done = subprocess.run(["git", "status", "--porcelain", "-uall"], cwd=tmp_path, capture_output=True, check=True)
    assert b"user.key" not in done.stdout
    assert b"local" not in done.stdout


@pytest.mark.parametrize("plant", [link, pipe])
def test_a_planted_file_is_not_opened(plant: Callable[[Path, Path], None], tmp_path: Path) -> None:
    """Neither followed nor waited for, whoever put it there after the look at the folder."""
    (tmp_path / "elsewhere").mkdir()
    plant(tmp_path / "x", tmp_path / "elsewhere")

    for flags in (os.O_RDONLY, os.O_RDWR | os.O_CREAT, os.O_WRONLY | os.O_APPEND):
        with pytest.raises(OSError, match=r"symbolic|user's|No such device"):
            open_own(tmp_path / "x", flags)


@pytest.mark.slow
def test_a_linked_segment_is_none(folder: DataFolder, tmp_path: Path, caplog: Any) -> None:
    """It is neither read nor appended to nor deleted."""
    caplog.set_level(logging.WARNING)
    make_folder(folder)
    target = tmp_path / "target"
    target.write_text("secret\n", "utf-8")
    planted = folder.local / "00000000000000000001-1-ab.jsonl"
    planted.symlink_to(target)
    otel_training.record_feedback("a", "like", user_id="reader")
    assert otel_training.flush(20)
    code = main(["status"])

    assert (0, True, "secret\n", []) == (code, planted.is_symlink(), target.read_text("utf-8"), caplog.messages)


@pytest.mark.slow
@pytest.mark.parametrize(
    "place", ["config.xml", "config.d/x.xml", "home/.clickhouse-local/config.xml", "home/config.xml"]
)
def test_no_strangers_file_configures_the_engine(place: str, folder: DataFolder, tmp_path: Path) -> None:
    """Neither beside the program nor in the home folder: with any of these the engine would not even start."""
    make_folder(folder)
    path = tmp_path / place
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text("<clickhouse><broken", "utf-8")
    done = run(
        "-m",
        "otel_training.cli",
        "status",
        cwd=tmp_path,
        OTEL_TRAINING_HOME=str(folder.path),
        HOME=str(tmp_path / "home"),
    )

    assert 0 == done.returncode, done.stderr
