"""`otel-training experiment start|ramp|shadow|kill|freeze|status`."""

from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

import otel_training
from otel_training.folder import DataFolder, make_folder
from otel_training.routing.state import Complexity, Definition, Experiment, Promotion, State, read_state, write_state
from otel_training.store.owner import owner_lock
from otel_training.trial.trail import change_experiment
from tests.cli.terminal import run_in_terminal

CANDIDATES = {"few-shot-v1": Definition("openai", "m", simulated=True), "tuned": Definition("openai", "t")}


@pytest.fixture
def experiment(folder: DataFolder) -> Callable[[], Experiment]:
    """Read the experiment as it stands; two candidates are registered."""
    write_state(make_folder(folder), State(candidates=CANDIDATES))
    return lambda: replace(read_state(folder).experiments["insights"], salt="")


def test_begins_with_half_of_the_sources(experiment: Any, command: Any, folder: DataFolder) -> None:
    """The function that the app gives; each experiment has a salt of its own."""
    begun = [command("experiment", "start", name)[0] for name in ("insights", "other")]

    assert [0, 0] == begun
    assert Experiment("", {"claude": 50.0, "candidate": 50.0}, 0.05) == experiment()
    salts = {entry.salt for entry in read_state(folder).experiments.values()}
    assert [32, 32] == [len(salt) for salt in salts]
    assert CANDIDATES == read_state(folder).candidates


def test_goes_on_as_it_was(experiment: Any, command: Any, folder: DataFolder) -> None:
    """What was put on hold is on again; what is not said again stays, the salt too: each source keeps its arm."""
    command("experiment", "start", "insights", "--candidate", "few-shot-v1", "--share", 10, "--timeout", 3)
    salt = read_state(folder).experiments["insights"].salt
    for words in (["kill", "insights"], ["freeze", "insights", "a bad day"]):
        command("experiment", *words)
        command("experiment", "start", "insights", "--holdout", 20)

    assert salt == read_state(folder).experiments["insights"].salt
    assert experiment() == Experiment(
        "", {"claude": 90.0, "candidate": 10.0}, 0.2, timeout=3.0, candidates={"candidate": "few-shot-v1"}
    )


def test_ramps_at_claudes_cost(experiment: Any, command: Any) -> None:
    """A third arm keeps its share, and is the candidate of its name."""
    command("experiment", "start", "insights", "--share", 5, "--arm", "tuned", 20)
    code = command("experiment", "ramp", "insights", 80)[0]

    assert (0, {"claude": 0.0, "candidate": 80.0, "tuned": 20.0}, {"tuned": "tuned"}) == (
        code, experiment().weights, experiment().candidates,
    )  # fmt: skip


def test_leaves_hard_sources_to_claude(experiment: Any, command: Any) -> None:
    """By length, topic and domain, until something else is said; the status names them."""
    start = ("experiment", "start", "insights")
    first = command(*start, "--leave", "topic=chips", "--leave", "domain=News.Example.", "--max-length", 8000)[1]
    kept, none = [(command(*start, *words)[1], experiment().complex) for words in ((), ("--leave", ""))]
    code, _, err = command(*start, "--leave", "language=en")

    assert "So do all of topic=chips, of domain=news.example, longer than 8,000 characters. A candidate" in first
    assert (first, Complexity(8000, slices=("topic=chips", "domain=news.example"))) == kept
    assert ("So do all longer than 8,000 characters." in none[0], Complexity(8000)) == (True, none[1])
    command(*start, "--max-length", 0)
    assert Complexity() == experiment().complex
    assert (2, True) == (code, "before a call only topic=NAME and domain=NAME are known" in " ".join(err.split()))


@pytest.mark.parametrize(
    ("words", "left"),
    [
        ((), ["topic=a", "topic=b"]), (("--leave", "topic=b"), ["topic=b"]), (("--leave", ""), []),
        (("--leave", "domain=BÜCHER.example", "--leave", "domain=localhost"),
         ["domain=xn--bcher-kva.example", "domain=localhost"]),
        (("--candidate", "few-shot-v1"), ["topic=a"]),
    ],
)  # fmt: skip
def test_what_a_promotion_left_ends_with_it(
    words: tuple[str, ...], left: list[str], experiment: Any, command: Any, folder: DataFolder
) -> None:
    """What people leave stays, that which both left, too, once they named it."""
    own = Promotion("tuned", "i", "e", "j", "PASS 98.7 %", (5.0,), "2026", "2026", left=("topic=b",))
    begun = Experiment("s", {"claude": 1.0}, complex=Complexity(slices=("topic=a", "topic=b")), promotion=own)
    write_state(folder, State({"insights": begun}, CANDIDATES))
    command("experiment", "start", "insights", *words)

    now = read_state(folder).experiments["insights"]
    kept = None if "--candidate" in words else replace(own, left=()) if words else own
    assert (left, kept) == (list(now.complex.slices), now.promotion)


def test_switches_each_by_itself(experiment: Any, command: Any) -> None:
    """Shadows on and off, frozen with its reason, killed."""
    command("experiment", "start", "insights", "--share", 0)
    seen = []
    for words in (["shadow", "insights", "on"], ["freeze", "insights", "a bad day"], ["shadow", "insights", "off"],
                  ["kill", "insights"]):  # fmt: skip
        assert 0 == command("experiment", *words)[0]
        seen.append((experiment().shadow, experiment().frozen, experiment().killed))

    assert [
        (True, None, False), (True, "a bad day", False), (False, "a bad day", False), (False, "a bad day", True),
    ] == seen  # fmt: skip


@pytest.mark.parametrize(
    ("words", "message"),
    [
        (["kill", "nosuch"], "There is no experiment nosuch: begin it by otel-training experiment start nosuch."),
        (["status", "nosuch"], "There is no experiment nosuch"),
        (["ramp", "insights", "60"], "The experiment insights is on hold"),
        (["start", "insights", "--candidate", "gone"], "There is no candidate gone (few-shot-v1, tuned)"),
        (["start", "insights", "--arm", "tuned", "60", "--share", "50"], "must not sum up to more than 100"),
        (["start", "insights", "--arm", "claude", "10"], "Claude has the rest"),
    ],
)
def test_says_what_cannot_be(words: list[str], message: str, experiment: Any, command: Any) -> None:
    """And changes nothing."""
    command("experiment", "start", "insights")
    command("experiment", "freeze", "insights", "a bad day")
    before = experiment()
    code, _, err = command("experiment", *words)

    assert (1, True, before) == (code, message in err, experiment())


@pytest.mark.parametrize("arm", ["a=b", "a,b", " "])
def test_an_arms_name_is_no_share(arm: str, experiment: Any, command: Any) -> None:
    """Shares are recorded as `claude=45,tuned=55`: such a name would be read as another."""
    command("experiment", "start", "insights")
    before = experiment()
    code, _, err = command("experiment", "start", "insights", "--arm", arm, "20")

    assert (2, True, before) == (
        code,
        "without = and commas, and its share after it: --arm tuned 10" in err,
        experiment(),
    )


def test_shows_how_experiments_stand(experiment: Any, command: Any, rows: Any) -> None:
    """On one screen, and as JSON without the salt; what a stand-in answers is stamped."""
    empty = command("experiment", "status")[1]
    command("experiment", "start", "insights", "--candidate", "few-shot-v1")
    (_, out, _), (row,) = command("experiment", "status"), rows("experiment", "status")

    assert "otel-training experiment start NAME begins one" in empty
    assert [
        "experiment arm sources candidate standing", "insights claude 50 % on, SIMULATED",
        "candidate 50 % few-shot-v1", "",
        "insights: At least 5 % of the sources stay with Claude. A candidate has 20 s. Shadows are off.",
    ] == [" ".join(line.split()) for line in out.splitlines()]  # fmt: skip
    assert row == {
        "experiment": "insights", "standing": "on", "simulated": True, "weights": {"claude": 50.0, "candidate": 50.0},
        "holdout": 0.05, "shadow": False, "complex": {"max_length": None, "topics": [], "slices": []}, "timeout": 20.0,
        "candidates": {"candidate": "few-shot-v1"}, "promotion": None, "shadows": [], "unreached": [],
        "serving": {"claude": 50.0, "candidate": 50.0}, "shadowing": False,
    }  # fmt: skip
    command("experiment", "freeze", "insights", "a bad day")
    out = " ".join(command("experiment", "status", "insights")[1].split())
    assert ("frozen, SIMULATED" in out, "insights: a bad day. Claude alone answers; started" in out) == (True, True)


def test_shows_what_is_in_force_while_on_hold(experiment: Any, command: Any, rows: Any) -> None:
    """Claude has all sources, and only where it is killed shadows are off; what comes back is said, too."""
    command("experiment", "start", "insights", "--share", 30, "--arm", "tuned", 20)
    command("experiment", "shadow", "insights", "on")
    for words, is_shadowing in ((["freeze", "insights", "a bad day"], True), (["kill", "insights"], False)):
        command("experiment", *words)
        (row,), out = rows("experiment", "status"), command("experiment", "status")[1]

        assert (words[0], {"claude": 100.0, "candidate": 0.0, "tuned": 0.0}, is_shadowing) == (
            row["standing"].partition(":")[0].replace("killed", "kill").replace("frozen", "freeze"),
            row["serving"], row["shadowing"],
        )  # fmt: skip
        assert "Claude alone answers; started again: candidate 30 %, tuned 20 %. At least 5 % of the sources" in out
        assert f"Shadows are {'on' if is_shadowing else 'off'}." in out


def test_a_look_makes_no_folder(folder: DataFolder, command: Any) -> None:
    """Where no app ever ran there is none afterwards either."""
    looked = [command(*words)[0] for words in (("experiment", "status"), ("experiment", "log"))]

    assert ([0, 0], False) == (looked, folder.path.exists())


@pytest.mark.parametrize(
    ("dsn", "reason"),
    [("", "The store in "), ("http://u:p@127.0.0.1:9/otel_training", "No ClickHouse")],
)
def test_the_status_waits_for_nobody(
    command: Any, folder: DataFolder, caplog: pytest.LogCaptureFixture, dsn: str, reason: str
) -> None:
    """Neither that another lets go of the store, nor that it drains; an experiment without arms in force needs none."""
    command("experiment", "start", "insights")
    command("experiment", "start", "other", "--share", 0)
    command("experiment", "shadow", "insights", "on")
    status = ("experiment", "status")
    with owner_lock(folder.lock) as owner:
        owner.announce(dsn)
        seen = [command(*status, name) for name in ("insights", "other", "nosuch")]
        folder.experiments_log.unlink()
        seen.append(command(*status))

    assert [0, 0, 1, 0] == [code for code, _, _ in seen]
    assert [True, True, False, True] == ["At least 5 % of the sources" in out for _, out, _ in seen]
    held = f"What shadows cost, and whether arms get their sources, cannot be read now: {reason}"
    assert [True, False, False, True] == [err.startswith(held) for _, _, err in seen]
    assert seen[2][2].startswith("Error: There is no experiment nosuch")
    assert [] == [line for line in caplog.messages if "waiting" in line]


def test_a_promotion_that_ended_has_shadows_to_count(experiment: Any, command: Any, folder: DataFolder) -> None:
    """What they cost is asked for though none is on any more: promoted, all arms answer beside Claude."""
    for name, action in (("insights", "promote"), ("other", "ramp")):
        command("experiment", "start", name, "--share", 0)
        change_experiment(folder, name, action, lambda _, now: now or Experiment("", {}))
    with owner_lock(folder.lock) as owner:
        owner.announce("")
        seen = [command("experiment", "status", name)[2] for name in ("insights", "other")]

    assert [True, False] == [err.startswith("What shadows cost") for err in seen]


def test_a_log_of_nothing_is_a_mistake(experiment: Any, command: Any) -> None:
    """An unknown name is named; an experiment that was only just begun has its beginning."""
    code, _, err = command("experiment", "log", "nosuch")
    command("experiment", "start", "insights")

    assert (1, True) == (code, "There is no experiment nosuch" in err)
    command("experiment", "start", "insights", "--arm", "tuned", 10)
    begun, changed = command("experiment", "log", "insights")[1].splitlines()
    assert "insights: start, candidate at 50 %, by " in begun
    assert "insights: start, candidate at 50 %, tuned at 10 %, by " in changed


@pytest.mark.parametrize("width", [40, 60, 100])
def test_the_status_is_whole_in_any_terminal(experiment: Any, folder: DataFolder, tmp_path: Path, width: int) -> None:
    """What has no room in the table stands in the sentence."""
    name, since = "few-shot-claude-haiku-5-5", "2026-01-02T00:00:00"
    promotion = Promotion(name, "i", "e", "j", "PASS 98.7 %", (5.0, 50.0), since, since, forced=True)
    weights = {"claude": 50.0, "candidate": 50.0}
    changed = Experiment("s", weights, 0.05, shadow=True, candidates={"candidate": name}, promotion=promotion)
    write_state(folder, State({"insights-production-eu": changed}, CANDIDATES))
    shown = run_in_terminal(("experiment", "status"), tmp_path, ("stdout", "stderr"), width).shown

    assert [] == [line for line in shown.splitlines() if len(line.rstrip()) > width]
    words = " ".join(shown.split())
    assert "promoted" in words.partition("insights-production-eu: few")[0]
    assert f"insights-production-eu: {name} was promoted by PASS 98.7 % (forced), in steps of 5, 50 %." in words


@pytest.mark.slow
def test_the_doctor_names_what_is_wrong(rows: Any, folder: DataFolder) -> None:
    """An app that asks for an experiment that is not on, an arm whose candidate is gone, a file that is broken."""

    def findings() -> list[str]:
        return [finding for finding in rows("doctor")[0]["findings"] if "xperiment" in finding]

    otel_training.experiment("insights", claude=lambda source_content: ["Orders rose"])("Text")
    asked = findings()
    write_state(folder, State({"insights": Experiment("s", {"claude": 1.0}, candidates={"candidate": "gone"})}))
    gone = findings()
    folder.experiments.write_text("{", encoding="utf-8")
    (broken,) = findings()

    sentence = "An app asked 1 time for experiment insights, which is not on, and Claude answered: "
    assert [f"{sentence}otel-training experiment start insights."] == asked
    assert ["The arm candidate of experiment insights is gone, which is no candidate: start another."] == gone
    assert broken.endswith("begin the experiments anew. Until then Claude answers alone.")


@pytest.mark.slow
def test_what_apps_did_is_shown(experiment: Any, command: Any, rows: Any) -> None:
    """`view assignment` and `view shadow`, among all others in the order of time."""
    command("experiment", "start", "insights", "--share", 100, "--holdout", 0, "--candidate", "few-shot-v1")

    def failing(source_url: str) -> list[str]:
        raise ValueError

    def claude(source_url: str) -> list[str]:
        return ["Orders rose"]

    ask = otel_training.experiment("insights", claude=claude, candidate=failing)
    ask("https://news.example/1")
    (row,) = rows("view", "assignment")
    attempt, served = rows("view", "extraction")

    assert {
        "experiment": "insights", "arm": "candidate", "flag_reason": "split", "served": "claude",
        "decision": "fallback", "reason": "error", "candidate": "few-shot-v1", "weights": "candidate=100,claude=0",
        "extraction_id": served["extraction_id"], "attempt_id": attempt["extraction_id"], "outcome": "ok",
        "simulated": True,
    }.items() <= row.items()  # fmt: skip
    assert ["extraction", "extraction", "assignment"] == [event["stage"] for event in rows("view")]
    assert "SIMULATED" in command("view", "assignment")[1]
    assert "insights: candidate, fallback by error, SIMULATED" in " ".join(command("view")[1].split())
