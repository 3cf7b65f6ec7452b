"""Guardrails: what a candidate may not make worse, however good its answers are."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal
from math import inf, isfinite
from statistics import quantiles
from typing import Final, Literal, TypeAlias

from otel_training.trial.engagement import NO_VOTES, Votes, fewer_likes
from otel_training.trial.pair import Observation, Pair
from otel_training.trial.sample import Sample, gather
from otel_training.trial.sequence import bounds

State: TypeAlias = Literal["holds", "open", "broken"]

SLOW_SHARE: Final = 0.05


@dataclass(frozen=True, slots=True)
class Limits:
    """How much is too much."""

    errors: float = 0.02
    """More than the baseline's share of answers that failed."""
    fallback: float = 0.10
    """The share of examples that the baseline had to answer in the candidate's place."""
    slow: float = 2.0
    """Times the baseline's p95: not more than 5 % of the candidate's answers take longer."""
    cost: float = 1.0
    """Times the baseline's cost."""
    likes: float = 0.10
    """By how much the share of likes among readers' votes may be smaller than the baseline's."""


@dataclass(frozen=True, slots=True)
class Guardrail:
    """A figure, its limit, and whether it is certain that the limit holds or is broken."""

    name: str
    value: float | None
    limit: float
    lower: float | None
    upper: float | None
    state: State


@dataclass(frozen=True, slots=True)
class Arm:
    """What an arm's answers took; None where it is unknown."""

    cost: Decimal | None
    """US dollars an example; None where one's is unknown."""
    p50: float | None
    p95: float | None
    """Seconds."""
    errors: float
    fallback: float
    unreadable: float
    """The share of answers whose judgement nobody could read."""
    votes: Votes = NO_VOTES


def arm(observations: Sequence[Observation], votes: Votes | None = None) -> Arm:
    """Sum up an arm's answers, of which there is one at least, and what readers made of others."""
    total = len(observations)
    costs = [each.cost for each in observations if each.cost is not None]
    seconds = [each.seconds for each in observations if each.seconds is not None]
    cuts = quantiles(seconds, n=20, method="inclusive") if len(seconds) > 1 else [None] * 19
    return Arm(
        cost=sum(costs, Decimal()) / total if len(costs) == total else None,
        p50=cuts[9],
        p95=cuts[18],
        errors=sum(each.error for each in observations) / total,
        fallback=sum(each.fallback for each in observations) / total,
        unreadable=sum(each.score is None and not each.error for each in observations) / total,
        votes=votes or NO_VOTES,
    )


def guard(
    pairs: Sequence[Pair], limits: Limits, baseline: Arm, alpha: float, votes: Mapping[str, Votes] | None = None
) -> list[Guardrail]:
    """Hold the candidate against each limit; all that is said is certain together, but for the chance `alpha`."""
    longest = None if baseline.p95 is None else limits.slow * baseline.p95
    # Stands for the most that an answer can cost: what is compared lies between 0 and 1.
    dearest = max((each.cost for pair in pairs for each in (pair.baseline, pair.candidate) if each.cost), default=None)

    def excess(pair: Pair) -> tuple[float, float]:
        return (1 + pair.candidate.error - pair.baseline.error) / 2, 1.0

    def slow(pair: Pair) -> tuple[float, float] | None:
        seconds = pair.candidate.seconds
        return None if seconds is None or longest is None else (float(seconds > longest), 1.0)

    def cost(pair: Pair) -> tuple[float, float] | None:
        ours, theirs = pair.candidate.cost, pair.baseline.cost
        return (
            None if ours is None or theirs is None or not dearest else (float(ours / dearest), float(theirs / dearest))
        )

    share = alpha / 5
    return [
        _rail("errors", gather(pairs, excess), limits.errors, share, scale=2, shift=1),
        _rail("fallback", gather(pairs, lambda pair: (float(pair.candidate.fallback), 1.0)), limits.fallback, share),
        _rail("slow", gather(pairs, slow), SLOW_SHARE, share),
        _rail("cost", gather(pairs, cost), limits.cost, share, most=inf),
        _likes(votes or {}, limits.likes, share),
    ]


def _likes(votes: Mapping[str, Votes], limit: float, alpha: float) -> Guardrail:
    if (fewer := fewer_likes(votes, alpha)) is None:
        return Guardrail("likes", None, limit, None, None, "open")
    value, lower, upper = fewer
    return Guardrail("likes", value, limit, lower, upper, _state(lower, upper, limit))


def _state(lower: float, upper: float, limit: float) -> State:
    return "broken" if lower > limit else "holds" if upper < limit else "open"


def _rail(  # noqa: PLR0913 - a figure, its limit and how it is shown
    name: str, sample: Sample, limit: float, alpha: float, *, scale: float = 1, shift: float = 0, most: float = 1
) -> Guardrail:
    """Bound the ratio of a sample, of which `scale * ratio - shift` is what is shown; it is `most` at the most."""
    whole = sample.mean(sample.baseline)
    if not whole > 0:
        return Guardrail(name, None, limit, None, None, "open")
    bar = (limit + shift) / scale
    sides = bounds(sample, alpha, bar)
    state = _state(sides.lower, sides.upper, bar)
    # A bound beyond what the ratio can be says no more than that.
    value, lower, upper = (
        scale * min(side, most) - shift for side in (sample.mean(sample.candidate) / whole, sides.lower, sides.upper)
    )
    return Guardrail(name, value, limit, lower, upper if isfinite(upper) else None, state)
