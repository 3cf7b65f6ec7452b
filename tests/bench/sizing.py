"""The sizing: what so many events a day need, by arithmetic from measured rows."""

import re
from math import ceil
from pathlib import Path

LOADS = ((100_000, 10_000_000), (1_000_000, 100_000_000), (10_000_000, 1_000_000_000), (100_000_000, 10_000_000_000))
"""Extractions and calls of models a day; everything else a day."""
PEAK, DAY, YEAR = 5, 86_400, 365
USED = 2
"""Cores of a node of four that the peak may take."""
QUEUE, LARGE_BYTES, SMALL_BYTES = 8 << 30, 10_000, 800
"""Of the shipped configuration; of a record on the wire."""
_ROW = re.compile(r"^\| ([^|]+) \| ([\d,.]+) [^|]*\|", re.MULTILINE)
_TABLE = re.compile(r"(<!-- generated: sizing -->\n).*?(<!-- end sizing -->)", re.DOTALL)
_HEAD = "| L | S | collector, cores | ClickHouse, cores | ClickHouse, disk a year | one queue lasts | nodes |"


def renew(page: Path, costs: Path) -> None:
    """Compute a page's table anew from the figures that the costs' page shows, where all of them were measured."""
    measured = shown(costs.read_text(encoding="utf-8"))
    if any(name.startswith("collector") for name in measured):
        text = page.read_text(encoding="utf-8")
        page.write_text(_TABLE.sub(lambda match: match[1] + table(measured) + "\n" + match[2], text), "utf-8")


def shown(costs: str) -> dict[str, float]:
    """Read the figures of the table of measured rows."""
    rows = _ROW.findall(costs.partition("<!-- generated: bench -->")[2])
    return {name: float(value.replace(",", "")) for name, value in rows}


def table(measured: dict[str, float]) -> str:
    """Write the table."""
    return "\n".join([_HEAD, "|---|---|---|---|---|---|---|", *(_line(measured, *load) for load in LOADS)])


def _line(measured: dict[str, float], large: int, small: int) -> str:
    cores = [
        PEAK / DAY * (large / measured[f"{what}, 9 kB{how}"] + small / measured[f"{what}, readers' actions"])
        for what, how in (("collector into ClickHouse", ", fence and fsync on"), ("serve behind it", ""))
    ]
    stored = large * measured["on disk, an extraction of 9 kB with its insights"]
    stored += small * measured["on disk, a reader's action"]
    hours = QUEUE / (large * LARGE_BYTES + small * SMALL_BYTES) * 24
    nodes = " + ".join(str(ceil(count / USED)) for count in cores)
    figures = [f"{large:,}", f"{small:,}", *map(_figure, cores), f"{_figure(stored * YEAR / 1e12)} TB"]
    return f"| {' | '.join(figures)} | {_duration(hours)} | {nodes} |"


def _figure(value: float) -> str:
    return f"{value:,.0f}" if value >= 10 else f"{value:.2g}"


def _duration(hours: float) -> str:
    return f"{hours:.0f} h" if hours >= 1 else f"{hours * 60:.0f} min"
