"""The results: a row a figure, each with its bar; as a table, as JSON, in a page."""

import json
import operator
import os
import platform
import re
import sys
from collections.abc import Callable, Sequence
from dataclasses import asdict, dataclass, field
from importlib.metadata import version
from pathlib import Path
from typing import Final

_MEETS: Final[dict[str, Callable[[float, float], bool]]] = {
    "<=": operator.le,
    ">=": operator.ge,
    "=": operator.eq,
}
_TABLE: Final = re.compile(r"(<!-- generated: bench -->\n).*?(<!-- end bench -->)", re.DOTALL)


@dataclass(frozen=True, slots=True)
class Row:
    """One figure and the bar that it must hold; a figure without a bar is shown to explain another."""

    name: str
    value: float
    unit: str
    bar: str = ""
    """`<= 5`, `>= 0.97` or `= 0`."""
    holds: bool = field(init=False)

    def __post_init__(self) -> None:
        object.__setattr__(self, "holds", _holds(self.value, self.bar))


def _holds(value: float, bar: str) -> bool:
    if not bar:
        return True
    sign, _, figure = bar.partition(" ")
    return _MEETS[sign](value, float(figure))


def exit_code(rows: Sequence[Row]) -> int:
    """Return 1 when a bar does not hold."""
    return 0 if all(row.holds for row in rows) else 1


def table(rows: Sequence[Row]) -> str:
    """Write the rows for a terminal."""
    cells = [("what", "value", "bar", ""), *(_cells(row) for row in rows)]
    widths = [max(len(line[column]) for line in cells) for column in range(3)]
    return "\n".join(
        f"{what:<{widths[0]}}  {value:>{widths[1]}}  {bar:<{widths[2]}}  {holds}".rstrip()
        for what, value, bar, holds in cells
    )


def markdown(rows: Sequence[Row]) -> str:
    """Write the rows as a Markdown table."""
    lines = [f"| {what} | {value} | {bar} | {holds} |" for what, value, bar, holds in map(_cells, rows)]
    return "\n".join(["| what | measured | bar | holds |", "|---|---|---|---|", *lines])


def _cells(row: Row) -> tuple[str, str, str, str]:
    holds = ("yes" if row.holds else "NO") if row.bar else ""
    return row.name, f"{_figure(row.value)} {row.unit}".strip(), row.bar, holds


def _figure(value: float) -> str:
    return f"{value:,.0f}" if value == int(value) or abs(value) >= 100 else f"{value:.3g}"


def save(rows: Sequence[Row], path: Path) -> None:
    """Write the rows as JSON."""
    path.write_text(json.dumps([asdict(row) for row in rows], indent=1) + "\n", encoding="utf-8")


def load(path: Path) -> list[Row]:
    """Read the rows that `save` wrote."""
    rows = json.loads(path.read_text(encoding="utf-8"))
    return [Row(row["name"], row["value"], row["unit"], row["bar"]) for row in rows]


def renew(page: Path, rows: Sequence[Row], machine: str) -> None:
    """Replace a page's table."""
    text = page.read_text(encoding="utf-8")
    fresh = f"{machine}\n\n{markdown(rows)}\n"
    page.write_text(_TABLE.sub(lambda match: match[1] + fresh + match[2], text), encoding="utf-8")


def machine() -> str:
    """Say what was measured on."""
    return (
        f"{_processor()}, {os.cpu_count()} cores, {platform.system()}, Python {platform.python_version()}, "
        f"OpenTelemetry SDK {version('opentelemetry-sdk')}."
    )


def _processor() -> str:
    if sys.platform == "linux":
        match = re.search(r"^model name\s*:\s*(.+)$", Path("/proc/cpuinfo").read_text(encoding="utf-8"), re.MULTILINE)
        if match:
            return match[1]
    return platform.processor() or platform.machine()
