"""What an app records by hand."""

import json
from collections import deque
from collections.abc import Callable
from typing import Any

import pytest

import otel_training

Lines = Callable[[], list[dict[str, Any]]]


def test_records_what_no_middleware_sees(lines: Lines) -> None:
    """Feedback, impressions and scores can be recorded by hand; reader 0 is a reader."""
    otel_training.record_feedback("abc", "like", user_id=0)
    otel_training.record_feedback(7, "zap")
    otel_training.record_impressions(["abc", 7], user_id="0")
    otel_training.record_score("abc", "judge", 4)

    like, zap, shown, score = lines()
    assert like["user.hash"] == shown["user.hash"]
    assert [("abc", "like"), ("7", "zap")] == [
        (record["training.insight.id"], record["training.feedback.action"]) for record in (like, zap)
    ]
    assert ('["abc","7"]', False, ("abc", "judge", 4.0)) == (
        shown["training.insight.ids"],
        "user.hash" in zap,
        tuple(score[f"training.score.{name}"] for name in ("target", "name", "value")),
    )


@pytest.mark.parametrize("nobody", ["undefined", "null", "None", "NaN", "[object Object]", " null "])
def test_what_languages_write_for_nothing_is_no_reader(nobody: str, lines: Lines) -> None:
    """All of a site's readers would be one, with all their votes; who is called so, in other letters, is one."""
    otel_training.record_feedback("abc", "like", user_id=nobody)
    otel_training.record_impressions(["abc"], user_id=nobody)
    otel_training.record_feedback("abc", "like", user_id=nobody.strip().upper() + "S")

    assert [False, False, True] == ["user.hash" in record for record in lines()]


@pytest.mark.parametrize("kind", [list, tuple, deque])
@pytest.mark.parametrize("count", [0, 1000, 2501])
def test_whatever_a_reader_was_shown_counts(kind: Any, count: int, lines: Lines) -> None:
    """However many insights at once, in their order."""
    ids = [f"i{number}" for number in range(count)]
    otel_training.record_impressions(kind(ids), user_id=1)
    assert otel_training.flush()

    records = lines() if count else []
    assert ids == [identity for record in records for identity in json.loads(record["training.insight.ids"])]
    assert -(-count // 1000) == len(records)
