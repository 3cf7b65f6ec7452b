"""`otel-training experiment renew`: a candidate made anew of what came in since, judged beside the one before."""

import re
from collections.abc import Iterator, Sequence
from dataclasses import replace
from itertools import count
from typing import Any, Final

import click
from rich.console import RenderableType

from otel_training.analysis.writing import usd
from otel_training.cli.dataset import recipe_now
from otel_training.cli.exit_code import ExitCode
from otel_training.cli.experiment_compare import read_evaluation
from otel_training.cli.experiment_eval import evaluate
from otel_training.cli.experiment_stamp import stamp
from otel_training.cli.output import Output, note, output_options, progress, show, table
from otel_training.cli.store import open_store
from otel_training.conventions import COMMAND
from otel_training.dataset.difference import difference_of
from otel_training.dataset.freeze import Draft, draft, store_draft
from otel_training.dataset.snapshot import Snapshot, read_rows, read_snapshots
from otel_training.dataset.tokens import token_counter
from otel_training.errors import TrainingError
from otel_training.store.client import Store, read_query
from otel_training.trial.candidate import find_candidate, keep_candidate, make_candidate
from otel_training.trial.evaluation import find_evaluation
from otel_training.trial.shots import TOKEN_BUDGET

_NUMBER: Final = re.compile(r"-\d+$")


@click.command()
@click.argument("name")
@click.option("--yes", is_flag=True, help="Pay for it; without, the prices are shown and nothing asked.")
@output_options()
@click.pass_context
def renew(context: click.Context, *, name: str, yes: bool, output: Output) -> ExitCode:
    """Make a candidate anew of what came in since.

    Its dataset is frozen again; the same judge scores a candidate with examples of that, the one that there is, and
    Claude, on the same sources. Interrupted, it goes on where it was.
    """
    with open_store() as (store, folder), progress("Choosing") as callback:
        old, judge = find_candidate(store, folder, name), find_evaluation(store, name).judge
        before = next((each for each in read_snapshots(store) if each.dataset_id == old.dataset_id), None)
        if before is None:
            raise TrainingError(
                f"{name} was made of no dataset that there is: freeze one by `{COMMAND} dataset create`, and make "
                f"another of it by `{COMMAND} finetune start` or `{COMMAND} experiment candidate`."
            )
        with draft(store, recipe_now(before), callback) as drafted:
            difference = difference_of(read_rows(store, before), drafted.rows(), {}).sentence
            if drafted.snapshot(before.name).dataset_id == before.dataset_id:
                raise TrainingError(f"Nothing came in since {before.name} ({difference}): {name} is what there can be.")
            number, snapshot = _free(store, drafted, before.name)
            store_draft(store, drafted, snapshot.name, callback)
        fresh = make_candidate(
            store, snapshot, f"{_NUMBER.sub('', name)}-{number}", replace(old.definition, messages=()), len(old.shots),
            TOKEN_BUDGET, token_counter()[0],
        )  # fmt: skip
        # Without examples it may be the same: then that is judged on the new rows.
        names = [name] if fresh.candidate_id == old.candidate_id else [fresh.name, name]
        if len(names) > 1:
            keep_candidate(store, folder, fresh)
    show(f"{before.name} to {snapshot.name}: {difference}; {names[0]} is of it.", aside=True)
    words = {"dataset_name": snapshot.name, "judge_name": judge, "limit": None, "yes": yes}
    asked = (context.invoke(evaluate, name=each, as_json=output is Output.JSON, **words) for each in names)
    code = ExitCode(max(asked))
    if rows := _rows(names, snapshot.dataset_id):
        output.emit(rows, _draw)
        note(f"`{COMMAND} experiment promote EXPERIMENT --candidate {names[0]}` has it serve, on a PASS.")
    return code


def _free(store: Store, drafted: Draft, name: str) -> tuple[int, Snapshot]:
    """Return the first number under which no other dataset stands, and what the draft is under it."""
    drafts = ((number, drafted.snapshot(f"{_NUMBER.sub('', name)}-{number}")) for number in count(2))
    return next(
        (number, snapshot)
        for number, snapshot in drafts
        if all(each.dataset_id == snapshot.dataset_id for each in read_snapshots(store, snapshot.name))
    )


def _rows(names: Sequence[str], dataset_id: str) -> list[dict[str, Any]]:
    """Return the verdicts on some candidates; none where one was not judged on this dataset."""
    with open_store() as (store, _):
        last = [next(store.rows(read_query("trial_list"), candidate=name), {"dataset_id": ""}) for name in names]
    if {row["dataset_id"] for row in last} != {dataset_id}:
        return []
    from otel_training.trial.compare import compare

    verdicts = [(name, compare(*read_evaluation(name)[:2])) for name in names]
    return [
        {"candidate": name, "verdict": verdict.verdict, "ratio": verdict.ratio, "lower": verdict.lower,
         "usd_a_source": verdict.arms["candidate"].cost, "simulated": verdict.simulated}
        for name, verdict in verdicts
    ]  # fmt: skip


def _draw(rows: list[dict[str, Any]]) -> Iterator[RenderableType]:
    from otel_training.trial.wording import percent

    cells = [
        (row["candidate"], row["verdict"], percent(row["ratio"]), percent(row["lower"]), usd(row["usd_a_source"]))
        for row in rows
    ]
    yield from stamp(is_simulated=any(row["simulated"] for row in rows))
    yield table("On the same sources", ("candidate", "verdict", "keeps", "at least", "USD a source"), cells)
