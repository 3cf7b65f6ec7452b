"""The trail of experiments: what was changed, when, by whom and on what evidence; lines are only ever added."""

import getpass
import os
import shlex
import sys
from collections.abc import Callable, Mapping
from contextlib import suppress
from dataclasses import replace
from datetime import UTC, datetime
from platform import node
from typing import Any, Final

import orjson

from otel_training.conventions import CLAUDE, COMMAND
from otel_training.folder import DataFolder
from otel_training.ownership import open_own, read_own
from otel_training.routing.assign import CANDIDATE
from otel_training.routing.state import Experiment, State, StateError, changing, read_state
from otel_training.store.client import Row

ALL: Final = 100.0
"""Percent."""
UNREADABLE: Final = "unreadable"
_EMPTY: Final[Row] = {
    "at": "", "experiment": "", "action": UNREADABLE, "by": "", "command": "", "weights": {}, "serving": {},
    "forced": False, "reason": "", "evidence": {},
}  # fmt: skip


def change_experiment(  # noqa: PLR0913 - what is changed, and all that is kept of it
    folder: DataFolder,
    name: str,
    action: str,
    change: Callable[[State, Experiment | None], Experiment],
    *,
    reason: str = "",
    is_forced: bool = False,
    evidence: Mapping[str, Any] | None = None,
) -> Experiment:
    """Change an experiment; that stands in the trail before it is in force. Raises what `change` raises."""
    with changing(folder) as write:
        state = read_state(folder)
        experiment = change(state, state.experiments.get(name))
        line = orjson.dumps({
            "at": moment(), "experiment": name, "action": action, "by": _user(),
            "command": shlex.join([COMMAND, *sys.argv[1:]]), "weights": experiment.weights,
            "serving": serving_of(experiment), "forced": is_forced, "reason": reason, "evidence": evidence or {},
        }, option=orjson.OPT_APPEND_NEWLINE)  # fmt: skip
        with os.fdopen(open_own(folder.experiments_log, os.O_WRONLY | os.O_CREAT | os.O_APPEND), "wb") as file:
            # After a line that a full disk cut off.
            file.write(line if _is_whole(folder) else b"\n" + line)
            file.flush()
            os.fsync(file.fileno())
        write(replace(state, experiments={**state.experiments, name: experiment}))
    return experiment


def serving_of(experiment: Experiment) -> dict[str, float]:
    """Return the shares in force, in percent: on hold, Claude has all."""
    if experiment.killed or experiment.frozen is not None:
        return dict.fromkeys(experiment.weights, 0.0) | {CLAUDE: ALL}
    return dict(experiment.weights)


def own_slices(experiment: Experiment) -> tuple[str, ...]:
    """Return which slices people leave to Claude: without those that the promotion left."""
    left = () if experiment.promotion is None else experiment.promotion.left
    return tuple(part for part in experiment.complex.slices if part not in left)


def further_of(experiment: Experiment) -> dict[str, float]:
    """Return the shares of the arms beside Claude's and the candidate's."""
    return {arm: weight for arm, weight in experiment.weights.items() if arm not in {CLAUDE, CANDIDATE}}


def weights_of(candidate: float, further: Mapping[str, float] | None = None) -> dict[str, float]:
    """Return the shares of all arms, in percent: Claude has the rest. Raises `StateError` where there is none."""
    weights = {CANDIDATE: candidate, **(further or {})}
    rest = ALL - sum(weights.values())
    if rest < 0 or CLAUDE in (further or {}):
        raise StateError("The shares of the arms beside Claude must not sum up to more than 100: Claude has the rest.")
    return {CLAUDE: rest, **weights}


def read_trail(folder: DataFolder, name: str = "") -> list[Row]:
    """Return what was changed, the oldest first; of one experiment where it is named.

    A line that cannot be read is of all, as the action `unreadable`; its reason says which it is.
    """
    try:
        rows = [_read(*line) for line in enumerate(read_own(folder.experiments_log).splitlines(), 1)]
    except FileNotFoundError:
        return []
    return [row for row in rows if name in {"", row["experiment"]} or row["action"] == UNREADABLE]


def _is_whole(folder: DataFolder) -> bool:
    """Return whether the last line ended."""
    content = read_own(folder.experiments_log)
    return not content or content.endswith(b"\n")


def _read(number: int, line: bytes) -> Row:
    with suppress(orjson.JSONDecodeError):
        # Lines of before had no shares in force.
        if isinstance(row := orjson.loads(line), dict) and row.keys() >= _EMPTY.keys() - {"serving"}:
            return {"serving": row["weights"]} | row
    return _EMPTY | {"reason": f"line {number} cannot be read: {line.decode(errors='replace')}"}


def moment() -> str:
    """Return the time as the store writes it, so that both can be compared as texts."""
    return f"{datetime.now(UTC).replace(tzinfo=None).isoformat(timespec='microseconds')}000Z"


def _user() -> str:
    try:
        return f"{getpass.getuser()}@{node()}"
    except (KeyError, OSError):  # of a container's user, who has no name
        return f"uid {os.getuid()}@{node()}"
