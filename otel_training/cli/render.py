"""One renderer: results on stdout as a table, JSON lines or CSV; everything else on stderr."""

import csv
import json
import re
import sys
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from typing import Any, Final, TypeVar

import click
from rich.console import Console, Group
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TaskProgressColumn, TextColumn
from rich.table import Table
from rich.text import Text

F = TypeVar("F", bound=Callable[..., Any])

_CONTROL: Final = re.compile(r"[\x00-\x08\x0b-\x1f\x7f-\x9f]")
_CELL: Final = 40
_LINE_ENDS: Final = {code: f"\\u{code:04x}" for code in (0x85, 0x2028, 0x2029)}
_FORMULA: Final = ("=", "+", "-", "@", "\t", "\r")

err: Final = Console(stderr=True, highlight=False)


def out() -> Console:
    """Return a console on the stdout of this moment."""
    return Console(highlight=False)


def json_option(command: F) -> F:
    """Give a command `--json`."""
    return click.option("as_json", "--json", is_flag=True, help="Print JSON, one object a line.")(command)


def csv_option(command: F) -> F:
    """Give a command `--csv`."""
    return click.option("as_csv", "--csv", is_flag=True, help="Print CSV with a header line.")(command)


def print_json(row: Mapping[str, Any]) -> None:
    """Print one object on one line, for every reader's idea of a line."""
    sys.stdout.write(json.dumps(row, ensure_ascii=False, default=str).translate(_LINE_ENDS) + "\n")


def print_csv(rows: Iterable[Mapping[str, Any]]) -> None:
    """Print rows as CSV; nested values as JSON, and nothing that a spreadsheet would run."""
    writer = csv.writer(sys.stdout)
    for number, row in enumerate(rows):
        if number == 0:
            writer.writerow(row)
        writer.writerow([_cell(value) for value in row.values()])


def _cell(value: Any) -> Any:
    if isinstance(value, (dict, list)):
        return json.dumps(value, ensure_ascii=False)
    if isinstance(value, str) and value.startswith(_FORMULA):
        return f"'{value}"
    return value


def table(title: str, columns: Sequence[str], rows: Iterable[Sequence[Any]]) -> Group:
    """Make a table under its title; numbers stand right."""
    made = Table(header_style="dim", box=None, pad_edge=False)
    cells = [list(row) for row in rows]
    for index, column in enumerate(columns):
        numeric = all(isinstance(row[index], (int, float)) or row[index] is None for row in cells)
        last = index == len(columns) - 1
        made.add_column(column, justify="right" if numeric and cells else "left", overflow="fold", no_wrap=not last)
    for row in cells:
        *short, last_cell = row
        made.add_row(*(plain(value, _CELL) for value in short), plain(last_cell))
    return Group(Text(title, style="bold"), made) if title else Group(made)


def plain(value: Any, limit: int | None = None) -> Text:
    """Show a stored value: no markup, no terminal escape sequence in it takes effect."""
    if value is None:
        return Text("-", style="dim")
    if isinstance(value, bool):
        return Text("yes" if value else "no")
    if isinstance(value, float):
        return Text(f"{value:g}")
    if isinstance(value, int):
        return Text(f"{value:,}")
    text = clean(str(value))
    return Text(text if limit is None or len(text) <= limit else f"{text[: limit - 1]}…")


def clean(text: str) -> str:
    """Take control characters out of a stored text."""
    return _CONTROL.sub("\N{REPLACEMENT CHARACTER}", text)


def counted(count: int, noun: str) -> str:
    """Say how many, `1 example` or `2 examples`."""
    return f"{count:,} {noun}" if count == 1 else f"{count:,} {noun}s"


def warn(sentence: str) -> None:
    """Say something on stderr."""
    err.print(Text(sentence, style="yellow"))


def note(sentence: str) -> None:
    """Say something less important on stderr."""
    err.print(Text(sentence, style="dim"))


@contextmanager
def progress(label: str) -> Iterator[Callable[[int, int], None]]:
    """Show a progress bar on stderr while long work runs; nothing where stderr is no terminal."""
    if not err.is_terminal:
        yield lambda _done, _total: None
        return
    columns = (TextColumn(label), BarColumn(), TaskProgressColumn(), MofNCompleteColumn())
    with Progress(*columns, console=err, transient=True) as bar:
        task = bar.add_task(label, total=None)

        def tell(done: int, total: int) -> None:
            bar.update(task, completed=done, total=total)

        yield tell
