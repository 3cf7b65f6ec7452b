"""Fields and slices, the worst first."""

from decimal import Decimal
from typing import Any

import numpy as np

from otel_training.trial.pair import Observation, Pair
from otel_training.trial.sample import gather, of_both, score
from otel_training.trial.sequence import bounds
from otel_training.trial.slices import LEAST, parts_of
from tests.trial.simulation import Arms, answer, planted, sliced

RUNS = 20


def named(arms: tuple[Arms, Arms]) -> set[tuple[str, str]]:
    """The slices that are called bad."""
    return {(part.slice, part.value) for part in parts_of(sliced(*arms), 0.05, 0.9) if part.state == "bad"}


def test_a_bad_slice_is_named_and_no_other() -> None:
    """A topic of 50 sources that keeps two thirds."""
    chance = np.random.default_rng(31)

    runs = [named(planted(chance, 0.65)) for _ in range(RUNS)]
    assert RUNS - 1 <= sum(("topic", "t0") in names for names in runs)
    assert [] == [names for names in runs if names - {("topic", "t0")}][1:]


def test_no_slice_is_named_where_none_is_bad() -> None:
    """Though all are just at the bar, where chance names one in 5 % of the runs at the most."""
    chance = np.random.default_rng(32)

    assert 4 >= sum(bool(named(planted(chance, 0.9, 0.9))) for _ in range(RUNS))


def test_parts_have_their_figures_and_the_worst_stands_first() -> None:
    """Fields of everything, scores and pass rates of each slice; few sources say nothing."""

    def side(text: float | None, score: float) -> Observation:
        return answer(score, passed=score >= 7, fields={"text": text}, cost=Decimal(0))

    many = [Pair(f"{at}", f"{at}", {"topic": "chips"}, side(1.0, 8), side(0.9, 8)) for at in range(400)]
    bad = [Pair(f"b{at}", f"b{at}", {"topic": "law"}, side(1.0, 8), side(0.9, 4)) for at in range(200)]
    few = [Pair(f"f{at}", f"f{at}", {"topic": "rare"}, side(None, 8), side(0.9, 2)) for at in range(LEAST - 1)]
    parts = parts_of([*many, *bad, *few], 0.05, 0.9)

    assert [
        ("passed", "topic", "law", 200, 1.0, 0.0, 0.0, "bad"),
        ("score", "topic", "law", 200, 0.8, 0.4, 0.5, "bad"),
        ("score", "topic", "chips", 400, 0.8, 0.8, 1.0, "good"),
        ("passed", "topic", "chips", 400, 1.0, 1.0, 1.0, "good"),
        ("text", "", "", 600, 1.0, 0.9, 0.9, "likeness"),
        ("passed", "topic", "rare", 29, 1.0, 0.0, 0.0, "too few"),
        ("score", "topic", "rare", 29, 0.8, 0.2, 0.25, "too few"),
    ] == [_rounded(part) for part in parts]
    # Each of five parts has a fifth of the error.
    interval = bounds(gather(many, of_both(score)), 0.05 / 5, 0.9)
    assert (interval.lower, interval.upper) == (parts[2].lower, parts[2].upper)


def test_a_field_is_bad_where_the_reference_is_anothers() -> None:
    """Such as people's corrections, which the baseline does not always meet either."""
    sides = answer(8, fields={"text": 0.9, "count": 1.0}), answer(8, fields={"text": 0.4, "count": 0.4})
    parts = parts_of([Pair(f"{at}", f"{at}", {}, *sides) for at in range(100)], 0.05, 0.9)

    assert [("text", "bad"), ("count", "likeness")] == [(part.metric, part.state) for part in parts]


def _rounded(part: Any) -> tuple[object, ...]:
    figures = (round(figure, 9) for figure in (part.baseline, part.candidate, part.ratio))
    return part.metric, part.slice, part.value, part.sources, *figures, part.state
