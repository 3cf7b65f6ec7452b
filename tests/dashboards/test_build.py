"""The dashboards as they are committed: what the generator writes, and what the lint says of them."""

import copy
import json
import re
from collections.abc import Callable
from pathlib import Path
from typing import Any, Final

import pytest
import yaml

from dashboards.build import FOLDER, files
from dashboards.five import KINDS
from dashboards.panels import SQL, read_sql
from otel_training.conventions import Kind
from tests.dashboards.lint import problems

PROVISIONING: Final = FOLDER / "provisioning"
RULES_FILE: Final = PROVISIONING / "alerting" / "otel-training.yaml"
RULES: Final = [
    rule for group in yaml.safe_load(RULES_FILE.read_text(encoding="utf-8"))["groups"] for rule in group["rules"]
]
JSONS: Final = {path.stem: json.loads(path.read_text(encoding="utf-8")) for path in sorted(FOLDER.glob("*.json"))}


def test_the_committed_files_are_what_the_generator_writes() -> None:
    """`make dashboards` changes nothing."""
    written = [*FOLDER.glob("*.json"), RULES_FILE]

    assert files() == {path: path.read_text(encoding="utf-8") for path in written}


@pytest.mark.parametrize("dashboard", JSONS.values(), ids=JSONS)
def test_keeps_to_the_rules(dashboard: Any) -> None:
    """Places, names, units, data sources, queries."""
    assert [] == problems(dashboard)


def test_no_two_dashboards_have_the_same_name() -> None:
    """Neither uid nor title."""
    assert (
        len(JSONS)
        == len({dashboard["uid"] for dashboard in JSONS.values()})
        == len({dashboard["title"] for dashboard in JSONS.values()})
    )


def test_each_kind_of_record_has_a_colour_of_its_own() -> None:
    """The palette gives whatever has none the colour of another."""
    assert {*Kind} - {Kind.LOSS} == KINDS.keys()
    assert len(KINDS) == len({*KINDS.values()})


def test_every_file_of_sql_is_asked() -> None:
    """None is left over, and each says above its statement what it answers."""
    asked = json.dumps([*JSONS.values(), RULES])
    parts = {"arms", "assigned", "eligible"}
    left = [path.stem for path in SQL.glob("*.sql") if path.stem not in parts and _last_line(path) not in asked]

    assert [] == left


def _last_line(path: Path) -> str:
    line = re.sub(r" ?/\*.*", "", read_sql(path.stem)[1].splitlines()[-1])
    return json.dumps(line)[1:-1]


def test_an_alert_asks_without_the_browser() -> None:
    """A rule is evaluated by the backend alone, and a `$` in its file would be a variable of the environment."""
    assert "$" not in RULES_FILE.read_text(encoding="utf-8")
    assert [] == [rule["title"] for rule in RULES if rule["data"][0]["model"]["format"] != 1]
    assert len(RULES) == len({rule["uid"] for rule in RULES}) == len({rule["title"] for rule in RULES})


def test_every_alert_says_what_to_do() -> None:
    """Its description names the command or the dashboard that helps."""
    assert [] == [rule["title"] for rule in RULES if ":" not in rule["annotations"]["description"]]


def test_provisioning_and_dashboards_name_the_same_data_source() -> None:
    """The data source, the dashboards' first choice and the rules."""
    (source,) = yaml.safe_load((PROVISIONING / "datasources" / "otel-training.yaml").read_text("utf-8"))["datasources"]
    chosen = {dashboard["templating"]["list"][0]["current"]["value"] for dashboard in JSONS.values()}

    assert {source["uid"]} == chosen == {rule["data"][0]["datasourceUid"] for rule in RULES}
    assert {dashboard["templating"]["list"][0]["current"]["text"] for dashboard in JSONS.values()} == {source["name"]}
    assert {"password": "$CH_READER_PASSWORD"} == source["secureJsonData"]


def test_the_stack_provisions_these_files() -> None:
    """What `compose.yaml` mounts exists, read-only, and the dashboards lie where their provider looks."""
    grafana = yaml.safe_load((FOLDER.parent / "collector" / "compose.yaml").read_text("utf-8"))["services"]["grafana"]
    mounts = {target: (FOLDER.parent / "collector" / source).resolve() for source, target, mode in (
        mount.split(":") for mount in grafana["volumes"][1:]
    ) if mode == "ro"}  # fmt: skip
    (provider,) = yaml.safe_load((PROVISIONING / "dashboards" / "otel-training.yaml").read_text("utf-8"))["providers"]

    assert len(mounts) == len(grafana["volumes"]) - 1
    assert FOLDER == mounts[provider["options"]["path"]]
    assert {"datasources", "dashboards", "alerting"} == {path.name for path in mounts.values() if path != FOLDER}
    assert all(path.is_dir() for path in mounts.values())
    assert {"CH_HOST", "CH_READER", "CH_READER_PASSWORD"} <= grafana["environment"].keys()


def test_nothing_else_is_taken_for_a_dashboard() -> None:
    """Grafana reads every JSON file below the folder."""
    assert sorted(FOLDER.glob("*.json")) == sorted(FOLDER.rglob("*.json"))


def _first(dashboard: Any, kind: str) -> Any:
    return next(panel for panel in dashboard["panels"] if panel["type"] == kind)


def _set(*path: Any, value: object) -> Callable[[Any], None]:
    """Return what sets a key of a dashboard, or of its first panel of a type."""

    def change(dashboard: Any) -> None:
        node = _first(dashboard, path[0]) if path[0] in {"stat", "timeseries", "bargauge"} else dashboard[path[0]]
        for key in path[1:-1]:
            node = node[key]
        if len(path) == 1:
            dashboard[path[0]] = value
        else:
            node[path[-1]] = value

    return change


BROKEN: Final = {
    "the uid is too long": _set("uid", value="u" * 41),
    "it has a key that only an exported or a stored dashboard has": lambda dashboard: dashboard.update(__inputs=[]),
    "schema version, editable or refresh differ": _set("refresh", value=""),
    "the others are not linked": _set("links", value=[]),
    "the tag that links it is missing": _set("tags", value=[]),
    "the first variable is not the data source": _set("templating", "list", 0, "name", value="ds"),
    "two panels have the same id": _set("stat", "id", value=2),
    "two panels have the same title": _set("stat", "title", value="Extraction attempts"),
    "two panels overlap": _set("stat", "gridPos", "w", value=5),
    "the grid has holes, or more than 24 columns": _set("stat", "gridPos", "w", value=3),
    "its type is none of ours": _set("stat", "type", value="graph"),
    "its title is no noun phrase": _set("stat", "title", value="How many?"),
    "its description does not say": _set("stat", "description", value="Records."),
    "its data source is not the variable": _set("stat", "targets", 0, "datasource", value={"uid": "x"}),
    "its unit is missing or new": _set("stat", "fieldConfig", "defaults", "unit", value="bananas"),
    "it does not say what it shows without data": _set("stat", "fieldConfig", "defaults", "noValue", value=""),
    "its bars do not begin at 0": _set("bargauge", "fieldConfig", "defaults", "min", value=None),
    "its thresholds begin with a value": _set(
        "stat", "fieldConfig", "defaults", "thresholds", "steps", 0, "value", value=0
    ),
    "its thresholds are of another scale": _set(
        "bargauge", "fieldConfig", "defaults", "thresholds", "steps", 1, "value", value=90
    ),
    "it asks nothing": _set("stat", "targets", value=[]),
    "its format is not that of its type": _set("timeseries", "targets", 0, "format", value=1),
    "its time is not by Grafana's interval": _set("timeseries", "targets", 0, "rawSql", value="SELECT 1 ORDER BY time"),
    "its times do not ascend": _set(
        "timeseries", "targets", 0, "rawSql", value="SELECT $__timeInterval(ts) AS time FROM t"
    ),
    "it shows content or readers": _set("stat", "targets", 0, "rawSql", value="SELECT messages FROM llm_calls"),
    "it has no label": _set("templating", "list", 1, "label", value=""),
    "it is not asked anew with the time": _set("templating", "list", 1, "refresh", value=1),
    "its current choice lacks text or value": _set("templating", "list", 1, "current", value={}),
    "an annotation has another data source": _set("annotations", "list", 0, "datasource", value={"uid": "x"}),
}


@pytest.mark.parametrize(("expected", "change"), BROKEN.items(), ids=BROKEN)
def test_the_lint_notices(expected: str, change: Callable[[Any], None]) -> None:
    """Each rule, when it is broken on purpose."""
    dashboard = copy.deepcopy(JSONS["collection"])
    change(dashboard)

    assert [] != [problem for problem in problems(dashboard) if expected in problem]
