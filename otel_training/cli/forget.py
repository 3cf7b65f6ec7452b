"""`otel-training forget`: what is kept of a reader, a source, an extraction or a program."""

from collections.abc import Mapping
from dataclasses import asdict, dataclass
from typing import Final

import click
from rich.console import RenderableType

from otel_training.cli.keys import NOT_HERE, states
from otel_training.cli.output import Output, confirm, note, output_options, plural, progress, show, table
from otel_training.cli.store import open_store
from otel_training.conventions import COMMAND
from otel_training.events.host_json import stored_url
from otel_training.folder import find_folder, make_folder
from otel_training.pipeline.keys import pseudonyms
from otel_training.pipeline.pipeline import read_finisher
from otel_training.pipeline.settings import settings_in_force
from otel_training.privacy.redact import Redactor
from otel_training.spool.rejected import forget_lines
from otel_training.spool.segments import segment_paths
from otel_training.store.copies import Copy, files_of, manifests_of, read_copies
from otel_training.store.forget import Scope, find
from otel_training.store.forget import forget as forget_rows
from otel_training.trial.candidate import drop_candidates

_AGAIN: Final = f"Delete them, or forget it again after `{COMMAND} restore`."


@dataclass(frozen=True, slots=True)
class Receipt:
    """What was kept, and of it forgotten."""

    rows: Mapping[str, int]
    """By table."""
    datasets: list[str]
    """Those that held any of it: files that were exported from them hold it still."""
    candidates: list[str]
    """Those with an example in their prompt that held any of it."""
    rejected: int
    """Lines that had been set aside."""
    segments: int
    """Files that running apps still write, whose lines were taken in already; they go when they are full."""
    backups: list[Copy]
    """Those that were made or restored here, and may hold it."""
    exports: list[Copy]
    """Manifests of the training files that were exported here and hold it, or cannot be looked into."""
    forgotten: bool


@click.command()
@click.option("--user", help="A reader, by the id that your app knows.")
@click.option("--pseudonym", help="A reader, by the pseudonym that was made of it, perhaps by an earlier key.")
@click.option("--source", help="A source, by its URL: extractions, and what readers did with its insights.")
@click.option("--extraction", help="One extraction, by its id.")
@click.option("--service", help="All that a program recorded, by its service name: a test run that got in.")
@click.option("--show", "only_show", is_flag=True, help="Only show what is kept.")
@click.option("--yes", is_flag=True, help="Ask nothing.")
@output_options()
def forget(*, only_show: bool, yes: bool, output: Output, **asked: str | None) -> None:
    """Delete what is kept of a reader, a source or a program.

    From all tables, datasets and lines that were set aside; the figures are computed anew. Training files and backups
    stay: those that were written here are named.
    """
    given = {name: value for name, value in asked.items() if value and value.strip()}
    if len(given) != 1:
        raise click.UsageError("Say whom or what: one of --user, --pseudonym, --source, --extraction, --service.")
    with open_store() as (store, folder):
        scope = _scope(**given)
        held = find(store, scope)
        if held.rows and not only_show and not yes:
            show(table("What is kept", ("table", "rows"), held.rows.items()), aside=True)
            confirm("Delete it? It cannot be undone.")
        rejected = 0
        if not only_show:
            rejected = forget_lines(folder, [identifier.encode() for identifier in held.ids])
            drop_candidates(folder, held.candidates)
            with progress("Forgetting") as callback:
                forget_rows(store, scope, held, callback)
        segments = len(segment_paths(folder.local))
        lost = [key for key in states(store, folder) if key["state"] == NOT_HERE] if "user" in given else []
        # By its URL, too: of what an earlier run has deleted nobody knows the ids any more.
        sources = {*(held.ids if "extractions" in held.rows else ()), scope.source, scope.extraction} - {""}
        receipt = Receipt(
            held.rows, held.datasets, held.candidates, rejected, segments, read_copies(folder.backups),
            list(manifests_of(read_copies(folder.exports), frozenset(sources))), not only_show,
        )  # fmt: skip
    output.emit([{**given, **_fields(receipt)}], lambda _: _draw(receipt))
    if receipt.forgotten and (held.rows or rejected) and not receipt.backups:
        note(f"Backups of before, if there are any, hold it still. {_AGAIN}")
    if lost:
        readers, ids = sum(key["readers"] for key in lost), ", ".join(key["user_key_id"] for key in lost)
        note(f"{plural(readers, 'reader')} of keys that are not here ({ids}) may be this one: nobody can tell.")
    if held.datasets and output is Output.TEXT:
        note(f"Training files of these datasets hold it, too: write them anew by `{COMMAND} export --dataset`.")


def _scope(user: str = "", pseudonym: str = "", source: str = "", extraction: str = "", service: str = "") -> Scope:
    settings = settings_in_force()
    folder = make_folder(find_folder(settings))
    finisher = read_finisher(settings, folder)
    readers = pseudonyms(finisher, folder, user) if user else [pseudonym] if pseudonym else []
    url = stored_url(source, Redactor(finisher.rules)) if source else ""
    return Scope(readers, source=url, extraction=extraction, service=service)


def _fields(receipt: Receipt) -> dict[str, object]:
    return {
        "rows": dict(receipt.rows), "datasets": receipt.datasets, "candidates": receipt.candidates,
        "rejected": receipt.rejected,
        "segments": receipt.segments, "backups": [asdict(copy) for copy in receipt.backups],
        "exports": [asdict(copy) | {"training_files": files_of(copy)} for copy in receipt.exports],
        "forgotten": receipt.forgotten,
    }  # fmt: skip


def _list(copies: list[Copy]) -> str:
    named = ((", ".join(files_of(copy)) or copy.file, copy) for copy in copies)
    return ", ".join(
        f"{files} (of {copy.made_at[:10]}{'' if copy.is_there else ', moved or deleted'})" for files, copy in named
    )


def _draw(receipt: Receipt) -> list[RenderableType]:
    verb = "Forgotten" if receipt.forgotten else "Kept"
    parts: list[RenderableType] = [table(verb, ("table", "rows"), receipt.rows.items())]
    if not receipt.rows and not receipt.rejected:
        parts = ["Nothing is kept of it."]
    if receipt.rejected:
        parts.append(f"Of what was set aside: {receipt.rejected:,} lines.")
    if receipt.datasets:
        parts.append(f"In the datasets {', '.join(receipt.datasets)}.")
    if receipt.candidates:
        parts.append(f"In the prompts of the candidates {', '.join(receipt.candidates)}: make others.")
    if receipt.backups:
        parts.append(f"Backups of before, and copies of them, may hold it: {_list(receipt.backups)}. {_AGAIN}")
    if receipt.exports:
        parts.append(
            f"Training files hold it, by their manifests, or may, where one is unreadable: {_list(receipt.exports)}. "
            "Write them anew."
        )
    if receipt.forgotten and receipt.segments:
        parts.append("Running apps still hold files with lines that were taken in: they go when the apps end.")
    return parts
