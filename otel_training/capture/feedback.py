"""The `record_` functions: what an app records itself where no middleware sees it."""

import sys
from collections.abc import Sequence
from typing import Final

from otel_training import conventions as names
from otel_training._guard import guard
from otel_training.capture.handle import score_of
from otel_training.capture.result import read_result
from otel_training.capture.tracing import captures, current_context
from otel_training.conventions import Kind, Loss
from otel_training.events.finish import load_readers_kinds
from otel_training.pipeline.process import emit, lose
from otel_training.record.clock import event_id, now
from otel_training.record.fields import NAME_LIMIT, as_id, figure_of
from otel_training.record.known import is_a, unwrap
from otel_training.record.record import Record
from otel_training.record.values import items_of, snapshot, text_of

load_readers_kinds()

SHOWN_LIMIT: Final = 1000  # insights of one record of an impression; more take several


def record_feedback(insight_id: str | int, action: str, *, user_id: str | int | None = None) -> None:
    """Record a reader's action on an insight: like, x, bookmark, share or the undo of one.

    An action without a reader is kept and shown, and never enters a vote. Never raises.
    """
    with guard:
        _emit(Kind.FEEDBACK, {"insight_id": as_id(insight_id), "action": text_of(action, NAME_LIMIT)}, user_id)


def record_impressions(insight_ids: Sequence[str | int], *, user_id: str | int | None = None) -> None:
    """Record that a reader was shown insights, in this order. Never raises."""
    with guard:
        shown = unwrap(insight_ids)
        if is_a(shown, (list, tuple)):
            ids = [{"id": as_id(insight_id)} for insight_id in items_of(shown, sys.maxsize)]
            for start in range(0, len(ids), SHOWN_LIMIT):
                _emit(Kind.IMPRESSION, ids[start : start + SHOWN_LIMIT], user_id)
        elif captures():
            lose(Loss.MALFORMED)


def record_score(target_id: str, name: str, value: float) -> None:
    """Record a score of an extraction or an insight, by its id. Never raises.

    `quality_score` (0 to 10) and `passed_filters` (0 or 1) of an extraction replace what the
    extraction itself said; the last one wins.
    """
    with guard:
        figure, target = figure_of(value), as_id(target_id)
        if not captures():
            return
        if figure is None or target is None:
            lose(Loss.MALFORMED)
        else:
            emit(score_of(target, name, figure, current_context()))


def record_correction(extraction_id: str, insights: object) -> None:
    """Record what a person thinks an extraction should have returned. Never raises.

    `insights` are read as those that an extraction returns. The last correction of an extraction
    is exported in place of what the extraction returned.
    """
    with guard:
        target, result = as_id(extraction_id), read_result(insights)
        if not captures():
            return
        if target is None or result.insights is None:
            lose(Loss.MALFORMED)
            return
        attributes = {names.EXTRACTION_ID: target, names.EVALUATOR_KIND: names.HUMAN}
        content = snapshot(result.insights_json())
        emit(Record(Kind.CORRECTION, event_id(), now(), attributes, content, context=current_context()))


def _emit(kind: Kind, content: object, user_id: object) -> None:
    if captures():
        emit(Record(kind, event_id(), now(), {}, snapshot(content), user_id, context=current_context()))
