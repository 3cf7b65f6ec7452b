"""Time and ids."""

import time

from otel_training.record.clock import event_id


def test_makes_ids_that_sort_by_time_and_never_meet() -> None:
    """Event ids are UUIDv7: version and variant set, later ones greater, all different."""
    made = [event_id() for _ in range(1000)]
    time.sleep(0.002)
    made.append(event_id())

    assert 1001 == len(set(made))
    assert {("7", True)} == {(one[14], one[19] in "89ab") for one in made}
    assert made[-1] == max(made)
