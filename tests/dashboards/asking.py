"""The queries of the dashboards, and asking them as Grafana's backend asks, as the reader of `serve`."""

import json
import math
import time
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from functools import cache
from typing import Any, Final, NamedTuple

from dashboards.build import FOLDER
from tests.dashboards.macros import Span, expand
from tests.serving.endpoint import Endpoint

NOW: Final = int(time.time())
SPAN: Final = Span(NOW - 14 * 86_400, NOW + 60)
"""Fourteen days, as the dashboards show at first."""
INTERVALS: Final = {"6h": 6 * 3600, "1d": 24 * 3600}
GRAFANA: Final = {"User-Agent": "grafana/0.0.0 clickhouse-go/2.47.0 (lv:go/1.26.8; os:linux)"}


@dataclass(frozen=True)
class Frame:
    """What a query answers."""

    names: Sequence[str]
    types: Sequence[str]
    rows: Sequence[Sequence[Any]]
    """Figures as floats, NULL as None, else texts."""


@dataclass(frozen=True)
class Reader:
    """Grafana's backend: it knows the reader's password alone."""

    days: str
    endpoint: Endpoint

    def ask(self, statement: str) -> Frame:
        """Send an expanded statement."""
        answer = self.endpoint.ask(
            statement, GRAFANA, client_protocol_version=54460, database="otel_training", max_execution_time=64,
            default_format="TabSeparatedWithNamesAndTypes",
        )  # fmt: skip
        assert 200 == answer.status, f"{statement}\n{answer.body.decode()}"
        names, types, *rows = [line.split("\t") for line in answer.body.decode().splitlines()]
        return Frame(names, types, [[_value(*pair) for pair in zip(types, row, strict=True)] for row in rows])


def _value(kind: str, text: str) -> object:
    if text == "\\N":
        return None
    if any(word in kind for word in ("Int", "Float", "Decimal", "Bool")):
        number = float({"true": "1", "false": "0"}.get(text, text))
        assert math.isfinite(number), f"{text} reaches a panel"
        return number
    return text.replace("\\'", "'").replace("\\\\", "\\")


class Query(NamedTuple):
    """One query of a dashboard."""

    dashboard: str
    where: str
    panel: Any
    """Its panel; of a variable or annotation nothing."""
    statement: str
    variables: str
    """The dashboard's, with what is chosen as it opens: JSON."""

    def sent(self, values: dict[str, Any]) -> str:
        """What reaches ClickHouse."""
        seconds = INTERVALS[self.panel["interval"]] if self.panel else 0
        return expand(self.statement, values, replace(SPAN, interval=seconds))


def queries() -> Iterator[Query]:
    """All queries of panels, variables and annotations."""
    for path in sorted(FOLDER.glob("*.json")):
        dashboard = json.loads(path.read_text(encoding="utf-8"))
        variables = dashboard["templating"]["list"]
        written = json.dumps(variables)
        for panel in dashboard["panels"]:
            for asked in panel.get("targets", ()):
                yield Query(path.stem, f"{path.stem}: {panel['title']}", panel, asked["rawSql"], written)
        for variable in variables:
            if variable["type"] == "query":
                yield Query(path.stem, f"{path.stem}: ${variable['name']}", None, variable["query"]["rawSql"], written)
        for annotation in dashboard["annotations"]["list"]:
            yield Query(path.stem, f"{path.stem}: {annotation['name']}", None, annotation["target"]["rawSql"], written)


@cache
def opening(reader: Reader, variables: str) -> dict[str, Any]:
    """What each variable is as the dashboard opens: where nothing is chosen, the first that its query answers."""
    values: dict[str, Any] = {}
    for variable in json.loads(variables):
        value = variable["current"]["value"]
        if value == "":
            value = next((row[0] for row in reader.ask(expand(variable["query"]["rawSql"], values, SPAN)).rows), "")
        values[variable["name"]] = value if isinstance(value, list) else [value]
    return values
