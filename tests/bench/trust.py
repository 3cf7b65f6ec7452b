"""Trust in votes, by simulated readers: what of the votes that are left out is rightly so, and what of the bad ones is.

`python -m tests.bench.trust` alone measures it. Its seeds are none that a rule was tried on. In each world five readers
who voted like all others decide together on 20 or 60 insights, and a crowd of 12 or 40 comes for one source alone.
"""

import os
import sys
from collections.abc import Iterator
from dataclasses import dataclass

from otel_training.dataset.lockstep import find_lockstep
from otel_training.dataset.piles import find_piles
from tests.bench.results import Row, table
from tests.dataset.readers import DISMISS, LIKE, Population, collude, pile_on, population, targets, voters
from tests.dataset.test_lockstep import WORLDS, ballots, left_out

MEMBERS = {3, 11, 17, 23, 31}
FIRST = 10_000
"""The first reader of a crowd."""
SITES = 40

Votes = frozenset[tuple[int, int]]


@dataclass(frozen=True, slots=True)
class Trial:
    """What was left out of a world, and what should have been; of which targets the verdict is another by that."""

    out: Votes
    bad: Votes
    targets: int
    flipped: int
    others: int
    """Verdicts on other insights that are others for it."""


def rows(*, quick: bool) -> list[Row]:
    """Simulate all worlds."""
    seeds = range(9_001, 9_002) if quick else range(9_001, 9_004)
    worlds = list(WORLDS)[:2] if quick else list(WORLDS)
    by_attack = {
        "5 in lockstep": [trial for world in worlds for seed in seeds for trial in _colluding(world, seed)],
        "a crowd for one source": [trial for world in worlds for seed in seeds for trial in _crowds(world, seed)],
    }
    return [row for name, trials in by_attack.items() for row in _rows(name, trials)]


def _rows(name: str, trials: list[Trial]) -> list[Row]:
    out, right = sum(len(trial.out) for trial in trials), sum(len(trial.out & trial.bad) for trial in trials)
    return [
        Row(f"{name}: precision of the votes left out", right / out, ""),
        Row(f"{name}: recall of theirs", right / sum(len(trial.bad) for trial in trials), ""),
        Row(
            f"{name}: targeted insights decided by it",
            sum(trial.flipped for trial in trials) / sum(trial.targets for trial in trials), "", "<= 0.05",
        ),
        Row(f"{name}: verdicts on others changed", sum(trial.others for trial in trials) / len(trials), "a world"),
    ]  # fmt: skip


def _colluding(world: str, seed: int) -> Iterator[Trial]:
    for count, vote in ((20, LIKE), (60, LIKE), (20, DISMISS), (60, DISMISS)):
        readership = population(seed, **WORLDS[world])
        chosen = targets(readership, MEMBERS, count, passing=vote == DISMISS)
        before = readership.passes()
        collude(readership, MEMBERS, chosen, vote)
        out = left_out(readership, find_lockstep(ballots(readership)))
        yield _trial(readership, before, out, frozenset((insight, reader) for insight in chosen for reader in MEMBERS))


def _crowds(world: str, seed: int) -> Iterator[Trial]:
    for readers, share, vote in ((12, 0.1, LIKE), (40, 0.05, LIKE), (12, 0.4, DISMISS), (40, 0.4, DISMISS)):
        readership = population(seed, **WORLDS[world])
        before = readership.passes()
        pile_on(readership, seed, FIRST, readers, range(7, len(readership.topics), SITES), share, vote)
        cast = [(insight, reader) for insight, votes in enumerate(readership.votes) for reader in votes]
        piled = {reader for pile in find_piles(voters(readership, SITES)) for reader in pile}
        out = frozenset(vote for vote in cast if vote[1] in piled)
        yield _trial(readership, before, out, frozenset(vote for vote in cast if vote[1] >= FIRST))


def _trial(readership: Population, before: list[bool], out: Votes, bad: Votes) -> Trial:
    aimed = {insight for insight, _ in bad}
    after = readership.passes(out)
    changed = [number for number, verdict in enumerate(before) if after[number] != verdict]
    flipped = len(aimed.intersection(changed))
    return Trial(out, bad, len(aimed), flipped, len(changed) - flipped)


if __name__ == "__main__":
    sys.stdout.write(table(rows(quick=bool(os.environ.get("QUICK")))) + "\n")
