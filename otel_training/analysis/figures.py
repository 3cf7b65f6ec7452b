"""The figures of an analysis, each computed once: who shows them computes none."""

from dataclasses import dataclass

from otel_training.analysis.prediction import Prediction
from otel_training.analysis.worth import Worth
from otel_training.dataset.coverage import Gap
from otel_training.dataset.share import Share


@dataclass(frozen=True, slots=True)
class Costs:
    """What calls of models cost in USD; None is unknown. Of scores they are not read."""

    calls: int
    unpriced: int
    cost: float | None
    sources: int  # extractions with a known cost
    per_source: float | None


@dataclass(frozen=True, slots=True)
class Group:
    """The extractions of a topic, model, prompt version, whole score or day, or all; '' are those without it."""

    name: str
    extractions: int
    failed: int
    samples: int  # with insights; the figures below are of these
    examples: int  # distinct ones that the export takes
    quality: float | None
    good: Share  # of those with a score, good enough for the export
    passed: Share  # of those that the app's filters judged
    liked: Share  # likes of all votes
    bookmarks: int
    shares: int
    viewers: float | None
    costs: Costs


@dataclass(frozen=True, slots=True)
class BlindSpot:
    """A sample whose score readers contradict: `overrated` or `underrated`; of each kind the plainest."""

    kind: str
    samples: int  # how many there are of the kind
    extraction_id: str
    topic: str
    model: str
    score: float
    likes: int
    dismissals: int
    viewers: int


@dataclass(frozen=True, slots=True)
class Reactions:
    """What readers did, and what of it names no insight."""

    actions: dict[str, int]
    readers: int
    impressions: int
    ids: int
    orphan_ids: int
    shared_ids: int
    lost_actions: int
    lost_shown: int

    @property
    def sentence(self) -> str:
        """What names no insight; '' where all does."""
        if not self.orphan_ids + self.shared_ids:
            return ""
        ids = f"ids known from none: {self.orphan_ids:,}, shared by several: {self.shared_ids:,}"
        return f"actions: {self.lost_actions:,}, showings: {self.lost_shown:,}; {ids}"


@dataclass(frozen=True, slots=True)
class Progress:
    """How many there are, how many came a day of late, and in how many days there are enough."""

    name: str
    count: int
    a_day: float
    days_to: dict[str, int | None]


@dataclass(frozen=True, slots=True)
class Figures:
    """All of them, of the whole store."""

    date: str  # when they were read; `first` and `last` are the days of the extractions
    first: str | None
    last: str | None
    totals: Group
    coverage: dict[str, Share]  # what an example, or a figure, needs, and how many have it
    gaps: list[Gap]
    scores: list[Group]
    topics: list[Group]
    models: list[Group]
    prompt_versions: list[Group]
    days: list[Group]
    reactions: Reactions
    exposure: dict[str, int]  # insights by how many readers saw them
    prediction: Prediction
    blind_spots: list[BlindSpot]
    costs: dict[str, Costs]  # by the model that answered, whichever it was asked for
    prices: dict[str, int]  # calls by the version of the prices that their cost is made of
    progress: list[Progress]
    worth: Worth
