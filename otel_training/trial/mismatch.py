"""Sample-ratio mismatch: whether as many sources came to each arm as were to come."""

from collections.abc import Mapping

from otel_training.store.client import Store, read_query

ALARM = 0.001
_LEAST = 5
"""Expected sources below which an arm is counted with the next: of fewer the test says nothing."""


def read_assigned(store: Store, candidate: str) -> tuple[dict[str, int], dict[str, float]]:
    """Read how many sources came to each arm in a candidate's newest experiment, and how many were to come."""
    rows = list(store.rows(read_query("trial_assigned"), candidate=candidate))
    return {row["arm"]: row["sources"] for row in rows}, {row["arm"]: row["expected"] for row in rows}


def mismatch(assigned: Mapping[str, int], weights: Mapping[str, float]) -> float | None:
    """Return p of Pearson's chi-square; None where nothing can be said. Below `ALARM` the assignment is broken."""
    from scipy.special import chdtrc

    arms = [arm for arm, weight in weights.items() if weight > 0]
    total, weight = sum(assigned.values()), sum(weights.values())
    if any(count and arm not in arms for arm, count in assigned.items()):
        return 0.0
    if len(arms) < 2 or not total:  # noqa: PLR2004 - two arms
        return None
    counts = sorted((total * weights[arm] / weight, assigned.get(arm, 0)) for arm in arms)
    while counts[0][0] < _LEAST and len(counts) > 1:
        (expected, came), (next_expected, next_came), *others = counts
        counts = sorted([(expected + next_expected, came + next_came), *others])
    square = sum((came - expected) ** 2 / expected for expected, came in counts)
    return float(chdtrc(len(counts) - 1, square)) if len(counts) > 1 else None
