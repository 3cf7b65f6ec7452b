"""What must stay the same."""

from dataclasses import fields, replace

import pytest

from otel_training.trial.conditions import Conditions, changes

FIRST = Conditions("claude-sonnet-5-5", "small-1", "v1", "v1", "claude-haiku-5-5", "r1", "50/50")


@pytest.mark.parametrize("name", [field.name for field in fields(Conditions)])
def test_each_change_is_named(name: str) -> None:
    """With what it was and became, unknown where nobody knows."""
    then = replace(FIRST, **{name: ""})

    assert [f"{name.replace('_', ' ')} ({getattr(FIRST, name)} -> unknown)"] == changes([FIRST, then, FIRST])


def test_nothing_changed() -> None:
    """In one experiment, or in none."""
    assert ([], []) == (changes([FIRST, FIRST]), changes([]))
