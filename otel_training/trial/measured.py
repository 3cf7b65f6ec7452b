"""What an evaluation measured, as the verdict takes it: pairs, what is known of the judge, and the conditions."""

from collections.abc import Iterable, Sequence
from dataclasses import replace

from otel_training.store.client import Store
from otel_training.trial.checks import PASS_SCORE
from otel_training.trial.conditions import Conditions
from otel_training.trial.engagement import read_votes
from otel_training.trial.evaluation import (
    BASELINE,
    CANDIDATE,
    CONTROL,
    GOLD,
    JUDGED_AGAIN,
    Attempt,
    Evaluation,
    pairs_of,
)
from otel_training.trial.judging import Gold, Judging, by_chance
from otel_training.trial.mismatch import read_assigned
from otel_training.trial.pair import Pair
from otel_training.trial.verdict import Plan


def measured(evaluation: Evaluation, attempts: Iterable[Attempt]) -> tuple[list[Pair], Plan]:
    """Return the pairs of an evaluation, and the plan by which they are compared."""
    every = list(attempts)
    plan = Plan(
        judging_of(evaluation.judge, every),
        conditions=tuple(_conditions(evaluation, every)),
        simulated=evaluation.is_simulated,
    )
    return pairs_of(every), plan


def in_service(plan: Plan, store: Store, candidate: str) -> Plan:
    """Add what the app's own experiments of a candidate tell: readers' votes, and how sources came to its arms."""
    return replace(plan, votes=read_votes(store, candidate), assigned=read_assigned(store, candidate))


def judging_of(judge: str, attempts: Sequence[Attempt]) -> Judging:
    """Sum up what was measured of a judge; what it said unreadably measures nothing."""
    arms = [attempt for attempt in attempts if attempt.arm in {BASELINE, CANDIDATE} and not attempt.error]
    again = [
        (attempt.score, attempt.score_again)
        for attempt in arms
        if attempt.judged & JUDGED_AGAIN and attempt.score is not None and attempt.score_again is not None
    ]
    own = [
        (attempt.score, attempt.reported)
        for attempt in arms
        if attempt.score is not None and attempt.reported is not None
    ]
    placed = _placed(arms)
    return Judging(
        judge,
        gold={BASELINE: _gold([attempt for attempt in attempts if attempt.arm == GOLD])},
        repeated=len(again),
        agreed=sum((first >= PASS_SCORE) == (second >= PASS_SCORE) for first, second in again),
        self_scored=len(own),
        copied=sum(score == reported for score, reported in own),
        alike=by_chance(own),
        decided=len(placed),
        first=sum(first > second for first, second in placed),
        controls=tuple(a.score for a in attempts if a.arm == CONTROL and a.score is not None),
    )


def _gold(attempts: Iterable[Attempt]) -> Gold:
    known = [(attempt.label, attempt.passed) for attempt in attempts]
    return Gold(
        known.count((True, True)), known.count((False, True)), known.count((True, False)), known.count((False, False))
    )  # fmt: skip


def _placed(attempts: Iterable[Attempt]) -> list[tuple[float, float]]:
    """Return the scores of answers that were shown together, in the order of their places, where they differ."""
    shown: dict[str, dict[int, float]] = {}
    for attempt in attempts:
        if attempt.place and attempt.score is not None:
            shown.setdefault(attempt.extraction_id, {})[attempt.place] = attempt.score
    return [(scores[1], scores[2]) for scores in shown.values() if len(scores) > 1 and scores[1] != scores[2]]


def _conditions(evaluation: Evaluation, attempts: Iterable[Attempt]) -> Iterable[Conditions]:
    """Yield what was the case for each example: a failed answer has no model."""
    sides: dict[str, dict[str, Attempt]] = {}
    for attempt in attempts:
        sides.setdefault(attempt.extraction_id, {})[attempt.arm] = attempt
    for both in sides.values():
        if BASELINE in both and CANDIDATE in both and both[CANDIDATE].model:
            baseline, candidate = both[BASELINE], both[CANDIDATE]
            yield Conditions(
                baseline.model, candidate.model, candidate_price=candidate.prices, judge=candidate.judge_model,
                rubric=evaluation.rubric,
            )  # fmt: skip
