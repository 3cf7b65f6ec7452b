"""Dashboards: how long the panels' queries take as the reader, by `serve`."""

import time
from pathlib import Path

from tests.bench.child import folder, measured, percentile
from tests.bench.results import Row
from tests.dashboards.asking import Query, Reader, opening, queries
from tests.serving.endpoint import PASSWORD, serving

WORLD = "1 million reactions"


def rows(*, quick: bool) -> list[Row]:
    """Ask each panel as its dashboard opens; the quickest of several rounds counts."""
    with folder() as place:
        measured("reading", WORLD, home=place / "data")
        return measure(place, WORLD, 2 if quick else 5)


def measure(place: Path, name: str, rounds: int) -> list[Row]:
    """Ask the panels of the store in `place/data`."""
    taken = seconds_by_panel(place, rounds)
    slowest = max(taken, key=lambda panel: taken[panel])
    return [
        Row(f"{name}: a panel of the dashboards, p95", percentile(list(taken.values()), 0.95) * 1e3, "ms", "<= 100"),
        Row(f"{name}: the slowest panel ({slowest})", taken[slowest] * 1e3, "ms"),
    ]


def seconds_by_panel(home: Path, rounds: int) -> dict[str, float]:
    """Return how long each panel takes."""
    with serving(home, password=PASSWORD, OTEL_TRAINING_SERVE_PASSWORD=PASSWORD, TZ="UTC") as endpoint:
        reader = Reader("full", endpoint.as_user("reader"))
        return {query.where: min(seconds(reader, query) for _ in range(rounds)) for query in queries() if query.panel}


def seconds(reader: Reader, query: Query) -> float:
    """Return how long one query takes."""
    statement = query.sent(opening(reader, query.variables))
    began = time.perf_counter()
    reader.ask(statement)
    return time.perf_counter() - began


if __name__ == "__main__":
    import sys

    from tests.bench.results import table

    sys.stdout.write(table(rows(quick=True)) + "\n")
