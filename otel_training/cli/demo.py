"""`otel-training demo`: the whole way of a record, on a small feed application."""

import shutil
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Final

import click
from rich.console import RenderableType

from otel_training.analysis.figures import Figures
from otel_training.analysis.reading import read_figures
from otel_training.analysis.report import write_report
from otel_training.cli.analyze import draw_figures
from otel_training.cli.export import draw_funnel, draw_report
from otel_training.cli.output import note, show
from otel_training.conventions import COMMAND
from otel_training.dataset.export import Report, export
from otel_training.dataset.funnel import Filters, funnel
from otel_training.errors import TrainingError
from otel_training.folder import NAME
from otel_training.pipeline import process
from otel_training.pipeline.configure import configure
from otel_training.store.session import open_drained

_MARK: Final = ".otel_training-demo"
_LINES: Final = 2
_PART: Final = 300


@click.command()
@click.option(
    "--out", "work", type=click.Path(path_type=Path), default=Path("demo-out"), show_default=True, help="Its folder."
)
@click.option("--loop", is_flag=True, help="Go on, to a cheaper model that serves and comes back; by stand-ins alone.")
@click.option("--size", type=click.IntRange(160, 400), default=300, show_default=True, help="Sources of the loop.")
def demo(*, work: Path, loop: bool, size: int) -> None:
    """Run a small feed application, and make a training file of it."""
    try:
        from otel_training.demo.loop import run_loop
        from otel_training.demo.run import run
    except ImportError as error:
        raise TrainingError("The demo needs its libraries: pip install 'otel_training[all]'.") from error
    work = work.absolute()
    _clear(work)
    if loop:
        run_loop(work, size)
        return
    run(work, say=note)
    note("")
    configure(home=str(work / NAME))
    filters = Filters()
    with open_drained(process.settings()) as (store, _):
        counts = funnel(store, filters)
        figures = read_figures(store, counts.gaps)
        report = export(store, work / "training.jsonl", filters, counts)
    show(*_draw(work, figures, report))
    try:
        write_report(figures, page := work / "report.html")
    except TrainingError as error:
        note(str(error))
    else:
        show(f"The report: {page}")


def _draw(work: Path, figures: Figures, report: Report) -> Iterator[RenderableType]:
    yield from draw_figures(figures)
    yield draw_funnel(report.funnel)
    yield draw_report(report)
    with Path(report.file).open(encoding="utf-8") as file:
        for line, _ in zip(file, range(_LINES), strict=False):
            yield f"\n{line[:_PART]} … {line[-_PART:].rstrip()}" if len(line) > 2 * _PART else f"\n{line.rstrip()}"
    # How this very command is called: `make demo` puts it on no PATH.
    command = COMMAND if shutil.which(COMMAND) else sys.argv[0]
    yield f"\nNext: OTEL_TRAINING_HOME={work / NAME} {command} view extraction"
    yield "Then put the two lines into your app."


def _clear(work: Path) -> None:
    """Empty the folder; only one that an earlier demo made is deleted."""
    if work.exists():
        if any(work.iterdir()) and not (work / _MARK).exists():
            raise TrainingError(f"{work} is not empty and no demo made it: choose another --out.")
        shutil.rmtree(work)
    work.mkdir(parents=True)
    (work / _MARK).touch()
