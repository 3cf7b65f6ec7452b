"""The `record_` functions: what an app records itself where no middleware sees it."""

from collections.abc import Sequence
from typing import Final

from otel_training import conventions as names
from otel_training._guard import guard
from otel_training.capture.handle import emit_score
from otel_training.capture.result import number, read_result
from otel_training.capture.tracing import captures, current_context
from otel_training.conventions import Kind
from otel_training.pipeline.process import emit
from otel_training.record.clock import event_id, now
from otel_training.record.fields import NAME_LIMIT, as_id
from otel_training.record.record import Record
from otel_training.record.values import items_of, snapshot, text_of

SHOWN_LIMIT: Final = 1000
"""Insights of one impression that are kept."""


def record_feedback(insight_id: str | int, action: str, *, user_id: str | int | None = None) -> None:
    """Record a reader's action on an insight: like, x, bookmark, share or the undo of one.

    An action without a reader is kept and shown, and never enters a vote. Never raises.
    """
    with guard:
        _emit(Kind.FEEDBACK, {"insight_id": as_id(insight_id), "action": text_of(action, NAME_LIMIT)}, user_id)


def record_impressions(insight_ids: Sequence[str | int], *, user_id: str | int | None = None) -> None:
    """Record that a reader was shown insights, in this order. Never raises."""
    with guard:
        if isinstance(insight_ids, (list, tuple)):
            _emit(
                Kind.IMPRESSION,
                [{"id": as_id(insight_id)} for insight_id in items_of(insight_ids, SHOWN_LIMIT)],
                user_id,
            )


def record_score(target_id: str, name: str, value: float) -> None:
    """Record a score of an extraction or an insight, by its id. Never raises.

    `quality_score` (0 to 10) and `passed_filters` (0 or 1) of an extraction replace what the
    extraction itself said; the last one wins.
    """
    with guard:
        figure = float(value) if isinstance(value, bool) else number(value)
        target = text_of(target_id, NAME_LIMIT)
        if captures() and figure is not None and target:
            emit_score(target, name, figure, current_context())


def record_correction(extraction_id: str, insights: object) -> None:
    """Record what a person thinks an extraction should have returned. Never raises.

    `insights` are read as those that an extraction returns. The last correction of an extraction
    is exported in place of what the extraction returned.
    """
    with guard:
        target = text_of(extraction_id, NAME_LIMIT)
        result = read_result(insights)
        if captures() and target and result.insights is not None:
            attributes = {names.EXTRACTION_ID: target, names.EVALUATOR_KIND: "HUMAN"}
            content = snapshot(result.insights_json())
            emit(Record(Kind.CORRECTION, event_id(), now(), attributes, content, context=current_context()))


def _emit(kind: Kind, content: object, user_id: object) -> None:
    if captures():
        emit(Record(kind, event_id(), now(), {}, snapshot(content), user_id, context=current_context()))
