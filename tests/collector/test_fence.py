"""What passes the collector, and where to, by the real binary with the shipped configuration."""

from typing import Any

import pytest

from otel_training import conventions as names
from otel_training.folder import DataFolder
from tests.collector.process import Backend, Collector, flat, until
from tests.collector.records import captured, log, span

pytestmark = [pytest.mark.slow, pytest.mark.timeout(120, func_only=True)]

FULL = {"stringValue": "Mail bob@news.example ..."}
FOREIGN = {"enduser.email": "bob@news.example"}


@pytest.fixture(params=["redacted", "full", "none"])
def ours(request: pytest.FixtureRequest, folder: DataFolder, monkeypatch: pytest.MonkeyPatch) -> dict[str, Any]:
    """Records of the product, for whatever the app chose to keep."""
    monkeypatch.setenv("OTEL_TRAINING_CONTENT", request.param)
    records = captured(folder.local)
    marks = {record[names.REDACTION] for record in flat(records) if names.REDACTION in record}
    assert {request.param} == {"redacted" if mark[0].isdigit() else mark for mark in marks}
    return records


def test_our_records_pass_whole(collector: Collector, store: Backend, app: Backend, ours: dict[str, Any]) -> None:
    """They arrive value for value, under their service's name, and nowhere else."""
    sent = flat(ours)

    assert 200 == collector.send("/v1/logs", ours)
    until(lambda: len(store.logs()) >= len(sent))

    kept = [{**record, "resource": {"service.name": record["resource"]["service.name"]}} for record in sent]
    for record in kept:
        record["record"].pop("flags")  # zero, which JSON leaves out
    assert {"extraction", "llm_call", "feedback", "impression", "link", "score", "correction"} == {
        record[names.KIND] for record in sent
    }
    assert kept == store.logs()
    assert [] == app.received


def test_everything_else_goes_to_the_apps_backend(collector: Collector, store: Backend, app: Backend) -> None:
    """Foreign logs, spans and metrics pass untouched and never reach the store."""
    metrics = {
        "resourceMetrics": [{"scopeMetrics": [{"metrics": [{"name": "m", "gauge": {"dataPoints": [{"asInt": "1"}]}}]}]}]
    }
    sent = log(FULL, FOREIGN), span("app", FOREIGN), metrics

    for path, request in zip(("/v1/logs", "/v1/traces", "/v1/metrics"), sent, strict=True):
        assert 200 == collector.send(path, request)
    until(lambda: len(app.received) >= 3)

    assert flat(sent[0]) == app.logs()
    assert Backend([("/v1/traces", sent[1])]).spans() == app.spans()
    assert {"/v1/logs", "/v1/traces", "/v1/metrics"} == {path for path, _ in app.received}
    assert [] == store.received


@pytest.mark.parametrize(
    "body",
    [FULL, {"kvlistValue": {"values": [{"key": "a", "value": FULL}]}}, {"arrayValue": {"values": [FULL]}}],
    ids=["text", "map", "list"],
)
@pytest.mark.parametrize("mark", [{}, {names.REDACTION: ""}], ids=["no mark", "empty mark"])
def test_an_unmarked_body_is_dropped(
    collector: Collector, store: Backend, app: Backend, body: Any, mark: dict[str, str]
) -> None:
    """What says that it is training data and was redacted by nobody keeps its registered attributes alone."""
    assert 200 == collector.send("/v1/logs", log(body, {names.KIND: "extraction", **FOREIGN, **mark}))
    until(store.logs)

    (got,) = store.logs()
    assert {
        names.KIND: "extraction",
        names.CONTENT_DROPPED: "fence",
        **mark,
        "body": "",
        "resource": {"service.name": "app"},
        "scope": {"name": "app"},
        "record": {"timeUnixNano": "1"},
    } == got
    assert [] == app.received


def test_a_marked_body_that_is_no_text_is_dropped(collector: Collector, store: Backend) -> None:
    """Our bodies are texts: a map with our mark is not ours."""
    body = {"kvlistValue": {"values": [{"key": "a", "value": FULL}]}}

    assert 200 == collector.send("/v1/logs", log(body, {names.KIND: "extraction", names.REDACTION: "1"}))
    until(store.logs)

    assert [("", "fence")] == [(record["body"], record[names.CONTENT_DROPPED]) for record in store.logs()]


@pytest.mark.parametrize("body", [None, {"stringValue": ""}], ids=["absent", "empty"])
def test_no_body_is_nothing_dropped(collector: Collector, store: Backend, body: Any) -> None:
    """A record that has no content is not told to have lost it."""
    assert 200 == collector.send("/v1/logs", log(body, {names.KIND: "feedback"}))
    until(store.logs)

    assert [False] == [names.CONTENT_DROPPED in record for record in store.logs()]


@pytest.mark.parametrize(
    ("scope", "attributes"), [("app", {names.KIND: "feedback"}), (names.SCOPE, {})], ids=["kind", "scope"]
)
def test_training_spans_reach_the_store_thin_and_the_app_whole(
    collector: Collector, store: Backend, app: Backend, scope: str, attributes: dict[str, str]
) -> None:
    """The store's copy has registered attributes alone; the host's trace is not torn."""
    sent = span(scope, {**FOREIGN, **attributes})

    assert 200 == collector.send("/v1/traces", sent)
    until(lambda: store.spans() and app.spans())

    (got,), (whole,) = store.spans(), Backend([("/v1/traces", sent)]).spans()
    thin = {key: value for key, value in whole.items() if key not in {"events", "links"}}
    assert {
        **thin,
        "attributes": attributes,
        "resource": {"service.name": "app"},
        "status": {"code": 2},
    } == got
    assert [whole] == app.spans()
