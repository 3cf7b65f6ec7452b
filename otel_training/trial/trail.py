"""The trail of experiments: what was changed, when, by whom and on what evidence; lines are only ever added."""

import getpass
import os
import shlex
import sys
from collections.abc import Callable, Iterator, Mapping
from dataclasses import asdict, dataclass, field, replace
from datetime import UTC, datetime
from platform import node
from typing import Any

import orjson

from otel_training.conventions import COMMAND
from otel_training.folder import DataFolder
from otel_training.ownership import open_own
from otel_training.routing.state import Experiment, State, changing, read_state


def moment() -> str:
    """Return the time as the store writes it, so that both can be compared as texts."""
    return f"{datetime.now(UTC).replace(tzinfo=None).isoformat(timespec='microseconds')}000Z"


def _user() -> str:
    try:
        return f"{getpass.getuser()}@{node()}"
    except (KeyError, OSError):  # of a container's user, who has no name
        return f"{os.getuid()}@{node()}"


@dataclass(frozen=True, slots=True)
class Entry:
    """One change."""

    experiment: str
    action: str
    at: str = field(default_factory=moment)
    by: str = field(default_factory=_user)
    command: str = field(default_factory=lambda: shlex.join([COMMAND, *sys.argv[1:]]))
    weights: Mapping[str, float] = field(default_factory=dict)
    """Of the arms, from then on."""
    reason: str = ""
    forced: bool = False
    evidence: Mapping[str, Any] = field(default_factory=dict)


def change_experiment(
    folder: DataFolder, entry: Entry, change: Callable[[State, Experiment | None], Experiment]
) -> Experiment:
    """Change an experiment; that stands in the trail before it is in force. Raises what `change` raises."""
    with changing(folder) as write:
        state = read_state(folder)
        experiment = change(state, state.experiments.get(entry.experiment))
        line = orjson.dumps(asdict(replace(entry, weights=experiment.weights)), option=orjson.OPT_APPEND_NEWLINE)
        with os.fdopen(open_own(folder.experiments_log, os.O_WRONLY | os.O_CREAT | os.O_APPEND), "wb", 0) as file:
            file.write(line)
            os.fsync(file.fileno())
        write(replace(state, experiments={**state.experiments, entry.experiment: experiment}))
    return experiment


def read_trail(folder: DataFolder, name: str = "") -> Iterator[Entry]:
    """Yield what was changed, the oldest first; of one experiment where it is named."""
    try:
        with os.fdopen(open_own(folder.experiments_log, os.O_RDONLY), "rb") as file:
            lines = file.read().splitlines()
    except FileNotFoundError:
        return
    for line in lines:
        try:
            entry = Entry(**orjson.loads(line))
        except (orjson.JSONDecodeError, TypeError):
            entry = Entry("", "unreadable", "", "", "", reason=line.decode(errors="replace"))
        if name in {"", entry.experiment}:
            yield entry
