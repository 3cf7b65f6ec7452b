"""The alert rules of `provisioning/alerting/`: what each asks, by a file of `sql/`, and above which figure it fires.

Their SQL has no macros: a `$` in a provisioned file is a variable of Grafana's environment.
"""

import json
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Final

from dashboards.panels import JSON, read_sql
from otel_training.pricing.ends import read_ends

DATA_SOURCE: Final = "otel-training-clickhouse"
"""A rule names the data source itself: it has no variables."""
HOUR: Final = 3600


@dataclass(frozen=True)
class Rule:
    """One rule: it fires when a figure that its query answers is above `above`."""

    query: str
    title: str
    above: float
    seconds: int
    """How far back the query looks."""


RULES: Final = (
    Rule("alert_silence", "No extraction for a day", 24, 24 * HOUR),
    Rule("alert_losses", "Records lost", 0, HOUR),
    Rule("alert_failures", "Extractions fail", 0.05, 24 * HOUR),
    Rule("alert_coverage", "Coverage fell", 0.2, 8 * 24 * HOUR),
    Rule("alert_unpriced", "Calls without a price", 0, 24 * HOUR),
    Rule("alert_fallback", "Claude answers for a candidate", 0.1, 24 * HOUR),
    Rule("alert_ends", "A model in use ends", 0, 7 * 24 * HOUR),
    Rule("alert_traffic", "Traffic moved away from the dataset", 0.25, 14 * 24 * HOUR),
)


def build_rules() -> str:
    """Return the file that provisions all rules."""
    group = {"orgId": 1, "name": "OTel Training", "folder": "OTel Training", "interval": "10m"}
    content = {"apiVersion": 1, "groups": [group | {"rules": [_rule(rule) for rule in RULES]}]}
    return "\n".join(["# Written by `make dashboards`.", *_yaml(content)]) + "\n"


def read_rule(rule: Rule) -> tuple[str, str]:
    """Return what a rule's file says it asks, and its statement, with the days on which models end."""
    description, statement = read_sql(rule.query)
    days = ",\n        ".join(f"('{model}', toDate('{end.on}'))" for model, end in sorted(read_ends().items()))
    return description, statement.replace("/*{ends}*/", days)


def _rule(rule: Rule) -> JSON:
    description, statement = read_rule(rule)
    source = {"type": "grafana-clickhouse-datasource", "uid": DATA_SOURCE}
    asked = {"refId": "A", "datasource": source, "editorType": "sql", "format": 1, "rawSql": statement}
    threshold = {"type": "gt", "params": [rule.above]}
    compared = {"refId": "B", "type": "threshold", "expression": "A", "conditions": [{"evaluator": threshold}]}
    span = {"from": rule.seconds, "to": 0}
    return {
        "uid": f"otel-training-{rule.query.removeprefix('alert_')}",
        "title": rule.title,
        "condition": "B",
        "for": "0s",
        "noDataState": "OK",
        "execErrState": "Error",
        "labels": {"product": "otel-training"},
        "annotations": {"summary": rule.title, "description": description},
        "data": [
            {"refId": "A", "relativeTimeRange": span, "datasourceUid": DATA_SOURCE, "model": asked},
            {"refId": "B", "relativeTimeRange": span, "datasourceUid": "__expr__", "model": compared},
        ],
    }


def _yaml(value: object, indent: str = "") -> Iterator[str]:
    """Yield the lines of maps and lists; texts of several lines are blocks, all else is as in JSON."""
    pairs = value.items() if isinstance(value, dict) else [(None, item) for item in value]  # type: ignore[attr-defined]
    for key, item in pairs:
        head = indent + ("- " if key is None else f"{key}: ")
        if isinstance(item, str) and "\n" in item:
            yield head + "|-"
            yield from (f"{indent}  {line}" for line in item.splitlines())
        elif isinstance(item, dict | list) and item:
            lines = list(_yaml(item, indent + "  "))
            if key is None:
                lines[0] = head + lines[0].lstrip()
            else:
                yield head.rstrip()
            yield from lines
        else:
            yield head + json.dumps(item)
