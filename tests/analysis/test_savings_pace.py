"""When a saving has paid: expected, and between which days."""

import random
from datetime import date, timedelta
from decimal import Decimal
from typing import Any

import pytest

from otel_training.analysis.savings_pace import BreakEven, break_even

TODAY = date(2026, 11, 29)


def after(days: int) -> date:
    """So many days from today."""
    return TODAY + timedelta(days)


@pytest.mark.parametrize(
    ("price", "savings", "expected"),
    [
        # 10 USD at 1 a day: days that do not differ leave no doubt.
        ("10", ["1"] * 7, BreakEven(after(10), after(10), after(10))),
        # 201.5 days are 202.
        ("2.08", ["0.01032044"] * 10, BreakEven(after(202), after(202), after(202))),
        # A mean of 1 and a deviation of 0.5, by Student's t of 1.943 0.97: n + 0.97 * sqrt(n + n * n / 7) is 9.2 for 6
        # days and 10.6 for 7; n - 0.97 * sqrt(n + n * n / 7) is 9.6 for 17 and 10.2 for 18.
        ("10", ["0.5"] * 2 + ["1"] * 4 + ["2"], BreakEven(after(10), after(7), after(18))),
        # A mean of 0.714 and a deviation of 2.138, 4.15: 8.1 for 2 days, 10.7 for 3; 0.714 - 4.15 / sqrt(7) is a loss.
        ("10", ["3"] * 3 + ["-1"] * 4, BreakEven(after(14), after(3), None, "maybe not in ten years")),
        ("0", ["1"] * 7, BreakEven(after(0), after(0), after(0))),
        ("0", ["-1"], BreakEven(reason="a day costs more than it saves")),
        ("3", ["1"] * 6, BreakEven(after(3), reason="unknown before 7 days")),
        ("3", ["1", "-1", "0"], BreakEven(reason="a day saves nothing")),
        ("3", ["-1"] * 9, BreakEven(reason="a day costs more than it saves")),
        ("1000000", ["1"] * 9, BreakEven(reason="maybe not in ten years")),
    ],
)
def test_adds_up_days(price: str, savings: list[str], expected: Any) -> None:
    """A price is paid by as many days as it takes; what is unknown has a reason."""
    assert expected == break_even(Decimal(price), [Decimal(saving) for saving in savings], TODAY)


def test_the_interval_holds_as_often_as_it_says() -> None:
    """Of series of which the future is known, nine in ten reach the price within it."""
    chance, held = random.Random(1), 0
    for _ in range(400):
        days = [Decimal(chance.gauss(10, 4)) for _ in range(14)]
        total, reached = 0.0, 0
        while total < 400:
            total += chance.gauss(10, 4)
            reached += 1
        even = break_even(Decimal(400), days, TODAY)
        assert even.earliest is not None
        assert even.latest is not None
        held += even.earliest <= after(reached) <= even.latest

    assert 0.86 <= held / 400 <= 0.96
