"""The trail of experiments, and a promotion's way up and back."""

import getpass
import os
from dataclasses import replace
from typing import Any

import orjson
import pytest

from otel_training.errors import TrainingError
from otel_training.folder import DataFolder, make_folder
from otel_training.routing.state import Experiment, Promotion, State, read_state, write_state
from otel_training.trial.promotion import rolled_back
from otel_training.trial.trail import change_experiment, read_trail

PROMOTION = Promotion("good", "id", "evaluation", "m:f", "PASS 98.0 %", (5.0, 100.0), "2026-01-02", "2026-01-02")
PROMOTED = Experiment("s", {"claude": 40.0, "candidate": 40.0, "tuned": 20.0}, shadow=True, promotion=PROMOTION)


def test_adds_a_line_for_each_change(folder: DataFolder, monkeypatch: pytest.MonkeyPatch) -> None:
    """By whoever the system knows; of one experiment, or of all. What is refused changes nothing."""
    make_folder(folder)

    def refuse(*_: object) -> Experiment:
        raise TrainingError("no")

    assert [] == read_trail(folder)
    monkeypatch.setattr(getpass, "getuser", lambda: "mira")
    change_experiment(folder, "a", "start", lambda _, before: before or PROMOTED, evidence={"n": 64})
    monkeypatch.setattr(getpass, "getuser", lambda: {}["nobody"])
    change_experiment(folder, "b", "kill", lambda *_: replace(PROMOTED, killed=True), reason="why", is_forced=True)
    with pytest.raises(TrainingError):
        change_experiment(folder, "a", "ramp", refuse)

    rows: Any = read_trail(folder)
    assert [("a", "start", "", False, {"n": 64}), ("b", "kill", "why", True, {})] == [
        tuple(row[name] for name in ("experiment", "action", "reason", "forced", "evidence")) for row in rows
    ]
    assert ["mira", f"uid {os.getuid()}"] == [row["by"].partition("@")[0] for row in rows]
    assert rows[1:] == read_trail(folder, "b")
    assert {"a": PROMOTED, "b": replace(PROMOTED, killed=True)} == read_state(folder).experiments


def test_a_line_that_was_cut_off_is_listed_as_one(folder: DataFolder, command: Any) -> None:
    """Of whichever experiment is asked for; what is added later stands on a line of its own."""
    make_folder(folder)
    folder.experiments_log.write_bytes(b'[1]\n{}\n{"at": "20')
    folder.experiments_log.chmod(0o600)
    change_experiment(folder, "a", "start", lambda *_: PROMOTED)

    rows: Any = read_trail(folder, "a")
    unreadable = [
        f"line {number} cannot be read: {line}" for number, line in ((1, "[1]"), (2, "{}"), (3, '{"at": "20'))
    ]
    assert [*(("unreadable", reason) for reason in unreadable), ("start", "")] == [
        (row["action"], row["reason"]) for row in rows
    ]
    code, out, _ = command("experiment", "log")
    assert (0, [line.capitalize() for line in unreadable]) == (code, out.splitlines()[:3])


def test_keeps_the_shares_in_force(folder: DataFolder, command: Any) -> None:
    """On hold Claude has all, whatever the weights; a line of before, without them, has its weights."""
    write_state(make_folder(folder), State({"a": PROMOTED}))
    for words in (("freeze", "a", "a bad day"), ("start", "a"), ("kill", "a"), ("shadow", "a", "on")):
        command("experiment", *words)
    *lines, last = folder.experiments_log.read_bytes().splitlines()
    former = {name: value for name, value in orjson.loads(last).items() if name != "serving"}
    folder.experiments_log.write_bytes(b"\n".join([*lines, last, orjson.dumps(former)]))

    on = {"claude": 40.0, "candidate": 40.0, "tuned": 20.0}
    none = {"claude": 100.0, "candidate": 0.0, "tuned": 0.0}
    assert [(on, shares) for shares in (none, on, none, none, on)] == [
        (row["weights"], row["serving"]) for row in read_trail(folder)
    ]
    shown = [line.split(", ")[1] for line in command("experiment", "log")[1].splitlines()]
    assert [f"candidate at {share} %" for share in (0, 40, 0, 0, 40)] == shown


def test_rolls_back_what_was_looked_at() -> None:
    """Further arms keep their share; what somebody promoted anew meanwhile stays."""
    back = rolled_back(PROMOTED, PROMOTION, "It fails.")

    assert back == replace(
        PROMOTED, weights={"claude": 80.0, "candidate": 0.0, "tuned": 20.0}, shadow=False,
        promotion=replace(PROMOTION, rolled_back="It fails."),
    )  # fmt: skip
    # It went a step further while it was looked at.
    further = replace(PROMOTION, steps=(5.0, 50.0, 100.0), stepped="2026-01-04")
    assert replace(further, rolled_back="It fails.") == (
        rolled_back(replace(PROMOTED, promotion=further), PROMOTION, "It fails.").promotion
    )
    with pytest.raises(TrainingError, match="look again"):
        rolled_back(replace(PROMOTED, promotion=replace(PROMOTION, since="2026-01-03")), PROMOTION, "It fails.")


@pytest.mark.parametrize(
    ("words", "message"),
    [
        (["promote", "a", "--steps", "50,200"], "one after the other, in percent"),
        (["promote", "a", "--steps", "half"], "one after the other, in percent"),
        (["ramp", "a", "10"], "The experiment a is on hold"),
    ],
)
def test_says_what_cannot_be(words: list[str], message: str, folder: DataFolder, command: Any) -> None:
    """What was rolled back is on hold for `ramp`; `start` ends the promotion."""
    write_state(make_folder(folder), State({"a": rolled_back(PROMOTED, PROMOTION, "It fails.")}))
    _, _, err = command("experiment", *words)
    command("experiment", "start", "a")

    assert message in " ".join(err.split())
    assert read_state(folder).experiments["a"].promotion is None
