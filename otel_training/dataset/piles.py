"""Piles: readers who vote on one source alone, far more of them than its share of all votes explains.

Lockstep is not to be seen in many who each vote a few times; but accounts that come for one source have nothing else.
So of each source is counted whose votes are on it by four fifths, and how many such readers are to be expected, by how
often each votes and by the source's share of all votes, theirs included. By Chernoff's bound less than one in a hundred
apps has a pile by chance; as readers may prefer a source, there must be three times as many as expected. Where readers
are like that on all sources, as customers who each read their own, as many are to be expected on this one, too. None of
a pile is counted, neither for nor against anything: the source's other readers decide.
"""

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from math import ceil, log
from typing import Final

_LEAST: Final = 5
_LEAST_READERS: Final = 12
_PREFERRED: Final = 3
_CHANCE: Final = log(100)
LOYAL: Final = 0.8


@dataclass(frozen=True, slots=True)
class Voters:
    """Readers who voted one way equally often, and have the same source, by its domain; '' where they have none."""

    vote: str
    site: str
    votes: int
    """How many each cast."""
    count: int
    readers: Sequence[int]
    """Who they are, where they have a source."""
    sites: Mapping[str, int]
    """How many of their votes are on which source."""


def find_piles(voters: Iterable[Voters]) -> list[tuple[int, ...]]:
    """Return the readers of each pile; who likes and who dismisses is looked at apart."""
    by_vote: dict[str, list[Voters]] = {}
    for group in voters:
        by_vote.setdefault(group.vote, []).append(group)
    return [pile for _, groups in sorted(by_vote.items()) for pile in _piles(groups)]


def _piles(groups: Sequence[Voters]) -> Iterable[tuple[int, ...]]:
    sites, sizes = Counter[str](), Counter[int]()
    loyal: dict[str, list[int]] = {}
    for group in groups:
        sites.update(group.sites)
        sizes[group.votes] += group.count
        if group.site:
            loyal.setdefault(group.site, []).extend(group.readers)
    everybody = sum(map(len, loyal.values()))
    for site, readers in sorted(loyal.items()):
        share = sites[site] / sites.total()
        by_chance = sum(count * _chance(votes, share) for votes, count in sizes.items())
        expected = max(by_chance, (everybody - len(readers)) * share / (1 - share) if share < 1 else 0.0)
        if len(readers) < max(_LEAST, _PREFERRED * expected) or sizes.total() < _LEAST_READERS:
            continue
        surprise = len(readers) * log(len(readers) / expected) - (len(readers) - expected)
        if surprise > _CHANCE + log(len(sites)):
            yield tuple(sorted(readers))


def _chance(votes: int, share: float) -> float:
    """Return how probably a reader of so many votes has them on a source of that share, at most."""
    least = ceil(LOYAL * votes) / votes
    if share >= least:
        return 1.0
    others = ((1 - share) / (1 - least)) ** (votes * (1 - least)) if least < 1 else 1.0
    return float((share / least) ** (votes * least) * others)
