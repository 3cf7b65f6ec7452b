"""Shares of counts, and what is certain of them at 95 %."""

import math
from dataclasses import dataclass
from typing import Final

_Z: Final = 1.96


@dataclass(frozen=True, slots=True)
class Share:
    """So many of so many; of the next such, a share from `low` to `high` is to be expected. None of none."""

    count: int
    total: int
    share: float | None
    low: float | None
    high: float | None


def share_of(count: int, total: int, z: float = _Z) -> Share:
    """Return a share with Wilson's interval, which holds for few and for extreme ones, too; `z` is its quantile."""
    if not total:
        return Share(count, total, None, None, None)
    share, scale = count / total, 1 + z**2 / total
    middle = share + z**2 / 2 / total
    margin = z * math.sqrt(share * (1 - share) / total + (z / 2 / total) ** 2)
    return Share(count, total, share, max(0.0, (middle - margin) / scale), min(1.0, (middle + margin) / scale))
