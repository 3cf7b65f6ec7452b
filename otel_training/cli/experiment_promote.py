"""`otel-training experiment promote|watch|log`: a candidate serves more and more, and goes back by itself."""

import time
from collections.abc import Callable, Iterator
from dataclasses import asdict
from typing import TYPE_CHECKING, Any, Final

import click
from rich.console import RenderableType

from otel_training.analysis.writing import usd
from otel_training.cli.experiment_compare import CODES, INSTALL
from otel_training.cli.experiment_eval import find_judge, uncaptured
from otel_training.cli.experiment_route import begun, draw, row_of
from otel_training.cli.experiment_stamp import stamp
from otel_training.cli.output import Output, note, output_options, plural, table
from otel_training.cli.store import open_store
from otel_training.conventions import COMMAND
from otel_training.dataset.tokens import token_counter
from otel_training.errors import TrainingError
from otel_training.folder import DataFolder, find_folder
from otel_training.pipeline.settings import settings_in_force
from otel_training.pricing.overrides import read_overrides
from otel_training.routing.assign import CANDIDATE
from otel_training.routing.state import Experiment, Promotion, State, experiment_of, read_state
from otel_training.store.session import open_as_is
from otel_training.trial.candidate import definition_id
from otel_training.trial.estimate import estimate_judging
from otel_training.trial.trail import Entry, change_experiment, read_trail

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


def _watching(command: Callable[..., Any]) -> Callable[..., Any]:
    for option in (
        click.option("--every", default=60.0, show_default=True, type=click.FloatRange(0.1), metavar="SECONDS",
                     help="Between two looks."),
        click.option("--limit", default=1000, show_default=True, type=click.IntRange(min=1), metavar="N",
                     help="Of what both answered, judge so many of the newest."),
        click.option("--yes", is_flag=True, help="Pay the judge; without, only what costs nothing is looked at."),
    ):  # fmt: skip
        command = option(command)
    return command


@click.command()
@click.argument("name")
@click.option("--candidate", metavar="NAME", help="Which one.  [default: the one behind the arm `candidate`]")
@click.option("--steps", default="5,50,100", show_default=True, callback=_steps, metavar="PERCENT,...",
              help="Shares of the sources, one after the other.")  # fmt: skip
@click.option("--force", is_flag=True, help="Whatever the verdict; that is kept.")
@click.option("--watch", "follow", is_flag=True, help="Go on by itself, a share after 50 good answers of the last.")
@_watching
@output_options()
def promote(  # noqa: PLR0913 - one for each option
    *, name: str, candidate: str | None, steps: tuple[float, ...], force: bool, follow: bool, every: float, limit: int,
    yes: bool, output: Output,
) -> int:  # fmt: skip
    """Have a candidate serve, a step further at each call.

    On a fresh PASS alone. Claude keeps 5 % of the sources, and answers whatever the candidate cannot; shadows go on,
    for `experiment watch`, which rolls it back.
    """
    share = _promote(name, candidate, steps, is_forced=force, output=output)
    while follow:
        row = _look(name, limit, is_paying=yes)
        if row["verdict"] in {"FAIL", "INVALID"}:
            output.emit([row], _draw_look)
            return CODES[row["verdict"]]
        if row["answered"] >= _ENOUGH and row["judged"] >= _ENOUGH:
            if share >= steps[-1]:
                break
            share = _promote(name, candidate, steps, is_forced=force, output=output)
        time.sleep(every)
    if output is Output.TEXT:
        note(f"`{COMMAND} experiment watch {name}`, by cron, rolls it back when it gets worse.")
    return 0


@click.command()
@click.argument("name")
@click.option("--follow", is_flag=True, help="Look again and again, until it is rolled back.")
@_watching
@output_options()
def watch(  # noqa: PLR0913 - one for each option
    *, name: str, follow: bool, every: float, limit: int, yes: bool, output: Output
) -> int:
    """Roll a promoted candidate back where it gets worse.

    Exit code 0 is PASS, 10 CONTINUE (too few answers yet), 11 FAIL (Claude answers again), 12 INVALID.
    """
    while True:
        row = _look(name, limit, is_paying=yes)
        output.emit([row], _draw_look)
        if not follow or row["verdict"] in {"FAIL", "INVALID"}:
            return CODES[row["verdict"]]
        time.sleep(every)


@click.command()
@click.argument("name", default="")
@output_options(csv=True)
def log(*, name: str, output: Output) -> None:
    """List what was changed, when, by whom and why."""
    rows = [asdict(entry) for entry in read_trail(find_folder(settings_in_force()), name)]
    output.emit(rows, _draw_log)


COMMANDS: Final = (promote, watch, log)


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
        prices = read_overrides(folder)
        evidence = find_evidence(store, folder, wanted, lambda judge: find_judge(judge, prices), prices)
    if evidence.problem and not is_forced:
        raise TrainingError(f"{evidence.problem} --force promotes it all the same, which is kept in the log.")
    is_forced = is_forced and bool(evidence.problem)

    def change(_: State, experiment: Experiment | None) -> Experiment:
        return promoted(experiment or begun(0.0), evidence, steps, forced=is_forced)

    entry = Entry(name, "promote", reason=evidence.problem, forced=is_forced, evidence=evidence.as_json())
    experiment = change_experiment(folder, entry, change)
    row = row_of(read_state(folder), name, experiment)
    output.emit([row], lambda rows: [*stamp(is_simulated=evidence.verdict.simulated), *draw(rows)])
    return experiment.weights[CANDIDATE]


def _look(name: str, limit: int, *, is_paying: bool) -> dict[str, Any]:
    try:
        from otel_training.trial.afterwards import read_afterwards
    except ImportError as error:
        raise TrainingError(INSTALL) from error

    with open_store() as (store, folder):
        promotion, is_other = _promotion(folder, name)
        prices = read_overrides(folder)
        judge = find_judge(promotion.judge, prices)
        after = read_afterwards(store, name, promotion, judge, limit)
    questions = [] if promotion.rolled_back or is_other else after.scoring.questions()
    cost = estimate_judging(judge, questions, prices, token_counter()[0]).cost
    if questions and (is_paying or cost == 0):
        with uncaptured():
            after.have_judged(judge, lambda: open_as_is(settings_in_force()))
    elif questions:
        price = "" if cost is None else f", for about {usd(cost)} USD"
        note(f"{plural(len(questions), 'source')} wait for the judge: --yes pays for it{price}.")
    return _judged(folder, name, after, is_other=is_other)


def _promotion(folder: DataFolder, name: str) -> tuple[Promotion, bool]:
    """Return the promotion of an experiment, and whether its candidate is another by now."""
    state = read_state(folder)
    if (promotion := experiment_of(state, name).promotion) is None:
        raise TrainingError(f"Nothing of {name} was promoted: `{COMMAND} experiment promote {name}` does it.")
    definition = state.candidates.get(promotion.candidate)
    return promotion, definition is None or definition_id(definition) != promotion.candidate_id


def _judged(folder: DataFolder, name: str, after: "Afterwards", *, is_other: bool) -> dict[str, Any]:
    """Say how the candidate does, and roll it back where that is certain to be too bad."""
    from otel_training.trial.wording import RAILS

    promotion, seen = after.promotion, after.look()
    reason = promotion.rolled_back
    figures = {"alarm": seen.alarm, "looked_at": seen.pairs, "nearest": seen.nearest, "judged": after.judged,
               "served": len(after.served), "answered": after.answered}  # fmt: skip
    if seen.alarm and not reason:
        reason = (_BROKEN | RAILS)[seen.alarm]
        _roll_back(folder, name, promotion, reason, figures | {"evaluation_id": after.evaluation.evaluation_id})
    if reason:
        verdict = "FAIL"
    elif is_other:
        verdict, reason = "INVALID", f"{promotion.candidate} is another than was promoted: promote it anew."
    else:
        verdict = "PASS" if after.judged >= _ENOUGH else "CONTINUE"
    return {"experiment": name, "candidate": promotion.candidate, "verdict": verdict, "reason": reason,
            "simulated": promotion.simulated or after.evaluation.is_simulated, **figures}  # fmt: skip


def _roll_back(folder: DataFolder, name: str, promotion: Promotion, reason: str, evidence: dict[str, Any]) -> None:
    from otel_training.trial.promotion import rolled_back

    def change(state: State, _: Experiment | None) -> Experiment:
        experiment = experiment_of(state, name)
        now = experiment.promotion
        # Somebody may have promoted another meanwhile.
        return rolled_back(experiment, reason) if now is not None and now.since == promotion.since else experiment

    change_experiment(folder, Entry(name, "roll back", reason=reason, evidence=evidence), change)


def _draw_look(rows: list[dict[str, Any]]) -> Iterator[RenderableType]:
    for row in rows:
        yield from stamp(is_simulated=row["simulated"])
        seen = f"{plural(row['judged'], 'source')} judged beside Claude, {plural(row['served'], 'call')} served"
        why = f"{row['reason']} Claude answers again. " if row["verdict"] == "FAIL" else f"{row['reason']} ".lstrip()
        yield f"{row['verdict']}. {row['candidate']} of {row['experiment']}: {why}{seen}."


def _draw_log(rows: list[dict[str, Any]]) -> Iterator[RenderableType]:
    cells = [
        (row["at"][:19], row["experiment"], row["action"], f"{row['weights'].get(CANDIDATE, 0):g} %", row["by"],
         f"{row['evidence'].get('verdict', '')} {row['evidence'].get('verdict_id', '')[:8]}",
         f"{'forced: ' * row['forced']}{row['reason']}")
        for row in rows
    ]  # fmt: skip
    columns = ("at", "experiment", "action", CANDIDATE, "by", "evidence", "reason")
    yield table("", columns, cells) if cells else "Nothing was changed yet."
