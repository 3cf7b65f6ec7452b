"""When savings have paid for what they took, by the days that were and how they differ."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from decimal import Decimal
from math import ceil, sqrt
from statistics import NormalDist, fmean, stdev
from typing import Final

_CONFIDENCE: Final = 0.9
_HORIZON: Final = 3650  # days; what pays later counts as never
_WEEK: Final = 7  # days that are needed to tell how days differ


@dataclass(frozen=True, slots=True)
class BreakEven:
    """The day on which it has paid: expected, and the interval; `latest` is None, beside `earliest`, for never."""

    on: date | None = None
    earliest: date | None = None
    latest: date | None = None
    reason: str = ""  # why any of them is unknown


def break_even(price: Decimal, savings: Sequence[Decimal], today: date) -> BreakEven:
    """Return when daily savings add up to a price, as the days so far let expect.

    The interval is the prediction interval of 90 % for the mean of n future observations after k (Hahn and Meeker,
    Statistical Intervals, chapter 4), as if days were independent: n days add up to
    n * mean +- t * s * sqrt(n + n * n / k).
    Its ends are the first days on which either bound reaches the price.
    """
    mean = sum(savings, Decimal(0)) / len(savings)
    if mean <= 0:
        return BreakEven(reason="a day costs more than it saves" if mean else "a day saves nothing")
    on = _after(ceil(price / mean), today)
    if len(savings) < _WEEK:
        return BreakEven(on, reason=f"unknown before {_WEEK} days")
    values = [float(saving) for saving in savings]
    spread = _student(len(values) - 1) * stdev(values)
    earliest, latest = (
        next((n for n in range(_HORIZON + 1) if _sum(n, values, sign * spread) >= price), None) for sign in (1, -1)
    )
    return BreakEven(
        on, _after(earliest, today), _after(latest, today), "maybe not in ten years" if latest is None else ""
    )


def _sum(days: int, values: Sequence[float], spread: float) -> float:
    return days * fmean(values) + spread * sqrt(days + days * days / len(values))


def _after(days: int | None, today: date) -> date | None:
    return None if days is None or days > _HORIZON else today + timedelta(days)


def _student(freedom: int) -> float:
    """Return a quantile of Student's t (Abramowitz and Stegun 26.7.5: within 0.3 % from 6 degrees of freedom on)."""
    z = NormalDist().inv_cdf((1 + _CONFIDENCE) / 2)
    return z + (z**3 + z) / (4 * freedom) + (5 * z**5 + 16 * z**3 + 3 * z) / (96 * freedom**2)
