"""`otel-training status`: what gathers, what waits, what was lost, how far, the next step."""

from dataclasses import asdict, dataclass, field
from typing import Any, Final

import click
from rich.console import Group
from rich.progress_bar import ProgressBar
from rich.table import Table
from rich.text import Text

from otel_training import config
from otel_training.cli.render import counted, json_option, out, print_json, warn
from otel_training.cli.session import has_data, session, tell_losses
from otel_training.cli.shipping import how_shipping_goes
from otel_training.conventions import COMMAND, Kind, Loss
from otel_training.folder import DataFolder, find_folder
from otel_training.spool.segments import waiting_bytes
from otel_training.store.client import Store, query
from otel_training.store.drain import waiting

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
    shipping: dict[str, Any] | None = None
    """Where records are shipped to instead, what waits for it, and how it goes."""
    next_step: str = ""


def read_status(store: Store, folder: DataFolder) -> Status:
    """Read the figures from the store and the spool."""
    row = store.row(query("status"))
    spooled = waiting(store, folder).lines
    lost, settings = lost_by_reason(row), config.settings()
    shipping = how_shipping_goes(folder, settings)
    return Status(
        folder=str(folder.path),
        captured=row["stored"] + spooled + sum(lost.values()),
        stored=row["stored"],
        spooled=spooled,
        lost=lost,
        by_kind=row["by_kind"],
        samples=row["samples"],
        targets=progress_to(row["samples"]),
        shipping=shipping,
        next_step=_READ_THERE if shipping and not settings.store else next_step(row["by_kind"], row["samples"]),
    )


def lost_by_reason(row: dict[str, Any]) -> dict[str, int]:
    """Join what writers counted with what the drain could not read."""
    drained = {Loss.DAMAGED.value: row["damaged"], Loss.TORN.value: row["torn"]}
    return {**row["lost"], **{reason: count for reason, count in drained.items() if count}}


def progress_to(samples: int) -> dict[str, float]:
    """Say how far the samples are to each target, 0 to 1."""
    return {str(target): round(min(1.0, samples / target), 4) for target in TARGETS}


def next_step(by_kind: dict[str, int], samples: int) -> str:
    """Say the one thing to do next."""
    if not by_kind:
        return "Decorate your extraction function with @otel_training.extraction and run it."
    if Kind.EXTRACTION not in by_kind:
        return f"No extraction is here yet: run the extracting program too; `{COMMAND} doctor` says who wrote."
    if not {Kind.FEEDBACK, Kind.IMPRESSION} & by_kind.keys():
        return "Add otel_training.TrainingMiddleware to the app that serves the feed."
    if samples < TARGETS[0]:
        return f"Keep gathering: {TARGETS[0] - samples} samples to {TARGETS[0]}; `{COMMAND} analyze` shows them."
    return f"Export what readers liked: {COMMAND} export --out training.jsonl"


@click.command()
@json_option
def status(*, as_json: bool = False) -> None:
    """Show what gathers, what waits, what was lost, and the next step."""
    if has_data():
        with session() as (store, folder):
            found = read_status(store, folder)
            _warn_half(folder)
    else:
        folder = find_folder(config.settings())
        found = Status(str(folder.path), targets=progress_to(0), next_step=next_step({}, 0))
    tell_losses(found.lost)
    if as_json:
        print_json(asdict(found))
    else:
        out().print(_drawn(found))


def _warn_half(folder: DataFolder) -> None:
    settings = config.settings()
    if waiting_bytes(folder.local) > settings.max_bytes / 2:
        warn("The waiting segments take more than half of OTEL_TRAINING_MAX_BYTES: capture stops when it is reached.")


def _shipping(found: dict[str, Any] | None) -> list[tuple[str, str]]:
    if found is None:
        return []
    waits = f"{counted(found['segments'], 'segment')} ({found['bytes']:,} bytes) wait"
    accepted = f"{found['accepted']:,} accepted, the last {found['accepted_at']}" if found["accepted_at"] else ""
    refused = f"{found['rejected']:,} refused" if found["rejected"] else ""
    told = ", ".join(filter(None, (accepted, refused, waits)))
    error = [("", f"{found['error']} ({found['error_at']})")] if found["error"] else []
    return [("Shipping", f"to {found['endpoint'] or 'nowhere'}"), ("", told), *error]


def _drawn(found: Status) -> Group:
    head = Table.grid(padding=(0, 2))
    kinds = ", ".join(f"{count:,} {kind}" for kind, count in found.by_kind.items())
    lost = ", ".join(f"{count:,} {reason}" for reason, count in found.lost.items())
    for name, value in (
        ("Folder", found.folder),
        ("Captured", f"{found.captured:,}"),
        ("Stored", f"{found.stored:,}" + (f"   ({kinds})" if kinds else "")),
        ("Waiting", f"{found.spooled:,}"),
        *_shipping(found.shipping),
        ("Lost", lost or "0"),
    ):
        head.add_row(Text(name, style="dim"), Text(value, style="red" if name == "Lost" and lost else ""))
    bars = Table.grid(padding=(0, 2))
    for target in TARGETS:
        bar = ProgressBar(total=target, completed=min(found.samples, target), width=30)
        bars.add_row(bar, Text(f"{found.samples:,} of {target:,}"))
    head.add_row(Text("Samples", style="dim"), bars)
    head.add_row(Text("Next", style="dim"), Text(found.next_step, style="bold"))
    return Group(head)
