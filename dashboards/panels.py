"""Panels of Grafana's classic dashboards: what differs between ours, on top of what all have in common."""

import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Final, TypeAlias

SQL: Final = Path(__file__).parent / "sql"
SOURCE: Final = {"type": "grafana-clickhouse-datasource", "uid": "${datasource}"}
COUNTS_INTERVAL, RATES_INTERVAL = "6h", "1d"
"""A bucket is no narrower: of ten extractions a day an hour's share says nothing."""
_HEADER: Final = re.compile(r"\A((?:--.*\n)+)")
_TIME_SERIES, _TABLE = 0, 1
_PARTS: Final = ("arms", "assigned", "events", "reached", "returned")
"""Files of `sql/` that others read FROM."""

JSON: TypeAlias = dict[str, Any]
Steps: TypeAlias = Sequence[tuple[float | None, str]]


@dataclass(frozen=True)
class Panel:
    """One panel, without its place."""

    query: str
    """The file of `sql/` that it asks; the comment above the statement is its description."""
    title: str
    kind: str
    width: int
    unit: str
    empty: str
    """What it shows where there is nothing."""
    options: JSON
    custom: JSON = field(default_factory=dict)
    defaults: JSON = field(default_factory=dict)
    overrides: Sequence[JSON] = ()
    format: int = _TABLE
    interval: str = COUNTS_INTERVAL


def read_sql(name: str) -> tuple[str, str]:
    """Return a file's header comment as text, and its statement."""
    text = (SQL / f"{name}.sql").read_text(encoding="utf-8")
    header = _HEADER.match(text)
    if header is None:
        raise ValueError(f"{name}.sql has no comment that says what it answers")
    lines = [line.removeprefix("--").strip() for line in header[1].splitlines()]
    return " ".join(lines), _with_parts(text[header.end() :].strip())


def _with_parts(statement: str) -> str:
    """Return the statement after the parts that it reads."""
    parts = [part for part in _PARTS if f"FROM {part}" in statement]
    return "".join(f"WITH {part} AS (\n{read_sql(part)[1]}\n)\n" for part in parts) + statement


def target(statement: str, kind: int = _TABLE) -> JSON:
    """Return a query of the data source."""
    return {"refId": "A", "datasource": SOURCE, "editorType": "sql", "format": kind, "rawSql": statement}


def stat(query: str, title: str, width: int, unit: str, steps: Steps = ((None, "blue"),), **more: Any) -> Panel:
    """Return a panel of one figure."""
    options = {
        "reduceOptions": {"calcs": ["lastNotNull"], "fields": "", "values": False},
        "colorMode": "value", "graphMode": "none", "justifyMode": "auto", "orientation": "auto",
        "textMode": "value", "wideLayout": True, "showPercentChange": False, "percentChangeColorMode": "standard",
    }  # fmt: skip
    defaults = _colored(steps) | {"decimals": more.get("decimals")} | more.get("defaults", {})
    return Panel(query, title, "stat", width, unit, more.get("empty", "No data yet"), options, defaults=defaults)


def lines(query: str, title: str, width: int, unit: str, **more: Any) -> Panel:
    """Return curves over time, one for each word of the query's second column."""
    custom = {
        "drawStyle": "line", "lineInterpolation": "linear", "lineWidth": 2, "fillOpacity": 0, "showPoints": "always",
        "pointSize": 5, "spanNulls": True, "stacking": {"mode": "none", "group": "A"},
    }  # fmt: skip
    return _series((query, title, width, unit), custom, {"interval": RATES_INTERVAL} | more)


def bars(query: str, title: str, width: int, unit: str = "short", **more: Any) -> Panel:
    """Return stacked bars over time, one part for each word of the query's second column."""
    custom = {
        "drawStyle": "bars", "lineWidth": 0, "fillOpacity": 80, "showPoints": "never", "barAlignment": 0,
        "spanNulls": False, "stacking": {"mode": "normal", "group": "A"}, "barMaxWidth": 24,
    }  # fmt: skip
    return _series((query, title, width, unit), custom, more)


def _series(what: tuple[str, str, int, str], custom: JSON, more: Mapping[str, Any]) -> Panel:
    query, title, width, unit = what
    options = {
        "legend": {"showLegend": True, "displayMode": "list", "placement": "bottom", "calcs": []},
        "tooltip": {"mode": "multi", "sort": "desc"},
    }
    colors = {"color": {"mode": "palette-classic"}, "min": 0, **more.get("defaults", {})}
    if label := more.get("label"):
        colors["displayName"] = f"${{__field.labels.{label}}}"
    empty = more.get("empty", "Nothing in this time")
    overrides = [_fixed(name, color) for name, color in more.get("colors", {}).items()]
    overrides += [
        _override(name, **{"custom.lineStyle": {"fill": "dash", "dash": [8, 8]}}) for name in more.get("dashed", ())
    ]
    return Panel(
        query, title, "timeseries", width, unit, empty, options, custom | more.get("custom", {}), colors, overrides,
        _TIME_SERIES, more.get("interval", COUNTS_INTERVAL),
    )  # fmt: skip


def gauges(query: str, title: str, width: int, unit: str, steps: Steps = ((None, "blue"),), **more: Any) -> Panel:
    """Return a bar for each row of the query: its word, and its figure."""
    options = {
        "reduceOptions": {"calcs": ["lastNotNull"], "fields": "", "values": True, "limit": 25},
        "orientation": more.get("orientation", "horizontal"), "displayMode": "basic", "valueMode": "color",
        "namePlacement": "auto", "showUnfilled": True, "sizing": "manual", "minVizWidth": 8, "minVizHeight": 16,
        "maxVizHeight": 32, "text": {"titleSize": 13, "valueSize": 16},
        "legend": {"showLegend": False, "displayMode": "list", "placement": "bottom", "calcs": []},
    }  # fmt: skip
    defaults = _colored(steps) | {"min": 0, **more.get("defaults", {})}
    return Panel(
        query, title, "bargauge", width, unit, more.get("empty", "Nothing in this time"), options, {}, defaults
    )


def table(query: str, title: str, width: int, units: Mapping[str, str], **more: Any) -> Panel:
    """Return the query's rows; `units` by column, `short` where it names none."""
    options = {"showHeader": True, "cellHeight": "sm", "frameIndex": 0, "enablePagination": False}
    custom = {"align": "auto", "inspect": False, "cellOptions": {"type": "auto"}}
    # A panel's text for no data would stand in every empty cell.
    overrides: list[JSON] = [{
        "matcher": {"id": "byRegexp", "options": "/.*/"}, "properties": [{"id": "noValue", "value": "-"}],
    }]  # fmt: skip
    overrides += [_override(name, unit=unit, **_decimals(unit)) for name, unit in units.items()]
    overrides += [
        _override(name, **{"custom.cellOptions": {"type": "gauge", "mode": "basic", "valueDisplayMode": "text"},
                           "min": 0, "max": 1, "color": {"mode": "fixed", "fixedColor": "blue"}})
        for name in more.get("gauges", ())
    ]  # fmt: skip
    overrides += [_override(name, **{"custom.width": width}) for name, width in more.get("widths", {}).items()]
    defaults = _colored(((None, "text"),))
    empty = more.get("empty", "Nothing in this time")
    return Panel(query, title, "table", width, "short", empty, options, custom, defaults, overrides)


def _decimals(unit: str) -> JSON:
    digits = {"none": 2, "percentunit": 1, "s": 2, "currencyUSD": 4}
    return {"decimals": digits[unit]} if unit in digits else {}


def _colored(steps: Steps) -> JSON:
    """Return thresholds and the colour by them."""
    return {
        "color": {"mode": "thresholds"},
        "thresholds": {"mode": "absolute", "steps": [{"value": value, "color": color} for value, color in steps]},
    }


def _fixed(name: str, color: str) -> JSON:
    return _override(name, color={"mode": "fixed", "fixedColor": color})


def _override(name: str, **properties: object) -> JSON:
    return {
        "matcher": {"id": "byName", "options": name},
        "properties": [{"id": key, "value": value} for key, value in properties.items()],
    }


def render(panel: Panel, number: int, place: JSON, conditioned: Callable[[str], str]) -> JSON:
    """Return the panel at its place as Grafana reads it; `conditioned` writes the variables' conditions into SQL."""
    description, statement = read_sql(panel.query)
    defaults = {"unit": panel.unit, "noValue": panel.empty, "custom": dict(panel.custom)} | panel.defaults
    return {
        "id": number,
        "type": panel.kind,
        "title": panel.title,
        "description": description,
        "datasource": SOURCE,
        "gridPos": place,
        "interval": panel.interval,
        "targets": [target(conditioned(statement), panel.format)],
        "options": dict(panel.options),
        "fieldConfig": {
            "defaults": {key: value for key, value in defaults.items() if value not in (None, {})},
            "overrides": list(panel.overrides),
        },
    }
