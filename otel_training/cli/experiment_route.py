"""`otel-training experiment start|ramp|shadow|kill|freeze|status`: what running apps do, within a second."""

import re
import secrets
from collections.abc import Callable, Iterator, Mapping
from dataclasses import asdict, replace
from typing import Any, Final

import click
from rich.console import RenderableType

from otel_training.cli.output import Output, output_options, table, warn
from otel_training.cli.shadow_costs import draw_shadows, read_shadows
from otel_training.cli.store import open_store
from otel_training.conventions import CLAUDE, COMMAND
from otel_training.errors import TrainingError
from otel_training.folder import DataFolder, find_folder, make_folder
from otel_training.pipeline.settings import settings_in_force
from otel_training.record.host import host_of
from otel_training.routing.assign import CANDIDATE
from otel_training.routing.state import Experiment, State, StateError, experiment_of, read_state
from otel_training.spool.segments import segment_paths
from otel_training.store.client import Row
from otel_training.trial.trail import ALL, change_experiment, further_of, own_slices, read_trail, serving_of, weights_of
from otel_training.trial.unreached import Unreached, read_unreached, shares_of

_SHARE: Final = click.FloatRange(0, ALL)
_SHADOWING: Final = frozenset({"shadow on", "promote"})
"""What has candidates answer beside Claude."""


def _slices(_context: click.Context, _option: click.Parameter, values: tuple[str, ...]) -> tuple[str, ...]:
    if any(value and not re.match("(topic|domain)=.", value) for value in values):
        raise click.BadParameter("before a call only topic=NAME and domain=NAME are known.")
    # A domain in the form that a source's host has where they are compared.
    rules = ((value, value.removeprefix("domain=")) for value in values)
    return tuple(value if value == rest else f"domain={host_of(rest) or rest}" for value, rest in rules)


def _arm(name: str) -> str:
    if not name.strip() or not set("=,").isdisjoint(name):
        raise click.BadParameter("an arm has a name, without = and commas, and its share after it: --arm tuned 10")
    return name


@click.command()
@click.argument("name")
@click.option("--candidate", metavar="NAME", help="The candidate behind the arm `candidate`, where the app names it.")
@click.option("--share", type=_SHARE, help="Of the sources, in percent, for the candidate.  [default: 50]")
@click.option(
    "--arm", "arms", type=(_arm, _SHARE), multiple=True, metavar="NAME PERCENT",
    help="A further arm, and its share.",
)  # fmt: skip
@click.option("--holdout", type=_SHARE, help="Of the sources, in percent, what stays with Claude.  [default: 5]")
@click.option("--timeout", type=click.FloatRange(0.1), help="Seconds that a candidate has.  [default: 20]")
@click.option("--max-length", type=click.IntRange(0), metavar="N",
              help="Longer sources, in characters, are Claude's; none, where that is 0.")  # fmt: skip
@click.option("--leave", "slices", multiple=True, callback=_slices, metavar="topic=NAME|domain=NAME",
              help="Sources that are Claude's; none, where that is empty.")  # fmt: skip
@output_options()
def start(  # noqa: PLR0913 - one for each option
    *,
    name: str,
    candidate: str | None,
    share: float | None,
    arms: tuple[tuple[str, float], ...],
    holdout: float | None,
    timeout: float | None,
    max_length: int | None,
    slices: tuple[str, ...],
    output: Output,
) -> None:
    """Begin an experiment, or go on with one.

    Half of the sources go to the candidate, if nothing else is said; each source stays with its arm. What was killed or
    frozen goes on; what is not given stays as it was.
    """

    def started(state: State, experiment: Experiment | None) -> Experiment:
        before = experiment or begun(ALL / 2)
        further = dict(arms) or further_of(before)
        own = before.promotion
        if own is not None and (own.rolled_back or candidate not in {None, own.candidate}):
            own = None
        kept = own_slices(before) if own is None else before.complex.slices
        if own is not None and slices:
            own = replace(own, left=())
        return replace(
            before,
            weights=weights_of(before.weights.get(CANDIDATE, 0.0) if share is None else share, further),
            holdout=before.holdout if holdout is None else holdout / ALL,
            timeout=before.timeout if timeout is None else timeout,
            candidates={**before.candidates, **_named(state, candidate, further)},
            complex=replace(
                before.complex,
                max_length=before.complex.max_length if max_length is None else max_length or None,
                slices=tuple(filter(None, slices)) if slices else kept,
            ),
            promotion=own,
            killed=False,
            frozen=None,
        )

    change_experiment(_folder(), name, "start", started)
    _print(output, name)


@click.command()
@click.argument("name")
@click.argument("percent", type=_SHARE)
@output_options()
def ramp(*, name: str, percent: float, output: Output) -> None:
    """Give the candidate PERCENT of the sources.

    Growing, it takes sources from Claude alone, and those that it has stay with it.
    """

    def ramped(experiment: Experiment) -> Experiment:
        is_back = experiment.promotion is not None and experiment.promotion.rolled_back
        if experiment.killed or experiment.frozen is not None or is_back:
            raise StateError(f"The experiment {name} is on hold: go on with it by {COMMAND} experiment start {name}.")
        return replace(experiment, weights=weights_of(percent, further_of(experiment)))

    _change(name, "ramp", ramped, output)


@click.command()
@click.argument("name")
@click.argument("switch", type=click.Choice(("on", "off")))
@output_options()
def shadow(*, name: str, switch: str, output: Output) -> None:
    """Have candidates answer beside Claude, or no more.

    Of the sources that are Claude's. Nobody is shown what they answer, and nobody waits for it; it costs their calls.
    """
    _change(name, f"shadow {switch}", lambda experiment: replace(experiment, shadow=switch == "on"), output)


@click.command()
@click.argument("name")
@output_options()
def kill(*, name: str, output: Output) -> None:
    """Ask Claude alone, from now on."""
    _change(name, "kill", lambda experiment: replace(experiment, killed=True), output)


@click.command()
@click.argument("name")
@click.argument("reason")
@output_options()
def freeze(*, name: str, reason: str, output: Output) -> None:
    """Put an experiment on hold, with a reason.

    Claude answers, shadows go on, and the shares stay as they are until the experiment is started again.
    """
    _change(name, "freeze", lambda experiment: replace(experiment, frozen=reason), output, reason)


@click.command()
@click.argument("name", required=False)
@output_options()
def status(*, name: str | None, output: Output) -> None:
    """Show what apps do in each experiment.

    Also which arms get no source, and what shadows cost.
    """
    _print(output, name, is_status=True)


COMMANDS: Final = (start, ramp, shadow, kill, freeze, status)


def _folder() -> DataFolder:
    return make_folder(find_folder(settings_in_force()))


def _change(
    name: str, action: str, change: Callable[[Experiment], Experiment], output: Output, reason: str = ""
) -> None:
    change_experiment(_folder(), name, action, lambda state, _: change(experiment_of(state, name)), reason=reason)
    _print(output, name)


def begun(share: float) -> Experiment:
    """Return an experiment as it begins, with a salt of its own."""
    return Experiment(secrets.token_hex(16), weights_of(share), holdout=0.05)


def _named(state: State, candidate: str | None, further: Mapping[str, float]) -> dict[str, str]:
    """Return which candidate stands behind which arm: further ones are called as their arms are."""
    if candidate is not None and candidate not in state.candidates:
        known = ", ".join(state.candidates) or "none yet"
        raise StateError(
            f"There is no candidate {candidate} ({known}): make it by {COMMAND} experiment candidate {candidate}; "
            "a function that your app gives to experiment() needs no name."
        )
    named = {arm: arm for arm in further if arm in state.candidates}
    return named if candidate is None else {CANDIDATE: candidate, **named}


def _read_captured(folder: DataFolder, shown: Mapping[str, Experiment]) -> tuple[list[Row], dict[str, list[Unreached]]]:
    """Read what shadows cost, and which arms are asked for nothing; nobody's end is waited for."""
    begun = {row["experiment"] for row in read_trail(folder) if row["action"] in _SHADOWING}
    has_shadows = any(own in begun or experiment.shadow for own, experiment in shown.items())
    is_stored = settings_in_force().store or folder.store.is_dir() or segment_paths(folder.local)
    if not is_stored or not (has_shadows or any(map(shares_of, shown.values()))):
        return [], {}
    try:
        with open_store(wait=0) as (store, _):
            return read_shadows(store) if has_shadows else [], read_unreached(store, folder, shown)
    except TrainingError as error:
        warn(f"What shadows cost, and whether arms get their sources, cannot be read now: {error}")
        return [], {}


def _print(output: Output, name: str | None, *, is_status: bool = False) -> None:
    folder = find_folder(settings_in_force())
    state = read_state(folder)
    shown = state.experiments if name is None else {name: experiment_of(state, name)}
    shadows, unreached = _read_captured(folder, shown) if is_status else ([], {})
    rows = [
        row_of(state, own, experiment)
        | {
            "shadows": [row for row in shadows if row["experiment"] == own],
            "unreached": [asdict(arm) | {"sentence": arm.sentence(own)} for arm in unreached.get(own, ())],
        }
        for own, experiment in shown.items()
    ]
    output.emit(rows, draw)


def row_of(state: State, name: str, experiment: Experiment) -> dict[str, Any]:
    """Return how an experiment stands, as JSON."""
    known = [state.candidates.get(candidate) for candidate in experiment.candidates.values()]
    promotion = experiment.promotion
    simulated = any(definition is not None and definition.simulated for definition in known)
    simulated = simulated or (promotion is not None and promotion.simulated)
    # The salt is the experiment's own: who has it can tell which sources are whose.
    fields = {field: value for field, value in asdict(experiment).items() if field not in ("salt", "killed", "frozen")}
    return {
        "experiment": name, "standing": _standing(experiment), "simulated": simulated, **fields,
        "serving": serving_of(experiment), "shadowing": experiment.shadow and not experiment.killed,
    }  # fmt: skip


def _standing(experiment: Experiment) -> str:
    if experiment.killed:
        return "killed"
    if experiment.frozen is not None:
        return f"frozen: {experiment.frozen}"
    promotion = experiment.promotion
    if promotion is None:
        return "on"
    return f"rolled back: {promotion.rolled_back}" if promotion.rolled_back else "promoted"


def draw(rows: list[dict[str, Any]]) -> Iterator[RenderableType]:
    """Draw where experiments stand, in one table."""
    if not rows:
        yield f"No experiment yet: {COMMAND} experiment start NAME begins one."
        return
    cells = []
    for row in rows:
        standing = f"{row['standing'].partition(': ')[0]}{', SIMULATED' * row['simulated']}"
        for number, (arm, share) in enumerate(row["serving"].items()):
            own = (arm, f"{share:g} %", row["candidates"].get(arm, ""))
            cells.append((row["experiment"], *own, standing) if number == 0 else ("", *own, ""))
    yield table("", ("experiment", "arm", "sources", "candidate", "standing"), cells)
    yield from (f"{row['experiment']}: {' '.join(_sentences(row))}" for row in rows)


def _sentences(row: Mapping[str, Any]) -> Iterator[str]:
    """Say of an experiment what has no column; nothing of it is cut off where a terminal is narrow."""
    if why := row["standing"].partition(": ")[2]:
        yield f"{why.removesuffix('.')}."
    if promotion := row["promotion"]:
        steps = ", ".join(f"{step:g}" for step in promotion["steps"])
        forced = " (forced)" * promotion["forced"]
        yield f"{promotion['candidate']} was promoted by {promotion['verdict']}{forced}, in steps of {steps} %."
    if row["serving"] != row["weights"]:
        shares = ", ".join(f"{arm} {share:g} %" for arm, share in row["weights"].items() if arm != CLAUDE)
        yield f"Claude alone answers; started again: {shares}."
    yield f"At least {row['holdout'] * ALL:g} % of the sources stay with Claude."
    rules = row["complex"]
    left = [f"of {each}" for each in (*rules["topics"], *rules["slices"])]
    if most := rules["max_length"]:
        left.append(f"longer than {most:,} characters")
    if left:
        yield f"So do all {', '.join(left)}."
    yield f"A candidate has {row['timeout']:g} s. Shadows are {'on' if row['shadowing'] else 'off'}."
    yield from (arm["sentence"] for arm in row.get("unreached", ()))
    yield from draw_shadows(row.get("shadows", ()))
