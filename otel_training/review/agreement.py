"""Agreement of two reviewers: Cohen's kappa."""

from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from itertools import combinations


@dataclass(frozen=True, slots=True)
class Agreement:
    """How far the two reviewers agree who share the most decisions."""

    both: int
    """How many extractions both have decided."""
    agreed: int
    kappa: float | None
    """Agreement beyond chance, 1 at the most; None where both always say the same, so that chance would agree, too."""


def agreement(decisions: Iterable[Mapping[str, object]]) -> Agreement | None:
    """Compare the reviewers that share the most decisions; None where no extraction has two.

    Cohen, A coefficient of agreement for nominal scales (1960): (observed - expected) / (1 - expected).
    """
    by_extraction: dict[object, dict[str, object]] = {}
    for row in decisions:
        by_extraction.setdefault(row["extraction_id"], {})[str(row["reviewer"])] = row["decision"]
    pairs = Counter(pair for by in by_extraction.values() for pair in combinations(sorted(by), 2))
    if not pairs:
        return None
    first, second = pairs.most_common(1)[0][0]
    shared = [(by[first], by[second]) for by in by_extraction.values() if first in by and second in by]
    agreed, count = sum(mine == theirs for mine, theirs in shared), len(shared)
    mine, theirs = (Counter(labels) for labels in zip(*shared, strict=True))
    expected = sum(mine[label] * theirs[label] for label in mine) / count**2
    return Agreement(count, agreed, None if expected == 1 else round((agreed / count - expected) / (1 - expected), 3))
