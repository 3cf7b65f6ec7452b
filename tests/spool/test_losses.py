"""Losses, counted by what was lost."""

from otel_training.conventions import Loss
from otel_training.events.event import Lost
from otel_training.spool.losses import PLACES, Losses, by_reason


def test_reports_each_loss_once() -> None:
    """By reason, route and keys; what is reported is not reported again."""
    losses = Losses()
    losses.add(Loss.UNRECOGNISED, route="GET /feed", detail="items[]")
    losses.add(Loss.UNRECOGNISED, route="GET /feed", detail="items[]")
    losses.add(Loss.QUEUE_FULL, 3)
    expected = {Lost(Loss.UNRECOGNISED, "GET /feed", "items[]"): 2, Lost(Loss.QUEUE_FULL): 3}

    assert expected == losses.unreported()
    losses.mark_reported(expected)
    losses.add(Loss.QUEUE_FULL)
    assert {Lost(Loss.QUEUE_FULL): 1} == losses.unreported()
    assert {Loss.UNRECOGNISED: 2, Loss.QUEUE_FULL: 4} == losses.totals()


def test_tells_a_bounded_number_of_places_apart() -> None:
    """Keys come from whoever sends requests: beyond the bound losses are counted by the reason alone."""
    losses = Losses()
    for number in range(PLACES + 50):
        losses.add(Loss.UNRECOGNISED, detail=f"key{number}")

    assert (PLACES + 1, 50) == (len(losses.unreported()), losses.unreported()[Lost(Loss.UNRECOGNISED)])
    assert {Loss.UNRECOGNISED: PLACES + 50} == by_reason(losses.unreported())
