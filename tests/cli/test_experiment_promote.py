"""`otel-training experiment promote|watch|log`: up on proof, and back by itself."""

from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from otel_training.folder import DataFolder
from otel_training.routing.state import Experiment, read_state, write_state
from tests.cli.test_experiment_eval import LENIENT, gather, gather_gold, models
from tests.models import Models

__all__ = ["models"]
pytestmark = pytest.mark.slow

JUDGE = """
def score(source, insights, topic):
    return 9 if insights and all(insight["text"] in source for insight in insights) else 2


def simulated(source, insights, topic):
    return score(source, insights, topic)


simulated.simulated = True
"""
EVAL = ("experiment", "eval", "good", "--dataset", "d", "--yes", "--judge")


@pytest.fixture
def passed(models: Models, rows: Any, folder: DataFolder, tmp_path: Path) -> Models:
    """A candidate `good` with a PASS on the dataset `d`."""
    (tmp_path / "judging.py").write_text(JUDGE)
    gather(76)
    gather_gold(40, folder)
    rows("dataset", "create", "d", *LENIENT, "--split", "20/0/80", "--topic", "chips", "--topic", "energy")
    rows("experiment", "candidate", "good", "--model", "gpt-6-luna", "--dataset", "d")
    rows(*EVAL, "judging:score")
    return models


@pytest.fixture
def experiment(folder: DataFolder) -> Callable[[], Experiment]:
    """Read how it stands."""
    return lambda: read_state(folder).experiments["insights"]


def test_goes_up_step_by_step(passed: Models, command: Any, rows: Any, experiment: Any) -> None:
    """Claude keeps what it needs for the comparison; each step stands in the log, with its evidence."""
    words = ("experiment", "promote", "insights")
    unknown = command(*words)
    shares = [rows(*words, "--candidate", "good")[0]["weights"] for _ in range(2)]
    shares.append(rows(*words)[0]["weights"])
    done = command(*words)
    log = rows("experiment", "log", "insights")

    assert [(1, True), (1, True)] == [
        (unknown[0], "which candidate of insights is meant: name it by --candidate" in unknown[2]),
        (done[0], "good has all of its 100 % already" in done[2]),
    ]
    assert shares == [{"claude": 100.0 - share, "candidate": share} for share in (5.0, 50.0, 100.0)]
    assert (0.05, True, {"candidate": "good"}, "PASS 100.0 %", False) == (
        experiment().holdout, experiment().shadow, experiment().candidates, experiment().promotion.verdict,
        experiment().promotion.forced,
    )  # fmt: skip
    assert [("promote", share, False, "PASS", "judging:score", 1.0) for share in shares] == [
        (entry["action"], entry["weights"], entry["forced"], *map(entry["evidence"].get, ("verdict", "judge", "ratio")))
        for entry in log
    ]
    (evaluated,) = rows(*EVAL, "judging:score")
    for name in ("evaluation_id", "dataset_id", "candidate_id"):
        assert [evaluated[name]] * 3 == [entry["evidence"][name] for entry in log]
    assert [32] * 3 == [len(entry["evidence"]["verdict_id"]) for entry in log]
    assert "promoted" in command("experiment", "status")[1]
    assert "5, 50, 100  PASS 100.0 %" in command("experiment", "status")[1]


def test_only_fresh_proof_promotes(
    passed: Models, command: Any, rows: Any, folder: DataFolder, experiment: Any
) -> None:
    """What changed since is named with its cure; --force is kept."""
    words = ("experiment", "promote", "insights", "--candidate", "good")
    before = read_state(folder)

    def refused() -> str:
        code, _, err = command(*words)
        assert (1, {}) == (code, read_state(folder).experiments)
        return " ".join(err.split())

    definition = replace(before.candidates["good"], system="Name all.")
    write_state(folder, replace(before, candidates={"good": definition}))
    assert "good is another model or prompt than was judged: give it another name" in refused()
    write_state(folder, before)
    prices = folder.path / "prices.toml"
    prices.write_text('[[price]]\nmodel = "gpt-6-luna"\ninput_mtok = 0.2\noutput_mtok = 1\n')
    assert "Prices have changed since the verdict" in refused()
    rows(*EVAL, "judging:score")
    asked = len(passed.prompts)
    assert 0 == command(*words)[0]
    assert asked == len(passed.prompts)
    write_state(folder, before)
    gather(3)
    rows("dataset", "create", "e", *LENIENT, "--split", "20/0/80", "--topic", "chips", "--topic", "energy")
    assert "The verdict is on d, and e is newer: `otel-training experiment eval good --dataset e` first." in refused()
    rows("dataset", "create", "g", *LENIENT, "--split", "20/0/80", "--topic", "gold")
    rows("experiment", "eval", "good", "--dataset", "g", "--yes", "--judge", "judging:simulated")
    assert "The verdict on good is" in refused()
    forced = command(*words, "--force")
    (entry,) = rows("experiment", "log")[-1:]
    assert (0, True, True, True) == (
        forced[0], "SIMULATED: a stand-in" in forced[1], entry["forced"], "The verdict on good" in entry["reason"],
    )  # fmt: skip
    assert experiment().promotion.forced
