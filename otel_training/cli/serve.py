"""`otel-training serve`: the embedded store for other programs of this machine."""

from urllib.parse import quote

import click

from otel_training import config
from otel_training.cli.render import err, progress
from otel_training.conventions import DATABASE
from otel_training.errors import TrainingError
from otel_training.folder import DataFolder, find_folder, make_folder
from otel_training.serving import server
from otel_training.serving.clickhouse.request import USER
from otel_training.serving.password import read_or_make_password
from otel_training.store.session import held


@click.command()
@click.option("--port", type=click.IntRange(0, 65535), default=8123, show_default=True, help="0 takes a free one.")
def serve(port: int) -> None:
    """Serve the embedded store as ClickHouse over HTTP: for Grafana, a collector, any ClickHouse client.

    For this machine alone. Drains every few seconds; the other commands go on working. Ctrl-C ends it.
    """
    settings = config.settings()
    if settings.store:
        raise TrainingError("serve opens the embedded store: unset OTEL_TRAINING_STORE and run it again.")
    folder = make_folder(find_folder(settings))
    with server.bind_loopback(port) as taken, progress("Draining") as tell, held(folder, tell) as (store, owner):
        password, is_new = read_or_make_password(settings, folder)
        address = f"{server.HOST}:{taken.getsockname()[1]}"

        def ready() -> None:
            owner.announce(f"http://{USER}:{quote(password, safe='')}@{address}/{DATABASE}")
            _tell(address, _place(folder, password, is_new=is_new, is_set=bool(settings.serve_password)))

        server.serve(store, folder, taken, password, ready)
        owner.announce()


def _place(folder: DataFolder, password: str, *, is_new: bool, is_set: bool) -> str:
    if is_set:
        return "of OTEL_TRAINING_SERVE_PASSWORD"
    return f"{password} (kept in {folder.serve_password})" if is_new else f"in {folder.serve_password}"


def _tell(address: str, password: str) -> None:
    for line in (
        f"Serving http://{address} to this machine: user {USER}, password {password}, database {DATABASE}.",
        "For more than this machine run a ClickHouse server and set OTEL_TRAINING_STORE to it.",
        "Ctrl-C ends it.",
    ):
        err.print(line, markup=False, soft_wrap=True)
