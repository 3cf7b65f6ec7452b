"""What tests read of the records on disk."""

from collections.abc import Callable
from typing import Any

Lines = Callable[[], list[dict[str, Any]]]


def insights(records: list[dict[str, Any]]) -> list[str]:
    """The insight ids of feedback records, in order."""
    return [record["training.insight.id"] for record in records if record["training.kind"] == "feedback"]


def losses(records: list[dict[str, Any]]) -> dict[str, int]:
    """Lost records by reason."""
    counts: dict[str, int] = {}
    for record in records:
        if record["training.kind"] == "loss":
            reason = record["training.loss.reason"]
            counts[reason] = counts.get(reason, 0) + record["training.loss.count"]
    return counts
