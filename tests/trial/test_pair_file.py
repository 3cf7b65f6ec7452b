"""A file of pairs."""

import json
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest

from otel_training.trial.conditions import Conditions
from otel_training.trial.judging import Gold, Judging
from otel_training.trial.mismatch import Assigned
from otel_training.trial.pair import Observation, Pair
from otel_training.trial.pair_file import PairFileError, read_pairs
from otel_training.trial.verdict import Plan

ROW = {
    "example": "e1",
    "source": "https://a.example/",
    "slices": {"topic": "chips"},
    "baseline": {"score": 8, "passed": True, "fields": {"text": 0.5}, "cost": "0.0100", "seconds": 1.5},
    "candidate": {"error": True, "cost": 0.001},
}


def write(path: Path, *rows: Any) -> Path:
    """Write a line each."""
    path = path / "pairs.jsonl"
    path.write_text("".join(f"{row if isinstance(row, str) else json.dumps(row)}\n" for row in rows))
    return path


def test_pairs_and_what_is_known_of_them(tmp_path: Path) -> None:
    """In any order; empty lines say nothing, and what is missing is unknown."""
    whole = {
        "judging": {"judge": "m", "gold": {"claude": {"both_pass": 9}}, "repeated": 5, "agreed": 4, "controls": [1]},
        "weights": {"claude": 1},
        "assigned": {"claude": 7},
        "data_until": "2026-11-30",
        "simulated": True,
    }
    second = ROW | {"example": "e2", "conditions": {"rubric": "r1"}}
    path = write(tmp_path, ROW | {"conditions": {"rubric": "r1"}}, "", whole, second)

    baseline = Observation(8, True, {"text": 0.5}, Decimal("0.0100"), 1.5)
    candidate = Observation(None, None, {}, Decimal("0.001"), None, error=True)
    pairs = [Pair(name, "https://a.example/", {"topic": "chips"}, baseline, candidate) for name in ("e1", "e2")]
    plan = Plan(
        Judging("m", {"claude": Gold(9)}, 5, 4, controls=(1,)),
        conditions=(Conditions(rubric="r1"),),
        assigned=(Assigned({"claude": 1}, {"claude": 7}),),
        data_until="2026-11-30",
        simulated=True,
    )
    assert (pairs, plan) == read_pairs(path)


@pytest.mark.parametrize(
    "row",
    [
        "{",
        "[]",
        ROW | {"candidate": None},
        {"example": "e1"},
        {"nosuch": 1},
        ROW | {"conditions": {"nosuch": 1}},
        *(
            ROW | {"candidate": bad}
            for bad in (
                {"score": 11}, {"score": -1}, {"score": True}, {"score": "good"}, {"score": "nan"}, {"passed": 1},
                {"error": "no"}, {"fields": {"text": 2}}, {"seconds": -1}, {"cost": "Infinity"},
            )
        ),
    ],
)  # fmt: skip
def test_a_line_that_cannot_be_is_named(tmp_path: Path, row: Any) -> None:
    """A score beyond 10 or none, a pair without an arm, an unknown name."""
    path = write(tmp_path, "", row)

    with pytest.raises(PairFileError, match=r"Line 2 of .*pairs\.jsonl is no pair \(.+\): correct it\."):
        read_pairs(path)


@pytest.mark.parametrize(
    ("row", "problem"),
    [({"example": "e1"}, "'baseline' is missing"), ({"nosuch": 1}, "without `example`, and nobody knows nosuch")],
)
def test_what_is_wrong_is_told_in_words(tmp_path: Path, row: Any, problem: str) -> None:
    """Not as the exception that it was."""
    path = write(tmp_path, row)

    with pytest.raises(PairFileError) as caught:
        read_pairs(path)
    assert f"Line 1 of {path} is no pair ({problem}): correct it." == str(caught.value)


def test_an_example_stands_once(tmp_path: Path) -> None:
    """Twice the same would claim to know more."""
    with pytest.raises(PairFileError, match=r"Line 2 .*example e1 stands twice"):
        read_pairs(write(tmp_path, ROW, ROW))
