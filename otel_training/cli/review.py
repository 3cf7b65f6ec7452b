"""`otel-training review`: people decide what is a good example."""

import getpass
import os
import signal
import sys
import webbrowser
from contextlib import suppress
from dataclasses import dataclass, replace
from typing import Final

import click

from otel_training.cli.opt_outs import read_opt_outs
from otel_training.cli.output import show
from otel_training.cli.store import open_store, require_data
from otel_training.conventions import USER_HASH
from otel_training.dataset.funnel import Doubts, Filters
from otel_training.dataset.trust import with_doubts
from otel_training.errors import TrainingError
from otel_training.folder import find_folder, make_folder
from otel_training.pipeline.pipeline import make_finisher
from otel_training.pipeline.settings import settings_in_force
from otel_training.review.app import Session, Site
from otel_training.review.decisions import decide, keep_in
from otel_training.review.queue import Queue, read_queue
from otel_training.serving.server import HOST, bind_loopback

_ITEMS: Final = 50


@click.command()
@click.option("--port", type=click.IntRange(0, 65535), default=0, help="By default a free one.")
@click.option("--as", "reviewer", help="Whose decisions these are; by default the user of this machine.")
@click.option(
    "--limit", type=click.IntRange(1, 500), default=_ITEMS, show_default=True, help="How many to load at once."
)
@click.option("--no-browser", is_flag=True, help="Only print the address.")
def review(*, port: int, reviewer: str | None, limit: int, no_browser: bool) -> None:
    """Review extractions in a local page: accept, reject, edit.

    What is most worth a look comes first. An accepted or edited extraction is an example whatever readers made of it, a
    rejected one is none. Decisions are kept at once; `view score` lists them. Ctrl-C ends it.
    """
    require_data()
    settings = settings_in_force()
    folder = make_folder(find_folder(settings))
    finisher = make_finisher(settings, folder)
    name = reviewer or _user()
    pseudonym = str(finisher.reader_attributes(name).get(USER_HASH, ""))
    if not pseudonym:
        raise click.UsageError(f"{name} is nobody's name: say by --as whose decisions these are.")
    keep = keep_in(settings, folder)
    session = Session()
    with bind_loopback(port) as listener:
        # A browser that comes before the server waits.
        listener.listen()
        number = listener.getsockname()[1]
        hosts = frozenset({f"{HOST}:{number}", f"localhost:{number}"})
        queues = _Queues(pseudonym, limit)
        site = Site(session, hosts, queues.read, lambda decision: decide(decision, name, finisher, keep))
        address = f"http://{HOST}:{number}/?token={session.token}"
        show(f"Review as {name}, for one browser of this machine: {address}", "Ctrl-C ends it.", aside=True)
        if not no_browser and _has_screen():
            with suppress(webbrowser.Error):
                webbrowser.open(address)
        import uvicorn

        # It ends by itself; afterwards it sends itself the signal again.
        signal.set_wakeup_fd(-1)
        with suppress(KeyboardInterrupt):
            uvicorn.Server(uvicorn.Config(site.app(), lifespan="off", log_config=None, server_header=False)).run(
                [listener]
            )


def _has_screen() -> bool:
    """Return whether a browser would have a window: one of text would take the terminal."""
    return sys.platform == "darwin" or not {"BROWSER", "DISPLAY", "WAYLAND_DISPLAY"}.isdisjoint(os.environ)


def _user() -> str:
    try:
        return getpass.getuser()
    except (OSError, KeyError) as error:
        raise TrainingError("This machine does not say who you are: add --as NAME.") from error


@dataclass(slots=True)
class _Queues:
    """What a reviewer is shown; whose votes are doubted is asked once, since it takes seconds in a large store."""

    reviewer: str
    limit: int
    doubts: Doubts | None = None

    def read(self) -> Queue:
        """Read the queue, with what was decided meanwhile; the store is open only so long."""
        with open_store() as (store, _):
            filters = Filters(doubts=read_opt_outs())
            if self.doubts is None:
                self.doubts = with_doubts(store, filters).doubts
            doubts = replace(filters.doubts, lockstep=self.doubts.lockstep, piles=self.doubts.piles)
            return read_queue(store, self.reviewer, self.limit, replace(filters, doubts=doubts))
