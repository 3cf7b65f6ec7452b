"""`otel-training experiment promote|watch|log`: a candidate serves more and more, and goes back by itself."""

import time
from collections.abc import Iterator
from typing import TYPE_CHECKING, Any, Final

import click
from rich.console import RenderableType

from otel_training.analysis.writing import usd
from otel_training.cli.experiment_compare import CODES, INSTALL
from otel_training.cli.experiment_eval import find_judge, uncaptured
from otel_training.cli.experiment_route import begun, draw, row_of
from otel_training.cli.experiment_stamp import stamp
from otel_training.cli.output import Output, note, output_options, plural
from otel_training.cli.store import open_store
from otel_training.conventions import CLAUDE, COMMAND
from otel_training.dataset.tokens import token_counter
from otel_training.errors import TrainingError
from otel_training.folder import find_folder
from otel_training.pipeline.settings import settings_in_force
from otel_training.pricing.overrides import Overrides
from otel_training.routing.assign import CANDIDATE
from otel_training.routing.state import experiment_of, read_state
from otel_training.store.session import open_as_is
from otel_training.store.shared_prices import prices_in_force
from otel_training.trial.estimate import estimate_judging
from otel_training.trial.judge import Judge
from otel_training.trial.trail import UNREADABLE, change_experiment, read_trail

if TYPE_CHECKING:
    from otel_training.trial.afterwards import Afterwards

_ENOUGH: Final = 50
"""Answers of a share before the next, and judged sources before anybody says that all is well."""
_BROKEN: Final = {
    "score": "Its answers keep less than 90 % of the score of Claude's.",
    "passed": "Its answers pass less than 90 % as often as Claude's.",
}


def _steps(_context: click.Context, _option: click.Parameter, value: str) -> tuple[float, ...]:
    try:
        steps = tuple(sorted({float(step) for step in value.split(",")}))
    except ValueError:
        steps = ()
    if not steps or not 0 < steps[0] <= steps[-1] <= 100:  # noqa: PLR2004 - percent
        raise click.BadParameter("the shares of the sources one after the other, in percent, such as 5,50,100.")
    return steps


_EVERY: Final = click.option("--every", default=60.0, show_default=True, type=click.FloatRange(0.1), metavar="SECONDS",
                             help="Between two looks.")  # fmt: skip
_YES: Final = click.option("--yes", is_flag=True, help="Pay the judge; without, only what costs nothing is looked at.")


@click.command()
@click.argument("name")
@click.option("--candidate", metavar="NAME", help="Which one.  [default: the one behind the arm `candidate`]")
@click.option("--steps", default="5,50,100", show_default=True, callback=_steps, metavar="PERCENT,...",
              help="Shares of the sources, one after the other.")  # fmt: skip
@click.option("--force", is_flag=True, help="Whatever the verdict; that is kept.")
@click.option("--watch", "follow", is_flag=True, help="Go on by itself, a share after 50 good answers of the last.")
@_EVERY
@_YES
@output_options()
def promote(  # noqa: PLR0913 - one for each option
    *, name: str, candidate: str | None, steps: tuple[float, ...], force: bool, follow: bool, every: float,
    yes: bool, output: Output,
) -> int:  # fmt: skip
    """Have a candidate serve, a step further at each call.

    On a fresh PASS alone, and where nothing is wrong since the last step. Claude keeps 5 % of the sources, and answers
    whatever the candidate cannot; shadows go on, for `experiment watch`, which rolls it back.
    """
    row: dict[str, Any] = _look(name, is_paying=yes) if _is_serving(name, candidate) else {"verdict": ""}
    share = 0.0
    while row["verdict"] not in {"FAIL", "INVALID"}:
        if share == 0 or (row["answered"] >= _ENOUGH and row["judged"] >= _ENOUGH):
            if share >= steps[-1]:
                break
            share = _promote(name, candidate, steps, is_forced=force, output=output)
        if not follow:
            break
        time.sleep(every)
        row = _look(name, is_paying=yes)
    else:
        output.emit([row], _draw_look)
        return CODES[row["verdict"]]
    if output is Output.TEXT:
        note(f"`{COMMAND} experiment watch {name}`, by cron, rolls it back when it gets worse.")
    return 0


@click.command()
@click.argument("name")
@click.option("--follow", is_flag=True, help="Look again and again, until it is rolled back.")
@_EVERY
@_YES
@output_options()
def watch(*, name: str, follow: bool, every: float, yes: bool, output: Output) -> int:
    """Roll a promoted candidate back where it gets worse.

    Exit code 0 is PASS, 10 CONTINUE (too few answers yet), 11 FAIL (Claude answers again), 12 INVALID.
    """
    while True:
        row = _look(name, is_paying=yes)
        output.emit([row], _draw_look)
        if not follow or row["verdict"] in {"FAIL", "INVALID"}:
            return CODES[row["verdict"]]
        time.sleep(every)


@click.command()
@click.argument("name", default="")
@output_options(csv=True)
def log(*, name: str, output: Output) -> None:
    """List what was changed, when, by whom and why."""
    folder = find_folder(settings_in_force())
    rows = read_trail(folder, name)
    if name and all(row["experiment"] != name for row in rows):
        experiment_of(read_state(folder), name)
    output.emit(rows, _draw_log)


COMMANDS: Final = (promote, watch, log)


def _is_serving(name: str, candidate: str | None) -> bool:
    """Return whether the candidate is on its way."""
    experiment = read_state(find_folder(settings_in_force())).experiments.get(name)
    own = None if experiment is None else experiment.promotion
    return own is not None and not own.rolled_back and candidate in {None, own.candidate}


def _promote(name: str, candidate: str | None, steps: tuple[float, ...], *, is_forced: bool, output: Output) -> float:
    """Take the next step; return the share that the candidate has."""
    try:
        from otel_training.trial.promotion import find_evidence, promoted
    except ImportError as error:
        raise TrainingError(INSTALL) from error

    with open_store() as (store, folder):
        before = read_state(folder).experiments.get(name)
        wanted = candidate or (before.candidates.get(CANDIDATE) if before else None)
        if wanted is None:
            raise TrainingError(f"Nobody knows which candidate of {name} is meant: name it by --candidate.")
        prices = prices_in_force(store, folder)
        evidence = find_evidence(store, folder, wanted, lambda judge: find_judge(judge, prices), prices)
    if evidence.problem and not is_forced:
        raise TrainingError(f"{evidence.problem} --force promotes it all the same, which is kept in the log.")
    experiment = change_experiment(
        folder, name, "promote",
        lambda _, experiment: promoted(experiment or begun(0.0), evidence, steps, is_forced=is_forced),
        reason=evidence.problem, is_forced=is_forced, evidence=evidence.as_json(),
    )  # fmt: skip
    row = row_of(read_state(folder), name, experiment)
    output.emit([row], lambda rows: [*stamp(is_simulated=evidence.verdict.simulated), *draw(rows)])
    return experiment.weights[CANDIDATE]


def _look(name: str, *, is_paying: bool) -> dict[str, Any]:
    """Look at what came in since, and roll the candidate back where that is certain to be too bad."""
    try:
        from otel_training.trial.afterwards import read_afterwards
        from otel_training.trial.promotion import is_same, rolled_back
        from otel_training.trial.wording import RAILS
    except ImportError as error:
        raise TrainingError(INSTALL) from error

    with open_store() as (store, folder):
        state = read_state(folder)
        if (promotion := experiment_of(state, name).promotion) is None:
            raise TrainingError(f"Nothing of {name} was promoted: `{COMMAND} experiment promote {name}` does it.")
        prices, candidate = prices_in_force(store, folder), promotion.candidate
        judge = find_judge(promotion.judge, prices)
        after = read_afterwards(store, name, promotion, judge)
    reason, is_whole = promotion.rolled_back, is_same(promotion.candidate_id, state.candidates.get(candidate))
    if is_whole and not reason:
        _have_judged(after, judge, prices, is_paying=is_paying)
    seen = after.look()
    figures = {"alarm": seen.alarm, "looked_at": seen.pairs, "nearest": seen.nearest, "judged": after.judged,
               "served": len(after.served), "answered": after.answered}  # fmt: skip
    if seen.alarm and not reason:
        reason = (_BROKEN | RAILS)[seen.alarm]
        change_experiment(
            folder, name, "roll back",
            lambda state, _: rolled_back(experiment_of(state, name), promotion, reason),
            reason=reason, evidence=figures | {"promoted_on": promotion.evaluation_id},
        )  # fmt: skip
    if reason:
        verdict, reason = "FAIL", f"{reason} Claude answers again."
    elif not is_whole:
        verdict, reason = "INVALID", f"{candidate} is another model or prompt than was promoted: promote it anew."
    else:
        verdict = "PASS" if after.judged >= _ENOUGH else "CONTINUE"
        is_blind = not after.scoring.cases and len(after.served) >= _ENOUGH
        reason = "Nobody sees how good it is: no shadow with the text of its source came in." if is_blind else ""
    simulated = promotion.simulated or judge.is_simulated
    return {"experiment": name, "candidate": candidate, "verdict": verdict, "reason": reason, "simulated": simulated,
            **figures}  # fmt: skip


def _have_judged(after: "Afterwards", judge: Judge, prices: Overrides, *, is_paying: bool) -> None:
    """Have the judge asked, as far as that costs nothing or is paid for."""
    questions = after.scoring.questions()
    cost = estimate_judging(judge, questions, prices, token_counter()[0]).cost
    if is_paying or cost == 0:
        with uncaptured():
            after.have_judged(judge, lambda: open_as_is(settings_in_force()))
    elif questions:
        note(f"{plural(len(questions), 'source')} wait for the judge: --yes pays for it, about {usd(cost)} USD.")


def _draw_look(rows: list[dict[str, Any]]) -> Iterator[RenderableType]:
    for row in rows:
        yield from stamp(is_simulated=row["simulated"])
        seen = f"{plural(row['judged'], 'source')} judged beside Claude, {plural(row['served'], 'call')} served"
        yield " ".join(f"{row['verdict']}. {row['candidate']} of {row['experiment']}: {row['reason']} {seen}.".split())


def _draw_log(rows: list[dict[str, Any]]) -> Iterator[RenderableType]:
    if not rows:
        yield "Nothing was changed yet."
    for row in rows:
        if row["action"] == UNREADABLE:
            yield f"{row['reason'][:1].upper()}{row['reason'][1:]}"
            continue
        serving = {CANDIDATE: 0, **row["serving"]}
        share = ", ".join(f"{arm} at {share:g} %" for arm, share in serving.items() if arm != CLAUDE)
        verdict = f"{row['evidence'].get('verdict', '')} {row['evidence'].get('verdict_id', '')[:8]}".strip()
        why = "; ".join(filter(None, ("forced" * row["forced"], verdict, row["reason"])))
        yield f"{row['at'][:19]} {row['experiment']}: {row['action']}, {share}, by {row['by']}{f': {why}' * bool(why)}"
