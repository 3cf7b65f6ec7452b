"""What an app records by hand."""

from collections.abc import Callable
from typing import Any

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
        (one["training.insight.id"], one["training.feedback.action"]) for one in (like, zap)
    ]
    assert ('["abc","7"]', False, ("abc", "judge", 4.0)) == (
        shown["training.insight.ids"],
        "user.hash" in zap,
        tuple(score[f"training.score.{name}"] for name in ("target", "name", "value")),
    )
