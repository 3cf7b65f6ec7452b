"""Write the dashboards and alert rules, of `five.py`, `alerts.py` and `sql/`; run by `make dashboards`."""

import json
import re
import sys
from pathlib import Path
from typing import Final

FOLDER: Final = Path(__file__).parent
sys.path.insert(0, str(FOLDER.parent))  # run as a script

from dashboards.alerts import build_rules  # noqa: E402
from dashboards.five import FIVE, Dashboard  # noqa: E402
from dashboards.panels import JSON, SOURCE, read_sql, render, target  # noqa: E402

ALERTS: Final = FOLDER / "provisioning" / "alerting" / "otel-training.yaml"
TAG: Final = "otel-training"
COLUMNS: Final = 24
MULTIPLE: Final = {"service": "Program", "topic": "Topic", "model": "Model", "prompt_version": "Prompt version"}
SINGLE: Final = {"experiment": "Experiment", "baseline": "Baseline", "candidate": "Candidate"}
BOXES: Final = {
    "min_quality": ("Least score", "7"), "min_viewers": ("Least readers", "10"),
    "candidate_cost": ("Candidate's cost, %", "3"), "fallback": ("Fallback, %", "3"),
}  # fmt: skip
"""The boxes to write into, each with what stands there at first."""
COMPARED: Final = {"Models": "model", "Prompt versions": "prompt_version"}
_CONDITIONS: Final = re.compile(r" ?/\*\{(\w+(?:, \w+)*)\}\*/")


def conditioned(statement: str) -> str:
    """Return the statement with each `/*{topic, eligible}*/` replaced by these variables' and filters' conditions."""
    return _CONDITIONS.sub(lambda match: "".join(map(_condition, match[1].split(", "))), statement)


def _condition(variable: str) -> str:
    if variable == "eligible":
        return f" AND ({read_sql(variable)[1]})"
    return f" AND $__conditionalAll({variable} IN (${{{variable}:singlequote}}), ${variable})"


def build(dashboard: Dashboard) -> JSON:
    """Return a dashboard as Grafana reads it from a file."""
    return {
        "uid": dashboard.uid,
        "title": dashboard.title,
        "description": dashboard.description,
        "tags": [TAG],
        "schemaVersion": 42,
        "version": 1,
        "editable": False,
        "graphTooltip": 1,
        "timezone": "browser",
        "refresh": "5m",
        "time": {"from": "now-14d", "to": "now"},
        "timepicker": {},
        "fiscalYearStartMonth": 0,
        "weekStart": "",
        "links": [_siblings()],
        "annotations": {"list": [_prompts()]},
        "templating": {"list": [_source(), *map(_variable, dashboard.variables)]},
        "panels": _panels(dashboard),
    }


def _panels(dashboard: Dashboard) -> list[JSON]:
    """Return the panels at their places, numbered from 1."""
    panels: list[JSON] = []
    y = 0
    for row in dashboard.rows:
        if row.title:
            panels.append(_line(row.title, len(panels) + 1, y))
            y += 1
        x = 0
        for panel in row.panels:
            place = {"x": x, "y": y, "w": panel.width, "h": row.height}
            panels.append(render(panel, len(panels) + 1, place, conditioned))
            x += panel.width
        y += row.height
    return panels


def _line(title: str, number: int, y: int) -> JSON:
    return {
        "id": number, "type": "row", "title": title, "collapsed": False, "panels": [],
        "gridPos": {"x": 0, "y": y, "w": COLUMNS, "h": 1},
    }  # fmt: skip


def _source() -> JSON:
    current = ("OTel Training ClickHouse", "otel-training-clickhouse")
    return _common("datasource", "datasource", "Data source", current) | {
        "query": SOURCE["type"],
        "refresh": 1,
        "regex": "",
    }


def _variable(name: str) -> JSON:
    """Return a dropdown of what the store holds, the choice of what is compared, or a box to write into."""
    if name in BOXES:
        label, value = BOXES[name]
        return _common("textbox", name, label, (value, value)) | {"query": value}
    if name == "compare":
        options = [{"text": text, "value": value, "selected": False} for text, value in COMPARED.items()]
        query = ", ".join(f"{text} : {value}" for text, value in COMPARED.items())
        return _common("custom", name, "Compare", next(iter(COMPARED.items()))) | {"query": query, "options": options}
    description, statement = read_sql(f"variable_{name}")
    is_multiple = name in MULTIPLE
    current = (["All"], ["$__all"]) if is_multiple else ("", "")
    return _common("query", name, (MULTIPLE | SINGLE)[name], current) | {
        "description": description, "datasource": SOURCE, "refresh": 2, "sort": 0, "regex": "",
        "query": {"refId": name, "editorType": "sql", "rawSql": statement},
        "includeAll": is_multiple, "multi": is_multiple,
    }  # fmt: skip


def _common(kind: str, name: str, label: str, current: tuple[object, object]) -> JSON:
    text, value = current
    return {
        "type": kind, "name": name, "label": label, "current": {"text": text, "value": value}, "hide": 0, "options": [],
        "skipUrlSync": False, "includeAll": False, "multi": False,
    }  # fmt: skip


def _prompts() -> JSON:
    unused = {
        "limit": 100,
        "matchAny": False,
        "tags": [],
        "type": "tags",
    }  # Grafana's types want it
    return {
        "name": "Prompt versions", "enable": True, "hide": False, "iconColor": "purple", "datasource": SOURCE,
        "target": target(read_sql("annotation_prompts")[1]) | unused,
    }  # fmt: skip


def _siblings() -> JSON:
    return {
        "title": "OTel training", "type": "dashboards", "icon": "external link", "tooltip": "The other dashboards",
        "tags": [TAG], "asDropdown": True, "targetBlank": False, "includeVars": True, "keepTime": True, "url": "",
    }  # fmt: skip


def files() -> dict[Path, str]:
    """Return what each committed file holds."""
    dashboards = {
        FOLDER / f"{dashboard.uid.removeprefix('otel-training-')}.json":
        json.dumps(build(dashboard), indent=2, ensure_ascii=False) + "\n"
        for dashboard in FIVE
    }  # fmt: skip
    return dashboards | {ALERTS: build_rules()}


if __name__ == "__main__":
    for path, text in files().items():
        path.write_text(text, encoding="utf-8")
