"""Events that a command puts into the inbound table itself."""

import pytest

from otel_training import conventions as names
from otel_training.conventions import Kind
from otel_training.events.event import to_event
from otel_training.folder import DataFolder
from otel_training.pipeline import process
from otel_training.record.record import Record, Scalar
from otel_training.review.decisions import insert_events
from otel_training.store.client import read_query
from otel_training.store.session import open_drained

pytestmark = pytest.mark.slow


@pytest.mark.usefixtures("migrated")
def test_events_are_typed_as_those_of_a_collector(folder: DataFolder) -> None:
    """A reviewer's decision, put into a server, is a score and a decision there."""
    identity = "01a228fd-e04c-73ce-8fc5-2e2498749e79"
    attributes: dict[str, Scalar | None] = {
        names.SCORE_TARGET: "x1", names.SCORE_NAME: names.SCORE_REVIEW, names.SCORE_VALUE: 0.0,
        names.USER_HASH: "ab", names.EVALUATOR_KIND: names.HUMAN, names.PASSED: True, names.TOPIC: None,
    }  # fmt: skip
    event = to_event(Record(Kind.SCORE, identity, 1_795_000_000_123_456_789), attributes)

    with open_drained(process.settings()) as (store, _):
        insert_events(store, "review", [event])
        scores = list(store.rows(read_query("view_score"), limit=9))
        decisions = list(store.rows(read_query("review_counts")))

    assert [{
        "timestamp": "2026-11-18T11:06:40.123456000Z", "stage": "score", "target_id": "x1", "name": "review",
        "value": 0, "metadata": {"user_id": "ab"}, "evaluator_kind": "HUMAN", "service": "review", "event_id": identity,
    }] == scores  # fmt: skip
    assert [{"extraction_id": "x1", "reviewer": "ab", "decision": 0}] == decisions
