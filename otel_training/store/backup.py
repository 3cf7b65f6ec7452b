"""Backups: the rows of a store and the files of its data folder, in one file, from which any store is restored."""

import hashlib
import os
import zlib
from collections.abc import Iterable, Iterator
from contextlib import closing, contextmanager, suppress
from dataclasses import asdict, dataclass, fields
from datetime import UTC, datetime
from pathlib import Path, PurePosixPath
from typing import IO, Final
from zipfile import ZIP_DEFLATED, BadZipFile, ZipFile

import orjson

from otel_training.errors import StoreError
from otel_training.folder import DataFolder
from otel_training.ownership import open_own, read_own, write_own
from otel_training.progress import Progress, silent
from otel_training.spool.reading import is_unavailable
from otel_training.spool.segments import SUFFIX, segment_paths
from otel_training.store.client import Store, embedded_dsn, read_query
from otel_training.store.forget import COMPUTED, computing_anew
from otel_training.store.migrate import migrate, missing_migrations, read_migrations, table_names
from otel_training.store.owner import owner_lock
from otel_training.store.restored import finish_restore
from otel_training.version import __version__

_LEFT_OUT: Final = frozenset({*COMPUTED, "unsettled", "settling", "forgotten", "otel_logs", "otel_traces"})
"""What settling makes anew, and what only passes through."""
_FILES: Final = (
    "opt_outs.txt", "prices.toml", "experiments.json", "experiments.jsonl", "losses.json", "finetune", "rejected",
    "ship", "exports.txt",
)  # fmt: skip
_KEYS: Final = ("user.key", "user.keys")
_MANIFEST: Final = "manifest.json"
_STORE, _FOLDER, _NATIVE = "store", "folder", ".native"
_BLOCK: Final = 1 << 20


@dataclass(frozen=True, slots=True)
class Manifest:
    """What a backup holds."""

    made_at: str
    version: str
    """Of the package that made it."""
    migrations: list[str]
    """Those that its tables are of."""
    rows: dict[str, int]
    """By table; that many at least: of a server that takes records meanwhile there may be more."""
    sha256: dict[str, str]
    """By the name of what is in the file."""

    @property
    def has_keys(self) -> bool:
        """Whether pseudonyms can be computed by it."""
        return f"{_FOLDER}/{_KEYS[0]}" in self.sha256


def back_up(
    store: Store, folder: DataFolder, file: IO[bytes], *, with_keys: bool, progress: Progress = silent
) -> Manifest:
    """Write a backup of a store, which is settled, and of its data folder's files, and read it back."""
    tables = sorted(_kept())
    rows, sha256 = {}, {}
    with ZipFile(file, "w", ZIP_DEFLATED, compresslevel=1) as archive:
        for number, table in enumerate(tables, 1):
            rows[table] = _count(store, table)
            name = f"{_STORE}/{table}{_NATIVE}"
            sha256[name] = _add(archive, name, store.native(table))
            progress(number, len(tables))
        for path in _files(folder, _FILES + _KEYS * with_keys):
            # A running app may have shipped it by now.
            with suppress(FileNotFoundError):
                content = _read_whole(path)
                name = f"{_FOLDER}/{path.relative_to(folder.path).as_posix()}"
                sha256[name] = _add(archive, name, [content])
        now = datetime.now(UTC).isoformat(timespec="seconds")
        migrations = [migration.name for migration in read_migrations()]
        manifest = Manifest(now, __version__, migrations, rows, sha256)
        archive.writestr(_MANIFEST, orjson.dumps(asdict(manifest)))
    with ZipFile(file) as archive:
        _check(archive, manifest)
    return manifest


@contextmanager
def open_backup(path: Path) -> Iterator[tuple[ZipFile, Manifest]]:
    """Open a backup, every byte of it checked; raises `StoreError` where it is damaged or of a newer version."""
    try:
        archive = ZipFile(path)
        raw = orjson.loads(archive.read(_MANIFEST))
        lacking = set(raw["migrations"]) - {migration.name for migration in read_migrations()}
        if lacking:
            raise StoreError(
                f"{path} was made by otel_training {raw['version']}, whose tables this one ({__version__}) does not "
                "know: install that one, or a newer one."
            )
        manifest = Manifest(*(raw[part.name] for part in fields(Manifest)))
        _check(archive, manifest)
    except (BadZipFile, EOFError, KeyError, TypeError, ValueError, zlib.error) as error:
        raise StoreError(
            f"{path} is damaged, or no backup, and nothing was changed: take another copy of it."
        ) from error
    with archive:
        yield archive, manifest


def restore_folder(folder: DataFolder, archive: ZipFile, manifest: Manifest, progress: Progress = silent) -> None:
    """Restore a data folder, which stays as it was until all of the backup is in and settled.

    What is captured and not in the store yet stays, too, as do opt-outs and keys. Raises `StoreError` where another
    process uses the folder.
    """
    with owner_lock(folder.lock, 0):
        if any(map(is_unavailable, [*segment_paths(folder.local), *segment_paths(folder.ship)])):
            raise StoreError(f"An app is writing into {folder.path}: stop it, and run this again.")
        finish_restore(folder)
        with closing(Store(embedded_dsn(folder.restoring / folder.store.name))) as store:
            restore_store(store, archive, manifest, progress)
        for name in (name for name in manifest.sha256 if name.startswith(f"{_FOLDER}/")):
            place = folder.restoring / name.removeprefix(f"{_FOLDER}/")
            place.parent.mkdir(parents=True, exist_ok=True)
            with os.fdopen(open_own(place, os.O_WRONLY | os.O_CREAT), "wb") as file:
                file.write(archive.read(name))
        _keep_lines(folder)
        folder.restoring.rename(folder.restored)
        finish_restore(folder)


def restore_store(store: Store, archive: ZipFile, manifest: Manifest, progress: Progress = silent) -> None:
    """Restore an empty store: of the backup's schema first, then brought up to this version's, and settled.

    Raises `StoreError` where its tables have rows, or are newer than the backup.
    """
    migrations, missing = read_migrations(), missing_migrations(store)
    if any(migration.name not in manifest.migrations for migration in migrations if migration not in missing):
        raise StoreError("The store's tables are newer than the backup: drop its database, and run this again.")
    migrate(store, [migration for migration in migrations if migration.name in manifest.migrations])
    if full := [table for table in manifest.rows if _count(store, table)]:
        raise StoreError(f"The store has rows in {', '.join(full)}: drop its database, or name another store.")
    for number, (table, rows) in enumerate(manifest.rows.items(), 1):
        entry = archive.getinfo(f"{_STORE}/{table}{_NATIVE}")
        if entry.file_size:
            with archive.open(entry) as file:
                store.insert_native(table, file)
        progress(number, len(manifest.rows))
        if (count := _count(store, table)) < rows:
            raise StoreError(
                f"Of {rows:,} rows of {table} only {count:,} could be restored: drop what is there, and run this again."
            )
    migrate(store)
    with computing_anew(store, progress):
        pass


def _keep_lines(folder: DataFolder) -> None:
    """Add what the folder has to what takes its place: who opted out since, and the keys that find readers."""
    in_force = _lines(folder.restoring / folder.key.name)
    keys = _lines(folder.keys) + (_lines(folder.key) if in_force else [])
    ours = {
        **{path.name: _lines(path) for path in (folder.opt_outs, folder.exports)},
        folder.keys.name: [key for key in keys if key not in in_force],
    }
    for name, lines in ours.items():
        theirs = _lines(folder.restoring / name)
        if added := [line for line in lines if line not in theirs]:
            write_own(folder.restoring / name, b"".join(line + b"\n" for line in [*theirs, *added]))


def _lines(path: Path) -> list[bytes]:
    return read_own(path).splitlines() if path.exists() else []


def _kept() -> set[str]:
    return table_names(read_migrations()) - _LEFT_OUT


def _count(store: Store, table: str) -> int:
    return int(store.row(read_query("backup_rows"), table=table)["rows"])


def _files(folder: DataFolder, names: Iterable[str]) -> Iterator[Path]:
    """List the files of some names, and those in folders of some; what is no file of its own is left out."""
    for name in names:
        place = folder.path / name
        for path in sorted(place.rglob("*")) if place.is_dir() else [place]:
            if path.is_file() and not path.is_symlink() and not path.name.startswith("."):
                yield path


def _read_whole(path: Path) -> bytes:
    """Read a file, of a segment its whole lines: an app may be in the middle of one."""
    content = read_own(path)
    return content[: content.rfind(b"\n") + 1] if path.suffix == SUFFIX else content


def _add(archive: ZipFile, name: str, blocks: Iterable[bytes]) -> str:
    digest = hashlib.sha256()
    with archive.open(name, "w", force_zip64=True) as entry:
        for block in blocks:
            digest.update(block)
            entry.write(block)
    return digest.hexdigest()


def _check(archive: ZipFile, manifest: Manifest) -> None:
    """Raise `ValueError` where anything in a backup is not what its manifest says, or has no place in a backup."""
    tables = {f"{_STORE}/{table}{_NATIVE}" for table in manifest.rows}
    names = {*manifest.sha256} - tables
    parts = [PurePosixPath(name).parts for name in names]
    if any(path[:1] != (_FOLDER,) or ".." in path or not {*path[1:2]} & {*_FILES, *_KEYS} for path in parts):
        raise ValueError
    if (
        not tables <= manifest.sha256.keys()
        or {*archive.namelist()} != tables | names | {_MANIFEST}
        or not manifest.rows.keys() <= _kept()
    ):
        raise ValueError
    for name, sha256 in manifest.sha256.items():
        digest = hashlib.sha256()
        with archive.open(name) as entry:
            while block := entry.read(_BLOCK):
                digest.update(block)
        if digest.hexdigest() != sha256:
            raise ValueError
