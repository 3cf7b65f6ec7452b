"""Experiments that are on, and what is recorded of their calls."""

from collections.abc import Callable, Iterator
from typing import Any

import pytest

from otel_training import conventions as names
from otel_training.conventions import Kind
from otel_training.folder import DataFolder, make_folder
from otel_training.routing import route
from otel_training.routing.state import Definition, Experiment, State, write_state
from otel_training.testing import Captured, capture

ALL = {"claude": 0, "candidate": 100}


@pytest.fixture
def captured() -> Iterator[Captured]:
    """Capture into memory, under the system's time and ids."""
    with capture(fixed=False) as records:
        yield records


@pytest.fixture
def turn_on(folder: DataFolder) -> Callable[..., None]:
    """Put an experiment in force at once; by default all sources are the candidate's."""

    def turn_on(
        *, candidates: dict[str, Definition] | None = None, candidates_by_arm: Any = None, **fields: Any
    ) -> None:
        fields = {"salt": "s", "weights": ALL, "timeout": 30.0, "candidates": candidates_by_arm or {}, **fields}
        experiment = Experiment(**fields)
        write_state(make_folder(folder), State({"insights": experiment}, candidates or {}))
        route._watches.clear()

    return turn_on


@pytest.fixture
def assignments(captured: Captured) -> Callable[[], list[tuple[Any, ...]]]:
    """Read of each assignment: the arm, who served, the decision, the reason, and how it ended."""
    columns = (names.FLAG_VARIANT, names.ROUTE_SERVED, names.ROUTE_DECISION, names.ROUTE_REASON, names.OUTCOME)
    return lambda: [
        tuple(row.get(column) for column in columns) for row in captured.records if row[names.KIND] == Kind.ASSIGNMENT
    ]
