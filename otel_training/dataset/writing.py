"""The writing of rows: a file of each container, which takes the place of another only when it is whole."""

import contextlib
import csv
import hashlib
import io
import json
import os
import shutil
from collections.abc import Callable, Iterator, Mapping
from pathlib import Path
from typing import IO, Any, Final, Protocol

from otel_training.dataset.target import Target

_BATCH: Final = 1000


class Rows(Protocol):
    """An open file."""

    def write(self, row: dict[str, Any], split: str) -> None:
        """Write a row."""

    def finish(self, card: str) -> list[IO[bytes]]:
        """Write what is left, and the card where there is one; return the files, to be read again."""

    def close(self) -> None:
        """Let go of the file, finished or not."""


def json_line(row: dict[str, Any]) -> bytes:
    """Return a row as a line, ASCII alone: U+2028 and U+0085 inside a text would cut it in two for many readers."""
    return (json.dumps(row, ensure_ascii=True) + "\n").encode("ascii")


@contextlib.contextmanager
def open_rows(out: Path, target: Target) -> Iterator[Rows]:
    """Open a target's file, or its folder."""
    if target.container == "hf":
        with _open_folder(out) as folder, contextlib.closing(_Folder(folder, target)) as rows:
            yield rows
    else:
        with open_replacement(out) as file, contextlib.closing(_FILES[target.container](file, target)) as rows:
            yield rows


class _JsonLines:
    def __init__(self, file: IO[bytes], _target: Target) -> None:
        self._file = file

    def write(self, row: dict[str, Any], split: str) -> None:  # noqa: ARG002 - a file is of one split
        self._file.write(json_line(row))

    def finish(self, card: str) -> list[IO[bytes]]:  # noqa: ARG002 - it has none
        return [self._file]

    def close(self) -> None:
        pass


class _Table:
    def __init__(self, file: IO[bytes], target: Target) -> None:
        self._file = file
        self._text = io.TextIOWrapper(file, "utf-8", newline="")
        self._writer = csv.DictWriter(self._text, list(target.fields))
        self._writer.writeheader()

    def write(self, row: dict[str, Any], split: str) -> None:  # noqa: ARG002 - a file is of one split
        self._writer.writerow(row)

    def finish(self, card: str) -> list[IO[bytes]]:  # noqa: ARG002 - it has none
        self._text.flush()
        return [self._file]

    def close(self) -> None:
        self._text.detach()


class _Parquet:
    def __init__(self, file: IO[bytes], target: Target) -> None:
        import pyarrow as pa
        from pyarrow import parquet

        message = pa.struct([("role", pa.string()), ("content", pa.string())])
        self._schema = pa.schema([(name, pa.list_(message)) for name in target.fields])
        self.file, self._rows = file, list[dict[str, Any]]()
        self._writer = parquet.ParquetWriter(file, self._schema, compression="zstd")

    def write(self, row: dict[str, Any], split: str) -> None:  # noqa: ARG002 - a file is of one split
        self._rows.append(row)
        if len(self._rows) == _BATCH:
            self._flush()

    def finish(self, card: str) -> list[IO[bytes]]:  # noqa: ARG002 - it has none
        self._flush()
        self._writer.close()
        return [self.file]

    def close(self) -> None:
        # Else it closes itself when it is collected, after its file.
        self._writer.close()

    def _flush(self) -> None:
        import pyarrow as pa

        self._writer.write_table(pa.Table.from_pylist(self._rows, self._schema))
        self._rows.clear()


class _Folder:
    """A Parquet file for each split, and a card."""

    def __init__(self, folder: Path, target: Target) -> None:
        self._folder, self._target = folder, target
        self._splits: dict[str, _Parquet] = {}

    def write(self, row: dict[str, Any], split: str) -> None:
        name = split or "train"
        if name not in self._splits:
            path = self._folder / "data" / f"{name}-00000-of-00001.parquet"
            path.parent.mkdir(exist_ok=True)
            self._splits[name] = _Parquet(path.open("x+b"), self._target)
        self._splits[name].write(row, split)

    def finish(self, card: str) -> list[IO[bytes]]:
        lines = [f"  - split: {name}\n    path: data/{name}-*\n" for name in self._splits]
        (self._folder / "README.md").write_text(card.format(splits="".join(lines)), encoding="utf-8")
        return [file for rows in self._splits.values() for file in rows.finish("")]

    def close(self) -> None:
        for rows in self._splits.values():
            rows.close()
            rows.file.close()


_FILES: Final[Mapping[str, Callable[[IO[bytes], Target], Rows]]] = {
    "jsonl": _JsonLines,
    "csv": _Table,
    "parquet": _Parquet,
}


def digest_of(files: list[IO[bytes]]) -> tuple[str, int]:
    """Return the digest of what was written, one file after another, and its bytes."""
    digest, size = hashlib.sha256(), 0
    for file in files:
        file.flush()
        file.seek(0)
        while block := file.read(1 << 20):
            digest.update(block)
            size += len(block)
    return digest.hexdigest(), size


@contextlib.contextmanager
def open_replacement(path: Path) -> Iterator[IO[bytes]]:
    """Open a temporary file in the same folder; it takes the place of `path` only when all went well."""
    temporary = _beside(path)
    try:
        descriptor = os.open(temporary, os.O_RDWR | os.O_CREAT | os.O_EXCL | os.O_NOFOLLOW, 0o600)
        with os.fdopen(descriptor, "w+b") as file:
            yield file
            file.flush()
            os.fsync(file.fileno())
        temporary.replace(path)
    finally:
        temporary.unlink(missing_ok=True)


@contextlib.contextmanager
def _open_folder(path: Path) -> Iterator[Path]:
    """Make such a folder."""
    temporary = _beside(path)
    try:
        temporary.mkdir(mode=0o700)
        yield temporary
        if path.is_dir():
            shutil.rmtree(path)
        temporary.replace(path)
    finally:
        shutil.rmtree(temporary, ignore_errors=True)


def _beside(path: Path) -> Path:
    return path.with_name(f".{path.name}.{os.getpid()}.tmp")
