"""Conditions: what must stay the same from the first example to the last."""

from collections.abc import Iterable
from dataclasses import dataclass, fields


@dataclass(frozen=True, slots=True)
class Conditions:
    """Under what an example was answered and judged."""

    baseline_model: str = ""
    """The model that answered, not the alias that was asked."""
    candidate_model: str = ""
    baseline_price: str = ""
    """The price's version, or the prices."""
    candidate_price: str = ""
    judge: str = ""
    rubric: str = ""
    assignment: str = ""
    """Salt and weights; a ramp is another assignment."""


def changes(conditions: Iterable[Conditions]) -> list[str]:
    """Name what changed, from what to what."""
    seen = list(dict.fromkeys(conditions))
    values = {each.name: list(dict.fromkeys(getattr(at, each.name) for at in seen)) for each in fields(Conditions)}
    return [
        f"{name.replace('_', ' ')} ({' -> '.join(value or 'unknown' for value in seen)})"
        for name, seen in values.items()
        if len(seen) > 1
    ]
