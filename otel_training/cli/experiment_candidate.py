"""`otel-training experiment candidate`: a cheaper model with the app's prompt and a few of its best answers."""

from collections.abc import Iterator
from dataclasses import dataclass
from decimal import Decimal
from typing import Any, Final

import click
from rich.console import RenderableType

from otel_training.analysis.writing import usd
from otel_training.cli.exit_code import ExitCode
from otel_training.cli.experiment_eval import JUDGE, evaluate
from otel_training.cli.experiment_stamp import stamp
from otel_training.cli.output import Output, note, output_options, plural, progress, table, warn
from otel_training.cli.store import open_store
from otel_training.conventions import COMMAND
from otel_training.dataset.freeze import draft, store_draft
from otel_training.dataset.funnel import Filters
from otel_training.dataset.recipe import Recipe
from otel_training.dataset.snapshot import Snapshot, find_snapshot, read_snapshots
from otel_training.dataset.tokens import token_counter
from otel_training.errors import NothingToExportError
from otel_training.progress import Progress
from otel_training.routing.state import Definition
from otel_training.store.client import Store
from otel_training.store.shared_prices import prices_in_force
from otel_training.trial.candidate import Candidate, keep_candidate, make_candidate, prompt_text, provider_of_model
from otel_training.trial.case import ENOUGH, SPLIT, Case, read_cases
from otel_training.trial.estimate import Estimate, estimate_answers
from otel_training.trial.function import CALLABLE, find_candidate_function
from otel_training.trial.shots import TOKEN_BUDGET

_KEYS: Final = {"openai": "OPENAI_API_KEY", "anthropic": "ANTHROPIC_API_KEY", CALLABLE: ""}
_ANY: Final = Filters(no_score=True, net_above=-1e9, min_viewers=0)
_HALVES: Final = (50, 0, 50)
_RECIPES: Final = (
    (Recipe(shares=_HALVES), "by the export's filters"),
    (Recipe(_ANY, shares=_HALVES), "whatever readers did, since too few pass the export's filters"),
    (Recipe(_ANY, shares=_HALVES, group_by="url"), "whatever readers did, split by page, since they are of few sites"),
)
"""What is frozen where nothing is, the strictest first: half to take examples of, half to test by."""


@dataclass(frozen=True, slots=True)
class Price:
    """What the candidate and today's model cost for the same sources, in USD a source; None where that is unknown."""

    candidate: Decimal | None
    today: Decimal | None
    unknown: str

    @property
    def saving(self) -> float | None:
        """The share that is saved."""
        return None if self.candidate is None or not self.today else float(1 - self.candidate / self.today)


@click.command()
@click.argument("name")
@click.option("--model", required=True, metavar="MODEL|MODULE:FUNCTION",
              help="The model that answers, or, by --provider callable, a function of yours.")  # fmt: skip
@click.option(
    "--provider", type=click.Choice(tuple(_KEYS)), help="Whose protocol it speaks.  [default: by the model's name]"
)
@click.option("--base-url", default="", metavar="URL", help="Where it answers, if not at the provider's own.")
@click.option("--key-env", metavar="NAME", help="The environment variable that holds its key.")
@click.option("--few-shot", default=0, show_default=True, type=click.IntRange(0, 100), metavar="N",
              help="Examples in its prompt, of the dataset's train rows.")  # fmt: skip
@click.option("--token-budget", default=TOKEN_BUDGET, show_default=True, type=click.IntRange(min=1), metavar="N",
              help="Tokens that they may take, all together.")  # fmt: skip
@click.option("--dataset", "dataset_name", default="", help="A frozen dataset.  [default: the last one, or a new one]")
@click.option("--max-tokens", default=2000, show_default=True, type=click.IntRange(min=1), help="Of an answer.")
@click.option("--temperature", type=click.FloatRange(0, 2), help="Of an answer.  [default: the model's own]")
@click.option("--simulated", is_flag=True, help="It is a stand-in: whatever it reaches is stamped SIMULATED.")
@click.option("--eval", "judge_name", is_flag=False, flag_value=JUDGE, metavar="[JUDGE]",
              help="Evaluate it at once, as `experiment eval` does, by this judge.")  # fmt: skip
@click.option("--yes", is_flag=True, help="Pay for that; without, its price is shown and nothing asked.")
@output_options()
def candidate(  # noqa: PLR0913 - one for each option
    *,
    name: str,
    model: str,
    provider: str | None,
    key_env: str | None,
    few_shot: int,
    token_budget: int,
    dataset_name: str,
    judge_name: str | None,
    yes: bool,
    output: Output,
    **options: Any,
) -> ExitCode:
    """Make a candidate: a model, the app's prompt, N examples.

    Without training and without a GPU. Where no dataset is frozen yet, one is.
    """
    if yes and judge_name is None:
        raise click.UsageError("--yes pays for an evaluation: say --eval, too, or leave it out.")
    provider = provider or provider_of_model(model)
    key = key_env if key_env is not None else "" if options["base_url"] else _KEYS[provider]
    if provider == CALLABLE:
        if few_shot:
            raise click.UsageError("A function has its own prompt: --few-shot is for models.")
        find_candidate_function(model)
    base = Definition(provider, model, key_env=key, base_url=options["base_url"], temperature=options["temperature"],
                      max_tokens=options["max_tokens"], simulated=options["simulated"])  # fmt: skip
    count, counted_by = token_counter()
    with open_store() as (store, folder), progress("Choosing") as callback:
        snapshot = _snapshot(store, dataset_name, callback)
        registered = make_candidate(store, snapshot, name, base, few_shot, token_budget, count)
        cases = read_cases(store, snapshot)
        estimate = estimate_answers(registered.definition, cases, prices_in_force(store, folder), count)
        keep_candidate(store, folder, registered)
    price = _price(estimate, cases)
    tokens = count(prompt_text(registered.definition))
    row = {
        "name": name, "candidate_id": registered.candidate_id, "provider": provider, "model": model,
        "dataset": snapshot.name, "dataset_id": snapshot.dataset_id, "shots": list(registered.shots),
        "prompt_tokens": tokens,
        "counted_by": counted_by, "usd_a_source": price.candidate, "usd_a_source_today": price.today,
        "saving": price.saving, "is_simulated": base.simulated,
    }  # fmt: skip
    output.emit([row], lambda _: _draw(registered, snapshot, tokens, price))
    if price.unknown:
        warn(price.unknown)
    if judge_name is not None:
        words = {"name": name, "dataset_name": snapshot.name, "judge_name": judge_name, "limit": None, "yes": yes}
        return ExitCode(click.get_current_context().invoke(evaluate, as_json=output is Output.JSON, **words))
    if output is Output.TEXT:
        note(f"`{COMMAND} experiment eval {name} --dataset {snapshot.name}` says what comparing it with Claude costs.")
    return ExitCode.OK


def _snapshot(store: Store, name: str, progress: Progress) -> Snapshot:
    """Return the dataset of a name, else the last that can be trained on and tested by, else a new one."""
    if name:
        return find_snapshot(store, name)
    every = read_snapshots(store)
    if fit := [snapshot for snapshot in every if {"train", SPLIT} <= snapshot.splits.keys()]:
        return fit[-1]
    names = {snapshot.name for snapshot in every}
    free = next(f"auto-{number}" for number in range(1, len(names) + 2) if f"auto-{number}" not in names)
    sizes = [_test_rows(store, recipe) for recipe, _ in _RECIPES]
    best = next((at for at, size in enumerate(sizes) if size >= ENOUGH), sizes.index(max(sizes)))
    recipe, sentence = _RECIPES[best]
    with draft(store, recipe, progress) as drafted:
        snapshot = store_draft(store, drafted, free, progress)
    note(
        f"No dataset was frozen yet: {free} is, {plural(snapshot.rows, 'row')} {sentence}; half of them are to test by."
    )
    return snapshot


def _test_rows(store: Store, recipe: Recipe) -> int:
    """Count the rows to test by that a dataset would have."""
    try:
        with draft(store, recipe) as drafted:
            return sum(place.split == SPLIT for place in drafted.places.values())
    except NothingToExportError:
        return 0


def _price(estimate: Estimate, cases: list[Case]) -> Price:
    costs = [case.cost for case in cases]
    known = [cost for cost in costs if cost is not None]
    own = None if estimate.cost is None or not cases else estimate.cost / len(cases)
    today = sum(known, Decimal()) / len(known) if known and len(known) == len(costs) else None
    return Price(own, today, estimate.unknown)


def _draw(registered: Candidate, snapshot: Snapshot, tokens: int, price: Price) -> Iterator[RenderableType]:
    yield from stamp(is_simulated=registered.definition.simulated)
    examples = plural(len(registered.shots), "example")
    model = registered.definition.model
    yield f"{registered.name}: {model} with {examples} of {snapshot.name}, id {registered.candidate_id}"
    rows = [
        ("today", usd(price.today), None),
        (registered.name, usd(price.candidate), None if price.saving is None else f"{price.saving:.1%}"),
    ]
    yield table("What a source costs, in USD", ("", "a source", "saved"), rows)
    if registered.definition.provider != CALLABLE:
        yield f"Its prompt has about {tokens:,} tokens beside the source."
