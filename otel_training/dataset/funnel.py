"""The funnel: how many extractions are left after each filter, and whether readers decided or data was missing."""

from collections.abc import Mapping
from dataclasses import asdict, dataclass
from typing import Final

from otel_training.dataset.coverage import MIN_VIEWERS, Gap, read_coverage
from otel_training.store.client import Store, read_query


@dataclass(frozen=True, slots=True)
class Filters:
    """What an example must have to be exported."""

    min_quality: float = 7
    net_above: float = 0
    min_viewers: int = MIN_VIEWERS


@dataclass(frozen=True, slots=True)
class Step:
    """One filter of the funnel."""

    filter: str
    left: int
    dropped: int
    missing: int
    """Of those dropped, how many had no data to decide by."""
    reason: str


@dataclass(frozen=True, slots=True)
class _Filter:
    """A filter by the column that counts what it leaves, and what is said of what it drops."""

    column: str
    name: str
    missing: str
    """Column of those without data."""
    lack: str
    decided: str
    gaps: frozenset[str]
    """Names of the gaps that keep data from it."""


_READERS: Final = frozenset({"reactions", "ids", "shared_ids", "fields", "routes"})
_PROMPTS: Final = frozenset({"source_content", "calls", "prompts", "judges", "content"})
_FILTERS: Final = (
    _Filter("captured", "captured", "", "", "", frozenset({"extractions"})),
    _Filter(
        "answered", "has insights", "", "", "failed, cancelled, or answered nothing", frozenset({"results"}),
    ),
    _Filter(
        "prompted", "has a prompt", "unprompted", "with neither source content nor a captured prompt", "", _PROMPTS,
    ),
    _Filter(
        "good", "quality >= {min_quality:g}", "unscored", "without a quality score", "of lower quality",
        frozenset({"scores", "scale", "low_scale"}),
    ),
    _Filter(
        "liked", "likes - dismissals > {net_above:g}", "unreached", "that no known reader saw or acted on",
        "that readers did not like enough", _READERS | {"actions", "voters", "words"},
    ),
    _Filter(
        "seen", "viewers >= {min_viewers}", "unseen", "that no known reader saw or acted on",
        "that too few readers saw", _READERS | {"impressions", "viewers"},
    ),
    _Filter("distinct", "distinct", "", "", "with the source and the insights of another", frozenset()),
)  # fmt: skip


@dataclass(frozen=True, slots=True)
class Funnel:
    """All filters, one after another."""

    steps: list[Step]
    gaps: list[Gap]
    """What is missing from what was captured, the costliest first."""

    @property
    def left(self) -> int:
        """How many extractions pass all filters."""
        return self.steps[-1].left

    def ending_at(self, rows: int, others: int, only: str | None, unfit: Mapping[str, int], target: str) -> "Funnel":
        """Return the funnel with the steps where fewer rows were written: no text, not wanted, no row of the target."""
        steps, misfits = [*self.steps], sum(unfit.values())
        wanted = rows + misfits
        if textless := self.left - wanted - others:
            reason = "its only prompt holds images or tool results"
            steps.append(Step("prompt is text", wanted + others, textless, textless, reason))
        if only:
            steps.append(Step(f"only {only}", wanted, others, 0, "with another kind of prompt" if others else ""))
        if misfits:
            reasons = "; ".join(f"{count:,} {reason}" for reason, count in unfit.items())
            steps.append(Step(f"is a row for {target}", rows, misfits, 0, reasons))
        return Funnel(steps, self.gaps)

    def why_none(self) -> str:
        """Say why nothing is left: data is missing, or a filter was not passed."""
        at, step = next((at, step) for at, step in enumerate(self.steps) if not step.left)
        gap = next((gap for gap in self.gaps if gap.name in _FILTERS[at].gaps), None)
        if gap is not None and step.dropped == step.missing:
            return f"No example can pass. {gap.sentence}"
        dropped = f"{step.filter!r} dropped the last {step.dropped}"
        if gap is not None:
            return f"No extraction passes all filters ({dropped}). {gap.sentence}"
        return f"No extraction passes all filters ({dropped}): gather more, or lower it."


def funnel(store: Store, filters: Filters) -> Funnel:
    """Count the extractions that each filter leaves."""
    thresholds = asdict(filters)
    row = store.row(read_query("funnel"), **thresholds)
    gaps = read_coverage(store, filters.min_viewers)
    steps, before = [], row["captured"]
    for step in _FILTERS:
        left = row[step.column]
        name, missing = step.name.format(**thresholds), row[step.missing] if step.missing else 0
        steps.append(Step(name, left, before - left, missing, _reason(step, before - left, missing, gaps)))
        before = left
    return Funnel(steps, gaps)


def _reason(step: _Filter, dropped: int, missing: int, gaps: list[Gap]) -> str:
    """Say how many were dropped for want of data, which is missing, and how many by what was decided."""
    if not dropped:
        return ""
    counts = ((missing, step.lack), (dropped - missing, step.decided))
    parts = [f"{count:,} {text}" for count, text in counts if count and text]
    return "; ".join([*parts, *(gap.missing for gap in gaps if gap.name in step.gaps)])
