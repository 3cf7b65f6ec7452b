"""Every query of the dashboards on the real engine, by `serve` and its reader, over much, little and no data."""

import re
from contextlib import closing
from datetime import UTC, datetime
from typing import Any, Final

import pytest

from dashboards.alerts import RULES, Rule, read_rule
from dashboards.panels import read_sql
from otel_training.folder import DataFolder
from otel_training.pricing.ends import end_of
from otel_training.store.client import Store, embedded_dsn
from tests.dashboards.asking import SPAN, Frame, Query, Reader, opening, queries
from tests.dashboards.macros import ALL, expand
from tests.stores import lay_store

pytestmark = [pytest.mark.slow, pytest.mark.timeout(300, func_only=True)]

ONE: Final = {
    "topic": ["chips"], "service": ["fortnight"], "model": ["claude-haiku-5-5"], "prompt_version": ["x"],
    "min_quality": ["8"], "min_viewers": ["3"], "compare": ["prompt_version"],
    "candidate_cost": ["10"], "fallback": ["0.5"],
}  # fmt: skip
SEVERAL: Final = {
    "topic": ["O'Neil", "chips"], "service": ["fortnight", "it's"], "model": ["claude-sonnet-5", "claude-haiku-5-5"],
    "prompt_version": ["x", "y'", "z"], "min_quality": [""], "min_viewers": ["it's"], "candidate": ["O'Neil"],
    "candidate_cost": [""], "fallback": ["it's"],
}  # fmt: skip
CHOICES: Final = {"full": ({}, ONE, SEVERAL), "tiny": ({},), "empty": ({},)}
"""Values of variables, beside All."""
CONTENT: Final = ("Article", "Fact", "Name the insights", "orders")


PANELS: Final = [query for query in queries() if query.panel]
OTHERS: Final = [query for query in queries() if not query.panel]


@pytest.mark.parametrize("query", PANELS, ids=[query.where for query in PANELS])
def test_a_panel_shows_figures(reader: Reader, query: Query) -> None:
    """Whatever is chosen and however much there is: figures or nothing, in the shape of the panel, without content."""
    values = opening(reader, query.variables)
    for choice in CHOICES[reader.days]:
        frame = reader.ask(query.sent(values | choice))

        _check(query.panel, frame)
        if reader.days == "full" and choice == {}:
            assert any(any(value is not None for value in row) for row in frame.rows), "it shows nothing"


def _check(panel: Any, frame: Frame) -> None:
    texts = [value for row in frame.rows for value in row if isinstance(value, str)]
    figures = [value for row in frame.rows for value in row if isinstance(value, float)]
    assert not [text for text in texts if any(word in text for word in CONTENT)]
    assert not [text for text in texts if re.fullmatch("[0-9a-f]{32,}", text)]
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
        assert all(-1 <= figure <= 5 for figure in figures)


@pytest.mark.parametrize("query", OTHERS, ids=[query.where for query in OTHERS])
def test_a_variable_or_annotation_is_answered(reader: Reader, query: Query) -> None:
    """What the dropdowns and the marks are made of; where there is data, there is something to choose."""
    frame = reader.ask(query.sent(opening(reader, query.variables)))

    assert frame.rows or reader.days == "empty"
    assert all(row[0] for row in frame.rows)
    assert "$" in query.where or frame.names == ["time", "text", "tags"]


@pytest.mark.parametrize("rule", RULES, ids=lambda rule: rule.query)
def test_a_rule_answers_a_figure(reader: Reader, rule: Rule) -> None:
    """One figure, by the words of a column where there are several; without any data, nothing that fires."""
    frame = reader.ask(expand(read_rule(rule)[1], {}, None))

    assert ["String"] * (len(frame.types) - 1) + ["Float64"] == list(frame.types)
    assert reader.days != "empty" or all(row[-1] <= rule.above for row in frame.rows)
    assert reader.days != "full" or frame.rows


def test_what_is_read_by_time_is_what_the_tables_hold(reader: Reader) -> None:
    """Each record once, each insight shown, each reader's action, and what of it names an insight."""
    reached = expand(f"{read_sql('reached')[1]} HAVING viewers > 0", {}, SPAN)
    pairs = {
        "SELECT kind, event_id, ts, service FROM v_events": read_sql("events")[1],
        "SELECT count() FROM impressions FINAL": "SELECT sum(shown) FROM reader_events_by_time FINAL",
        "SELECT event_id, action, sipHash64(user_hash) FROM feedback FINAL WHERE user_hash != ''":
            "SELECT event_id, action, reader FROM reader_events_by_time FINAL WHERE is_action AND reader != 0",
        "SELECT insight, viewers FROM v_insights": reached,
    }  # fmt: skip
    for table, by_time in pairs.items():
        assert sorted(map(str, reader.ask(table).rows)) == sorted(map(str, reader.ask(by_time).rows)), table


def test_a_fall_of_coverage_fires(reader: Reader) -> None:
    """Half of the last day's samples have no score: the rule names it, and nothing else."""
    (rule,) = [rule for rule in RULES if rule.query == "alert_coverage"]
    frame = reader.ask(expand(read_rule(rule)[1], {}, None))

    fallen = [what for what, fall in frame.rows if fall > rule.above]
    assert (["score"] if reader.days == "full" else []) == fallen


def test_a_model_that_ends_fires(folder: DataFolder) -> None:
    """The rule names those that `doctor` names, of a region, dated or fine-tuned as they may be, and no other."""
    (rule,) = [rule for rule in RULES if rule.query == "alert_ends"]
    models = [
        "claude-sonnet-4-5-20250929", "us.anthropic.claude-sonnet-4-5-20250929-v1:0", "ft:gpt-4o-mini:acme", "gpt-4.1",
        "gpt-4o-2024-08-06", "gpt-4o-minimal", "gpt-401", "claude-sonnet-5",
    ]  # fmt: skip
    lay_store(folder)
    with closing(Store(embedded_dsn(folder.store))) as store:
        now, today = datetime.now(UTC), datetime.now(UTC).date()
        store.insert("llm_calls", ["event_id", "ts", "model"], [[model, now, model] for model in models])
        rows = list(store.rows(read_rule(rule)[1]))

    expected = [model for model in models if (end := end_of(model)) and (end.on - today).days <= 60]
    assert sorted(expected) == [row["name"] for row in rows if row["near"] > rule.above]
    assert len(models) == len(rows)


def test_a_choice_chooses(reader: Reader) -> None:
    """A topic with a quote in it is found: one of four topics is fewer than All, and more than none."""
    (query,) = [query for query in PANELS if query.where == "collection: Extraction attempts"]
    values = opening(reader, query.variables)
    every, quoted, unknown = [
        reader.ask(query.sent(values | {"topic": topics})).rows[0][0] for topics in (ALL, ["O'Neil"], ["nobody's"])
    ]

    assert every > quoted > unknown == 0 or reader.days != "full"
