"""The comparison: whether a candidate keeps enough of the baseline's quality, or when that will be known."""

from collections.abc import Sequence
from dataclasses import replace
from math import isfinite
from typing import Final

from otel_training.conventions import COMMAND
from otel_training.trial import sample
from otel_training.trial.conditions import changes
from otel_training.trial.guardrails import arm, guard
from otel_training.trial.intervals import delta, fieller, p_value, paired
from otel_training.trial.judging import Reliability, assess, lower_share
from otel_training.trial.mismatch import ALARM, mismatch
from otel_training.trial.pair import Pair
from otel_training.trial.power import more
from otel_training.trial.sample import Metric, Sample, gather, of_both
from otel_training.trial.sequence import METHOD, bounds
from otel_training.trial.slices import parts_of
from otel_training.trial.verdict import Gate, Outcome, Plan, Verdict
from otel_training.trial.wording import NAMES, reason

_METRICS: Final[dict[str, Metric]] = {"score": sample.score, "passed": sample.passed}
_JUDGE_SHARE: Final = 0.2
"""Of alpha: for the chance that the judge is worse than its labels let us think."""
_MOST_UNREADABLE: Final = 0.05
_UNEVEN: Final = 0.001


def compare(pairs: Sequence[Pair], plan: Plan) -> Verdict:
    """Compare both arms; the verdict is no other for being asked often."""
    judge = assess(plan.judging, _JUDGE_SHARE * plan.alpha)
    arms = {
        name: arm([getattr(pair, name) for pair in pairs], plan.votes.get(name))
        for name in ("baseline", "candidate")
        if pairs
    }
    gates = _gates(pairs, plan, judge)
    verdict = Verdict(
        verdict=Outcome.CONTINUE,
        reason="",
        bar=plan.bar,
        alpha=plan.alpha,
        method=METHOD,
        n=max((gate.sources for gate in gates), default=0),
        examples=len(pairs),
        ratio=gates[0].ratio if gates else None,
        lower=gates[0].lower if gates else None,
        upper=gates[0].upper if gates else None,
        gates=gates,
        parts=parts_of(pairs, plan.alpha, plan.bar),
        guardrails=guard(pairs, plan.limits, arms["baseline"], plan.alpha, plan.votes) if pairs else [],
        arms=arms,
        judge=judge,
        changes=changes(plan.conditions),
        srm_p=mismatch(plan.assigned),
        looks="any number",
        data_until=plan.data_until,
        simulated=plan.simulated,
    )
    problem = (
        judge.problem
        or _changed(verdict.changes)
        or _uneven(verdict.srm_p)
        or _unreadable(pairs)
        or _missing(verdict, plan.burn_in)
    )
    outcome = Outcome.INVALID if problem else _decide(verdict, plan.burn_in)
    return replace(verdict, verdict=outcome, reason=(problem and f"{problem}.") or reason(verdict, outcome))


def _decide(verdict: Verdict, burn_in: int) -> Outcome:
    if verdict.n < burn_in:
        return Outcome.CONTINUE
    if any(gate.upper is not None and gate.upper < verdict.bar for gate in verdict.gates) or any(
        rail.state == "broken" for rail in verdict.guardrails
    ):
        return Outcome.FAIL
    is_kept = len(verdict.gates) == len(_METRICS) and all(gate.lower > verdict.bar for gate in verdict.gates)
    return Outcome.PASS if is_kept else Outcome.CONTINUE


def _gates(pairs: Sequence[Pair], plan: Plan, judge: Reliability) -> list[Gate]:
    floors = {"score": judge.floor, "passed": judge.false_pass}
    gates = (_gate(name, gather(pairs, of_both(metric)), plan, floors[name]) for name, metric in _METRICS.items())
    return [gate for gate in gates if gate is not None]


def _gate(metric: str, values: Sample, plan: Plan, floor: float) -> Gate | None:
    """Return what is known of a mean; None where there is nothing to keep."""
    if values.sources < 2 or not values.mean(values.baseline):  # noqa: PLR2004 - a variance needs two
        return None
    means, alpha = paired(values), (1 - _JUDGE_SHARE) * plan.alpha
    sides = bounds(values, alpha, plan.bar, floor)
    return Gate(
        metric=metric,
        sources=values.sources,
        baseline=means.baseline,
        candidate=means.candidate,
        ratio=means.candidate / means.baseline,
        lower=sides.lower,
        upper=sides.upper if isfinite(sides.upper) else None,
        more=more(values, alpha, plan.bar, floor),
        p=p_value(means, plan.bar),
        delta=delta(means, plan.alpha),
        fieller=fieller(means, plan.alpha),
    )


def _changed(changed: Sequence[str]) -> str:
    if not changed:
        return ""
    cure = "begin another with one of each"
    if any(change.startswith("baseline model ") for change in changed):
        cure = f"compare with the answers of one model, by `{COMMAND} dataset create NAME --model MODEL`"
    return f"in mid-experiment changed {' and '.join(changed)}: {cure}"


def _uneven(srm_p: float | None) -> str:
    if srm_p is None or srm_p >= ALARM:
        return ""
    return f"the arms did not get the sources that they were to get (p = {srm_p:.2g}): find out why, and begin another"


def _unreadable(pairs: Sequence[Pair]) -> str:
    """Say that too many judgements cannot be read, or those of one arm: what is left says too little of the rest."""
    sides = [[side.score is None and not side.error for side in (pair.candidate, pair.baseline)] for pair in pairs]
    count, alone = sum(map(any, sides)), [candidate for candidate, baseline in sides if candidate != baseline]
    if count > _MOST_UNREADABLE * len(pairs):
        return f"the judgement of {count} of {len(pairs)} examples is unreadable: judge them again"
    most = max(sum(alone), len(alone) - sum(alone))
    if lower_share(most, len(alone), _UNEVEN) > 1 / 2:
        return f"unreadable judgements are nearly all of one arm ({most} of {len(alone)}): judge them again"
    return ""


def _missing(verdict: Verdict, burn_in: int) -> str:
    """Say of which metric there is nothing to keep."""
    known = {gate.metric for gate in verdict.gates}
    missing = [NAMES[metric] for metric in _METRICS if metric not in known]
    if not missing or verdict.examples < burn_in:
        return ""
    return f"the baseline has no {' and no '.join(missing)} above 0 to keep: see what judged it"
