"""Time and ids."""

import itertools
import time
from collections.abc import Callable
from types import SimpleNamespace
from typing import Any

import pytest

import otel_training
from otel_training.pipeline import process
from otel_training.record import clock
from otel_training.record.clock import event_id, now
from otel_training.store.session import open_drained


def test_makes_ids_that_sort_by_time_and_never_meet() -> None:
    """Event ids are UUIDv7: version and variant set, later ones greater, all different."""
    ids = [event_id() for _ in range(1000)]
    time.sleep(0.002)
    ids.append(event_id())

    assert 1001 == len(set(ids))
    assert {("7", True)} == {(identity[14], identity[19] in "89ab") for identity in ids}
    assert ids[-1] == max(ids)


SECOND = 1_000_000_000


@pytest.fixture
def system(monkeypatch: pytest.MonkeyPatch) -> SimpleNamespace:
    """The system's clock, which shows `time` until somebody sets it."""
    shown = SimpleNamespace(time=time.time_ns())
    shown.time_ns, shown.perf_counter_ns = lambda: shown.time, time.perf_counter_ns
    monkeypatch.setattr(clock, "_latest", [0])
    monkeypatch.setattr(clock, "time", shown)
    return shown


@pytest.mark.parametrize("step", [0, -1, -2 * SECOND, -3600 * SECOND])
def test_time_never_goes_back(system: SimpleNamespace, step: int) -> None:
    """Where the clock is set back, records and ids go on behind those before, until it has caught up."""
    start = system.time
    times, ids = [now(), now()], [event_id()]
    system.time += step
    times, ids = [*times, now(), now()], [*ids, event_id()]
    system.time = start + SECOND
    times.append(now())

    assert all(earlier < other for earlier, other in itertools.pairwise(times))
    assert (times[0], times[-1], True) == (start, start + SECOND, times[-2] < start + 10)
    assert ids[0][:13] == ids[1][:13]


@pytest.mark.slow
@pytest.mark.parametrize("step", [0, -2 * SECOND])
def test_the_last_vote_counts_though_the_clock_is_set_back(
    system: SimpleNamespace, step: int, rows: Callable[..., list[dict[str, Any]]]
) -> None:
    """A reader likes, the clock is set back, the reader takes it back: nobody likes it."""
    with otel_training.extraction(topic="t", source_content="s") as extraction:
        extraction.result(["a", "b"])
        extraction.score(9)
        extraction.link(["1", "2"])
    for insight, votes in (("1", ("like", "unlike")), ("2", ("x", "like"))):
        for vote in votes:
            otel_training.record_feedback(insight, vote, user_id=1)
            system.time += step

    assert 1 == len(rows("view", "extraction"))
    with open_drained(process.settings()) as (store, _):
        (example,) = store.rows("SELECT net FROM v_examples")
    assert {"net": 1} == example
