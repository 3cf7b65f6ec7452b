"""`otel-training serve`: the embedded store for other programs of this machine."""

import signal
from contextlib import ExitStack
from urllib.parse import quote

import click

from otel_training.cli.output import show, stages
from otel_training.conventions import DATABASE
from otel_training.errors import TrainingError
from otel_training.folder import find_folder, make_folder
from otel_training.pipeline.settings import settings_in_force
from otel_training.serving import server
from otel_training.serving.users import OWNER, READER, WRITER, lend_rights, read_or_make_users
from otel_training.store.session import own_embedded


@click.command()
@click.option("--port", type=click.IntRange(0, 65535), default=8123, show_default=True, help="0 takes a free one.")
def serve(port: int) -> None:
    """Serve the embedded store to Grafana, a collector, any client.

    Over ClickHouse's HTTP interface, for this machine alone. Drains every few seconds; the other commands go on
    working. Ctrl-C ends it.
    """
    settings = settings_in_force()
    if settings.store:
        raise TrainingError("serve opens the embedded store: unset OTEL_TRAINING_STORE and run it again.")
    folder = make_folder(find_folder(settings))
    with ExitStack() as stack:
        listener = stack.enter_context(server.bind_loopback(port))
        with stages() as begin:
            store, owner = stack.enter_context(own_embedded(folder, begin))
        lend_rights(store)
        users, is_new = read_or_make_users(settings, folder)
        password = users[OWNER].password
        address = f"{server.HOST}:{listener.getsockname()[1]}"
        place = f"{password} (kept in {folder.serve_password})" if is_new else f"in {folder.serve_password}"
        place = "of OTEL_TRAINING_SERVE_PASSWORD" if settings.serve_password else place

        def announce() -> None:
            owner.announce(f"http://{OWNER}:{quote(password, safe='')}@{address}/{DATABASE}")
            show(
                f"Serving http://{address} to this machine: user {OWNER}, password {place}, database {DATABASE}.",
                f"Grafana: user {READER}, password in {folder.reader_password}; it reads all but content.",
                f"A collector: user {WRITER}, password in {folder.writer_password}; it only inserts.",
                "For more than this machine run a ClickHouse server and set OTEL_TRAINING_STORE to it.",
                "Ctrl-C ends it.", aside=True,
            )  # fmt: skip

        # It ends by itself, however long its last requests take.
        signal.set_wakeup_fd(-1)
        server.serve(store, folder, listener, users, announce)
        owner.announce()
