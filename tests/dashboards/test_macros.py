"""The expander itself, by the cases that the data source documents and its source shows."""

from collections.abc import Sequence

import pytest

from tests.dashboards.macros import Span, expand

SPAN = Span(100, 200, 60)
CASES = {
    "$__timeFilter(ts)": "ts >= toDateTime(100) AND ts <= toDateTime(200)",
    "$__timeFrom(ts)": "ts >= toDateTime(100)",
    "$__timeTo( ts )": "ts <= toDateTime(200)",
    "$__fromTime, $__toTime": "toDateTime(100), toDateTime(200)",
    "$__timeInterval(ts)": "toStartOfInterval(toDateTime(ts), INTERVAL 60 second)",
    "$__interval_s": "60",
    "a -- of $this\n/* and $__that */b": "a \nb",
    "$topic": "ai,O'Neil",
    "${topic}": "ai,O'Neil",
    "IN (${topic:singlequote})": "IN ('ai','O\\'Neil')",
    "$__conditionalAll(t IN (${topic:singlequote}), $topic)": "t IN ('ai','O\\'Neil')",
    "$__conditionalAll(t IN (${all:singlequote}), $all)": "1=1",
    "$__conditionalAll(t IN ('a,b', f(1, 2)), $none)": "1=1",
    "$__conditionalAll(a, $topic) $__conditionalAll(b, ${all})": "a 1=1",
}
VALUES: dict[str, Sequence[str]] = {"topic": ["ai", "O'Neil"], "all": ["$__all"], "none": [""]}


@pytest.mark.parametrize(("statement", "expected"), CASES.items(), ids=CASES)
def test_expands(statement: str, expected: str) -> None:
    """As the browser and then the backend do."""
    assert expected == expand(statement, VALUES, SPAN)


@pytest.mark.parametrize("statement", ["$__timeGroup(ts, 1d)", "$nobody", "${topic:csv}", "$__conditionalAll(a, 'b')"])
def test_refuses_what_grafana_would_pass_on(statement: str) -> None:
    """A name that nobody knows reaches ClickHouse as it is, which no viewer understands."""
    with pytest.raises((ValueError, KeyError)):
        expand(statement, VALUES, SPAN)


@pytest.mark.parametrize("statement", ["$__conditionalAll(a, $topic)", "$topic"])
def test_an_alert_has_no_browser(statement: str) -> None:
    """Rules are evaluated by the backend, which replaces neither variables nor the browser's macros."""
    with pytest.raises(ValueError, match=r"know|leaves"):
        expand(statement, VALUES, None)
