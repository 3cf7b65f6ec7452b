"""The reading of rows from a file that anybody wrote: a line that is none is named, and the next is read."""

import csv
import io
import json
from collections.abc import Iterator
from pathlib import Path
from typing import IO, Any, Final, NamedTuple, cast

from otel_training.dataset.compression import decompressed
from otel_training.dataset.parts import Problem
from otel_training.dataset.target import Target
from otel_training.errors import TrainingError

_LONGEST: Final = 64 << 20
_CUTS: Final = ("\u2028", "\u2029", "\u0085")
_BOM: Final = b"\xef\xbb\xbf"


class Line(NamedTuple):
    """A row and where it stands; or why there is none."""

    number: int
    raw: str
    row: Any = None
    problem: Problem | None = None


def read_lines(path: Path, target: Target) -> Iterator[Line]:
    """Yield the rows of a file, or of a folder's files."""
    if target.container == "jsonl":
        yield from _read_json_lines(path)
    elif target.container == "csv":
        yield from _read_table(path)
    else:
        yield from _read_parquet(sorted(path.glob("data/*.parquet")) if target.container == "hf" else [path])


def _read_json_lines(path: Path) -> Iterator[Line]:
    number = 0
    with path.open("rb") as compressed:
        file = decompressed(compressed)
        while raw := _read_line(file, number):
            if isinstance(raw, Line):
                yield raw
                return
            number += 1
            if len(raw) == _LONGEST and not raw.endswith(b"\n"):
                while (rest := file.readline(_LONGEST)) and not rest.endswith(b"\n"):
                    pass
                yield Line(number, "", problem=Problem("unreadable", "the line has more than 64 MB"))
            else:
                yield _read_json(number, raw)


def _read_line(file: IO[bytes], number: int) -> bytes | Line:
    """Read a line; what was compressed may be broken."""
    try:
        return file.readline(_LONGEST)
    except OSError as error:
        return Line(number + 1, "", problem=Problem("unreadable", f"the file is broken off or damaged ({error})"))


def _read_json(number: int, raw: bytes) -> Line:
    text = raw.decode("utf-8", "replace")
    try:
        raw.decode("utf-8")
    except UnicodeDecodeError as error:
        return Line(number, text, problem=Problem("utf8", f"byte {error.start + 1} of the line is no UTF-8"))
    if raw.startswith(_BOM):
        return Line(number, text, problem=Problem("utf8", "the file begins with a byte order mark"))
    if not text.strip():
        return Line(number, text, problem=Problem("blank", "the line is empty"))
    try:
        row = json.loads(text, object_pairs_hook=_unique, parse_constant=_refuse)
    except (ValueError, RecursionError) as error:
        end = "" if raw.endswith(b"\n") else ", and has no end"
        return Line(number, text, problem=Problem("unreadable", f"the line is no JSON ({error}){end}"))
    if any(cut in text for cut in _CUTS):
        return Line(number, text, problem=Problem("line_end", "a text has a raw U+2028, U+2029 or U+0085"))
    return Line(number, text, row)


def _unique(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    row = dict(pairs)
    if len(row) < len(pairs):
        raise ValueError("a key stands twice in an object")
    return row


def _refuse(constant: str) -> None:
    raise ValueError(f"{constant} is no JSON")


def _read_table(path: Path) -> Iterator[Line]:
    csv.field_size_limit(_LONGEST)
    # What is no UTF-8 comes as halves of surrogate pairs, which the check names.
    with path.open("rb") as compressed:
        file = io.TextIOWrapper(
            cast("io.BufferedReader", decompressed(compressed)), "utf-8", "surrogateescape", newline=""
        )
        reader = csv.DictReader(file, strict=True)
        while True:
            try:
                row = next(reader)
            except StopIteration:
                return
            except csv.Error as error:
                yield Line(reader.reader.line_num, "", problem=Problem("unreadable", f"the line is no CSV ({error})"))
                continue
            yield Line(reader.line_num, json.dumps(row, default=str), {str(name): cell for name, cell in row.items()})


def _read_parquet(paths: list[Path]) -> Iterator[Line]:
    try:
        from pyarrow import ArrowException, parquet
    except ImportError as error:
        raise TrainingError("Parquet needs pyarrow: pip install 'otel_training[local]'.") from error
    number = 0
    for path in paths:
        try:
            for batch in parquet.ParquetFile(path).iter_batches(1000):
                for row in batch.to_pylist():
                    number += 1
                    yield Line(number, json.dumps(row, default=str), row)
        except (ArrowException, OSError, ValueError) as error:
            reason = str(error).partition("\n")[0]
            yield Line(number + 1, "", problem=Problem("unreadable", f"{path.name} is no Parquet ({reason})"))
