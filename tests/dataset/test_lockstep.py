"""Readers in lockstep are found, and honest ones are not, by what the simulator's readers do."""

from collections import Counter
from typing import Any

import pytest

from otel_training.dataset.lockstep import LEAST_VOTERS, Ballot, find_lockstep
from tests.dataset.readers import DISMISS, LIKE, Population, collude, population, targets

pytestmark = pytest.mark.slow

WORLDS: dict[str, dict[str, Any]] = {
    "plain": {"readers": 105, "insights": 800},
    "small": {"readers": 35, "insights": 300},
    "large": {"readers": 305, "insights": 2000, "taste": 1.0},
    "tastes by topic": {"readers": 105, "insights": 800, "taste": 2.0},
    "alike in what no topic tells": {"readers": 105, "insights": 1500, "alike": 0.8},
    "who come and go": {"readers": 305, "insights": 1500, "stay": 0.15},
    "all of it": {"readers": 205, "insights": 1500, "taste": 1.5, "alike": 0.6, "stay": 0.4},
}


def ballots(readership: Population) -> list[Ballot]:
    """Return the votes as they are looked at."""
    return [
        Ballot(str(topic), vote, sorted(reader for reader, cast in votes.items() if cast == vote))
        for topic, votes in zip(readership.topics, readership.votes, strict=True)
        for vote in (LIKE, DISMISS)
    ]


def left_out(readership: Population, groups: list[tuple[int, ...]]) -> frozenset[tuple[int, int]]:
    """Return the votes that at least three readers of a group cast alike, as `doubted.sql` finds them."""
    group_of = {reader: number for number, group in enumerate(groups) for reader in group}
    pairs = set()
    for insight, votes in enumerate(readership.votes):
        cast = {reader: (group_of[reader], vote) for reader, vote in votes.items() if reader in group_of}
        together = Counter(cast.values())
        pairs |= {(insight, reader) for reader, kind in cast.items() if together[kind] >= LEAST_VOTERS}
    return frozenset(pairs)


@pytest.mark.parametrize("world", WORLDS)
def test_honest_readers_keep_their_verdicts(world: str) -> None:
    """However alike they are: at most one insight in a hundred is judged otherwise, and mostly none."""
    readership = population(71, **WORLDS[world])
    before = readership.passes()

    after = readership.passes(left_out(readership, find_lockstep(ballots(readership))))

    assert sum(a != b for a, b in zip(before, after, strict=True)) <= sum(before) / 100


@pytest.mark.parametrize("passing", [False, True], ids=["lifted", "dismissed"])
@pytest.mark.parametrize(
    ("world", "count"),
    # Where honest readers are so much alike, twenty votes in common do not stand out.
    [
        (world, count)
        for world in WORLDS
        for count in (20, 60)
        if (world, count) != ("alike in what no topic tells", 20)
    ],
)
def test_five_who_collude_decide_next_to_nothing(world: str, count: int, *, passing: bool) -> None:
    """Of what they vote on at most one in twenty is decided by them, where without the rule up to all is."""
    readership = population(72, **WORLDS[world])
    members = {3, 11, 17, 23, 31}
    chosen = targets(readership, members, count, passing=passing)
    before = readership.passes()

    collude(readership, members, chosen, DISMISS if passing else LIKE)
    naive, after = readership.passes(), readership.passes(left_out(readership, find_lockstep(ballots(readership))))

    flipped = [sum(verdict[insight] != before[insight] for insight in chosen) for verdict in (naive, after)]
    assert flipped[0] > len(chosen) / 10
    assert flipped[1] <= len(chosen) / 20


def test_a_group_is_named_with_all_its_members() -> None:
    """Of any size from three readers to a quarter of all, and nobody else."""
    for members in ({3, 11, 17}, set(range(2, 22, 2))):
        readership = population(73, readers=100, insights=600)
        collude(readership, members, range(5, 600, 20))

        assert [tuple(sorted(members))] == find_lockstep(ballots(readership))


def test_a_quarter_of_the_readers_is_no_group() -> None:
    """Nor are less than a dozen readers, all of whom like the same."""
    readership = population(74, readers=100, insights=600)
    collude(readership, range(40), range(5, 600, 20))
    crowd = [Ballot("", LIKE, range(11))] * 50

    assert [] == find_lockstep(ballots(readership))
    assert [] == find_lockstep(crowd)
    assert [] == find_lockstep([])
