"""`otel-training export`: the training file."""

from collections.abc import Sequence
from dataclasses import asdict, replace
from datetime import UTC, datetime
from pathlib import Path
from typing import Final

import click
from click.core import ParameterSource
from rich.console import RenderableType

from otel_training.cli.gaps import draw_list
from otel_training.cli.output import Output, note, output_options, plural, progress, show, table
from otel_training.cli.selection import selection_options
from otel_training.cli.store import has_data, open_store
from otel_training.conventions import COMMAND
from otel_training.dataset.compression import SUFFIX
from otel_training.dataset.export import Frozen, Report, check_target
from otel_training.dataset.export import export as write_export
from otel_training.dataset.funnel import Filters, Funnel, Step, funnel
from otel_training.dataset.snapshot import Snapshot, check_opt_outs, find_snapshot, funnel_of, read_rows
from otel_training.dataset.split import SPLITS
from otel_training.dataset.target import DEFAULT, read_target, target_names
from otel_training.dataset.trust import with_doubts
from otel_training.store.client import Store, read_query
from otel_training.store.copies import note_copy

_ANY_NET: Final = -1e9
_REASONS: Final = {
    "no_call": "without a captured call",
    "other_answer": "with calls, none of which answered these insights",
    "judge": "with only calls that judged the insights",
    "no_text": "whose prompt is not all text",
}
"""Why a template stands in."""


@click.command()
@click.option("--out", type=click.Path(path_type=Path), help="The training file to write; for hf a folder.")
@click.option(
    "--for",
    "target_name",
    type=click.Choice(target_names()),
    default=DEFAULT,
    show_default=True,
    help="Who trains on it.",
)
@selection_options
@click.option(
    "--only",
    type=click.Choice(("captured", "template")),
    help="Write only rows whose prompt was captured, or those where a template stands in.",
)
@click.option("--dataset", metavar="NAME", help="Write a frozen dataset instead.")
@click.option("--split", type=click.Choice(SPLITS), help="Of the dataset this part alone.")
@click.option("--compress", type=click.Choice(("zstd",)), help="Compress the file.  [default: by a name in .zst]")
@click.option("--force", is_flag=True, help="Replace the file if it exists.")
@click.option("--print-sql", is_flag=True, help="Print the query with its parameters instead.")
@output_options()
def export(  # noqa: PLR0913 - an option each
    *,
    out: Path | None,
    target_name: str,
    only: str | None,
    dataset: str | None,
    split: str | None,
    compress: str | None,
    force: bool,
    print_sql: bool,
    output: Output,
    filters: Filters,
) -> None:
    """Write what readers liked as a training file.

    By default in OpenAI's chat format, with a manifest beside it that says where each row comes from. Each row is
    checked as `validate` does.
    """
    target = read_target(target_name)
    if split and not dataset:
        raise click.UsageError("--split is of a frozen dataset: name it by --dataset.")
    if dataset and (filters != Filters() or print_sql):
        raise click.UsageError("--dataset is what was chosen when it was made: leave out the filters.")
    source = click.get_current_context().get_parameter_source("net_above")
    if target.has("label") and source is not ParameterSource.COMMANDLINE:
        # Answers that readers dismissed are wanted where rows have labels.
        filters = replace(filters, net_above=_ANY_NET)
    if print_sql:
        click.echo(_print_sql(filters))
        return
    out = _file(out)
    is_compressed = bool(compress) or out.suffix == SUFFIX
    check_target(out, target, force=force, compress=is_compressed)
    with open_store() as (store, folder):
        snapshot = find_snapshot(store, dataset) if dataset else None
        if snapshot:
            check_opt_outs(store, snapshot, filters.doubts)
        else:
            filters = with_doubts(store, filters)
        counts = funnel_of(snapshot, split) if snapshot else funnel(store, filters)
        frozen = frozen_rows(store, snapshot, split or "", only or "") if snapshot else None
        _show(counts, output)
        with progress("Exporting") as callback:
            report = write_export(
                store, out, filters, counts, target=target, only=only, frozen=frozen, compress=is_compressed,
                progress=callback,
            )  # fmt: skip
        if folder.path.is_dir():
            note_copy(folder.exports, Path(report.manifest), datetime.now(UTC).isoformat(timespec="seconds"))
        leaks = store.row(read_query("dataset_leaks"), dataset_id=snapshot.dataset_id) if snapshot else {}
    if output is Output.TEXT:
        show(*_draw_later(report.funnel.steps[len(counts.steps) :]), aside=True)
    row = asdict(report) | {"filters": report.filters.as_json()}
    output.emit([row], lambda _: [draw_report(report), *([draw_leaks(leaks)] if leaks else [])])
    if is_compressed and out.suffix != SUFFIX:
        note(f"{out.name} is compressed, which its name does not say: programs take it for rows until it is unpacked.")
    if output is Output.TEXT and snapshot is None:
        options = "--min-quality, --net-above, --min-viewers"
        options += ", --count-lockstep" if filters.doubts.lockstep or filters.doubts.piles else ""
        note(f"Too few or too many? {options}; `{COMMAND} analyze` shows the spread.")


def _file(out: Path | None) -> Path:
    """Return the file to write; raises `UsageError` where it is none."""
    if out is None:
        raise click.UsageError("Missing option '--out', e.g. --out training.jsonl")
    if str(out) == "-":
        raise click.UsageError("--out must be a file, beside which the manifest is written, e.g. --out training.jsonl")
    if out.suffix in {".gz", ".bz2", ".xz", ".zip"}:
        raise click.UsageError(f"{out.name} would not be what its name says: take .zst, which compresses it.")
    return out


def _show(counts: Funnel, output: Output) -> None:
    """Show what the filters left, and what data is missing."""
    if output is Output.TEXT or not counts.left:
        show(draw_funnel(counts), aside=True)
    # Where nothing is left, the error names the gap that comes first.
    why = "" if counts.left else counts.why_none()
    missing = (gap.sentence for gap in counts.gaps if gap.sentence not in why)
    show(*draw_list("What is missing", missing), aside=True)


def frozen_rows(store: Store, snapshot: Snapshot, split: str, only: str) -> Frozen:
    """Return a dataset's examples, and what of it they are."""
    origin = {"name": snapshot.name, "id": snapshot.dataset_id, "split": split, "only": only}
    return Frozen(origin, (row.example for row in read_rows(store, snapshot, split)))


def _print_sql(filters: Filters) -> str:
    """Return the query as it is now; where nothing was captured all votes count."""
    if filters.trim or filters.grounded:
        raise click.UsageError("--trim and --grounded look at texts, after the query: leave them out of --print-sql.")
    if has_data():
        with open_store() as (store, _):
            filters = with_doubts(store, filters)
    return sql_of(filters)


def sql_of(filters: Filters) -> str:
    """Return the query, its parameters set, for any client of ClickHouse."""
    parameters = "".join(f"SET param_{name} = {_literal(value)};\n" for name, value in filters.parameters().items())
    return f"{parameters}{filters.query('export').rstrip()};"


def _literal(value: object) -> str:
    """Write a value for ClickHouse, a whole number without its ".0", which it would not read as an integer."""
    if isinstance(value, str):
        return "'" + value.replace("\\", "\\\\").replace("'", "\\'") + "'"
    if isinstance(value, list):
        return f"[{', '.join(map(_literal, value))}]"
    return str(int(value) if isinstance(value, (int, float)) and value == int(value) else value)


def draw_funnel(funnel: Funnel) -> RenderableType:
    """Draw what each filter left and dropped."""
    rows = [(step.filter, step.left, step.dropped, step.reason) for step in funnel.steps]
    return table("Funnel", ("filter", "left", "dropped", "why dropped"), rows)


def _draw_later(steps: Sequence[Step]) -> list[RenderableType]:
    """Draw the steps that are known when all is written."""
    return [draw_funnel(Funnel([*steps], []))] if steps else []


def draw_report(report: Report) -> RenderableType:
    """Name what was written: the file, whose prompts it has, and what to know before training on it."""
    lines = [f"Wrote {plural(report.rows, 'example')} to {report.file}", f"Each row's origin is in {report.manifest}"]
    reasons = "; ".join(f"{count:,} {_REASONS[reason]}" for reason, count in sorted(report.template_reasons.items()))
    lines.append(f"Prompts: {report.captured:,} captured, {report.rows - report.captured:,} by the template")
    lines[-1] += f" ({reasons})" if reasons else ""
    if report.system_prompts > 1:
        lines.append(
            f"The rows have {report.system_prompts} different system prompts: train on one kind by --only captured or "
            "--only template, or write one file for each."
        )
    lines += [f"For {report.target}: {warning}." for warning in report.warnings]
    return "\n".join(lines)


def draw_leaks(leaks: dict[str, int]) -> str:
    """Say what stands in two splits."""
    crossing = [plural(count, kind) for kind, count in leaks.items() if count]
    if crossing:
        return f"Leaks: {', '.join(crossing)} in two splits."
    *kinds, last = leaks
    return f"No leaks: no {', '.join(kinds)} or {last} stands in two splits."
