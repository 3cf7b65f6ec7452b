"""`otel-training status`: what gathers, what waits, what was lost, how far, the next step."""

from collections import Counter
from dataclasses import asdict, dataclass, field
from typing import Any, Final

import click
from rich.console import RenderableType
from rich.progress_bar import ProgressBar
from rich.table import Table
from rich.text import Text

from otel_training.cli.gaps import is_read_elsewhere, read_gaps
from otel_training.cli.output import Output, output_options, to_text, warn
from otel_training.cli.shipping_report import read_shipping_report, waiting_segments
from otel_training.cli.store import has_data, open_store
from otel_training.conventions import COMMAND, Loss
from otel_training.dataset.coverage import NOTHING, PRICES, Gap
from otel_training.folder import DataFolder, find_folder
from otel_training.pipeline.settings import settings_in_force
from otel_training.spool.loss_file import read_losses
from otel_training.spool.segments import read_backlog
from otel_training.store.client import Store, read_query
from otel_training.store.drain import count_waiting

TARGETS: Final = (500, 1000)
_READ_THERE: Final = "Set OTEL_TRAINING_STORE to the ClickHouse that your collector writes into, to read what is there."


@dataclass(frozen=True, slots=True)
class Status:
    """The figures; `captured` = `stored` + `spooled` + all of `lost`."""

    folder: str
    captured: int = 0
    stored: int = 0
    spooled: int = 0
    lost: dict[str, int] = field(default_factory=dict)
    by_kind: dict[str, int] = field(default_factory=dict)
    samples: int = 0
    targets: dict[str, float] = field(default_factory=dict)
    shipping: dict[str, Any] | None = None  # where records are shipped to instead, what waits for it, and how it goes
    gaps: list[Gap] = field(default_factory=list)  # what is missing, the costliest first
    next_step: str = ""


def read_status(store: Store, folder: DataFolder) -> Status:
    """Read the figures from the store and the spool."""
    row = store.row(read_query("status"))
    spooled = count_waiting(store, folder)
    lost = lost_by_reason(row, folder)
    gaps = read_gaps(store, folder)
    return Status(
        folder=str(folder.path),
        captured=row["stored"] + spooled + sum(lost.values()),
        stored=row["stored"],
        spooled=spooled,
        lost=lost,
        by_kind=row["by_kind"],
        samples=row["samples"],
        targets=progress_to(row["samples"]),
        shipping=read_shipping_report(folder, settings_in_force()),
        gaps=gaps,
        next_step=_READ_THERE if is_read_elsewhere(folder) else next_step(gaps, row["samples"]),
    )


def lost_by_reason(row: dict[str, Any], folder: DataFolder) -> dict[str, int]:
    """Add up what writers reported, what the drain could not read, and what no segment took at a program's end."""
    drained = {Loss.DAMAGED.value: row["damaged"], Loss.TORN.value: row["torn"]}
    return dict(Counter(row["lost"]) + Counter(drained) + Counter(read_losses(folder.losses)))


def progress_to(samples: int) -> dict[str, float]:
    """Return how far the samples are to each target, 0 to 1."""
    return {str(target): round(min(1.0, samples / target), 4) for target in TARGETS}


def next_step(gaps: list[Gap], samples: int) -> str:
    """Return the one thing to do next: gathering goes on where most of what is gathered can be used."""
    costly = (gap for gap in gaps if gap.name != PRICES)
    pressing = next((gap for gap in costly if gap.examples_lost * 10 >= samples or gap.count * 2 >= gap.total), None)
    if pressing is not None:
        return pressing.sentence
    if samples < TARGETS[0]:
        return f"Keep gathering: {TARGETS[0] - samples} samples to {TARGETS[0]}; `{COMMAND} analyze` shows them."
    return f"Export what readers liked: {COMMAND} export --out training.jsonl"


@click.command()
@output_options()
def status(output: Output) -> None:
    """Show what is captured, waits or was lost, and what to do next."""
    print_status(output)


def print_status(output: Output) -> None:
    """Print the status; also where there is no data yet."""
    folder = find_folder(settings_in_force())
    if has_data():
        with open_store() as (store, folder):
            figures = read_status(store, folder)
    else:
        figures = Status(str(folder.path), targets=progress_to(0), next_step=next_step([NOTHING], 0))
    if figures.lost:
        warn(f"Lost: {_list(figures.lost)}. `{COMMAND} doctor` explains each.")
    if read_backlog(folder.local).bytes > settings_in_force().max_bytes / 2:
        warn("The waiting segments take more than half of OTEL_TRAINING_MAX_BYTES: capture stops when it is reached.")
    output.emit([asdict(figures)], lambda _: [_draw(figures)])


def _draw(figures: Status) -> RenderableType:
    grid = Table.grid(padding=(0, 2))
    kinds = f"   ({_list(figures.by_kind)})" if figures.by_kind else ""
    for name, value in (
        ("Folder", figures.folder),
        ("Captured", f"{figures.captured:,}"),
        ("Stored", f"{figures.stored:,}{kinds}"),
        ("Waiting", f"{figures.spooled:,}"),
        *_shipping_lines(figures.shipping),
        ("Lost", _list(figures.lost) or "0"),
    ):
        grid.add_row(Text(name, style="dim"), Text(value, style="red" if name == "Lost" and figures.lost else ""))
    bars = Table.grid(padding=(0, 2))
    for target in TARGETS:
        bar = ProgressBar(total=target, completed=min(figures.samples, target), width=30)
        bars.add_row(bar, Text(f"{figures.samples:,} of {target:,}"))
    grid.add_row(Text("Samples", style="dim"), bars)
    grid.add_row(Text("Next", style="dim"), to_text(figures.next_step))
    for gap in figures.gaps:
        if gap.sentence != figures.next_step:
            grid.add_row(Text("Missing", style="dim"), to_text(gap.sentence))
    return grid


def _shipping_lines(report: dict[str, Any] | None) -> list[tuple[str, str]]:
    if report is None:
        return []
    accepted = f"{report['accepted']:,} accepted, the last {report['accepted_at']}" if report["accepted_at"] else ""
    refused = f"{report['rejected']:,} refused" if report["rejected"] else ""
    figures = ", ".join(filter(None, (accepted, refused, waiting_segments(report))))
    error = [("", f"{report['error']} ({report['error_at']})")] if report["error"] else []
    return [("Shipping", f"to {report['endpoint'] or 'nowhere'}"), ("", figures), *error]


def _list(counts: dict[str, int]) -> str:
    return ", ".join(f"{count:,} {name}" for name, count in counts.items())
