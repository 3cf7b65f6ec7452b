"""The pick: what rows of a dataset are chosen and split by, without their texts."""

import hashlib
import math
from collections import Counter
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from typing import Any

from otel_training.dataset.components import Components
from otel_training.dataset.funnel import Step
from otel_training.dataset.share import share_of
from otel_training.dataset.site import site_of


@dataclass(frozen=True, slots=True)
class Pick:
    """One example that passed the filters, by what decides whether it stays, and in which split."""

    extraction_id: str
    timestamp: str
    topic: str
    source_url: str
    site: str
    text: str
    """The digest of its source."""
    bound: float
    """Which share of likes is certain; 0 without a vote."""
    quality: float
    is_empty: bool = False
    """Whether it has no insight."""

    @property
    def age(self) -> tuple[str, str]:
        """What it is sorted by, the oldest first."""
        return (self.timestamp, self.extraction_id)

    @property
    def rank(self) -> tuple[float, float, tuple[str, str]]:
        """What it is sorted by, the best first: how certainly readers like it, its quality, its age."""
        return (-self.bound, -self.quality, self.age)


def pick_of(row: Mapping[str, Any], *, is_empty: bool = False) -> Pick:
    """Return the pick of a row of `export.sql`."""
    text = row["source_content"] or row["messages"]
    return Pick(
        row["extraction_id"],
        row["timestamp"],
        row["topic"],
        row["source_url"],
        site_of(row["source_url"]),
        hashlib.sha256(text.encode()).hexdigest() if text else "",
        share_of(row["likes"], row["likes"] + row["dismissals"]).low or 0.0,
        -math.inf if row["quality_score"] is None else row["quality_score"],
        is_empty,
    )


def without_duplicates(picks: list[Pick], pairs: Iterable[tuple[str, str]]) -> list[Pick]:
    """Keep of picks with nearly the same source the best."""
    alike = Components()
    for a, b in pairs:
        alike.join(a, b)
    for pick in picks:
        if pick.text:
            alike.join(pick.extraction_id, f"text {pick.text}")
    best: dict[str, Pick] = {}
    for pick in sorted(picks, key=lambda pick: pick.rank):
        best.setdefault(alike.root(pick.extraction_id), pick)
    return sorted(best.values(), key=lambda pick: pick.age)


def capped(picks: list[Pick], name: Callable[[Pick], str], most: int) -> list[Pick]:
    """Keep at most so many picks of a name, the best; those without a name are not counted together."""
    counts: Counter[str] = Counter()
    kept = []
    for pick in sorted(picks, key=lambda pick: pick.rank):
        counts[name(pick)] += 1
        if not name(pick) or counts[name(pick)] <= most:
            kept.append(pick)
    return sorted(kept, key=lambda pick: pick.age)


def thin(
    picks: list[Pick],
    pairs: Iterable[tuple[str, str]],
    *,
    drop_near_duplicates: bool = False,
    max_per_topic: int = 0,
    max_per_domain: int = 0,
) -> tuple[list[Pick], list[Step]]:
    """Leave out what is too much, and return what each option left, as steps of the funnel."""
    steps = []
    options: list[tuple[bool, str, str, Callable[[list[Pick]], list[Pick]]]] = [
        (drop_near_duplicates, "no near-duplicate", "with nearly the source of a better one",
         lambda picks: without_duplicates(picks, pairs)),
        (max_per_topic > 0, f"at most {max_per_topic} of a topic", "beyond the best of their topic",
         lambda picks: capped(picks, lambda pick: pick.topic, max_per_topic)),
        (max_per_domain > 0, f"at most {max_per_domain} of a domain", "beyond the best of their domain",
         lambda picks: capped(picks, lambda pick: pick.site, max_per_domain)),
    ]  # fmt: skip
    for is_asked, name, reason, keep in options:
        if is_asked:
            left = keep(picks)
            dropped = len(picks) - len(left)
            steps.append(Step(name, len(left), dropped, 0, f"{dropped:,} {reason}" if dropped else ""))
            picks = left
    return picks, steps
