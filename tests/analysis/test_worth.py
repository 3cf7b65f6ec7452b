"""Whether a model of one's own is worth it."""

import pytest

from otel_training.analysis.worth import judge_worth
from otel_training.dataset.share import share_of


@pytest.mark.parametrize(
    ("a_day", "a_month", "checkable", "verdict", "reason"),
    [
        (200, 180.0, (9, 10), "yes", "can be checked."),
        (200, 49.9, (9, 10), "no", "below some 50 USD"),
        (5, 180.0, (9, 10), "not yet", "three months"),
        (200, 180.0, (4, 10), "not yet", "nobody can tell"),
        (200, 180.0, (0, 0), "not yet", "nobody can tell"),
        (200, None, (9, 10), "unknown", "has a price"),
        (0, None, (9, 10), "unknown", "last seven days"),
        (200, 0.0, (9, 10), "no", "for 0 USD a month"),
    ],
)
def test_frequent_costly_and_checkable(
    a_day: float, a_month: float | None, checkable: tuple[int, int], verdict: str, reason: str
) -> None:
    """All three make a yes; what is missing is said, and what is unknown is no 0."""
    worth = judge_worth(a_day, a_month, share_of(*checkable))

    assert (verdict, True, True) == (
        worth.verdict,
        reason in worth.sentence,
        worth.sentence.startswith(verdict.capitalize()),
    )
