"""Every query of the dashboards on the real engine, by `serve` and its reader, over much, little and no data."""

import json
import time
from collections.abc import Iterator
from typing import Any, Final, NamedTuple

import pytest

from dashboards.build import FOLDER
from tests.dashboards.conftest import Frame, Reader
from tests.dashboards.macros import ALL, Span, expand

pytestmark = [pytest.mark.slow, pytest.mark.timeout(300, func_only=True)]

NOW: Final = int(time.time())
SPAN: Final = Span(NOW - 14 * 86_400, NOW + 60, 6 * 3600)
ONE: Final = {"topic": ["chips"], "service": ["fortnight"], "model": ["claude-haiku-5-5"], "prompt_version": ["x"]}
SEVERAL: Final = {
    "topic": ["O'Neil", "chips"], "service": ["fortnight", "it's"], "model": ["claude-sonnet-5", "claude-haiku-5-5"],
    "prompt_version": ["x", "y'", "z"],
}  # fmt: skip
CHOICES: Final = {"full": ({}, ONE, SEVERAL), "tiny": ({},), "empty": ({}, SEVERAL)}
"""Values of variables, beside All."""
CONTENT: Final = ("Article", "Fact", "Name the insights", "orders")


class Query(NamedTuple):
    """One query of a dashboard."""

    where: str
    panel: Any
    statement: str
    values: dict[str, Any]
    """What each variable is as the dashboard opens."""


def queries() -> Iterator[Query]:
    """All queries of panels."""
    for path in sorted(FOLDER.glob("*.json")):
        dashboard = json.loads(path.read_text(encoding="utf-8"))
        values = {one["name"]: _opening(one) for one in dashboard["templating"]["list"]}
        for panel in dashboard["panels"]:
            for asked in panel.get("targets", ()):
                yield Query(f"{path.stem}: {panel['title']}", panel, asked["rawSql"], values)


def _opening(variable: Any) -> list[str]:
    value = variable["current"]["value"]
    return value if isinstance(value, list) else [value]


def others() -> Iterator[tuple[str, str, dict[str, Any]]]:
    """All queries of variables and annotations."""
    for path in sorted(FOLDER.glob("*.json")):
        dashboard = json.loads(path.read_text(encoding="utf-8"))
        values = {one["name"]: _opening(one) for one in dashboard["templating"]["list"]}
        for variable in dashboard["templating"]["list"]:
            if variable["type"] == "query":
                yield f"{path.stem}: ${variable['name']}", variable["query"]["rawSql"], values
        for annotation in dashboard["annotations"]["list"]:
            yield f"{path.stem}: {annotation['name']}", annotation["target"]["rawSql"], values


QUERIES: Final = list(queries())
OTHERS: Final = list(others())


@pytest.mark.parametrize("query", QUERIES, ids=[query.where for query in QUERIES])
def test_a_panel_shows_figures(reader: Reader, query: Query) -> None:
    """Whatever is chosen and however much there is: figures or nothing, in the shape of the panel, without content."""
    for choice in CHOICES[reader.days]:
        frame = reader.ask(expand(query.statement, query.values | choice, SPAN))

        _check(query.panel, frame)
        if reader.days == "full" and choice == {}:
            assert any(any(value is not None for value in row) for row in frame.rows), "it shows nothing"


def _check(panel: Any, frame: Frame) -> None:
    texts = [value for row in frame.rows for value in row if isinstance(value, str)]
    figures = [value for row in frame.rows for value in row if isinstance(value, float)]
    assert not [text for text in texts if any(word in text for word in CONTENT)]
    assert not {"user_hash", "text", "query"} & set(frame.names)
    if panel["type"] == "stat":
        assert (1, 1) == (len(frame.names), len(frame.rows))
        assert not texts
    if panel["type"] == "bargauge":
        assert 2 == len(frame.names)
        assert "String" in frame.types[0]
    if panel["type"] == "timeseries":
        times = [row[0] for row in frame.rows]
        assert (["time"], sorted(times)) == (frame.names[:1], times)
        assert all("DateTime" in kind for kind in frame.types[:1])
    if panel["fieldConfig"]["defaults"]["unit"] == "percentunit":
        assert all(-1 <= figure <= 1 for figure in figures)


@pytest.mark.parametrize(("where", "statement", "values"), OTHERS, ids=[where for where, *_ in OTHERS])
def test_a_variable_or_annotation_is_answered(
    reader: Reader, where: str, statement: str, values: dict[str, Any]
) -> None:
    """What the dropdowns and the marks are made of; of fourteen days there is something."""
    frame = reader.ask(expand(statement, values, SPAN))

    assert frame.rows or reader.days == "empty"
    assert all(row[0] for row in frame.rows)
    if ": $" not in where:
        assert ["time", "text", "tags"] == frame.names


def test_a_choice_chooses(reader: Reader) -> None:
    """A topic with a quote in it is found: one of four topics is fewer than All, and more than none."""
    (query,) = [query for query in QUERIES if query.where == "collection: Extraction attempts"]
    every, quoted, unknown = [
        reader.ask(expand(query.statement, query.values | {"topic": topics}, SPAN)).rows[0][0]
        for topics in (ALL, ["O'Neil"], ["nobody's"])
    ]

    assert every > quoted > unknown == 0 or reader.days != "full"
