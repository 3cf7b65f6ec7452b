"""`otel-training ship`: sends what waits to the endpoint, once, from outside the app."""

import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import asdict
from typing import Final

import click

from otel_training import config
from otel_training.cli.exit_code import ExitCode
from otel_training.cli.output import Output, output_options, plural, progress, warn
from otel_training.cli.store import require_data
from otel_training.conventions import COMMAND
from otel_training.errors import TrainingError
from otel_training.folder import DataFolder, find_folder, make_folder
from otel_training.pipeline import process
from otel_training.pipeline.settings import settings_in_force
from otel_training.shipping.shipper import Shipper
from otel_training.shipping.state import read_state
from otel_training.spool.segments import read_backlog

WAIT_SECONDS: Final = 3.0
_POLL_SECONDS: Final = 0.05


@click.command()
@output_options()
def ship(output: Output) -> ExitCode:
    """Send what waits to OTEL_TRAINING_OTLP_ENDPOINT, once.

    Running apps do so by themselves; this is for what they left. The exit code is 1 when the
    receiver did not take all of it.
    """
    settings = settings_in_force()
    if not settings.otlp_endpoint:
        raise TrainingError("There is no endpoint: set OTEL_TRAINING_OTLP_ENDPOINT, e.g. to http://127.0.0.1:4318.")
    require_data()
    folder = make_folder(find_folder(settings))
    before = read_state(folder)
    with _lock_shipping(folder, settings) as shipper, progress("Shipping") as callback:
        waiting = read_backlog(folder.ship).segments
        steps = iter(range(1, waiting + 1))
        refusal = shipper.ship_finished(lambda _: callback(next(steps, waiting), waiting))
    after, left = read_state(folder), read_backlog(folder.ship)
    result = {
        "endpoint": after.endpoint, "accepted": after.accepted - before.accepted,
        "rejected": after.rejected - before.rejected, **asdict(left),
        "error": None if refusal is None else refusal.reason,
    }  # fmt: skip
    sentence = (
        f"Shipped {plural(result['accepted'], 'record')} to {after.endpoint or 'nobody'}; {result['rejected']:,} "
        f"refused; {plural(left.segments, 'segment')} ({left.bytes:,} bytes) waiting."
    )
    output.emit([result], lambda _: [sentence])
    if refusal is None:
        return ExitCode.OK
    warn(f"The receiver did not take all: {refusal.reason}. Nothing is lost; `{COMMAND} ship` tries again.")
    return ExitCode.FAILED


@contextmanager
def _lock_shipping(folder: DataFolder, settings: config.Settings) -> Iterator[Shipper]:
    """Take the folder's shipping lock for this process, waiting for it `WAIT_SECONDS` at most."""
    shipper = Shipper(folder, settings, process.lose)
    deadline = time.monotonic() + WAIT_SECONDS
    while not shipper.try_lock():
        if time.monotonic() > deadline:
            raise TrainingError(f"Another process ships from {folder.path} already: look at `{COMMAND} status`.")
        time.sleep(_POLL_SECONDS)
    try:
        yield shipper
    finally:
        shipper.unlock()
