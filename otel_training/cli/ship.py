"""`otel-training ship`: sends what waits to the endpoint, once, from outside the app."""

import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import asdict
from typing import Final

import click

from otel_training import config
from otel_training.cli.render import counted, json_option, out, print_json, progress, warn
from otel_training.cli.session import need_data
from otel_training.conventions import COMMAND
from otel_training.errors import TrainingError
from otel_training.folder import DataFolder, find_folder, make_folder
from otel_training.pipeline import lifecycle
from otel_training.shipping.shipper import Shipper
from otel_training.shipping.state import read_backlog, read_shipping

WAIT_SECONDS: Final = 3.0
_POLL_SECONDS: Final = 0.05


@click.command()
@json_option
@click.pass_context
def ship(context: click.Context, *, as_json: bool) -> None:
    """Send what waits to OTEL_TRAINING_OTLP_ENDPOINT, once.

    Running apps do so by themselves; this is for what they left. The exit code is 1 when the
    receiver did not take all of it.
    """
    settings = config.settings()
    if not settings.otlp_endpoint:
        raise TrainingError("There is no endpoint: set OTEL_TRAINING_OTLP_ENDPOINT, e.g. to http://127.0.0.1:4318.")
    need_data()
    folder = make_folder(find_folder(settings))
    before = read_shipping(folder)
    with _held(folder, settings) as shipper, progress("Shipping") as tell:
        waiting = read_backlog(folder).segments
        done = iter(range(1, waiting + 1))
        answer = shipper.round(lambda _: tell(next(done, waiting), waiting))
    told, left = read_shipping(folder), read_backlog(folder)
    accepted, rejected = told.accepted - before.accepted, told.rejected - before.rejected
    if as_json:
        error = None if answer is None else answer.reason
        found = {"endpoint": told.endpoint, "accepted": accepted, "rejected": rejected, **asdict(left), "error": error}
        print_json(found)
    else:
        waits = f"{counted(left.segments, 'segment')} ({left.bytes:,} bytes) waiting"
        sentence = (
            f"Shipped {counted(accepted, 'record')} to {told.endpoint or 'nobody'}; {rejected:,} refused; {waits}."
        )
        out().print(sentence, soft_wrap=True, markup=False)
    if answer is not None:
        warn(f"The receiver did not take all: {answer.reason}. Nothing is lost; `{COMMAND} ship` tries again.")
    context.exit(0 if answer is None else 1)


@contextmanager
def _held(folder: DataFolder, settings: config.Settings) -> Iterator[Shipper]:
    made = Shipper(folder, settings, lifecycle.lose)
    deadline = time.monotonic() + WAIT_SECONDS
    while not made.hold():
        if time.monotonic() > deadline:
            message = f"Another process ships from {folder.path} already: look at `{COMMAND} status`."
            raise TrainingError(message)
        time.sleep(_POLL_SECONDS)
    try:
        yield made
    finally:
        made.release()
