"""The helpers with which users test what their app captures."""

from typing import Any

import pytest

import otel_training
from otel_training.testing import Captured, capture, captured, pseudonym

__all__ = ["captured"]


@otel_training.extraction
def extract(topic: str, source_url: str, source_content: str) -> dict[str, Any]:
    """Answer one insight."""
    return {"insights": [{"text": "One", "category": "c"}], "quality_score": 8, "passed_filters": True}


def test_shows_whole_records_in_the_words_of_the_views(captured: Captured) -> None:
    """A user asserts the records of the spec, field for field."""
    extract("chips", "https://x.example/1", "Mail bob@x.example.")
    otel_training.record_feedback("abc", "like", user_id=1)
    otel_training.record_impressions(["abc", 7])

    assert [
        {
            "stage": "extraction",
            "topic": "chips",
            "source_url": "https://x.example/1",
            "source_content": "Mail <EMAIL_1>.",
            "extracted_insights": [{"text": "One", "category": "c"}],
            "quality_score": 8.0,
            "passed_filters": True,
            "insight_count": 1,
            "outcome": "ok",
        }
    ] == captured.extractions
    assert [{"insight_id": "abc", "action": "like", "metadata": {"user_id": pseudonym(1)}}] == captured.feedback
    assert [{"insight_ids": ["abc", "7"], "metadata": {"user_id": None}}] == captured.impressions


def test_time_and_ids_are_fixed(captured: Captured) -> None:
    """Records of two runs are equal, the ids and durations included."""
    extract("t", "u", "text")
    first = captured.records
    with capture() as again:
        extract("t", "u", "text")
        second = again.records

    assert first == second
    assert ("00000000-0000-7000-8000-000000000001", 0.0) == (
        first[0]["training.extraction.id"],
        first[0]["training.duration"],
    )


def test_makes_no_file(captured: Captured, folder: Any) -> None:
    """A user's tests leave nothing behind."""
    extract("t", "u", "text")

    assert 1 == len(captured.records)
    assert not folder.path.exists()


def test_afterwards_everything_is_as_before(folder: Any, lines: Any) -> None:
    """After the block records go to disk again, at the time it is."""
    with capture() as inside:
        extract("inside", "u", "text")
        assert 1 == len(inside.records)
    extract("outside", "u", "text")

    assert ["outside"] == [record["training.source.topic"] for record in lines()]
    assert not lines()[0]["training.event.id"].startswith("00000000-0000-7")


def test_real_time_can_be_asked_for() -> None:
    """`fixed=False` keeps the system's clock."""
    with capture(fixed=False) as recording:
        extract("t", "u", "text")

        assert recording.records[0]["training.duration"] > 0


def test_a_failing_block_restores_the_clock() -> None:
    """An assertion that fails inside leaves nothing fixed."""
    with pytest.raises(AssertionError), capture():
        raise AssertionError
    with capture(fixed=False) as recording:
        extract("t", "u", "text")
        assert recording.records[0]["training.duration"] > 0
