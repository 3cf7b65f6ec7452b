"""The whole loop as its user goes it: from traffic to a candidate that serves, a drop, and Claude again.

Each step has to end as planned, else the run fails. All answers and judgements are a stand-in's, whose models differ.
"""

import json
from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Final
from urllib.request import ProxyHandler, Request, build_opener

from otel_training.demo.messages_api import CHEAP, TODAY
from otel_training.demo.programs import run_program, serve
from otel_training.demo.readers import visit
from otel_training.demo.reviewer import review
from otel_training.demo.run import access_to, environment_of, exit_on_sigterm, make_project
from otel_training.demo.screen import INDENT, WIDTH, Screen
from otel_training.demo.sources import EDITION
from otel_training.errors import TrainingError

_READERS: Final = dict.fromkeys(range(11), 99)
_PROMOTE: Final = ("experiment", "promote", "insights", "--candidate", "few-shot")


@dataclass(frozen=True, slots=True)
class Loop:
    """A run of it."""

    screen: Screen
    models: str
    """The stand-in's address."""
    size: int
    """Sources of an edition."""

    def read(self, program: str, edition: int) -> None:
        """Have the app read the sources of an edition."""
        environment = {**self.screen.environment, EDITION: f"{edition}:{self.size}"}
        folder = self.screen.work / "automation"
        run_program(f"otel_training.demo.{program}", folder, environment, self.screen.detail)

    def check_served(self, *arms: str) -> None:
        """Say who answered the last edition; raises `TrainingError` where these are others."""
        counts = Counter(row["served"] for row in self.screen.rows("view", "assignment")[-self.size :])
        by = " and ".join(f"{arm} {count}" for arm, count in sorted(counts.items()))
        self.screen.tell(f"Of {counts.total()} sources, {by}.")
        if counts.keys() != set(arms):
            raise TrainingError(f"The loop is broken: these were to be answered by {' and '.join(arms)}.")


def _gather(loop: Loop) -> None:
    loop.screen.tell(
        f"A feed app has Claude ({TODAY}) read {loop.size} sources; its readers like and dismiss what was found. Two "
        "lines of the app are ours. Claude, readers and reviewer are stand-ins on this machine."
    )
    loop.read("automation", 1)
    with serve("otel_training.demo.backend:app", loop.screen.work / "backend", loop.screen.environment) as url:
        actions = visit(url, _READERS)
    loop.screen.detail(
        f"{len(_READERS)} readers: {', '.join(f'{n:,} {action}' for action, n in actions.most_common())}"
    )
    loop.screen.run(says="Lost 0")


def _review(loop: Loop) -> None:
    loop.screen.tell("No verdict stands on a judge that was never held against people: one of them reads half of it.")
    with loop.screen.running("review", "--no-browser", "--as", "mira", "--limit", str(loop.size // 2)) as line:
        accepted, rejected = review(line.split()[-1])
    loop.screen.detail(f"mira accepted {accepted} and rejected {rejected}")


def _freeze(loop: Loop) -> None:
    loop.screen.tell("What readers liked is frozen. No site stands on both sides of the split.")
    loop.screen.run("dataset", "create", "news-1", "--split", "30/0/70", says="No leaks")


def _make_candidates(loop: Loop) -> None:
    loop.screen.tell("The cheaper model gets the app's own prompt, once with six examples and once with none.")
    for name, examples in (("few-shot", ("--few-shot", "6")), ("bare", ())):
        loop.screen.run("experiment", "candidate", name, "--model", CHEAP, *examples, "--simulated", says="SIMULATED")


def _evaluate(loop: Loop) -> None:
    loop.screen.tell("Both answer sources that they never saw. One judge scores them and Claude, without names.")
    loop.screen.run("experiment", "eval", "few-shot", "--dataset", "news-1", says="Nothing was asked")
    for name in ("few-shot", "bare"):
        loop.screen.run("experiment", "eval", name, "--dataset", "news-1", "--yes", says="SIMULATED", until="In total")


def _compare(loop: Loop) -> None:
    loop.screen.tell("Does it keep 90 % of Claude's quality, for certain? Scripts go by the exit code.")
    loop.screen.run("experiment", "compare", "few-shot", says="SIMULATED: PASS", until="By field")
    loop.screen.run("experiment", "compare", "bare", code=11, says="SIMULATED: FAIL", until="By field")


def _promote(loop: Loop) -> None:
    loop.screen.tell(
        "The app's function becomes `otel_training.experiment(...)`; commands decide who answers. What stand-ins said "
        "is no proof, and refused; here it is forced."
    )
    loop.screen.run(*_PROMOTE, code=1, says="The verdict on few-shot is SIMULATED")
    for share in (5, 50):
        loop.screen.run(*_PROMOTE, "--force", says=f"candidate {share} % few-shot")


def _serve(loop: Loop) -> None:
    loop.screen.tell("New sources come in. Of Claude's half, the candidate answers beside, and nobody waits for it.")
    loop.read("routed", 2)
    loop.check_served("candidate", "claude")
    loop.screen.run("experiment", "watch", "insights", "--yes", says="PASS. few-shot")


def _drop(loop: Loop) -> None:
    loop.screen.tell(f"Now another model answers as {CHEAP} (the stand-in is told to). Nothing fails, nobody is told.")
    request = Request(f"{loop.models}/drop", json.dumps({"model": CHEAP}).encode())  # noqa: S310 - our own
    build_opener(ProxyHandler({})).open(request).close()
    loop.read("routed", 3)
    loop.screen.run("experiment", "watch", "insights", "--yes", code=11, says="Claude answers again")
    loop.screen.run("experiment", "log", "insights", says="roll back")


def _return(loop: Loop) -> None:
    loop.screen.tell("The app is as it was, and Claude answers all of it.")
    loop.read("routed", 4)
    loop.check_served("claude")
    loop.screen.run("experiment", "status", "insights", says="rolled back")


def _save(loop: Loop) -> None:
    loop.screen.tell("What a source costs by Claude, as all were answered so far, and by each kind of candidate.")
    loop.screen.run("savings", "--candidate", CHEAP, says="few-shot")


_STEPS: Final[dict[str, Callable[[Loop], None]]] = {
    "Traffic gathers": _gather,
    "People say what is right": _review,
    "A dataset is frozen": _freeze,
    "Two candidates, without training": _make_candidates,
    "Evaluation": _evaluate,
    "Verdicts": _compare,
    "Promotion": _promote,
    "The candidate serves": _serve,
    "A drop": _drop,
    "Claude again": _return,
    "What it saves": _save,
}


def run_loop(work: Path, size: int) -> None:
    """Go through the loop in a folder, with so many sources an edition. Raises `TrainingError` where a step fails."""
    make_project(work)
    own = {"FEED_MODEL": TODAY, "COLUMNS": str(WIDTH - INDENT), "PYTHONUNBUFFERED": "1"}
    environment = environment_of(work) | own
    with exit_on_sigterm(), serve("otel_training.demo.messages_api:app", work, environment) as url:
        loop = Loop(Screen(work, environment | access_to(url)), url, size)
        for number, (title, step) in enumerate(_STEPS.items(), 1):
            loop.screen.head(f"{number}  {title}")
            step(loop)
        loop.screen.tell("")
        loop.screen.tell("All steps ended as planned.")
