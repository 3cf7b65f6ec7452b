"""Killing a command by SIGKILL in the middle of what it does to the store."""

import signal
import subprocess
import sys
from pathlib import Path
from typing import Final

from otel_training.pipeline.settings import settings_in_force
from otel_training.store.forget import COMPUTED
from otel_training.store.session import open_drained
from otel_training.store.verify import Difference, stale_rows
from tests.served import environment

_PROGRAM: Final = """
import os, sys, time
from otel_training.cli.main import main
from otel_training.store.client import Store
first, at, *argv = sys.argv[1:]
run, count = Store.run, 0
def counted(store, statement, **parameters):
    global count
    if count or first in statement:
        count += 1
    if count == int(float(at)):
        own = os.getpid()
        if at.endswith(".5") and not os.fork():
            time.sleep(0.003)
            os.kill(own, 9)
            os._exit(0)
        elif not at.endswith(".5"):
            os.kill(own, 9)
    run(store, statement, **parameters)
Store.run = counted
main(argv)
"""
_TABLES: Final = "SELECT name FROM system.tables WHERE database = currentDatabase() AND engine LIKE '%MergeTree'"
_OTHERS: Final = {*COMPUTED, "retention"}
_COUNT: Final = "SELECT count() AS rows FROM {table:Identifier}"


def stored() -> tuple[dict[str, int], list[Difference]]:
    """Return how many rows each table has, but notes of runs and what is computed, and what is wrong in the latter."""
    with open_drained(settings_in_force()) as (store, _):
        tables = [row["name"] for row in store.rows(_TABLES) if row["name"] not in _OTHERS]
        return {table: store.row(_COUNT, table=table)["rows"] for table in tables}, list(stale_rows(store))


def kill(home: Path, first: str, at: float, *argv: str) -> None:
    """Run a command and kill it at a statement, counted from the one that holds a text; at 2.5 in the second one."""
    program = [sys.executable, "-c", _PROGRAM, first, str(at), *argv]
    variables = {"OTEL_TRAINING_HOME": str(home), "OTEL_TRAINING_ENABLED": "true"}
    ended = subprocess.run(program, env=environment(**variables), check=False, timeout=100, capture_output=True)
    assert -signal.SIGKILL == ended.returncode, ended
