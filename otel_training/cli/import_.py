"""`otel-training import`: what was gathered before, and by others."""

from collections.abc import Iterator
from pathlib import Path

import click

from otel_training.cli.exit_code import ExitCode
from otel_training.cli.output import Output, output_options, plural, progress, show
from otel_training.cli.store import open_store
from otel_training.conventions import COMMAND
from otel_training.errors import TrainingError
from otel_training.folder import find_folder, make_folder
from otel_training.imports.call import Held
from otel_training.imports.files import Imported, import_files
from otel_training.pipeline.pipeline import make_finisher
from otel_training.pipeline.settings import settings_in_force
from otel_training.store.client import read_query

_FILE = click.Path(exists=True, dir_okay=False, allow_dash=True, path_type=Path)
_SHOWN = 100  # lines that are named one by one


@click.command("import")
@click.argument("files", nargs=-1, required=True, type=_FILE)
@output_options()
def import_(files: tuple[Path, ...], output: Output) -> ExitCode:
    """Import old logs, and what others gathered.

    What a file is, shows in what it holds: JSON lines of extractions and feedback, rows that give an old insight id its
    text, all that `view --json` prints, any collector's OTLP in JSON with calls of models or our own events, traces,
    observations and scores that Langfuse exported, Bedrock's log of model invocations. Files may be gzipped; `-` is
    stdin. Importing a file again changes nothing. What cannot be read is named and skipped; the exit code is 1 then, or
    where nothing is of use.
    """
    settings = settings_in_force()
    if settings.store:
        raise TrainingError("import writes into the embedded store: unset OTEL_TRAINING_STORE and run it again.")
    folder = make_folder(find_folder(settings))
    with progress("Reading") as callback:
        done = import_files(list(files), folder, make_finisher(settings, folder), callback, Held(_read_ids, _read_met))
    with open_store():
        pass  # opening the store drains into it
    show(*_sentences(done), aside=True)
    kinds = ", ".join(f"{count:,} {kind}" for kind, count in sorted(done.records.items())) or "nothing"
    skipped = plural(len(done.unreadable), "unreadable line")
    result = {
        "imported": done.records,
        "unreadable": len(done.unreadable),
        "skipped": {reason: count for reason, (count, _) in done.skipped.items()},
    }
    output.emit([result], lambda _: [f"Imported {kinds}; skipped {skipped}."])
    return ExitCode.FAILED if done.unreadable or not done.records else ExitCode.OK


def _sentences(done: Imported) -> Iterator[str]:
    """Yield what could not be read, what was left out, and what is missing for training."""
    yield from map(str, done.unreadable[:_SHOWN])
    if len(done.unreadable) > _SHOWN:
        yield f"and {len(done.unreadable) - _SHOWN:,} more"
    for reason, (count, first) in sorted(done.skipped.items()):
        yield f"Left out: {plural(count, 'record')} that {reason}, first at {first.file}:{first.line}."
    if done.ahead:
        yield (
            f"{plural(done.ahead, 'row')} of the future, first {done.first_ahead}: a reader's latest vote counts, and "
            f"`retention` waits. Where the times are wrong, `{COMMAND} forget --service import` takes back what came "
            "without a program's name; then import it with right ones."
        )
    if done.without_url:
        yield (
            f"{done.without_url:,} of {plural(done.examples, 'example')} without a source's URL: name it as "
            "`source_url` in what is sent as metadata, or equal texts of two sources are one insight."
        )
    if done.without_score:
        yield (
            f"{done.without_score:,} of {plural(done.examples, 'example')} without a quality score: "
            f"`{COMMAND} export --no-score` asks for none."
        )


def _read_ids(least: int) -> dict[str, int]:
    """Read the ids of what the store holds, of imported lines from the least on, each with its line."""
    with open_store() as (store, _):
        return {row["id"]: row["line"] for row in store.rows(read_query("ids"), least=least)}


def _read_met() -> dict[str, str]:
    """Read which extractions the store holds, by responses and by spans."""
    with open_store() as (store, _):
        return {row["key"]: row["met"] for row in store.rows(read_query("met"))}
