"""`otel-training dataset`: examples frozen under a name, split so that nothing leaks."""

import re
from collections.abc import Iterator
from contextlib import ExitStack
from dataclasses import asdict, replace
from datetime import datetime
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any, Final

import click
import orjson
from rich.console import RenderableType

from otel_training.cli.dataset_refresh import refresh
from otel_training.cli.exit_code import ExitCode
from otel_training.cli.export import draw_funnel, draw_leaks, frozen_rows
from otel_training.cli.gaps import draw_list
from otel_training.cli.opt_outs import read_opt_outs
from otel_training.cli.output import Output, note, output_options, plural, progress, show, table
from otel_training.cli.selection import selection_options
from otel_training.cli.store import open_store
from otel_training.conventions import COMMAND
from otel_training.dataset.difference import difference_of
from otel_training.dataset.explanation import Explanation, explain
from otel_training.dataset.export import export as write_export
from otel_training.dataset.export import manifest_path
from otel_training.dataset.freeze import draft, store_draft
from otel_training.dataset.funnel import Filters
from otel_training.dataset.recipe import Recipe, recipe_of
from otel_training.dataset.snapshot import (
    FrozenRow,
    Snapshot,
    find_snapshot,
    funnel_of,
    is_whole,
    read_rows,
    read_snapshots,
)
from otel_training.dataset.split import SPLITS
from otel_training.dataset.target import read_target
from otel_training.dataset.writing import digest_of
from otel_training.errors import NothingToExportError
from otel_training.store.client import Store, read_query

_NAME: Final = re.compile(r"[\w.-]{1,64}")
_SHARES: Final = re.compile(r"(\d{1,3})/(\d{1,3})/(\d{1,3})")


def _shares(_context: click.Context, _option: click.Parameter, value: str) -> tuple[int, ...]:
    match = _SHARES.fullmatch(value)
    if not match or not any(shares := tuple(map(int, match.groups()))):
        raise click.BadParameter("the parts of train, validation and test, such as 80/10/10 or 90/0/10.")
    return shares


def _name(_context: click.Context, _option: click.Parameter, value: str) -> str:
    if not _NAME.fullmatch(value) or value == "now":
        raise click.BadParameter("a name has up to 64 letters, digits and _ . - and is not `now`.")
    return value


@click.group()
def dataset() -> None:
    """Freeze, split and compare datasets."""


dataset.add_command(refresh)


@dataset.command()
@click.argument("name", callback=_name)
@selection_options
@click.option("--only", type=click.Choice(("captured", "template")), help="Of this kind of prompt alone.")
@click.option("--drop-near-duplicates", is_flag=True, help="Of nearly equal sources take the best alone.")
@click.option("--max-per-topic", type=click.IntRange(min=1), help="At most so many of a topic, the best.")
@click.option("--max-per-domain", type=click.IntRange(min=1), help="At most so many of a domain, the best.")
@click.option(
    "--empty-share", type=click.FloatRange(0, 0.5), default=0, help="Share of rows without an insight, such as 0.1."
)
@click.option(
    "--split", "shares", default="80/10/10", show_default=True, callback=_shares, help="Train, validation and test."
)
@click.option(
    "--group-by",
    type=click.Choice(("domain", "url")),
    default="domain",
    show_default=True,
    help="What stands in one split, beside nearly equal sources.",
)
@click.option("--test-since", type=click.DateTime(["%Y-%m-%d"]), help="Test by rows from this day on, train on older.")
@click.option("--salt", default="", help="Split otherwise.  [default: as before]")
@output_options()
def create(  # noqa: PLR0913 - one for each option
    *,
    name: str,
    filters: Filters,
    max_per_topic: int | None,
    max_per_domain: int | None,
    test_since: datetime | None,
    output: Output,
    **options: Any,
) -> None:
    """Freeze what `export` takes, and split it.

    Into train, validation and test, as it is now: later reactions change nothing in it.
    """
    recipe = Recipe(
        filters,
        max_per_topic=max_per_topic or 0,
        max_per_domain=max_per_domain or 0,
        test_since=f"{test_since:%Y-%m-%d}" if test_since else "",
        **options,
    )
    with open_store() as (store, _), progress("Choosing") as callback, draft(store, recipe, callback) as drafted:
        snapshot = store_draft(store, drafted, name, callback)
    if output is Output.TEXT:
        show(
            draw_funnel(drafted.funnel),
            *draw_list("What is missing", (gap.sentence for gap in drafted.funnel.gaps)),
            aside=True,
        )
    output.emit(
        [asdict(snapshot) | {"leaks": drafted.leaks}], lambda _: [*draw_snapshot(snapshot), draw_leaks(drafted.leaks)]
    )
    if output is Output.TEXT:
        note(f"`{COMMAND} export --dataset {name} --split train --out train.jsonl` writes it.")


@dataset.command("list")
@output_options(csv=True)
def list_(*, output: Output) -> None:
    """List the frozen datasets."""
    with open_store() as (store, _):
        snapshots = read_snapshots(store)
    columns = ("name", "created_at", "rows", *SPLITS, "dataset_id")
    rows = [{column: _cell(snapshot, column) for column in columns} for snapshot in snapshots]
    output.emit(rows, lambda rows: [table("Datasets", columns, [tuple(row.values()) for row in rows])])
    if not rows:
        note(f"None yet: `{COMMAND} dataset create NAME` makes one.")


@dataset.command("show")
@click.argument("name")
@output_options()
def show_(*, name: str, output: Output) -> None:
    """Show what a dataset was made by, and of which rows."""
    with open_store() as (store, _):
        snapshot = find_snapshot(store, name)
    output.emit([asdict(snapshot)], lambda _: [draw_funnel(funnel_of(snapshot)), *draw_snapshot(snapshot)])


@dataset.command()
@click.argument("name", metavar="NAME|FILE")
@output_options()
def verify(*, name: str, output: Output) -> ExitCode:
    """Check a dataset, or an exported file.

    By its digest, the file's manifest, and its dataset. The exit code is 1 where they differ.
    """
    path = Path(name)
    is_written = path.is_file() or (path.is_dir() and manifest_path(path).is_file())
    problem = _verify_file(path) if is_written else _verify_dataset(name)
    row = {"name": name, "is_whole": not problem, "problem": problem}
    output.emit([row], lambda _: [problem or f"{name} is what was written, byte by byte."])
    return ExitCode.FAILED if problem else ExitCode.OK


@dataset.command()
@click.argument("name")
@click.argument("other", default="now")
@output_options()
def diff(*, name: str, other: str, output: Output) -> None:
    """Compare a dataset with another, or with `now`.

    Now is what the same choice would give.
    """
    with open_store() as (store, _), ExitStack() as stack:
        old = find_snapshot(store, name)
        if other == "now":
            after = _rows_now(stack, store, old)
            now = store.rows(read_query("dataset_now"), dataset_id=old.dataset_id)
            nets = {row["extraction_id"]: row["net"] for row in now}
        else:
            after, nets = read_rows(store, find_snapshot(store, other)), {}
        difference = difference_of(read_rows(store, old), after, nets)
    output.emit([asdict(difference)], lambda _: [f"{name} to {other}: {difference.sentence}"])


def _rows_now(stack: ExitStack, store: Store, snapshot: Snapshot) -> Iterator[FrozenRow]:
    """Return the rows that the dataset would have; none where nothing passes its filters any more."""
    try:
        return stack.enter_context(draft(store, recipe_now(snapshot), is_strict=False)).rows()
    except NothingToExportError:
        return iter(())


def recipe_now(snapshot: Snapshot) -> Recipe:
    """Return what a dataset was chosen by, without those who opted out by now."""
    recipe = recipe_of(snapshot.parameters)
    return replace(recipe, filters=replace(recipe.filters, doubts=read_opt_outs()))


@dataset.command("explain")
@click.argument("extraction_id")
@selection_options
@output_options()
def explain_(*, extraction_id: str, filters: Filters, output: Output) -> None:
    """Say why an extraction is taken, or which filter drops it."""
    with open_store() as (store, _):
        explanation = explain(store, filters, extraction_id)
    output.emit([asdict(explanation)], lambda _: [draw_explanation(explanation)])


def draw_explanation(explanation: Explanation) -> str:
    """Say what became of an extraction, and by which figures."""
    quality = "no score" if explanation.quality_score is None else f"quality {explanation.quality_score:g}"
    figures = (
        f"{explanation.likes:,} likes, {explanation.dismissals:,} dismissals, {plural(explanation.viewers, 'viewer')}"
    )
    return f"{explanation.sentence}\nIt has {quality}, {figures}; its prompt is by {explanation.prompt}."


def _verify_dataset(name: str, dataset_id: str = "") -> str:
    with open_store() as (store, _):
        snapshot = find_snapshot(store, name)
        if dataset_id not in {"", snapshot.dataset_id}:
            return f"The dataset {name!r} is another, {snapshot.dataset_id}, not {dataset_id}: export it again."
        return "" if is_whole(store, snapshot) else f"The rows of {name} are not those that were frozen: make it anew."


def _verify_file(path: Path) -> str:
    beside = manifest_path(path)
    try:
        manifest = orjson.loads(beside.read_bytes())
    except FileNotFoundError:
        return f"There is no {beside} that says what {path} was: export it again."
    except orjson.JSONDecodeError:
        manifest = None
    if not isinstance(manifest, dict):
        return f"{beside} is no manifest: export {path} again."
    try:
        digest, _ = digest_of(path)
    except OSError as error:
        if error.errno:
            raise
        return f"{path} is broken off or damaged: export it again."
    if digest != manifest.get("sha256"):
        return f"{path} is not what was written: export it again."
    origin = manifest.get("dataset")
    return _verify_origin(path, manifest, origin) if origin and path.is_file() else ""


def _verify_origin(path: Path, manifest: dict[str, Any], origin: dict[str, str]) -> str:
    """Compare a file with what its dataset gives, written once more."""
    if problem := _verify_dataset(origin["name"], origin["id"]):
        return problem
    with open_store() as (store, _), TemporaryDirectory() as folder:
        snapshot = find_snapshot(store, origin["name"])
        frozen = frozen_rows(store, snapshot, origin["split"], origin["only"])
        report = write_export(
            store, Path(folder) / "again.jsonl", Filters(), funnel_of(snapshot, origin["split"]),
            target=read_target(manifest["target"]), only=origin["only"] or None, frozen=frozen,
        )  # fmt: skip
    return "" if report.sha256 == manifest["sha256"] else f"{path} is not what {origin['name']} gives: export it again."


def _cell(snapshot: Snapshot, column: str) -> Any:
    return snapshot.splits.get(column, 0) if column in SPLITS else getattr(snapshot, column)


def draw_snapshot(snapshot: Snapshot) -> list[RenderableType]:
    """Draw its sizes beside those that were asked for."""
    shares = snapshot.parameters["shares"]
    rows = [
        (split, count := snapshot.splits.get(split, 0), f"{count / snapshot.rows:.1%}", f"{share / sum(shares):.1%}",
         snapshot.groups.get(split, 0))
        for split, share in zip(SPLITS, shares, strict=True)
    ]  # fmt: skip
    head = f"{snapshot.name}: {plural(snapshot.rows, 'row')}, id {snapshot.dataset_id}, salt {snapshot.salt!r}"
    return [table("Splits", ("split", "rows", "share", "asked", "groups"), rows), head]
