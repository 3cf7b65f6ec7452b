"""The judge: how far people's decisions bear it out, and what its error costs a candidate."""

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from math import comb, sqrt
from typing import Final

SELF_REPORTED: Final = "self"
"""Who answered scored itself."""
PEOPLE: Final = "people"
"""People decided on every answer."""
BASELINE: Final = "claude"
"""The arm that a candidate is held against."""

_LEAST_KAPPA: Final = 0.4
_LEAST_SELF_AGREEMENT: Final = 0.8
_MOST_COPIED: Final = 0.6
_MOST_FIRST: Final = 0.65
_UNLIKE: Final = 0.01
_ALPHA: Final = 0.05


@dataclass(frozen=True, slots=True)
class Gold:
    """Answers on which people decided and the judge, too, by what both made of them."""

    both_pass: int = 0
    false_pass: int = 0
    """The judge lets pass what people reject."""
    false_fail: int = 0
    both_fail: int = 0

    @property
    def total(self) -> int:
        """How many answers."""
        return self.rejected + self.both_pass + self.false_fail

    @property
    def rejected(self) -> int:
        """How many people rejected."""
        return self.false_pass + self.both_fail


@dataclass(frozen=True, slots=True)
class Judging:
    """What was measured of a judge."""

    judge: str
    gold: Mapping[str, Gold] = field(default_factory=dict)
    """By arm."""
    repeated: int = 0
    agreed: int = 0
    """Answers that were judged twice, and those of them with the same verdict."""
    self_scored: int = 0
    copied: int = 0
    """Judged answers with a score of their own, and those of them to which the judge gave the same."""
    alike: float = 0.0
    """How many of them would have the same `by_chance`: where most scores are 8, most of both are."""
    decided: int = 0
    first: int = 0
    """Pairs shown together whose scores differ, and those of them in which the first one shown has the better."""
    controls: tuple[float, ...] = ()
    """Scores, 0 to 10, of answers to other sources: they deserve 0."""


@dataclass(frozen=True, slots=True)
class Reliability:
    """What is certain of a judge; `problem` says why no verdict can stand on it."""

    kappa: float | None = None
    kappa_low: float | None = None
    labels: int = 0
    self_agreement: float | None = None
    false_pass: float = 0.0
    """The most of bad answers, as a share, that it lets pass."""
    floor: float = 0.0
    """The most, of 1, that it gives on average where nothing is deserved."""
    problem: str = ""


def assess(judging: Judging, alpha: float) -> Reliability:
    """Judge the judge; the bounds of its errors hold with `alpha` each."""
    if judging.judge == SELF_REPORTED:
        return Reliability(problem="the scores are self-reported: have them judged by another")
    self_agreement = judging.agreed / judging.repeated if judging.repeated else None
    if judging.judge == PEOPLE:
        return Reliability(self_agreement=self_agreement)
    gold = _sum(judging.gold.values())
    kappa, low = _kappa(gold)
    return Reliability(
        kappa=kappa,
        kappa_low=low,
        labels=gold.total,
        self_agreement=self_agreement,
        false_pass=max(upper_share(gold.false_pass, gold.rejected, alpha), _flips(judging, alpha)),
        floor=_floor(judging.controls, alpha),
        problem=_problem(judging, gold, kappa, low),
    )


def by_chance(scores: Sequence[tuple[float, float]]) -> float:
    """Return how many of such pairs of scores would be equal by chance."""
    ones, others = (Counter(side) for side in zip(*scores, strict=True)) if scores else (Counter(), Counter())
    return sum(count * others[value] for value, count in ones.items()) / max(1, len(scores))


def upper_share(count: int, total: int, alpha: float) -> float:
    """Return the bound of Clopper and Pearson that a share exceeds with the chance `alpha`, at most."""
    from scipy.special import betaincinv

    return 1.0 if count == total else float(betaincinv(count + 1, total - count, 1 - alpha))


def lower_share(count: int, total: int, alpha: float) -> float:
    """Return the bound that a share falls below with the chance `alpha`, at most."""
    return 1 - upper_share(total - count, total, alpha) if total else 0.0


def _sum(labels: Iterable[Gold]) -> Gold:
    golds = list(labels)
    return Gold(
        sum(gold.both_pass for gold in golds),
        sum(gold.false_pass for gold in golds),
        sum(gold.false_fail for gold in golds),
        sum(gold.both_fail for gold in golds),
    )


def _kappa(gold: Gold) -> tuple[float | None, float | None]:
    """Return Cohen's kappa of the judge and people, and what it is at least; None where chance alone would agree."""
    if not gold.total:
        return None, None
    accepted, passed = gold.total - gold.rejected, gold.both_pass + gold.false_pass
    by_chance = (accepted * passed + gold.rejected * (gold.total - passed)) / gold.total**2
    if by_chance == 1:
        return None, None
    agreed = gold.both_pass + gold.both_fail
    observed, least = agreed / gold.total, lower_share(agreed, gold.total, _ALPHA)
    return (observed - by_chance) / (1 - by_chance), (least - by_chance) / (1 - by_chance)


def _flips(judging: Judging, alpha: float) -> float:
    """Return how often, at most, a verdict is turned by chance: two of the same answer differ in 2 e (1 - e)."""
    if not judging.repeated:
        return 0.0
    differing = upper_share(judging.repeated - judging.agreed, judging.repeated, alpha)
    return (1 - sqrt(max(0.0, 1 - 2 * differing))) / 2


def _floor(controls: tuple[float, ...], alpha: float) -> float:
    if len(controls) < 2:  # noqa: PLR2004 - a variance needs two
        return 0.0
    from statistics import NormalDist, fmean, stdev

    error = NormalDist().inv_cdf(1 - alpha) * stdev(controls) / sqrt(len(controls))
    return min(1.0, (fmean(controls) + error) / 10)


def _problem(judging: Judging, gold: Gold, kappa: float | None, low: float | None) -> str:
    """Say why no verdict can stand on this judge."""
    return _unlike_people(gold, kappa, low) or _unlike_itself(judging) or _partial(judging)


def _unlike_people(gold: Gold, kappa: float | None, low: float | None) -> str:
    if not gold.total:
        return "nobody decided on an answer that was judged: decide on some 100"
    if kappa is None or low is None:
        return f"people and judge say the same of all {gold.total} labels: decide on good and on bad answers"
    if low >= _LEAST_KAPPA:
        return ""
    cure = "decide on more" if kappa >= _LEAST_KAPPA else "choose another judge or rubric"
    figures = f"by kappa {kappa:.2f} on {gold.total} labels, at least {low:.2f} where {_LEAST_KAPPA} is needed"
    return f"the judge agrees with people {figures}: {cure}"


def _unlike_itself(judging: Judging) -> str:
    if upper_share(judging.agreed, judging.repeated, _ALPHA) >= _LEAST_SELF_AGREEMENT:
        return ""
    return f"the judge agrees with itself on {judging.agreed} of {judging.repeated} answers: choose another"


def _partial(judging: Judging) -> str:
    """Say what the judge goes by instead of the answer."""
    if _copies(judging) > _MOST_COPIED:
        return "the judge repeats the scores that answers give themselves: hide these from it"
    sides = judging.first, judging.decided - judging.first
    if lower_share(max(sides), judging.decided, _ALPHA) > _MOST_FIRST:
        return "the judge prefers a position: show it one answer at a time"
    others = _sum(gold for arm, gold in judging.gold.items() if arm != BASELINE)
    if _favours(others, judging.gold.get(BASELINE, Gold())) < _UNLIKE:
        return "the judge lets more of the candidate's bad answers pass than of the baseline's: choose another"
    return ""


def _copies(judging: Judging) -> float:
    """Return the share of scores that are repeated, beyond chance, at the least."""
    least = lower_share(judging.copied, judging.self_scored, _ALPHA) * judging.self_scored
    unlike = judging.self_scored - judging.alike
    return (least - judging.alike) / unlike if unlike else 0.0


def _favours(candidate: Gold, baseline: Gold) -> float:
    """Return Fisher's exact p of "bad answers of the candidate do not pass more often than those of the baseline"."""
    rejected, passes = candidate.rejected + baseline.rejected, candidate.false_pass + baseline.false_pass
    tail = range(candidate.false_pass, min(passes, candidate.rejected) + 1)
    ways = (comb(candidate.rejected, count) * comb(baseline.rejected, passes - count) for count in tail)
    return sum(ways) / comb(rejected, passes)
