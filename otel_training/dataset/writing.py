"""The writing of rows: a file of each container, which takes the place of another only when it is whole."""

import csv
import hashlib
import io
import json
import os
import shutil
from collections.abc import Callable, Iterator, Mapping
from contextlib import AbstractContextManager, ExitStack, contextmanager
from pathlib import Path
from typing import IO, Any, Final, TypeAlias

import orjson

from otel_training.dataset.compression import compressing, decompressed
from otel_training.dataset.target import Target

_BATCH: Final = 1000
_BUFFER: Final = 1 << 20


Place: TypeAlias = IO[bytes] | Path
"""An open file, or a folder."""
Write: TypeAlias = Callable[[Mapping[str, Any], bytes, str], object]
"""Writes a row, given as a line, too, of a split."""


def json_line(row: Mapping[str, Any]) -> bytes:
    """Return a row as a line, ASCII alone: U+2028 and U+0085 inside a text would cut it in two for many readers."""
    try:
        line = orjson.dumps(row, option=orjson.OPT_APPEND_NEWLINE)
    except TypeError:
        line = b"\xff"
    # The slower way for other letters, for halves of surrogate pairs, and for numbers of more than 64 bits.
    return line if line.isascii() else (json.dumps(row, separators=(",", ":")) + "\n").encode("ascii")


def open_place(out: Path, target: Target) -> AbstractContextManager[Place]:
    """Open what takes the place of a target's file or folder when all went well."""
    return _open_folder(out) if target.container == "hf" else open_replacement(out)


@contextmanager
def open_rows(place: Place, target: Target, *, compress: bool = False) -> Iterator[Write]:
    """Open a target's rows; afterwards all are in the file."""
    with ExitStack() as stack:
        if isinstance(place, Path):
            splits: dict[str, Write] = {}

            def write(row: Mapping[str, Any], line: bytes, split: str) -> None:
                name = split or "train"
                if name not in splits:
                    (place / "data").mkdir(exist_ok=True)
                    file = stack.enter_context((place / "data" / f"{name}-00000-of-00001.parquet").open("xb"))
                    splits[name] = stack.enter_context(_open_parquet(file, target))
                splits[name](row, line, split)

            yield write
        else:
            file = stack.enter_context(compressing(place)) if compress else place
            yield stack.enter_context(_OPEN[target.container](file, target))


@contextmanager
def _open_lines(file: IO[bytes], _target: Target) -> Iterator[Write]:
    yield lambda _row, line, _split: file.write(line)


@contextmanager
def _open_table(file: IO[bytes], target: Target) -> Iterator[Write]:
    text = io.TextIOWrapper(file, "utf-8", newline="")
    writer = csv.DictWriter(text, list(target.fields))
    writer.writeheader()
    yield lambda row, _line, _split: writer.writerow(row)
    text.detach()


@contextmanager
def _open_parquet(file: IO[bytes], target: Target) -> Iterator[Write]:
    import pyarrow as pa
    from pyarrow import parquet

    message = pa.struct([("role", pa.string()), ("content", pa.string())])
    schema, rows = pa.schema([(name, pa.list_(message)) for name in target.fields]), []

    def write(row: Mapping[str, Any], _line: bytes, _split: str) -> None:
        rows.append(row)
        if len(rows) == _BATCH:
            flush()

    def flush() -> None:
        writer.write_table(pa.Table.from_pylist(rows, schema))
        rows.clear()

    with parquet.ParquetWriter(file, schema, compression="zstd") as writer:
        yield write
        flush()


_OPEN: Final = {"jsonl": _open_lines, "csv": _open_table, "parquet": _open_parquet}


def digest_of(place: Place) -> tuple[str, int]:
    """Return the digest of a file, or of a folder's files of rows one after another, and its bytes, as uncompressed."""
    digest, size = hashlib.sha256(), 0
    with ExitStack() as stack:
        files: list[IO[bytes]] = [] if isinstance(place, Path) else [place]
        if isinstance(place, Path):
            paths = sorted(place.glob("data/*.parquet")) if place.is_dir() else [place]
            files += [stack.enter_context(path.open("rb")) for path in paths]
        for file in map(decompressed, files):
            while block := file.read(1 << 20):
                digest.update(block)
                size += len(block)
    return digest.hexdigest(), size


@contextmanager
def naming(path: Path) -> Iterator[None]:
    """Have an error that names no file, such as a full disk's, name this one."""
    try:
        yield
    except OSError as error:
        error.filename = error.filename or str(path)
        raise


@contextmanager
def open_replacement(path: Path) -> Iterator[IO[bytes]]:
    """Open a temporary file in the same folder; it takes the place of `path` only when all went well."""
    temporary = _beside(path)
    try:
        descriptor = os.open(temporary, os.O_RDWR | os.O_CREAT | os.O_EXCL | os.O_NOFOLLOW, 0o600)
        with os.fdopen(descriptor, "w+b", _BUFFER) as file:
            yield file
            file.flush()
            os.fsync(file.fileno())
        temporary.replace(path)
    finally:
        temporary.unlink(missing_ok=True)


@contextmanager
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
