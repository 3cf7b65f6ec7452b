"""Arms that are to get sources and get none."""

import inspect
from collections.abc import Callable
from typing import Any

import pytest

import otel_training
from otel_training.folder import DataFolder, make_folder
from otel_training.routing import route
from otel_training.routing.assign import assign
from otel_training.routing.state import Complexity, Experiment, State, write_state

pytestmark = pytest.mark.slow

Ask = Callable[[str], object]
HALF = {"claude": 50.0, "candidate": 50.0}


@otel_training.extraction(task="news")
def claude(source_url: str) -> list[str]:
    """Answer as Claude."""
    return ["Orders rose"]


def turn_on(folder: DataFolder, **fields: Any) -> None:
    """Put the experiment in force at once."""
    write_state(make_folder(folder), State({"insights": Experiment("s", **{"weights": HALF, **fields})}))
    route._watches.clear()


def fails(source_url: str) -> bool:
    """Fail, as a rule of an app may."""
    raise ValueError(source_url)


def routed(**options: Any) -> Ask:
    """Return what the experiment makes of Claude's function."""
    return otel_training.experiment("insights", claude=claude, **options)


def chosen(source_url: str) -> object:
    """Leave to the experiment what Claude has in it anyway."""
    is_claudes = assign("insights", Experiment("s", HALF), source_url).arm == "claude"
    return routed(candidate=claude)(source_url) if is_claudes else claude(source_url)


def test_says_that_an_arm_gets_nothing(folder: DataFolder, rows: Any, command: Any) -> None:
    """Whatever keeps its sources from it, with the cure of each; until it is asked again."""
    kept: list[tuple[Ask, bool, str, str]] = [
        (
            claude,
            False,
            "",
            "have the app call what `otel_training.experiment` returns, restart it, and let it run in ",
        ),
        (chosen, True, "", "have the app call what `otel_training.experiment` returns for all sources, not for some"),
        (routed(), True, "no_arm", "give `otel_training.experiment` the arm by its name, and restart the app."),
        (routed(candidate=claude, complex=fails), True, "complexity", "see what `--leave` and `--max-length` leave to"),
    ]
    for ask, is_called, reason, cure in kept:
        turn_on(folder)
        for number in range(30):
            ask(f"https://news.example/{number}")
        ((arm,),) = [row["unreached"] for row in rows("experiment", "status")]

        named = (
            "The arm candidate of experiment insights was asked for none of the last 30 sources of news, of which 50 %"
        )
        assert (is_called, True, True) == (arm["calls"] > 0, arm["sentence"].startswith(named), cure in arm["sentence"])
        assert {"arm": "candidate", "share": 50.0, "sources": 30, "functions": ["news"], "reason": reason} == {
            name: value for name, value in arm.items() if name not in {"calls", "sentence"}
        }
    assert arm["sentence"] in rows("doctor")[0]["findings"]
    assert named in " ".join(command("experiment", "status")[1].split())
    for number in range(8):
        routed(candidate=claude)(f"https://news.example/{number}")
    assert [] == rows("experiment", "status")[0]["unreached"]


def test_says_nothing_where_chance_may_do_it(folder: DataFolder, rows: Any) -> None:
    """A share that is small, sources that were seen before the share was changed, an experiment that is on hold."""
    for number in range(30):
        claude(f"https://news.example/{number}")
    turn_on(folder)
    seen = [rows("experiment", "status")[0]["unreached"]]
    on_hold: Any = (
        {"weights": {"claude": 95.0, "candidate": 5.0}},
        {"killed": True},
        {"frozen": "why"},
        {"holdout": 1.0},
    )
    for fields in on_hold:
        turn_on(folder, **fields)
        for number in range(30):
            claude(f"https://news.example/{number}")
        seen.append(rows("experiment", "status")[0]["unreached"])

    assert [[]] * 5 == seen


def test_counts_the_experiments_own_functions(folder: DataFolder, rows: Any) -> None:
    """Those of its calls of before, so that others' sources are none of its; a source counts once."""
    turn_on(folder, complex=Complexity(max_length=1))
    for number in range(9):
        routed(candidate=claude)(f"https://news.example/{number}")
    turn_on(folder)
    other = otel_training.extraction(task="other")(inspect.unwrap(claude))
    for number in range(60):
        other(f"https://news.example/{number}")
        claude(f"https://news.example/{number % 9}")

    assert [] == rows("experiment", "status")[0]["unreached"]
