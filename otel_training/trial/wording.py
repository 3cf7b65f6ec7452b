"""The verdict in words."""

from collections.abc import Iterator
from typing import Final

from otel_training.dataset.share import share_of
from otel_training.trial.judging import Reliability
from otel_training.trial.slices import Part
from otel_training.trial.verdict import Gate, Outcome, Verdict

NAMES: Final = {"score": "score", "passed": "pass rate"}
RAILS: Final = {
    "errors": "It fails more often than the baseline.",
    "fallback": "Too often the baseline has to answer in its place.",
    "slow": "It takes too long too often.",
    "cost": "It costs more than the baseline.",
    "likes": "Readers like its answers less than the baseline's.",
}
BEYOND: Final = {"errors": "more errors", "likes": "fewer likes"}
"""Guardrails that are the difference of two shares."""
_SHOWN: Final = 3


def percent(share: float | None) -> str:
    """Return a share in percent, with the tenth on which a bar may turn."""
    return "-" if share is None else f"{100 * share:.1f} %"


def reason(verdict: Verdict, outcome: Outcome) -> str:
    """Say what is known and what follows, then what else one should know."""
    return " ".join(_sentences(verdict, outcome))


def _sentences(verdict: Verdict, outcome: Outcome) -> Iterator[str]:
    kept = " and ".join(map(_kept, verdict.gates)) or "what nobody knows yet"
    bar = f"the bar is {percent(verdict.bar)}, the confidence {100 * (1 - verdict.alpha):.0f} %"
    yield f"Of {verdict.n:,} sources, the candidate keeps {kept}; {bar}."
    if outcome is Outcome.CONTINUE:
        yield _further(verdict)
    yield from (RAILS[rail.name] for rail in verdict.guardrails if rail.state == "broken")
    if usage := ", ".join(_usage(verdict)):
        yield f"{usage[0].upper()}{usage[1:]}."
    if unknown := " and the ".join(name for name, arm in verdict.arms.items() if arm.cost is None):
        yield f"What answers of the {unknown} cost is unknown: nothing here says that the candidate is cheaper."
    if bad := [part for part in verdict.parts if part.state == "bad" and part.slice]:
        named = ", ".join(f"{place(part)} ({percent(part.ratio)})" for part in bad[:_SHOWN])
        rest = f" and {len(bad) - _SHOWN} more" if len(bad) > _SHOWN else ""
        yield f"Below the bar: {named}{rest}; leave these to the baseline."


def place(part: Part) -> str:
    """Name a part: `passed in topic chips`, or the field alone where it is everything."""
    return f"{NAMES.get(part.metric, part.metric)} in {part.slice} {part.value}" if part.slice else part.metric


def judge(reliability: Reliability) -> str:
    """Say how far the judge can be trusted; nothing where nobody knows."""
    if reliability.kappa is None:
        return ""
    itself = "" if reliability.self_agreement is None else f", with itself on {percent(reliability.self_agreement)}"
    agrees = f"by kappa {reliability.kappa:.2f} on {reliability.labels:,} labels{itself}"
    return (
        f"The judge agrees with people {agrees}; it lets at most {percent(reliability.false_pass)} of bad answers pass."
    )


def _kept(gate: Gate) -> str:
    return f"{percent(gate.ratio)} of the {NAMES[gate.metric]} (at least {percent(gate.lower)})"


def _further(verdict: Verdict) -> str:
    """Say when it will be known, or what to do where more sources do not tell."""
    undecided = [gate for gate in verdict.gates if not gate.lower > verdict.bar]
    if any(gate.more is None and gate.ratio > verdict.bar for gate in undecided):
        return "The judge's error hides the rest: have people decide on more answers, on bad ones above all."
    numbers = [gate.more for gate in undecided if gate.more is not None]
    if not numbers or len(numbers) < len(undecided):
        return "Keep running: nobody can say yet how many more it takes."
    return f"Keep running: about {max(*numbers, 1):,} more decide."


def _usage(verdict: Verdict) -> Iterator[str]:
    """Say what its answers take beside the baseline's."""
    if not verdict.arms:
        return
    ours, theirs = verdict.arms["candidate"], verdict.arms["baseline"]
    if ours.cost is not None and theirs.cost:
        yield f"cost {100 * (float(ours.cost / theirs.cost) - 1):+.1f} %"
    if ours.p95 is not None and theirs.p95 is not None:
        yield f"p95 {ours.p95:.3g} s beside {theirs.p95:.3g} s"
    yield f"errors {percent(ours.errors)}"
    yield f"fallback {percent(ours.fallback)}"
    sides = [share_of(arm.votes.likes, arm.votes.likes + arm.votes.dismissals) for arm in (ours, theirs)]
    if any(side.total for side in sides):
        yield "likes " + " beside ".join(f"{percent(side.share)} of {side.total:,} votes" for side in sides)
