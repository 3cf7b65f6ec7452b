"""The output of all commands: results on stdout as text, JSON lines or CSV; everything else on stderr."""

import csv
import json
import os
import re
import stat
import sys
import textwrap
import time
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from enum import Enum, auto
from functools import wraps
from tempfile import SpooledTemporaryFile
from types import NoneType
from typing import IO, Any, Final

import click
import orjson
from rich.console import Console, ConsoleOptions, Group, RenderableType
from rich.segment import Segment
from rich.table import Table
from rich.text import Text

from otel_training.controls import FORMULA, escaped, visible
from otel_training.errors import TrainingError
from otel_training.progress import RowProgress, silent
from otel_training.store.client import Row

_JSON: Final = click.option("as_json", "--json", is_flag=True, help="Print JSON, one object a line.")
_CSV: Final = click.option("as_csv", "--csv", is_flag=True, help="Print CSV with a header line.")

_FIXED: Final = 20
"""Columns up to this width keep it; wider ones give way where the terminal is too narrow."""
_LEAST: Final = 8
"""What is left of those, at least."""
_CELL: Final = 40
_LAST_CELL: Final = 400
_HELD_BYTES: Final = 64 << 20
_ENDLESS: Final = 1 << 14
_PADDING: Final = re.compile(r" +$", re.MULTILINE)
ITEM: Final = "- "
"""What a list's item begins with."""


class _Console(Console):
    """A console that shows no control character, whoever drew what it prints; its own colours are no part of a text."""

    @property
    def options(self) -> ConsoleOptions:
        """What is no terminal has no width: nothing is cut in a file or a pipe."""
        return super().options if self.is_terminal else super().options.update(width=_ENDLESS)

    def render(self, renderable: RenderableType, options: ConsoleOptions | None = None) -> Iterable[Segment]:
        """Draw as any console does."""
        for segment in super().render(renderable, options):
            yield segment if segment.control else Segment(visible(segment.text), segment.style)


_err: Final = _Console(stderr=True, highlight=False, emoji=False)


class Output(Enum):
    """The form in which a command prints its result: as its user chose."""

    TEXT = auto()
    JSON = auto()
    CSV = auto()

    def emit(self, rows: Iterable[Row], draw: Callable[[list[Row]], Iterable[RenderableType]]) -> None:
        """Print rows on stdout: for programs as they are, for a person what `draw` makes of them."""
        if self is Output.TEXT:
            show(*draw(list(rows)))
        elif self is Output.JSON:
            for row in rows:
                sys.stdout.write(escaped(json.dumps(row, ensure_ascii=False, default=str)) + "\n")
        else:
            _write_csv(rows)


def output_options(*, csv: bool = False, limit: str = "") -> Callable[[Callable[..., Any]], Callable[..., Any]]:
    """Give a command `--json`, and a listing `--csv` and `--limit`; it takes the choice as `output`."""

    def decorate(command: Callable[..., Any]) -> Callable[..., Any]:
        @wraps(command)
        def choose(*arguments: Any, as_json: bool, as_csv: bool = False, **options: Any) -> Any:
            if as_json and as_csv:
                raise click.UsageError("Choose one of --json and --csv.")
            output = Output.JSON if as_json else Output.CSV if as_csv else Output.TEXT
            return command(*arguments, output=output, **options)

        decorated = _JSON(_CSV(choose) if csv else choose)
        return click.option("--limit", type=click.IntRange(min=1), help=limit)(decorated) if limit else decorated

    return decorate


def is_read_at_once() -> bool:
    """Return whether stdout is a file, which takes all at once; a pager or a person takes its time."""
    try:
        return stat.S_ISREG(os.fstat(sys.stdout.fileno()).st_mode)
    except OSError:
        return False


def held(rows: Iterable[Row]) -> Iterator[Row]:
    """Read all rows, so that the store can be closed before they are printed; beyond 64 MB in a file without a name."""
    file = SpooledTemporaryFile(_HELD_BYTES)  # noqa: SIM115 - closed by who reads it
    file.writelines(orjson.dumps(row) + b"\n" for row in rows)
    file.seek(0)
    return _read_rows(file)


def _read_rows(file: IO[bytes]) -> Iterator[Row]:
    with file:
        yield from map(orjson.loads, file)


def _write_csv(rows: Iterable[Mapping[str, Any]]) -> None:
    """Print nested values as JSON, and nothing that a spreadsheet would run."""
    writer = csv.writer(sys.stdout)
    for number, row in enumerate(rows):
        if number == 0:
            writer.writerow(row)
        writer.writerow([_csv_cell(value) for value in row.values()])


def _csv_cell(value: Any) -> Any:
    if isinstance(value, (dict, list)):
        return escaped(json.dumps(value, ensure_ascii=False))
    if not isinstance(value, str):
        return value
    return visible(f"'{value}" if value.startswith(FORMULA) else value)


def show(*parts: RenderableType, aside: bool = False) -> None:
    """Print sentences and tables on stdout, or aside on stderr.

    A sentence is broken between words alone, so that a path in it can be copied; a table is set apart by blank lines.
    """
    console = _err if aside else _Console(highlight=False, emoji=False)
    for before, part in zip((None, *parts), parts, strict=False):
        if before is not None and not (isinstance(before, (str, Text)) and isinstance(part, type(before))):
            console.print()
        text = part.plain if isinstance(part, Text) and part.plain.startswith(ITEM) else part
        is_line = isinstance(text, str) or (isinstance(text, Text) and not console.is_terminal)
        text = _broken(text, console) if isinstance(text, str) else text
        if is_line or console.is_terminal:
            console.print(text, markup=False, soft_wrap=is_line, crop=console.is_terminal)
            continue
        with console.capture() as drawn:
            console.print(text, markup=False, crop=False)
        # Without the spaces by which a table's last column is as wide as its widest cell.
        console.file.write(_PADDING.sub("", drawn.get()))


def _broken(text: str, console: Console) -> str:
    """Break lines between words for a terminal, those of a list's item behind its dash; elsewhere a line is a line."""
    text = visible(text)
    if not console.is_terminal:
        return text
    indent = " " * len(ITEM) if text.startswith(ITEM) else ""
    wrapper = textwrap.TextWrapper(
        console.width, subsequent_indent=indent, break_long_words=False, break_on_hyphens=False
    )
    return "\n".join(wrapper.fill(line) for line in text.split("\n"))


def warn(sentence: str, style: str = "yellow") -> None:
    """Print a warning on stderr, broken between words where that is a terminal: in a log it is one line."""
    _err.print(Text(visible(sentence), style=style), soft_wrap=not _err.is_terminal)


def confirm(question: str) -> None:
    """Ask before what cannot be undone; raises `TrainingError` where nobody is there to answer."""
    if not sys.stdin.isatty():
        raise TrainingError(f"{question} Nobody can answer here: add --yes.")
    click.confirm(question, abort=True, err=True)


def note(sentence: str) -> None:
    """Print a hint on stderr."""
    warn(sentence, style="dim")


def table(title: str, columns: Sequence[str], rows: Iterable[Sequence[Any]]) -> Group:
    """Draw a table under its title; numbers stand right."""
    grid = Table(header_style="dim", box=None, pad_edge=False)
    values = list(rows)
    cells = [[*(to_text(value, _CELL) for value in row[:-1]), to_text(row[-1], _LAST_CELL)] for row in values]
    for at, column in enumerate(columns):
        is_numeric = bool(values) and all(isinstance(row[at], (int, float, NoneType)) for row in values)
        widest, word = max((row[at].cell_len for row in cells), default=0), max(map(len, column.split()), default=0)
        is_fixed = is_numeric or (column != columns[-1] and widest <= _FIXED)
        grid.add_column(
            column,
            justify="right" if is_numeric else "left",
            overflow="fold",
            no_wrap=is_fixed and word == len(column),
            # A head is broken between words alone.
            min_width=max(word, widest if is_fixed else min(widest, _LEAST)),
        )
    for row in cells:
        for cell in row[:-1]:
            cell.no_wrap, cell.overflow = True, "ellipsis"
        grid.add_row(*row)
    drawn = _Grid(grid, list(columns), [[to_text(value, _LAST_CELL) for value in row] for row in values])
    return Group(Text(title, style="bold"), drawn) if title else Group(drawn)


@dataclass(frozen=True, slots=True)
class _Grid:
    """A table; where the terminal has no room for its columns, a paragraph a row, with a line a cell."""

    table: Table
    columns: Sequence[str]
    rows: Sequence[Sequence[Text]]

    def __rich_console__(self, _console: Console, options: ConsoleOptions) -> Iterator[RenderableType]:
        gaps = sum(self.table.padding) * (len(self.columns) - 1)
        if sum(column.min_width or 0 for column in self.table.columns) + gaps <= options.max_width:
            yield self.table
            return
        for number, row in enumerate(self.rows):
            yield from [""] * (number > 0)
            for name, cell in zip(self.columns, row, strict=True):
                if cell.plain:
                    yield Text.assemble((f"{name}: " if name else "", "dim"), cell)


def to_text(value: Any, limit: int = 1000) -> Text:
    """Return a stored value as text: no markup, no terminal escape sequence in it takes effect."""
    if value is None:
        return Text("-", style="dim")
    if isinstance(value, bool):
        return Text("yes" if value else "no")
    if isinstance(value, float):
        return Text(f"{value:g}")
    if isinstance(value, int):
        return Text(f"{value:,}")
    text = visible(str(value))
    return Text(text if len(text) <= limit else f"{text[: limit - 1]}…")


def plural(count: int, noun: str) -> str:
    """Return how many: `1 example` or `2 examples`."""
    return f"{count:,} {noun}" if count == 1 else f"{count:,} {noun}s"


@contextmanager
def progress(label: str) -> Iterator[RowProgress]:
    """Show a progress bar on stderr, from the first step of long work on; nothing where stderr is no terminal."""
    with stages() as begin:
        yield begin(label)


@contextmanager
def stages() -> Iterator[Callable[[str], RowProgress]]:
    """Show such a bar for each part of the work, one after the other."""
    if not _err.is_terminal:
        yield lambda _label: silent
        return
    # Only here: it takes a tenth of the time that a short command needs to start.
    from rich.progress import BarColumn, Progress, TaskProgressColumn, TextColumn, TimeRemainingColumn

    columns = (TextColumn("{task.description}"), BarColumn(24), TaskProgressColumn(), TimeRemainingColumn())
    # Not stdout, too: the bar would take what is printed meanwhile to the terminal, out of the user's file.
    bars = Progress(*columns, console=_err, transient=True, redirect_stdout=False)
    with bars as bar:

        def begin(label: str) -> RowProgress:
            for before in bar.task_ids:
                bar.remove_task(before)
            task, began = bar.add_task(label, visible=False), time.monotonic()

            def show(done: int, total: int, size: int = 0, /) -> None:
                speed = f" {done:,} rows, {size / 1e6 / max(time.monotonic() - began, 0.001):.1f} MB/s" if size else ""
                bar.update(task, completed=done, total=total, visible=total > 0, description=f"{label}{speed}")

            return show

        yield begin
