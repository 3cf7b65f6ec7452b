"""Sample-ratio mismatch: whether as many sources came to each arm as were to come."""

from collections.abc import Mapping

ALARM = 0.001


def mismatch(assigned: Mapping[str, int], weights: Mapping[str, float]) -> float | None:
    """Return p of Pearson's chi-square; None where nothing can be said. Below `ALARM` the assignment is broken."""
    from scipy.special import chdtrc

    arms = [arm for arm, weight in weights.items() if weight > 0]
    total, weight = sum(assigned.values()), sum(weights.values())
    if any(count and arm not in arms for arm, count in assigned.items()):
        return 0.0
    if len(arms) < 2 or not total:  # noqa: PLR2004 - two arms
        return None
    expected = {arm: total * weights[arm] / weight for arm in arms}
    square = sum((assigned.get(arm, 0) - count) ** 2 / count for arm, count in expected.items())
    return float(chdtrc(len(arms) - 1, square))
