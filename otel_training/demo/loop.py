"""The whole loop as its user goes it: from traffic to a candidate that serves, a drop, and Claude again.

Each step has to end as planned, else the run fails. All answers and judgements are a stand-in's, whose models differ.
"""

import json
import subprocess
from collections import Counter
from pathlib import Path
from typing import Final
from urllib.request import ProxyHandler, Request, build_opener

from otel_training.demo.messages_api import CHEAP, TODAY
from otel_training.demo.programs import run_program, serve
from otel_training.demo.readers import review, visit
from otel_training.demo.run import access_to, environment_of, exit_on_sigterm, make_project
from otel_training.demo.screen import CLI, INDENT, WIDTH, Screen
from otel_training.demo.sources import EDITION
from otel_training.errors import TrainingError

_READERS: Final = dict.fromkeys(range(11), 99)


def run_loop(work: Path, size: int) -> None:
    """Go through the loop in a folder, with so many sources an edition. Raises `TrainingError` where a step fails."""
    make_project(work)
    own = {"FEED_MODEL": TODAY, "COLUMNS": str(WIDTH - INDENT), "PYTHONUNBUFFERED": "1"}
    environment = environment_of(work) | own
    with exit_on_sigterm(), serve("otel_training.demo.messages_api:app", work, environment) as url:
        screen = Screen(work, environment | access_to(url))
        for number, step in enumerate(_STEPS, 1):
            screen.head(f"{number}  {(step.__doc__ or '').rstrip('.')}")
            step(screen, size)
        screen.tell("\nAll steps ended as planned.")


def _gather(screen: Screen, size: int) -> None:
    """Gather traffic."""
    screen.tell(
        f"A feed app has Claude ({TODAY}) read {size} sources; its readers like and dismiss what was found. Two "
        "lines of the app are ours. Claude, readers and reviewer are stand-ins on this machine."
    )
    _read(screen, size, "automation", 1)
    with serve("otel_training.demo.backend:app", screen.work / "backend", screen.environment) as url:
        actions = visit(url, _READERS)
    screen.detail(f"{len(_READERS)} readers: {', '.join(f'{count:,} {name}' for name, count in actions.most_common())}")
    screen.run(says="Lost 0")


def _review(screen: Screen, size: int) -> None:
    """Have people decide."""
    screen.tell("No verdict stands on a judge that was never held against people: one of them reads half of it.")
    screen.prompt(*(argv := ("review", "--no-browser", "--as", "mira", "--limit", str(size // 2))))
    with subprocess.Popen(  # noqa: S603 - our own
        [*CLI, *argv], env=screen.environment, cwd=screen.work, stderr=subprocess.PIPE, text=True
    ) as page:
        try:
            accepted, rejected = review(page.stderr.readline().split()[-1] if page.stderr else "")
        finally:
            page.terminate()
    screen.detail(f"mira accepted {accepted} and rejected {rejected}")


def _freeze(screen: Screen, _size: int) -> None:
    """Freeze a dataset."""
    screen.tell("What readers liked is frozen. No site stands on both sides of the split.")
    screen.run("dataset", "create", "news-1", "--split", "30/0/70", says="No leaks")


def _make_candidates(screen: Screen, _size: int) -> None:
    """Make two candidates, without training."""
    screen.tell("The cheaper model gets the app's own prompt, once with six examples and once with none.")
    for name, examples in (("few-shot", ("--few-shot", "6")), ("bare", ())):
        screen.run("experiment", "candidate", name, "--model", CHEAP, *examples, "--simulated", says="SIMULATED")


def _evaluate(screen: Screen, _size: int) -> None:
    """Evaluate both."""
    screen.tell("Both answer sources that they never saw. One judge scores them and Claude, without names.")
    screen.run("experiment", "eval", "few-shot", "--dataset", "news-1", says="Nothing was asked")
    for name in ("few-shot", "bare"):
        screen.run("experiment", "eval", name, "--dataset", "news-1", "--yes", says="SIMULATED", until="In total")


def _compare(screen: Screen, _size: int) -> None:
    """Ask for the verdicts."""
    screen.tell("Does it keep 90 % of Claude's quality, for certain? Scripts go by the exit code.")
    screen.run("experiment", "compare", "few-shot", says="SIMULATED: PASS", until="By field")
    screen.run("experiment", "compare", "bare", code=11, says="SIMULATED: FAIL", until="By field")


def _promote(screen: Screen, _size: int) -> None:
    """Promote."""
    screen.tell(
        "The app's function becomes `otel_training.experiment(...)`; commands decide who answers. What stand-ins said "
        "is no proof, and refused; here it is forced."
    )
    argv = ("experiment", "promote", "insights", "--candidate", "few-shot")
    screen.run(*argv, code=1, says="The verdict on few-shot is SIMULATED")
    for share in (5, 50):
        screen.run(*argv, "--force", says=f"candidate {share} % few-shot")


def _serve(screen: Screen, size: int) -> None:
    """Let the candidate serve."""
    screen.tell("New sources come in. Of Claude's half, the candidate answers beside, and nobody waits for it.")
    _read(screen, size, "routed", 2, {"candidate", "claude"})
    screen.run("experiment", "watch", "insights", "--yes", says="PASS. few-shot")


def _drop(screen: Screen, size: int) -> None:
    """Plant a drop."""
    screen.tell(f"Now another model answers as {CHEAP} (the stand-in is told to). Nothing fails, nobody is told.")
    body = json.dumps({"model": CHEAP}).encode()
    request = Request(f"{screen.environment['ANTHROPIC_BASE_URL']}/drop", body)  # noqa: S310 - our own
    build_opener(ProxyHandler({})).open(request).close()
    _read(screen, size, "routed", 3, {"candidate", "claude"})
    screen.run("experiment", "watch", "insights", "--yes", code=11, says="Claude answers again")
    screen.run("experiment", "log", "insights", says="roll back")


def _return(screen: Screen, size: int) -> None:
    """Return to Claude."""
    screen.tell("The app is as it was, and Claude answers all of it.")
    _read(screen, size, "routed", 4, {"claude"})
    screen.run("experiment", "status", "insights", says="rolled back")


def _save(screen: Screen, _size: int) -> None:
    """See what it saves."""
    screen.tell("What a source costs by Claude, as all were answered so far, and by each kind of candidate.")
    screen.run("savings", "--candidate", CHEAP, says="few-shot")


_STEPS: Final = (
    _gather, _review, _freeze, _make_candidates, _evaluate, _compare, _promote, _serve, _drop, _return, _save
)  # fmt: skip


def _read(screen: Screen, size: int, program: str, edition: int, arms: set[str] | None = None) -> None:
    """Have the app read the sources of an edition; raises `TrainingError` where others answer than these arms."""
    environment = {**screen.environment, EDITION: f"{edition}:{size}"}
    run_program(f"otel_training.demo.{program}", screen.work / "automation", environment, screen.detail)
    if arms is None:
        return
    argv = [*CLI, "view", "assignment", "--json"]
    lines = subprocess.check_output(argv, env=screen.environment, cwd=screen.work).splitlines()[-size:]  # noqa: S603 - our own
    counts = Counter(json.loads(line)["served"] for line in lines)
    screen.tell(f"Of {counts.total()} sources, {' and '.join(f'{arm} {counts[arm]}' for arm in sorted(counts))}.")
    if counts.keys() != arms:
        raise TrainingError(f"The loop is broken: these were to be answered by {' and '.join(sorted(arms))}.")
