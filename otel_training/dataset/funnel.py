"""The funnel: how many extractions are left after each filter, and why the others are not."""

from dataclasses import dataclass

from otel_training.conventions import COMMAND
from otel_training.store.client import Row, Store, read_query


@dataclass(frozen=True, slots=True)
class Filters:
    """What an example must have to be exported."""

    min_quality: float = 7
    net_above: float = 0
    min_viewers: int = 10


@dataclass(frozen=True, slots=True)
class Step:
    """One filter of the funnel."""

    filter: str
    left: int
    dropped: int
    reason: str


@dataclass(frozen=True, slots=True)
class Funnel:
    """All filters, one after another."""

    steps: list[Step]
    advice: str | None
    """What to do where a filter has no data at all to work on."""

    @property
    def left(self) -> int:
        """How many extractions pass all filters."""
        return self.steps[-1].left

    def ending_at(self, rows: int) -> "Funnel":
        """Return the funnel with one more step where fewer rows were written: some prompts are no text."""
        if rows == self.left:
            return self
        step = Step("prompt is text", rows, self.left - rows, "its only prompt holds images or tool results")
        return Funnel([*self.steps, step], self.advice)


def funnel(store: Store, filters: Filters) -> Funnel:
    """Count the extractions that each filter leaves."""
    row = store.row(
        read_query("funnel"),
        min_quality=filters.min_quality,
        net_above=filters.net_above,
        min_viewers=filters.min_viewers,
    )
    readers = "" if row["actions"] + row["impressions"] else " (no impressions and no feedback yet)"
    scores = "" if row["scored"] else " (no extraction has a quality score yet)"
    filters_in_order = [
        ("captured", "captured", "every attempt"),
        ("answered", "has insights", "failed, cancelled or empty answers"),
        ("prompted", "has a prompt", "neither source content nor a captured call of the model"),
        ("good", f"quality >= {filters.min_quality:g}", f"lower quality score, or none{scores}"),
        ("liked", f"likes - dismissals > {filters.net_above:g}", f"readers did not like it enough{readers}"),
        ("seen", f"viewers >= {filters.min_viewers}", f"no insight of it reached that many readers{readers}"),
    ]
    steps, before = [], row["captured"]
    for column, name, reason in filters_in_order:
        steps.append(Step(name, row[column], before - row[column], reason))
        before = row[column]
    return Funnel(steps, _advice(row))


def _advice(row: Row) -> str | None:
    """Return what to do where a filter has no data at all to work on; None where each has some."""
    if not row["captured"]:
        return "There is no extraction yet: decorate the extraction function with @otel_training.extraction and run it."
    if not row["actions"] + row["impressions"]:
        return (
            "There are no impressions and no feedback yet, so no example can pass: add "
            "otel_training.TrainingMiddleware to the app that serves the feed, or call record_impressions "
            "and record_feedback."
        )
    if not row["resolved"]:
        return f"No feedback and no impression names a captured insight: run `{COMMAND} doctor`."
    if not row["scored"]:
        return "No extraction has a quality score yet: return one as quality_score, or call current().score()."
    return None
