"""`otel-training backup` and `restore`: all comes back, and nothing is changed by what cannot."""

import hashlib
import os
import shutil
import signal
import subprocess
import sys
import zipfile
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import orjson
import pytest

import otel_training
from otel_training.folder import DataFolder, make_folder
from otel_training.pipeline import process
from otel_training.privacy.identity import Key
from otel_training.spool.rejected import set_aside
from otel_training.store.owner import owner_lock
from tests.served import environment

pytestmark = pytest.mark.slow

FIGURES = ("captured", "stored", "lost", "by_kind", "samples")


def figures(rows: Any) -> dict[str, Any]:
    """Return what `status` counts and what each kind of record is."""
    (status,) = rows("status")
    return {name: status[name] for name in FIGURES} | {"view": rows("view")}


@pytest.fixture
def elsewhere(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Callable[[str], DataFolder]:
    """Go to another data folder."""

    def go(name: str) -> DataFolder:
        monkeypatch.setenv("OTEL_TRAINING_HOME", str(tmp_path / name))
        process.reset()
        return DataFolder(tmp_path / name)

    return go


def test_brings_all_back(  # noqa: PLR0913, PLR0917 - two folders, each with its commands
    gathered: None, folder: DataFolder, rows: Any, command: Any, elsewhere: Any, tmp_path: Path
) -> None:
    """Into an empty folder: the same figures and records, settled as from scratch, the files, and no key."""
    command("dataset", "create", "v1", "--no-score", "--min-viewers", 1, "--split", "100/0/0")
    files = {"opt_outs.txt": "reader 9\n", "prices.toml": "# none\n"}
    for name, text in files.items():
        (folder.path / name).write_text(text, encoding="utf-8")
    set_aside(folder, "1.jsonl", b'{"header": 1}\n', b'{"a": 1}\n', "why")
    command("experiment", "start", "insights")
    assert 0 == command("prices", "share")[0]
    before, key, trail = figures(rows), folder.key.read_text("utf-8"), rows("experiment", "log")

    (backup,) = rows("backup", tmp_path / "all.zip")
    there = elsewhere("there")
    (restored,) = rows("restore", tmp_path / "all.zip")

    assert (before, trail) == (figures(rows), rows("experiment", "log"))
    assert 1 == backup["tables"]["price_lists"]
    assert (backup["rows"], backup["tables"], str(there.path)) == (
        restored["rows"],
        restored["tables"],
        restored["into"],
    )
    assert 0 == command("schema", "verify", "--deep")[0]
    assert b'{"header": 1}\n{"a": 1}\n' == (there.rejected / "1.jsonl").read_bytes()
    assert files == {name: (there.path / name).read_text("utf-8") for name in files}
    (finding,) = [finding for finding in rows("doctor")[0]["findings"] if "user.key" in finding]
    assert finding.startswith(f"The readers' pseudonyms are of a key that is not here ({Key(bytes.fromhex(key)).id})")
    assert {} == rows("forget", "--user", 0, "--show")[0]["rows"]
    assert 0 == command("export", "--print-sql")[0]
    assert (False, False) == (there.key.exists(), backup["with_keys"])
    assert key.encode() not in (tmp_path / "all.zip").read_bytes()
    assert [] == [path for path in there.path.iterdir() if path.name.startswith("restor")]


def test_takes_the_keys_only_where_asked(gathered: None, folder: DataFolder, rows: Any, elsewhere: Any) -> None:
    """Then a reader of before is found again there."""
    rows("backup", folder.path.parent / "all.zip", "--with-keys")
    key = folder.key.read_bytes()
    there = elsewhere("there")
    rows("restore", folder.path.parent / "all.zip")

    assert key == there.key.read_bytes()
    assert 0o600 == there.key.stat().st_mode & 0o777
    assert {"impressions": 1, "feedback": 1} == {
        table: rows("forget", "--user", 0, "--show")[0]["rows"][table] for table in ("impressions", "feedback")
    }


def test_forget_lists_the_backups_that_may_hold_it(
    gathered: None, rows: Any, command: Any, elsewhere: Any, tmp_path: Path
) -> None:
    """Those that were made or restored here, each once, with its last time and whether it is still there."""
    files = [tmp_path / name for name in ("a.zip", "b.zip")]
    for file in (*files, files[0]):
        assert 0 == command("backup", file, "--force", "--with-keys")[0]
    files[1].unlink()

    here = rows("forget", "--user", 0, "--show")[0]["backups"]
    elsewhere("there")
    (restored,) = rows("restore", files[0])
    _, printed, error = command("forget", "--user", 0, "--yes")
    again = command("forget", "--user", 0, "--yes")[1]

    assert [(str(files[0]), True), (str(files[1]), False)] == [(row["file"], row["is_there"]) for row in here]
    day = zipfile.ZipFile(files[0]).getinfo("manifest.json").date_time[:3]
    line = "Backups of before, and copies of them, may hold it: {} (of {:04}-{:02}-{:02}). Delete them, or forget it"
    assert [True, True] == [line.format(files[0], *day) in text for text in (printed, again)]
    assert ("", 1) == (error, len(rows("forget", "--user", 0, "--show")[0]["backups"]))
    assert restored["made_at"] == here[0]["made_at"]


@pytest.fixture
def backed_up(gathered: None, rows: Any, tmp_path: Path) -> Path:
    """A backup of what was gathered, whose data folder no app uses any more."""
    rows("backup", tmp_path / "all.zip")
    process.reset()
    return tmp_path / "all.zip"


def written_anew(path: Path, change: Callable[[dict[str, bytes]], object]) -> None:
    """Change what is in a backup, as a zip that is whole."""
    with zipfile.ZipFile(path) as archive:
        entries = {name: archive.read(name) for name in archive.namelist()}
    change(entries)
    with zipfile.ZipFile(path, "w") as archive:
        for name, content in entries.items():
            archive.writestr(name, content)


def manifest_of(entries: dict[str, bytes], **changes: Any) -> None:
    """Change the manifest among what is in a backup."""
    entries["manifest.json"] = orjson.dumps(orjson.loads(entries["manifest.json"]) | changes)


def cut(path: Path) -> None:
    """Cut it in the middle."""
    os.truncate(path, path.stat().st_size // 2)


def spoil(path: Path) -> None:
    """Change rows, and leave the file as whole as any."""
    written_anew(path, lambda entries: entries.update({"store/feedback.native": b"x"}))


def climb(path: Path) -> None:
    """Have it write above the data folder."""
    name = "folder/finetune/../../../planted"

    def plant(entries: dict[str, bytes]) -> None:
        entries[name] = b"x"
        known = orjson.loads(entries["manifest.json"])["sha256"]
        manifest_of(entries, sha256=known | {name: hashlib.sha256(b"x").hexdigest()})

    written_anew(path, plant)


@pytest.mark.parametrize("damage", [cut, spoil, climb, lambda path: path.write_text("no backup", encoding="utf-8")])
def test_refuses_what_is_damaged(damage: Any, backed_up: Path, command: Any, elsewhere: Any) -> None:
    """Before anything is touched."""
    damage(backed_up)
    there = elsewhere("there")

    code, printed, error = command("restore", backed_up)

    assert (1, "", True) == (code, printed, "is damaged, or no backup" in error)
    assert not there.path.exists()


def test_refuses_what_a_newer_version_made(backed_up: Path, command: Any, elsewhere: Any) -> None:
    """It names the version to install."""
    written_anew(backed_up, lambda entries: manifest_of(entries, version="9.1", migrations=["9999_more"]))
    elsewhere("there")

    code, _, error = command("restore", backed_up)

    assert (1, True) == (code, "was made by otel_training 9.1" in error)


def test_brings_what_an_older_version_made_up_to_this_one(
    backed_up: Path, rows: Any, command: Any, elsewhere: Any
) -> None:
    """Later tables are filled by their migrations, as they are in a store that is upgraded."""
    before = figures(rows)

    def grow_old(entries: dict[str, bytes]) -> None:
        manifest = orjson.loads(entries["manifest.json"])
        manifest["migrations"] = [name for name in manifest["migrations"] if name < "0071"]
        for table in set(manifest["rows"]) - {name[5:] for name in manifest["migrations"]}:
            del manifest["rows"][table], manifest["sha256"][f"store/{table}.native"], entries[f"store/{table}.native"]
        manifest_of(entries, **manifest)

    written_anew(backed_up, grow_old)
    elsewhere("there")
    assert 0 == command("restore", backed_up)[0]

    assert before == figures(rows)
    assert 0 == command("schema", "verify", "--deep")[0]


def test_replaces_data_only_where_told(backed_up: Path, folder: DataFolder, rows: Any, command: Any) -> None:
    """Nor while an app writes, or another command has the store; --force takes back what came since."""
    before = figures(rows)
    otel_training.record_feedback("later", "like", user_id=7)
    assert process.flush(30)
    by_app = command("restore", backed_up, "--force")
    process.reset()
    without = command("restore", backed_up)
    with owner_lock(folder.lock):
        by_command = command("restore", backed_up, "--force")
    assert before["stored"] + 1 == figures(rows)["stored"]

    (restored,) = rows("restore", backed_up, "--force")

    assert [1, 1, 1] == [by_app[0], without[0], by_command[0]]
    assert "An app is writing" in by_app[2]
    assert "holds data already" in without[2]
    assert "is in use by" in by_command[2]
    assert before == figures(rows)
    assert str(folder.path) == restored["into"]


def test_loses_no_key_and_nobody_who_opted_out(gathered: None, folder: DataFolder, rows: Any, command: Any) -> None:
    """What was rotated, and who opted out, since the backup stay beside what is in it."""
    (make_folder(folder).path / "opt_outs.txt").write_text("a.example\n", encoding="utf-8")
    command("keys", "rotate")
    rows("backup", folder.path.parent / "all.zip", "--with-keys")
    kept = [folder.keys.read_text("utf-8"), folder.key.read_text("utf-8")]
    command("keys", "rotate")
    since = folder.key.read_text("utf-8")
    (folder.path / "opt_outs.txt").write_text("reader 9\na.example\n", encoding="utf-8")
    process.reset()

    rows("restore", folder.path.parent / "all.zip", "--force")

    assert "a.example\nreader 9\n" == folder.opt_outs.read_text("utf-8")
    assert [f"{kept[0]}{since}\n", kept[1]] == [folder.keys.read_text("utf-8"), folder.key.read_text("utf-8")]


def test_the_key_in_force_is_none_of_the_old(gathered: None, folder: DataFolder, rows: Any, command: Any) -> None:
    """What was rotated since the backup is in force again: `keys destroy` would else offer to destroy it."""
    rows("backup", folder.path.parent / "all.zip", "--with-keys")
    kept = folder.key.read_text("utf-8")
    command("keys", "rotate")
    since = folder.key.read_text("utf-8")
    process.reset()
    rows("restore", folder.path.parent / "all.zip", "--force")

    assert (kept, f"{since.rstrip()}\n") == (folder.key.read_text("utf-8"), folder.keys.read_text("utf-8"))


def test_keeps_what_the_backup_had_none_of(
    gathered: None, folder: DataFolder, rows: Any, command: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Opt-outs where it had an empty file, in any encoding, and keys where the one in force is a setting."""
    opt_outs = make_folder(folder).path / "opt_outs.txt"
    opt_outs.write_bytes(b"")
    for number, key in enumerate(("first", "second", "third")):
        monkeypatch.setenv("OTEL_TRAINING_USER_KEY", key)
        process.reset()
        command("keys", "rotate")
        if number == 0:
            rows("backup", folder.path.parent / "all.zip", "--with-keys")
    opt_outs.write_bytes(b"b\xfccher.example\n")
    keys = folder.keys.read_bytes()
    process.reset()
    rows("restore", folder.path.parent / "all.zip", "--force")

    assert (b"b\xfccher.example\n", keys) == (opt_outs.read_bytes(), folder.keys.read_bytes())


RESTORES = """
import os, pathlib, sys
from otel_training.cli.main import main
after, *argv = sys.argv[1:]
rename = pathlib.Path.rename
def killed(path, target):
    if path.name == "restoring":
        if after == "1":
            rename(path, target)
        os.kill(os.getpid(), 9)
    return rename(path, target)
pathlib.Path.rename = killed
main(argv)
"""


@pytest.mark.parametrize(("after", "later"), [(0, 1), (1, 0)])
def test_killed_it_leaves_the_old_or_the_new(  # noqa: PLR0913, PLR0917 - where it is killed, and what with
    after: int, later: int, backed_up: Path, folder: DataFolder, rows: Any, command: Any
) -> None:
    """Before all is in, nothing has changed; after that, the next command brings it to its end."""
    before = rows("status")[0]["stored"]
    otel_training.record_feedback("later", "like", user_id=7)
    process.reset()
    assert 0 == command("status")[0]
    argv = [sys.executable, "-c", RESTORES, str(after), "restore", str(backed_up), "--force"]
    home = {"OTEL_TRAINING_HOME": str(folder.path), "OTEL_TRAINING_ENABLED": "true"}

    killed = subprocess.run(argv, env=environment(**home), check=False, timeout=100)

    assert -signal.SIGKILL == killed.returncode
    assert before + later == rows("status")[0]["stored"]
    assert not folder.restored.exists()


@pytest.fixture
def small_disk(tmp_path: Path) -> Iterator[Path]:
    """A file system of 8 kB."""
    place = tmp_path / "disk"
    place.mkdir()
    mount = ["mount", "-t", "tmpfs", "-o", "size=8k", "tmpfs", str(place)]
    if not shutil.which("mount") or subprocess.run(mount, capture_output=True, check=False).returncode:
        pytest.skip("no file system can be mounted here")
    yield place
    subprocess.run(["umount", str(place)], check=True)


def test_a_full_disk_leaves_the_last_backup(backed_up: Path, command: Any, small_disk: Path) -> None:
    """And no half of the next one."""
    (small_disk / "all.zip").write_bytes(b"the last")

    code, _, error = command("backup", small_disk / "all.zip", "--force")

    assert (1, True) == (code, "No space left" in error)
    assert ["all.zip"] == [path.name for path in small_disk.iterdir()]
    assert b"the last" == (small_disk / "all.zip").read_bytes()


@pytest.mark.parametrize(
    ("name", "code", "why"),
    [
        ("nosuch/a.zip", 1, "does not exist"),
        ("all.zip", 1, "--force"),
        ("/dev/full", 2, "no regular file"),
        ("-", 2, "no regular file"),
    ],
)
def test_writes_no_backup_over_another(name: str, code: int, why: str, backed_up: Path, command: Any) -> None:
    """Nor where there is no folder, nor to where nothing can be read back."""
    ended, _, error = command("backup", name if name == "-" else backed_up.parent / name)

    assert (code, True) == (ended, why in error)


def test_takes_whole_lines_of_what_waits_to_be_shipped(
    gathered: None, folder: DataFolder, rows: Any, tmp_path: Path
) -> None:
    """An app may be in the middle of one; what is no file of its own is left out."""
    process.reset()
    ship = make_folder(folder).ship
    ship.mkdir()
    (ship / "1.jsonl").write_bytes(b'{"header": 1}\n{"a": 1}\n{"b"')
    (ship / "2.jsonl").symlink_to("/etc/hostname")
    rows("backup", tmp_path / "all.zip")

    with zipfile.ZipFile(tmp_path / "all.zip") as archive:
        shipped = {name: archive.read(name) for name in archive.namelist() if "/ship/" in name}
    assert {"folder/ship/1.jsonl": b'{"header": 1}\n{"a": 1}\n'} == shipped
