"""Readers who come for one source alone are found, and honest ones are not, by what the simulator's readers do."""

from typing import Any

import pytest

from otel_training.dataset.piles import Voters, find_piles
from tests.dataset.readers import DISMISS, LIKE, pile_on, population, voters
from tests.dataset.test_lockstep import WORLDS

pytestmark = pytest.mark.slow

SITES = 40


@pytest.mark.parametrize("sites", [2, 5, SITES])
@pytest.mark.parametrize("world", WORLDS)
def test_honest_readers_are_no_pile(world: str, sites: int) -> None:
    """However few sources there are."""
    assert [] == find_piles(voters(population(81, **WORLDS[world]), sites))


@pytest.mark.parametrize("vote", [LIKE, DISMISS])
@pytest.mark.parametrize(("readers", "share"), [(12, 0.1), (12, 0.4), (40, 0.05), (40, 0.4), (400, 0.1)])
@pytest.mark.parametrize("world", ["plain", "large", "all of it"])
def test_a_crowd_for_one_source_decides_nothing(world: str, readers: int, share: float, vote: str) -> None:
    """Neither lifts nor dismisses any of its insights, and nobody else is taken for one of it."""
    readership = population(82, **WORLDS[world])
    mine = range(7, len(readership.topics), SITES)
    before = readership.passes()

    pile_on(readership, 83, 10_000, readers, mine, share, vote)
    piles = find_piles(voters(readership, SITES))
    piled = frozenset((insight, reader) for pile in piles for reader in pile for insight in mine)
    after = readership.passes(piled)

    assert [tuple(range(10_000, 10_000 + readers))] == piles
    assert before == after


def test_customers_who_each_read_their_own_source_are_no_pile() -> None:
    """But a crowd that comes for one of these sources is."""
    customers = [
        Voters(LIKE, f"s{site}", 30, 10, list(range(10 * site, 10 * site + 10)), {f"s{site}": 300})
        for site in range(20)
    ]
    crowd = Voters(LIKE, "s3", 4, 200, list(range(1_000, 1_200)), {"s3": 800})

    assert [] == find_piles(customers)
    assert [(*range(30, 40), *range(1_000, 1_200))] == find_piles([*customers, crowd])


def test_readers_of_the_largest_source_are_no_pile() -> None:
    """Nor are three times as many as are to be expected, less than five, or those of an app with few readers."""

    def groups(loyal: int, others: int) -> list[Voters]:
        return [
            Voters(LIKE, "a", 1, loyal, list(range(loyal)), {"a": loyal}),
            Voters(LIKE, "", 10, others, [], {"a": others, **{str(site): others for site in range(9)}}),
        ]

    piles: list[Any] = [find_piles(groups(*size)) for size in ((4, 40), (6, 5), (8, 40), (400, 0), (400, 100))]
    assert [[], [], [tuple(range(8))], [], []] == piles
    assert [] == find_piles([])
