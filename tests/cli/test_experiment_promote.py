"""`otel-training experiment promote|watch|log`: up on proof, and back by itself."""

import json
import subprocess
import sys
import threading
import time
from collections import Counter
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

import otel_training
from otel_training.folder import DataFolder, make_folder
from otel_training.routing import route
from otel_training.routing.assign import assign
from otel_training.routing.state import Definition, Experiment, Promotion, State, read_state, write_state
from otel_training.trial.candidate import definition_id
from tests.cli.test_experiment_eval import LENIENT, SOURCES, gather, gather_gold, models, source_of
from tests.models import Models, bad, facts_of
from tests.served import environment
from tests.stores import make_once

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


@pytest.fixture(scope="module")
def kept(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Where the data folder is kept that all tests begin with."""
    return tmp_path_factory.mktemp("passed") / "data"


@pytest.fixture
def passed(models: Models, rows: Any, folder: DataFolder, tmp_path: Path, kept: Path) -> Models:
    """A candidate `good` with a PASS on the dataset `d`."""
    (tmp_path / "judging.py").write_text(JUDGE)

    def evaluate() -> None:
        gather(SOURCES)
        gather_gold(40, folder)
        rows("dataset", "create", "d", *LENIENT, "--split", "20/0/80", "--topic", "chips", "--topic", "energy")
        rows("experiment", "candidate", "good", "--model", "gpt-6-luna", "--few-shot", 2, "--dataset", "d")
        rows(*EVAL, "judging:score")

    make_once(kept, folder, evaluate)
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
    assert "good was promoted by PASS 100.0 %, in steps of 5, 50, 100 %." in command("experiment", "status")[1]


def test_sources_that_do_not_reach_the_candidate_prove_nothing(
    passed: Models, command: Any, rows: Any, folder: DataFolder
) -> None:
    """Neither to promote it nor to evaluate it, however good its answers are."""
    even = Experiment("s", {"claude": 50.0, "candidate": 50.0}, candidates={"candidate": "good"})
    write_state(folder, replace(read_state(folder), experiments={"insights": even}))
    route._watches.clear()

    def claude(source_url: str, source_content: str) -> list[str]:
        return [source_url, source_content]

    ask: Any = otel_training.experiment("insights", claude=claude)
    urls = sorted((f"https://s.example/{n}" for n in range(120)), key=lambda url: assign("insights", even, url).arm)
    for url in (urls[0], *urls[-40:]):
        ask(url, source_of(1))
    code, _, err = command("experiment", "promote", "insights")
    (evaluated,) = rows(*EVAL, "judging:score")

    reason = "the arms did not get the sources that they were to get (p = "
    assert (1, True) == (code, f"The verdict on good is INVALID: {reason}" in err)
    assert ("INVALID", True) == (evaluated["verdict"]["verdict"], evaluated["verdict"]["reason"].startswith(reason))


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
    assert (
        "not the newest of its kind, or not whole: `otel-training experiment eval good --dataset e` first." in refused()
    )
    rows("dataset", "create", "g", *LENIENT, "--split", "20/0/80", "--topic", "gold")
    rows("experiment", "eval", "good", "--dataset", "g", "--yes", "--judge", "judging:simulated")
    assert "The verdict on good is" in refused()
    forced = command(*words, "--force")
    (entry,) = rows("experiment", "log")[-1:]
    assert (0, True, True, True) == (
        forced[0], "SIMULATED: a stand-in" in forced[1], entry["forced"], "The verdict on good" in entry["reason"],
    )  # fmt: skip
    assert experiment().promotion.forced


class Routed:
    """An app in a process of its own, which answers sources as the experiment stands."""

    def __init__(self, process: "subprocess.Popen[str]") -> None:
        self.process = process
        self.asked = 0

    def answer(self, count: int) -> Counter[str]:
        """Have it answer so many sources more; return how many each answered."""
        assert self.process.stdin is not None is not self.process.stdout
        counts = Counter[str]()
        for _ in range(count):
            self.process.stdin.write(f"{self.asked}\n")
            self.process.stdin.flush()
            counts[self.process.stdout.readline().strip()] += 1
            self.asked += 1
        return counts

    @contextmanager
    def answering(self) -> Iterator[None]:
        """Have it answer all the while."""
        ended = threading.Event()

        def go_on() -> None:
            while not ended.is_set():
                self.answer(1)

        thread = threading.Thread(target=go_on)
        thread.start()
        try:
            yield
        finally:
            ended.set()
            thread.join()


@pytest.fixture
def routed(folder: DataFolder) -> Iterator[Routed]:
    """Start it."""
    arguments = [sys.executable, "-m", "tests.programs.routed"]
    where: Any = {"cwd": Path(__file__).parents[2], "env": environment(OTEL_TRAINING_HOME=str(folder.path))}
    with subprocess.Popen(arguments, **where, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True) as process:
        yield Routed(process)
        assert process.stdin is not None
        process.stdin.close()


def test_a_drop_rolls_back_within_a_second(
    passed: Models, command: Any, rows: Any, routed: Routed, experiment: Any
) -> None:
    """Of a running app, by commands alone; then it stays with Claude, whoever looks, until there is other proof."""
    promote, watch = ("experiment", "promote", "insights"), ("experiment", "watch", "insights")
    with routed.answering():
        up = command(*promote, "--candidate", "good", "--steps", "40,100", "--watch", "--every", 1, "--json")
    well = command(*watch, "--json")
    good = json.loads(well[1])
    command("experiment", "ramp", "insights", 40)
    time.sleep(1.0)
    passed.answer = bad
    routed.answer(60)
    broken = command(*promote, "--steps", "100")
    time.sleep(1.0)
    after = routed.answer(20)
    again = command(*watch, "--json")
    refused = command(*promote)

    assert (0, [40.0, 100.0]) == (up[0], [json.loads(line)["weights"]["candidate"] for line in up[1].splitlines()])
    assert (0, "PASS", "", True, True) == (
        well[0], good["verdict"], good["alarm"], good["judged"] >= 50, good["answered"] >= 50,
    )  # fmt: skip
    assert (11, True) == (broken[0], broken[1].startswith("FAIL. good of insights: Its answers "))
    assert {"claude": 20} == after
    assert (11, "FAIL", 0.0, False) == (
        again[0], json.loads(again[1])["verdict"], experiment().weights["candidate"], experiment().shadow,
    )  # fmt: skip
    assert (1, True) == (refused[0], "good was rolled back since this verdict" in refused[2])
    assert ["promote", "promote", "ramp", "roll back"] == [entry["action"] for entry in rows("experiment", "log")]
    status = command("experiment", "status")[1]
    (finding,) = [sentence for sentence in rows("doctor")[0]["findings"] if "rolled back" in sentence]
    command("experiment", "start", "insights", "--share", 0)
    assert (1, True) == (command(*promote)[0], "good was rolled back since" in command(*promote)[2])
    assert "rolled back" in status
    assert finding.startswith("good of experiment insights was rolled back, and Claude answers: Its answers ")


def test_a_function_that_changed_proves_nothing(
    passed: Models, command: Any, rows: Any, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Its verdict was on another text; one that is gone, or fails, is promoted by force alone."""
    (tmp_path / "own.py").write_text(
        "from tests.models import facts_of\n\n\ndef read(source_content):\n    return facts_of(source_content)\n"
    )
    rows("experiment", "candidate", "own", "--provider", "callable", "--model", "own:read", "--dataset", "d")
    command("experiment", "eval", "own", "--dataset", "d", "--yes", "--judge", "judging:score")
    words = ("experiment", "promote", "insights", "--candidate", "own")
    before = command(*words)
    (tmp_path / "own.py").write_text("def read(source_content):\n    return ['Bananas are yellow']\n")
    after = command(*words)
    monkeypatch.delitem(sys.modules, "own")
    (tmp_path / "own.py").write_text("raise RuntimeError('no key')\n")
    gone, forced = command(*words), command(*words, "--force")

    assert (1, True) == (gone[0], "The function of own cannot be looked at. There is no own:read (no key)" in gone[2])
    assert (0, True) == (forced[0], "own was promoted by" in forced[1])
    assert (False, True) == tuple("The function of own is not what it was" in text[2] for text in (before, after))


def test_the_second_turn_is_one_command(passed: Models, command: Any, rows: Any, folder: DataFolder) -> None:
    """New rows make another dataset and another candidate, judged beside the old one; then there is nothing to do."""
    asked, idle = len(passed.prompts), command("experiment", "renew", "good")
    gather(12, SOURCES)
    priced = command("experiment", "renew", "good")
    assert asked == len(passed.prompts)
    code, out, err = command("experiment", "renew", "good", "--yes", "--json")
    fresh, old, *verdicts = map(json.loads, out.splitlines())
    promoted = command("experiment", "promote", "insights", "--candidate", "good-2")

    assert (1, True) == (idle[0], "Nothing came in since d (+0 rows" in idle[2])
    assert (0, True) == (priced[0], "Nothing was asked: --yes pays" in priced[2])
    assert (0, True) == (code, "d to d-2: +12 rows, -0 rows" in err)
    assert [("good-2", "judging:score"), ("good", "judging:score")] == [
        (each["candidate"], each["judge"]) for each in (fresh, old)
    ]
    assert fresh["dataset_id"] == old["dataset_id"]
    assert [("good-2", "PASS", 1.0), ("good", "PASS", 1.0)] == [
        (each["candidate"], each["verdict"], each["ratio"]) for each in verdicts
    ]
    assert 0 == promoted[0]

    rows("experiment", "candidate", "plain", "--model", "gpt-6-luna", "--dataset", "d")
    rows("experiment", "eval", "plain", "--dataset", "d", "--yes", "--judge", "judging:score")
    again = rows("experiment", "renew", "plain", "--yes")
    assert [("plain", fresh["dataset_id"]), ("plain", None)] == [
        (each["candidate"], each.get("dataset_id")) for each in again
    ]
    assert {"good", "good-2", "plain"} == read_state(folder).candidates.keys()


def test_the_watch_says_what_it_cannot_see(models: Models, command: Any, rows: Any, folder: DataFolder) -> None:
    """A judge that nobody pays, no shadow at all, another candidate than was promoted, none that was."""
    good = Definition("openai", "m")
    since = "2026-01-02T00:00:00"
    promotion = Promotion("good", definition_id(good), "e", "claude-sonnet-5-5", "PASS", (5.0,), since, since)

    def stand(definition: Definition = good, **changes: Any) -> None:
        experiment = Experiment(
            "s", {"claude": 1.0}, shadow=True, candidates={"candidate": "good"}, promotion=promotion
        )
        write_state(make_folder(folder), State({"insights": replace(experiment, **changes)}, {"good": definition}))
        route._watches.clear()

    def answer(source_url: str, source_content: str) -> list[str]:
        return facts_of(source_content)

    ask: Any = otel_training.experiment("insights", claude=answer, candidate=answer)
    watch = ("experiment", "watch", "insights")
    stand(shadow=False, weights={"candidate": 1.0})
    for number in range(50):
        ask(f"https://w{number}.example/1", source_of(number))
    blind = command(*watch)
    stand()
    for number in range(3):
        ask(f"https://v{number}.example/1", source_of(number))
    for thread in threading.enumerate():
        if thread.name == "otel_training-candidate":
            thread.join()
    unpaid, paid = command(*watch), command(*watch, "--yes")
    timer = threading.Timer(1.0, stand, (replace(good, system="Another"),))
    timer.start()
    other = command(*watch, "--follow", "--every", 0.1)
    timer.join()
    stand(promotion=None)
    none = command(*watch)

    assert (10, True) == (blind[0], "Nobody sees how good it is: no shadow" in blind[1])
    assert (10, True) == (unpaid[0], "3 sources wait for the judge: --yes pays for it, about 0.0" in unpaid[2])
    assert "CONTINUE. good of insights: 0 sources judged beside Claude, 50 calls served." in unpaid[1]
    assert "SIMULATED" in paid[1]
    assert "CONTINUE. good of insights: 3 sources judged beside Claude, 50 calls served." in paid[1]
    assert (12, True) == (other[0], "INVALID. good of insights: good is another model or prompt" in other[1])
    assert (1, True) == (none[0], "Nothing of insights was promoted" in none[2])
