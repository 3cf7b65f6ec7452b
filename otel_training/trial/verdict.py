"""The verdict: what can be said of a candidate, with all that it stands on."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import StrEnum
from typing import Final

from otel_training.trial.case import ENOUGH
from otel_training.trial.conditions import Conditions
from otel_training.trial.engagement import Votes
from otel_training.trial.guardrails import Arm, Guardrail, Limits
from otel_training.trial.judging import Judging, Reliability
from otel_training.trial.mismatch import Assigned
from otel_training.trial.slices import Part

BAR: Final = 0.90
"""Of the baseline's quality, what must be kept."""


class Outcome(StrEnum):
    """What can be said of a candidate."""

    PASS = "PASS"  # noqa: S105 - no password
    CONTINUE = "CONTINUE"
    FAIL = "FAIL"
    INVALID = "INVALID"


@dataclass(frozen=True, slots=True)
class Plan:
    """How pairs are compared, and what is known of how they came about."""

    judging: Judging
    bar: float = BAR
    alpha: float = 0.05
    burn_in: int = ENOUGH
    """Sources below which nothing is decided."""
    limits: Limits = field(default_factory=Limits)
    conditions: tuple[Conditions, ...] = ()
    """All under which pairs came about."""
    assigned: tuple[Assigned, ...] = ()
    """How sources came to the arms in the app; nothing where none was routed."""
    votes: Mapping[str, Votes] = field(default_factory=dict)
    """Of readers, on what each arm answered in the app: of other sources than the pairs."""
    data_until: str = ""
    simulated: bool = False
    """Whether a stand-in answered or judged."""


@dataclass(frozen=True, slots=True)
class Gate:
    """A mean that must keep more than the bar; bounds hold however often one looks."""

    metric: str
    sources: int
    baseline: float
    candidate: float
    ratio: float
    lower: float
    upper: float | None
    more: int | None
    """About how many more sources would decide."""
    p: float
    """Of one look at a planned number, as is all below: never what decides."""
    delta: tuple[float, float] | None
    fieller: tuple[float, float] | None
    """None where they are undefined."""


@dataclass(frozen=True, slots=True)
class Verdict:
    """The verdict with all that it stands on; `ratio`, `lower` and `upper` are those of the mean score."""

    verdict: Outcome
    reason: str
    bar: float
    alpha: float
    method: str
    n: int
    """Sources."""
    examples: int
    ratio: float | None
    lower: float | None
    upper: float | None
    gates: list[Gate]
    parts: list[Part]
    guardrails: list[Guardrail]
    arms: dict[str, Arm]
    judge: Reliability
    changes: list[str]
    srm_p: float | None
    """That sources came to the arms as they were to come; at any look."""
    looks: str
    data_until: str
    simulated: bool
