"""What a dashboard of ours must hold to, beside what Grafana itself asks for."""

import re
from collections.abc import Iterator
from itertools import combinations
from typing import Any, Final

SOURCE: Final = {"type": "grafana-clickhouse-datasource", "uid": "${datasource}"}
COLUMNS: Final = 24
FIGURES: Final = {"stat", "bargauge", "table", "timeseries"}
CONTENT: Final = re.compile(
    r"\b(source_content|insights\.text|messages|output|tools|query AS|body)\b",
    re.IGNORECASE,
)
_UNITS: Final = {
    "short", "none", "percentunit", "s", "currencyUSD", "dateTimeFromNow", "d",
}  # fmt: skip


def problems(dashboard: Any) -> list[str]:
    """Say in one sentence each what is wrong."""
    panels = dashboard["panels"]
    return [
        *_whole(dashboard),
        *_grid(panels),
        *(f"{panel.get('title')}: {wrong}" for panel in panels if panel["type"] != "row" for wrong in _panel(panel)),
        *(
            f"{variable['name']}: {wrong}"
            for variable in dashboard["templating"]["list"]
            for wrong in _variable(variable)
        ),
        *(
            "an annotation has another data source"
            for annotation in dashboard["annotations"]["list"]
            if annotation["datasource"] != SOURCE
        ),
    ]


def _whole(dashboard: Any) -> Iterator[str]:
    if not 0 < len(dashboard["uid"]) <= 40:
        yield "the uid is too long"
    if dashboard.keys() & {"id", "iteration", "__inputs", "__requires"}:
        yield "it has a key that only an exported or a stored dashboard has"
    if (dashboard["schemaVersion"], dashboard["editable"], dashboard["refresh"]) != (42, False, "5m"):
        yield "schema version, editable or refresh differ"
    if [(link["tags"], link["asDropdown"], link["keepTime"], link["includeVars"]) for link in dashboard["links"]] != [
        (["otel-training"], True, True, True)
    ]:
        yield "the others are not linked"
    if dashboard["tags"] != ["otel-training"]:
        yield "the tag that links it is missing"
    first = dashboard["templating"]["list"][0]
    if (first["name"], first["label"], first["type"]) != ("datasource", "Data source", "datasource"):
        yield "the first variable is not the data source"


def _grid(panels: list[Any]) -> Iterator[str]:
    numbers = [panel["id"] for panel in panels]
    if len(numbers) != len(set(numbers)):
        yield "two panels have the same id"
    titles = [panel["title"] for panel in panels]
    if len(titles) != len(set(titles)):
        yield "two panels have the same title"
    cells = [{(x, y) for x in _range(p, "x", "w") for y in _range(p, "y", "h")} for p in panels]
    if any(area & other for area, other in combinations(cells, 2)):
        yield "two panels overlap"
    covered = set().union(*cells)
    height = max(y for _, y in covered) + 1
    if covered != {(x, y) for x in range(COLUMNS) for y in range(height)}:
        yield "the grid has holes, or more than 24 columns"


def _range(panel: Any, start: str, size: str) -> range:
    place = panel["gridPos"]
    return range(place[start], place[start] + place[size])


def _panel(panel: Any) -> Iterator[str]:
    defaults = panel["fieldConfig"]["defaults"]
    if panel["type"] not in FIGURES:
        yield "its type is none of ours"
    if not panel.get("title") or panel["title"].endswith(("?", ".")):
        yield "its title is no noun phrase"
    if "?" not in panel.get("description", "") or len(panel["description"]) < 60:
        yield "its description does not say which question it answers, and what to do"
    if panel["datasource"] != SOURCE or any(query["datasource"] != SOURCE for query in panel["targets"]):
        yield "its data source is not the variable"
    if defaults.get("unit") not in _UNITS:
        yield "its unit is missing or new"
    if not defaults.get("noValue"):
        yield "it does not say what it shows without data"
    if panel["type"] == "bargauge" and defaults.get("min") != 0:
        yield "its bars do not begin at 0"
    steps = defaults.get("thresholds", {"steps": []})["steps"]
    if steps and (steps[0]["value"] is not None or "mode" not in defaults["thresholds"]):
        yield "its thresholds begin with a value, or have no mode"
    if defaults["unit"] == "percentunit" and any((step["value"] or 0) > 1 for step in steps):
        yield "its thresholds are of another scale than its unit"
    yield from _queries(panel)


def _queries(panel: Any) -> Iterator[str]:
    if not panel["targets"]:
        yield "it asks nothing"
    for query in panel["targets"]:
        statement = query["rawSql"]
        if (query["format"] == 0) != (panel["type"] == "timeseries"):
            yield "its format is not that of its type"
        if panel["type"] == "timeseries" and not re.search(r"\$__timeInterval\(\w+\) AS time\b", statement):
            yield "its time is not by Grafana's interval"
        if panel["type"] == "timeseries" and "ORDER BY time" not in statement:
            yield "its times do not ascend"
        if CONTENT.search(statement):
            yield "it shows content or readers"


def _variable(variable: Any) -> Iterator[str]:
    if not variable.get("label"):
        yield "it has no label"
    if variable["type"] == "query" and (variable["datasource"] != SOURCE or variable["refresh"] != 2):
        yield "it is not asked anew with the time"
    if variable["current"].keys() != {"text", "value"}:
        yield "its current choice lacks text or value"
