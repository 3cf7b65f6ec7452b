"""How figures are written."""

import pytest

from otel_training.analysis.writing import interval, percent, usd
from otel_training.dataset.share import share_of


@pytest.mark.parametrize(
    ("share", "text"),
    [(None, "-"), (0, "0 %"), (1, "100 %"), (0.5, "50 %"), (0.996, "99.6 %"), (0.99999, "99.9 %"), (0.0002, "0.1 %")],
)
def test_a_share_is_never_rounded_to_none_or_all(share: float | None, text: str) -> None:
    """Else `100 %` would stand beside what is missing."""
    assert text == percent(share)


@pytest.mark.parametrize(
    ("amount", "text"),
    [(None, None), (0, "0"), (0.0034674, "0.00347"), (0.0000123, "0.0000123"), (12.345, "12.35"), (1234.5, "1,234.50")],
)
def test_an_amount_keeps_three_digits(amount: float | None, text: str | None) -> None:
    """However small it is."""
    assert text == usd(amount)


def test_bounds_stand_behind_the_share() -> None:
    """In whole percent."""
    assert ("31 (26-37)", "-") == (interval(share_of(81, 263)), interval(share_of(0, 0)))
