"""The funnel: how many extractions are left after each filter, and whether readers decided or data was missing."""

from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass, field
from datetime import UTC, datetime
from typing import Any, Final

from otel_training.dataset.coverage import MIN_VIEWERS, Gap, read_coverage
from otel_training.store.client import Store, read_query

_SHORT: Final = 40
_FOREVER: Final = 1 << 52
_OPTIONAL: Final = frozenset({"topics", "models", "prompt_versions", "period", "whole"})


@dataclass(frozen=True, slots=True)
class Doubts:
    """Whose votes are not counted, and which sources are not taken: what `trust.py` and the opt-outs say."""

    opted_out: tuple[str, ...] = ()
    """Pseudonyms of readers."""
    sources: tuple[str, ...] = ()
    """URLs and domains."""
    lockstep: tuple[tuple[int, ...], ...] = ()
    """Groups of readers, as `reader_events` has them."""
    piles: tuple[tuple[int, ...], ...] = ()
    """Readers of one source alone, each source's; none of them counts."""
    unshown: int = 0
    """How many votes are on what was not shown to who voted; 0, too, where the app does not report what it shows."""

    @property
    def of_readers(self) -> str:
        """Whose votes are left out, in words; empty where all are counted."""
        groups, piles = (", ".join(str(len(group)) for group in each) for each in (self.lockstep, self.piles))
        parts = (
            (self.lockstep, f"by readers in lockstep (groups of {groups})"),
            (self.piles, f"by readers of one source alone (groups of {piles})"),
            (self.unshown, f"on what was not shown ({self.unshown:,})"),
            (self.opted_out, "by readers who opted out"),
        )
        return ", ".join(text for there, text in parts if there)

    @property
    def query(self) -> str:
        """The name of the query of what is not counted."""
        if self.opted_out or self.piles or self.unshown:
            return "doubted"
        return "doubted_lockstep" if self.lockstep else "doubted_none"

    def parameters(self) -> dict[str, Any]:
        """Return the parameters of the queries."""
        piled = [reader for pile in self.piles for reader in pile]
        numbered = [(reader, number) for number, group in enumerate(self.lockstep, 1) for reader in group]
        numbered += [(reader, 0) for reader in piled]
        return {
            "opted_out": list(self.opted_out),
            "opted_out_sources": list(self.sources),
            "lockstep": [reader for reader, _ in numbered],
            "lockstep_groups": [number for _, number in numbered],
            "piled": piled,
            "shown_only": self.unshown > 0,
            "every_vote": self.unshown > 0,
        }


@dataclass(frozen=True, slots=True)
class Filters:
    """What an example must have to be exported."""

    min_quality: float = 7
    net_above: float = 0
    min_viewers: int = MIN_VIEWERS
    no_score: bool = False
    """Whether no quality is asked for."""
    min_bound: float | None = None
    """What the certain share of likes must reach, in the place of `net_above`."""
    topics: tuple[str, ...] = ()
    """One of these, of any where there is none; so are `models` and `prompt_versions`."""
    models: tuple[str, ...] = ()
    prompt_versions: tuple[str, ...] = ()
    since: int | None = None
    """Seconds; `until` is the first that is too late."""
    until: int | None = None
    whole: bool = False
    """Whether a template is left out where the source is not whole."""
    count_lockstep: bool = False
    """Whether votes of readers in lockstep, or of one source alone, are counted like others."""
    only_shown: bool = False
    """Whether votes on what was not shown are left out where the app reports what it shows."""
    grounded: float = 0
    """What share of its words a sentence of the source must hold of each insight; 0 for none."""
    trim: bool = False
    """Whether insights that readers surely dismissed are left out of their answer."""
    doubts: Doubts = field(default=Doubts(), compare=False)
    """What `count_lockstep`, `only_shown` and the opt-outs come to, as the store is now; no part of what was asked."""

    @property
    def asks_quality(self) -> bool:
        """Whether a quality score is asked for."""
        return not self.no_score

    @property
    def asks_net(self) -> bool:
        """Whether likes and dismissals are only counted."""
        return self.min_bound is None

    @property
    def asks_bound(self) -> bool:
        """Whether their share must be certain."""
        return not self.asks_net

    @property
    def period(self) -> str:
        """The days asked for, in words; empty where all are."""
        parts = ((word, at) for word, at in (("since", self.since), ("until", self.until)) if at is not None)
        return " ".join(f"{word} {datetime.fromtimestamp(at, UTC):%Y-%m-%d %H:%M}" for word, at in parts)

    @property
    def doubted(self) -> str:
        """Whose votes are left out."""
        return self.doubts.of_readers

    @property
    def sources_out(self) -> bool:
        """Whether any source opted out."""
        return bool(self.doubts.sources)

    def query(self, name: str) -> str:
        """Return the text of a query of what passes the filters."""
        return read_query(name, doubted=self.doubts.query)

    def as_json(self) -> dict[str, Any]:
        """Return what was asked as values of JSON."""
        values = asdict(self)
        del values["doubts"]
        return {name: list(value) if isinstance(value, tuple) else value for name, value in values.items()}

    def parameters(self) -> dict[str, Any]:
        """Return the parameters of the queries."""
        open_ended = {"min_bound": -1, "since": 0, "until": _FOREVER}
        values = {name: open_ended[name] if value is None else value for name, value in self.as_json().items()}
        for name in ("count_lockstep", "only_shown", "grounded", "trim"):
            del values[name]
        return values | self.doubts.parameters()


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
    option: str = ""
    """What of `Filters` asks for it; it is always there where nothing does."""

    def is_used(self, filters: Filters) -> bool:
        """Return whether the filters hold it."""
        return not self.option or getattr(filters, self.option) not in {(), False, ""}

    def label(self, filters: Filters) -> str:
        """Return its name with its values."""
        values = {name: value for name, value in filters.as_json().items() if value is not None}
        lists = {name: " or ".join(value) for name, value in values.items() if isinstance(value, list)}
        return self.name.format(**values | lists, period=filters.period)


_READERS: Final = frozenset({"reactions", "ids", "shared_ids", "fields", "routes"})
_PROMPTS: Final = frozenset({"source_content", "calls", "prompts", "judges", "content"})
_FILTERS: Final = (
    _Filter("captured", "captured", "", "", "", frozenset({"extractions"})),
    _Filter(
        "answered", "has insights", "", "", "failed, cancelled, or without an insight that has a text",
        frozenset({"results", "texts"}),
    ),
    _Filter(
        "prompted", "has a prompt", "unprompted", "with neither source content nor a captured prompt", "", _PROMPTS,
    ),
    _Filter(
        "topical", "topic {topics}", "topicless", "without a topic", "of other topics", frozenset({"topics"}), "topics",
    ),
    _Filter(
        "of_model", "model {models}", "modelless", "without a captured call", "of other models",
        frozenset({"calls"}), "models",
    ),
    _Filter(
        "of_version", "prompt version {prompt_versions}", "versionless",
        "without a captured call", "of other prompts", frozenset({"calls"}), "prompt_versions",
    ),
    _Filter("timely", "time {period}", "", "", "of another time", frozenset(), "period"),
    _Filter(
        "whole", "source is whole", "", "", "whose source was cut, and whose prompt was not captured",
        frozenset({"calls"}), "whole",
    ),
    _Filter("permitted", "not opted out", "", "", "of sources that opted out", frozenset(), "sources_out"),
    _Filter("kept", "not rejected in review", "", "", "that a reviewer rejected", frozenset()),
    _Filter(
        "good", "quality >= {min_quality:g}", "unscored", "without a quality score", "of lower quality",
        frozenset({"scores", "scale", "low_scale"}), "asks_quality",
    ),
    _Filter(
        "liked", "likes - dismissals > {net_above:g}", "unreached", "that no known reader saw or acted on",
        "that readers did not like enough", _READERS | {"actions", "voters", "words"}, "asks_net",
    ),
    _Filter(
        "liked", "likes certain >= {min_bound:g}", "unreached", "that no known reader saw or acted on",
        "whose share of likes is not certain enough", _READERS | {"actions", "voters", "words"}, "asks_bound",
    ),
    _Filter(
        "seen", "viewers >= {min_viewers}", "unseen", "that no known reader saw or acted on",
        "that too few readers saw", _READERS | {"impressions", "viewers"},
    ),
    _Filter("trusted", "trusted votes", "", "", "", frozenset(), "doubted"),
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

    def ending_at(  # noqa: PLR0913, PLR0917 - a count of each step
        self,
        rows: int,
        others: int,
        only: str | None,
        unfit: Mapping[str, int],
        target: str,
        refined: Sequence[Step] = (),
    ) -> "Funnel":
        """Return the funnel with the steps where fewer rows were written: no text, not wanted, no row of the target.

        `refined` are those of `refining.py`, in between.
        """
        steps, misfits = [*self.steps], sum(unfit.values())
        wanted = rows + misfits
        left = wanted + others + sum(step.dropped for step in refined)
        if textless := self.left - left:
            steps.append(
                Step("prompt is text", left, textless, textless, "its only prompt holds images or tool results")
            )
        steps += refined
        if only:
            steps.append(Step(f"only {only}", wanted, others, 0, "with another kind of prompt" if others else ""))
        if misfits:
            reasons = "; ".join(f"{count:,} {reason}" for reason, count in unfit.items())
            steps.append(Step(f"is a row for {target}", rows, misfits, 0, reasons))
        return Funnel(steps, self.gaps)

    def why_none(self) -> str:
        """Say why nothing is left: data is missing, or a filter was not passed."""
        step = last_drop(self.steps)
        if step is None:
            return ""
        (asked, *_) = (kind for kind in _FILTERS if step.filter.startswith(kind.name.partition("{")[0]))
        gap = next((gap for gap in self.gaps if gap.name in asked.gaps), None)
        if gap is not None and step.dropped == step.missing:
            return f"No example can pass. {gap.sentence}"
        dropped = f"{step.filter!r} dropped the last {step.dropped}"
        if asked.option in _OPTIONAL:
            return (
                f"No extraction passes all filters ({dropped}: {step.reason}): ask for others, or leave out the option."
            )
        if gap is not None:
            return f"No extraction passes all filters ({dropped}). {gap.sentence}"
        return f"No extraction passes all filters ({dropped}): gather more, or lower it."


def last_drop(steps: Sequence[Step]) -> Step | None:
    """Return the step after which nothing is left, not even what a later one restores; None where something is."""
    left = max((number for number, step in enumerate(steps) if step.left), default=-1)
    return steps[left + 1] if left + 1 < len(steps) else None


def funnel(store: Store, filters: Filters, extraction_id: str = "") -> Funnel:
    """Count the extractions that each filter leaves; of one alone where its id is given."""
    row = store.row(filters.query("funnel"), extraction_id=extraction_id, **filters.parameters())
    gaps = read_coverage(store, filters.min_viewers)
    steps, before = [], row["captured"]
    for step in (step for step in _FILTERS if step.is_used(filters)):
        left, missing = row[step.column], row[step.missing] if step.missing else 0
        if step.column == "kept" and left == before:
            continue  # of no use to whoever reviews nothing
        if step.column == "trusted":
            steps.append(_trusted(step, before, left, row["restored"], filters))
            before = left
            continue
        reason = _reason(step, before - left, missing, gaps)
        if left < before and (others := row.get(f"{step.option}_there")):
            reason += f" (there are {', '.join(name[:_SHORT] for name in others)})"
        steps.append(Step(step.label(filters), left, before - left, missing, reason))
        before = left
    return Funnel(steps, gaps)


def _trusted(step: _Filter, before: int, left: int, restored: int, filters: Filters) -> Step:
    """Say what does not stand without the votes that are left out, and what does only then."""
    undone = before - left + restored
    parts = [f"{undone:,} by votes that are not counted"] if undone else []
    parts += [f"{restored:,} more that such votes had dropped"] if restored else []
    reason = f"{'; '.join(parts) or 'none'}; not counted are votes {filters.doubted}"
    return Step(step.label(filters), left, before - left, 0, reason)


def _reason(step: _Filter, dropped: int, missing: int, gaps: list[Gap]) -> str:
    """Say how many were dropped for want of data, which is missing, and how many by what was decided."""
    if not dropped:
        return ""
    counts = ((missing, step.lack), (dropped - missing, step.decided))
    parts = [f"{count:,} {text}" for count, text in counts if count and text]
    return "; ".join([*parts, *(gap.missing for gap in gaps if gap.name in step.gaps)])
