"""`otel-training demo`: the whole way of a record, on a small feed application."""

import shutil
import sys
from pathlib import Path
from typing import Final

import click

from otel_training import config
from otel_training.cli.analyze import read_analysis, show
from otel_training.cli.export import show_funnel, show_report
from otel_training.cli.render import note, out
from otel_training.conventions import COMMAND
from otel_training.dataset.export import export
from otel_training.dataset.funnel import Filters, funnel
from otel_training.errors import TrainingError
from otel_training.folder import NAME
from otel_training.store.session import opened

_MARK: Final = ".otel_training-demo"
_LINE: Final = 700


@click.command()
@click.option(
    "--out", "work", type=click.Path(path_type=Path), default=Path("demo-out"), show_default=True, help="Its folder."
)
def demo(work: Path) -> None:
    """Run a small feed application and turn its traffic into a training file."""
    try:
        from otel_training.demo.run import run
    except ImportError as error:
        raise TrainingError("The demo needs its libraries: pip install 'otel_training[all]'.") from error
    work = work.absolute()
    _clear(work)
    run(work, say=note)
    config.override(home=str(work / NAME))
    console, target, filters = out(), work / "training.jsonl", Filters()
    with opened(config.settings()) as (store, _):
        found = funnel(store, filters)
        show(console, read_analysis(store))
        show_funnel(console, found)
        report = export(store, target, filters, found)
    console.print()
    show_report(console, report)
    _show_lines(target)
    console.print(
        f"\nNext: OTEL_TRAINING_HOME={work / NAME} {_command()} view extraction\nThen put the two lines into your app.",
        markup=False,
        soft_wrap=True,
    )


def _command() -> str:
    """Return how this very command is called: `make demo` puts it on no PATH."""
    return COMMAND if shutil.which(COMMAND) else sys.argv[0]


def _show_lines(target: Path) -> None:
    console = out()
    with target.open(encoding="utf-8") as file:
        for line, _ in zip(file, range(2), strict=False):
            shown = line.rstrip()
            console.print(f"\n{shown[:_LINE]}{'…' if len(shown) > _LINE else ''}", markup=False, soft_wrap=True)


def _clear(work: Path) -> None:
    """Make the folder anew; only one that an earlier demo made is deleted."""
    if work.exists():
        if any(work.iterdir()) and not (work / _MARK).exists():
            raise TrainingError(f"{work} is not empty and no demo made it: choose another --out.")
        shutil.rmtree(work)
    work.mkdir(parents=True)
    (work / _MARK).touch()
