"""`otel-training experiment eval`: a candidate beside Claude on sources that it has not seen, judged blindly."""

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import asdict
from decimal import Decimal
from typing import TYPE_CHECKING, Any, Final

import click
from rich.console import RenderableType

from otel_training.analysis.writing import usd
from otel_training.cli.exit_code import ExitCode
from otel_training.cli.experiment_compare import INSTALL, draw, draw_failures
from otel_training.cli.experiment_stamp import stamp
from otel_training.cli.output import Output, note, output_options, plural, stages, table, warn
from otel_training.cli.store import open_store
from otel_training.conventions import COMMAND
from otel_training.dataset.snapshot import find_snapshot
from otel_training.dataset.tokens import token_counter
from otel_training.errors import TrainingError
from otel_training.pipeline import process
from otel_training.pipeline.settings import settings_in_force
from otel_training.pricing.overrides import Overrides
from otel_training.store.session import open_as_is
from otel_training.store.shared_prices import prices_in_force
from otel_training.trial.candidate import find_candidate
from otel_training.trial.case import ENOUGH
from otel_training.trial.claude_judge import ClaudeJudge
from otel_training.trial.estimate import Estimate
from otel_training.trial.evaluate import Plan, plan_evaluation
from otel_training.trial.evaluate import evaluate as carry_out
from otel_training.trial.evaluation import failures_of
from otel_training.trial.function import code_of
from otel_training.trial.judge import SELF, FunctionJudge, Judge, JudgeError, SelfJudge, find_function

if TYPE_CHECKING:
    from otel_training.trial.verdict import Verdict

JUDGE: Final = "claude-sonnet-5-5"


@click.command("eval")
@click.argument("name")
@click.option("--dataset", "dataset_name", required=True, help="The frozen dataset whose test rows are held out.")
@click.option("--judge", "judge_name", default=JUDGE, show_default=True, metavar="MODEL|MODULE:FUNCTION|self",
              help="Who scores both answers; self takes the scores that they give themselves.")  # fmt: skip
@click.option("--limit", type=click.IntRange(min=1), help="At most so many sources, the same each time.")
@click.option("--yes", is_flag=True, help="Pay for it; without, the price is shown and nothing asked.")
@output_options()
def evaluate(  # noqa: PLR0913 - one for each option
    *, name: str, dataset_name: str, judge_name: str, limit: int | None, yes: bool, output: Output
) -> ExitCode:
    """Have a candidate answer held-out sources.

    And one judge score its answers and Claude's. Interrupted, it goes on where it was. The exit code says whether all
    was answered and judged; that of `experiment compare` is the verdict's.
    """
    count, counted_by = token_counter()
    with open_store() as (store, folder):
        overrides = prices_in_force(store, folder)
        candidate, snapshot = find_candidate(store, folder, name), find_snapshot(store, dataset_name)
        judge = find_judge(judge_name, overrides)
        plan = plan_evaluation(store, candidate, snapshot, judge, limit)
    estimates = plan.estimates(overrides, count)
    is_paid = any(estimate.calls and estimate.cost != 0 for estimate in estimates)
    for doubt in _doubts(plan) if is_paid else ():
        warn(doubt)
    if is_paid and not yes:
        output.emit([_row(plan, estimates)], lambda _: _draw_price(plan, estimates))
        note(f"Nothing was asked: --yes pays for it. Tokens are counted by {counted_by}.")
        return ExitCode.OK
    with uncaptured(), stages() as begin:
        left = carry_out(plan, lambda: open_as_is(settings_in_force()), overrides, begin)
    verdict = _verdict(plan)
    row = _row(plan, estimates) | {"left": len(left), "verdict": asdict(verdict)}
    output.emit([row], lambda _: [*_stamp(plan), *_draw_work(plan), *draw(verdict)])
    missing = plan.missing
    if left:
        warn(f"{plural(len(left), 'source')} were not answered ({left[0].reason}): run it again.")
    elif missing:
        warn(f"{plural(missing, 'source')} were not judged: run it again.")
    return ExitCode.FAILED if left or missing else ExitCode.OK


def _doubts(plan: Plan) -> Iterator[str]:
    """Say why no verdict can come of it, as far as that is known before it is paid."""
    if (count := len(plan.cases)) < ENOUGH:
        cure = f"freeze more to test by, with `{COMMAND} dataset create`"
        yield f"Below {ENOUGH} sources nothing is decided, and {plural(count, 'source')} will be compared: {cure}."
    if not plan.gold and not plan.judge.is_self_reported:
        yield f"The verdict will be INVALID, since people decided on no answer: `{COMMAND} review` first."


def find_judge(name: str, overrides: Overrides) -> Judge:
    """Return the judge of a name."""
    if name == SELF:
        return SelfJudge()
    if ":" in name:
        function = find_function(name)
        return FunctionJudge(name, function, code_of(function) or "function")
    if not name.startswith("claude"):
        raise JudgeError(f"{name} is no judge: give a Claude model, a function as module:name, or self.")
    return ClaudeJudge(name, overrides)


@contextmanager
def uncaptured() -> Iterator[None]:
    """Capture no call meanwhile: what is asked here is no traffic of the app."""
    process.install({"enabled": False})
    try:
        yield
    finally:
        process.install(forget={"enabled"})


def _verdict(plan: Plan) -> "Verdict":
    try:
        from otel_training.trial.compare import compare
        from otel_training.trial.curve import keep_curve
        from otel_training.trial.measured import in_service, measured
    except ImportError as error:
        raise TrainingError(f"All is kept. {INSTALL}") from error
    pairs, way = measured(plan.evaluation, plan.attempts.values())
    with open_as_is(settings_in_force()) as store:
        way = in_service(way, store, plan.evaluation.candidate)
        verdict = compare(pairs, way)
        keep_curve(store, plan.evaluation, pairs, way, verdict)
    return verdict


def _row(plan: Plan, estimates: Sequence[Estimate]) -> dict[str, Any]:
    """Return an evaluation as JSON."""
    cost = plan.judge_cost
    return {
        **asdict(plan.evaluation), "examples": len(plan.cases), "gold": len(plan.gold), "judge_usd": cost,
        "estimates": [asdict(estimate) for estimate in estimates], "failures": failures_of(plan.attempts.values()),
    }  # fmt: skip


def _stamp(plan: Plan) -> Iterator[RenderableType]:
    """Say which of both is a stand-in."""
    sides = {"candidate": plan.candidate.definition.simulated, "judge": plan.judge.is_simulated}
    who = " and the ".join(name for name, is_simulated in sides.items() if is_simulated)
    return stamp(is_simulated=bool(who), who=f"the {who} is a stand-in")


def _draw_price(plan: Plan, estimates: Sequence[Estimate]) -> Iterator[RenderableType]:
    yield from _stamp(plan)
    yield from draw_estimates(estimates, len(plan.cases))


def draw_estimates(estimates: Sequence[Estimate], sources: int) -> Iterator[RenderableType]:
    """Draw what is left to pay."""
    rows = [
        (each.who, each.model, each.calls, each.input_tokens, each.output_tokens, usd(each.cost)) for each in estimates
    ]
    columns = ("", "model", "calls", "tokens in", "tokens out", "USD")
    yield table(f"What is left to pay for {plural(sources, 'source')}", columns, rows)
    yield from (estimate.unknown for estimate in estimates if estimate.unknown)
    costs = [estimate.cost for estimate in estimates if estimate.cost is not None]
    if len(costs) == len(estimates):
        yield f"About {usd(sum(costs, Decimal()))} USD in all."


def _draw_work(plan: Plan) -> Iterator[RenderableType]:
    """Say who judged what, and what of it nobody could read."""
    cost = plan.judge_cost
    paid = "" if cost is None else f" for {usd(cost)} USD" if cost else ""
    who = f"{plan.evaluation.candidate} on {plural(len(plan.cases), 'source')}, judged by {plan.evaluation.judge}{paid}"
    yield f"{who}; the judge is measured on {plural(len(plan.gold), 'answer')} that people decided on."
    yield from draw_failures(failures_of(plan.attempts.values()))
    if plan.unreadable:
        yield f"{plural(plan.unreadable, 'judgement')} could not be read, and count nowhere."
