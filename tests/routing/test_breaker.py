"""The circuit breaker."""

from otel_training.routing.breaker import FAILURES, HANGING, LONGEST_PAUSE_SECONDS, PAUSE_SECONDS, Breaker


def broken(times: int = FAILURES, moment: float = 0.0) -> Breaker:
    """A breaker after some failures in a row."""
    breaker = Breaker()
    for _ in range(times):
        breaker.failed(moment)
    return breaker


def test_opens_after_failures_in_a_row() -> None:
    """The fifth opens it; a success in between begins the count anew."""
    breaker = broken(FAILURES - 1)
    before = breaker.allows(1)
    breaker.succeeded()
    for _ in range(FAILURES - 1):
        breaker.failed(1)

    assert (True, True, False) == (before, breaker.allows(1), broken().allows(1))


def test_lets_one_through_after_each_pause() -> None:
    """The next has to wait for what that one finds; an answer closes it."""
    breaker = broken()
    tried = [breaker.allows(moment) for moment in (PAUSE_SECONDS - 1, PAUSE_SECONDS, PAUSE_SECONDS + 1)]
    breaker.succeeded()

    assert ([False, True, False], True) == (tried, breaker.allows(PAUSE_SECONDS + 1))


def test_pauses_longer_each_time_within_a_bound() -> None:
    """Each failure beyond doubles the pause, up to ten minutes: one that is down for a day is asked 144 times."""
    pauses = []
    for times in (FAILURES, FAILURES + 1, FAILURES + 2, FAILURES + 2_000):
        breaker = broken(times)
        pauses.append(next(second for second in range(10_000) if breaker.allows(second)))

    assert [PAUSE_SECONDS, 2 * PAUSE_SECONDS, 4 * PAUSE_SECONDS, LONGEST_PAUSE_SECONDS] == pauses


def test_does_not_pile_up_calls_that_hang() -> None:
    """So many at most, however long ago the last was: each holds a thread."""
    breaker = Breaker()
    breaker.hanging |= set(range(HANGING))
    full = breaker.allows(1e9)
    breaker.hanging.pop()

    assert (False, True) == (full, breaker.allows(1e9))
