"""Shares and their bounds."""

import pytest

from otel_training.dataset.share import Share, share_of


@pytest.mark.parametrize(
    ("count", "total", "low", "high"),
    # The first as in Newcombe (1998), method 3.
    [(81, 263, 0.2553, 0.3662), (15, 148, 0.0624, 0.1605), (0, 20, 0, 0.1611), (20, 20, 0.8389, 1), (1, 1, 0.2065, 1)],
)
def test_bounds_are_those_of_wilson(count: int, total: int, low: float, high: float) -> None:
    """Also where none or all are counted: never below 0 or above 1."""
    share = share_of(count, total)

    assert (count / total, low, high) == (share.share, round(share.low or 0, 4), round(share.high or 0, 4))


def test_of_none_there_is_no_share() -> None:
    """It is unknown, not 0."""
    assert Share(0, 0, None, None, None) == share_of(0, 0)
