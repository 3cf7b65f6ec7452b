"""A pair: what two arms made of one example."""

from collections.abc import Mapping
from dataclasses import dataclass
from decimal import Decimal


@dataclass(frozen=True, slots=True)
class Observation:
    """What one arm made of an example: `score` is the judge's, 0 to 10, None where it was unreadable."""

    score: float | None
    passed: bool | None
    fields: Mapping[str, float | None]
    """`text`, `category` and `count`: agreement with the reference, 0 to 1."""
    cost: Decimal | None
    """In USD; None where it is unknown."""
    seconds: float | None
    error: bool = False
    fallback: bool = False


@dataclass(frozen=True, slots=True)
class Pair:
    """One example answered by both arms; `source` is the unit that is resampled."""

    example: str
    source: str
    slices: Mapping[str, str]
    """`topic`, `domain`, `length` and `language`."""
    baseline: Observation
    candidate: Observation
