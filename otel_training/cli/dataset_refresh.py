"""`otel-training dataset refresh`: today's model beside the answers that an old prompt or model gave."""

from collections.abc import Iterator
from dataclasses import asdict
from decimal import Decimal
from typing import TYPE_CHECKING, Final

import click

from otel_training.analysis.writing import usd
from otel_training.cli.exit_code import ExitCode
from otel_training.cli.experiment_eval import draw_estimates, uncaptured
from otel_training.cli.opt_outs import read_opt_outs
from otel_training.cli.output import Output, note, output_options, plural, progress, warn
from otel_training.cli.store import open_store
from otel_training.conventions import COMMAND
from otel_training.dataset.snapshot import check_opt_outs, find_snapshot
from otel_training.dataset.tokens import token_counter
from otel_training.pipeline.settings import settings_in_force
from otel_training.routing.state import Definition
from otel_training.store.session import open_as_is
from otel_training.store.shared_prices import prices_in_force
from otel_training.trial.candidate import provider_of_model
from otel_training.trial.estimate import estimate_answers
from otel_training.trial.refresh import Refresh, plan_refresh
from otel_training.trial.refresh import refresh as ask

if TYPE_CHECKING:
    from otel_training.trial.answering import Unanswered

_NAMES: Final = {"model": "model", "prompt-version": "prompt_version"}


def _where(_context: click.Context, _option: click.Parameter, values: tuple[str, ...]) -> dict[str, set[str]]:
    where: dict[str, set[str]] = {}
    for value in values:
        name, is_given, wanted = value.partition("=")
        if not is_given or name not in _NAMES:
            raise click.BadParameter(f"{value!r} is not {' or '.join(f'{name}=...' for name in _NAMES)}.")
        where.setdefault(_NAMES[name], set()).add(wanted)
    return where


@click.command()
@click.argument("name")
@click.option("--where", multiple=True, callback=_where, metavar="model=M|prompt-version=V",
              help="Of these rows, each may be repeated.  [default: all but today's]")  # fmt: skip
@click.option("--model", help="Who answers.  [default: the model of the last captured call]")
@click.option("--base-url", default="", metavar="URL", help="Where it answers, if not at the provider's own.")
@click.option("--limit", type=click.IntRange(min=1), help="At most so many rows.")
@click.option("--yes", is_flag=True, help="Pay for it; without, the price is shown and nothing asked.")
@output_options()
def refresh(  # noqa: PLR0913 - one for each option
    *, name: str, where: dict[str, set[str]], model: str | None, base_url: str, limit: int | None, yes: bool,
    output: Output,
) -> ExitCode:  # fmt: skip
    """Have today's model answer a dataset's old rows.

    By the prompt that the app has today. Both answers are kept; where they disagree, `review` shows both. Interrupted,
    it goes on where it was.
    """
    count, counted_by = token_counter()
    with open_store() as (store, folder):
        overrides = prices_in_force(store, folder)
        base = Definition(provider_of_model(model), model, base_url) if model else None
        snapshot = find_snapshot(store, name)
        check_opt_outs(store, snapshot, read_opt_outs())
        plan = plan_refresh(store, snapshot, base, where, limit)
    estimate = estimate_answers(plan.definition, plan.waiting, overrides, count)
    left: list[Unanswered] = []
    is_asked = yes or not estimate.calls or estimate.cost == 0
    if is_asked:
        with uncaptured(), progress("Answering") as callback:
            plan, left = ask(plan, lambda: open_as_is(settings_in_force()), overrides, callback)
    row = {
        "dataset": name, "model": plan.definition.model, "prompts": plan.prompt.captured, "rows": len(plan.cases),
        "answered": len(plan.attempts), "left": len(plan.waiting), "disagreeing": plan.disagreeing,
        "usd": _cost(plan), "estimate": asdict(estimate),
    }  # fmt: skip
    output.emit([row], lambda _: _draw(plan) if is_asked else draw_estimates([estimate], len(plan.cases)))
    if not is_asked:
        note(f"Nothing was asked: --yes pays for it. Tokens are counted by {counted_by}.")
    elif left:
        warn(f"{plural(len(left), 'row')} were not answered ({left[0].reason}): run it again.")
    elif plan.disagreeing and output is Output.TEXT:
        note(f"`{COMMAND} review` shows first where they disagree, with both answers.")
    return ExitCode.FAILED if left else ExitCode.OK


def _cost(plan: Refresh) -> Decimal | None:
    costs = [attempt.cost for attempt in plan.attempts.values()]
    return None if None in costs else sum((cost for cost in costs if cost is not None), Decimal())


def _draw(plan: Refresh) -> Iterator[str]:
    prompt = f"the prompt of {plan.prompt.captured:,} captured calls" if plan.prompt.captured else "our template"
    cost = "an unknown price" if (amount := _cost(plan)) is None else f"{usd(amount)} USD"
    yield (
        f"{plan.definition.model} answered {len(plan.attempts):,} of {plural(len(plan.cases), 'row')} by {prompt}, for "
        f"{cost}; {len(plan.disagreeing):,} disagree with the answer that was frozen."
    )
