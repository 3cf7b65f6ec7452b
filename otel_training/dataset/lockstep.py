"""Lockstep: groups of readers whose votes fall together far more often than what each of them likes explains.

One reader's vote counts once, so who wants to decide needs several readers, and all must vote on what is to be decided:
that is what gives them away. A group is tested by how often all of it voted alike on one insight, beside how often that
is to be expected of readers who vote as often as they do, on the same topics and at the same times, on insights as
popular. By Chernoff's bound less than one in a hundred honest populations holds any such group.

Honest readers may be alike in what no topic tells: so a group must stand out from what most readers reach, each of it
must vote with the others at least every second time that these vote alike, and it is no quarter of all readers. Nobody
is in lockstep where less than a dozen vote, nor who acted together less than five times, as friends may.
"""

from collections import Counter, defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from functools import cached_property
from math import comb, log
from statistics import quantiles
from typing import Final, NamedTuple

from otel_training.dataset.components import Components

LEAST_VOTERS: Final = 3
"""So many of a group must vote alike on an insight before these votes are left out; they are its least size, too."""
_LEAST_TOGETHER: Final = 5
_LEAST_READERS: Final = 12
_CHANCE: Final = log(100)
_STANDING_OUT: Final = 5
_SHARE: Final = 4
"""A group is at most the fourth part of the readers."""
_LARGEST: Final = 12
"""Groups are found up to so many at once; larger ones as several that overlap."""
_TRIES: Final = 5
_NEXT: Final = 3
_PERIOD: Final = 50
"""Insights of one time."""
_TOPICS: Final = 20
_NEVER: Final = float("-inf")


class Ballot(NamedTuple):
    """The readers who voted alike on one insight."""

    topic: str
    vote: str
    readers: Sequence[int]


@dataclass(frozen=True)
class _Ballots:
    """All ballots of two readers and more, the oldest first, and what of them each reader has."""

    ballots: list[Ballot]
    kinds: list[tuple[str, str]]
    """Of each its vote and its topic, if that is among the most frequent."""
    of: dict[int, set[int]] = field(default_factory=lambda: defaultdict(set))
    _rates: dict[int, dict[tuple[str, str], float]] = field(default_factory=dict)

    @cached_property
    def _falling(self) -> list[float]:
        """Of each size of a group, how many ordered choices of so many readers the ballots offer."""
        sums = [0.0] * (_LARGEST + 1)
        for ballot in self.ballots:
            ways, size = 1.0, len(ballot.readers)
            for taken in range(min(size, _LARGEST)):
                ways *= size - taken
                sums[taken + 1] += ways
        return sums

    @cached_property
    def _votes(self) -> int:
        return sum(len(ballot.readers) for ballot in self.ballots)

    @cached_property
    def _sizes(self) -> Counter[tuple[int, tuple[str, str], int]]:
        """How many ballots there are of each time, kind and size."""
        return Counter(
            (number // _PERIOD, kind, len(ballot.readers))
            for number, (kind, ballot) in enumerate(zip(self.kinds, self.ballots, strict=True))
        )

    def _times(self, reader: int) -> set[int]:
        return {number // _PERIOD for number in self.of[reader]}

    def _rate(self, reader: int) -> dict[tuple[str, str], float]:
        """Return of each kind how many of its votes are the reader's, at the times at which they voted."""
        if reader not in self._rates:
            times, open_to = self._times(reader), Counter[tuple[str, str]]()
            for (time, kind, size), count in self._sizes.items():
                if time in times:
                    open_to[kind] += size * count
            cast = Counter(self.kinds[number] for number in self.of[reader])
            self._rates[reader] = {kind: count / open_to[kind] for kind, count in cast.items()}
        return self._rates[reader]

    def together(self, group: Sequence[int]) -> int:
        """Return how often all of a group voted alike."""
        return len(set.intersection(*(self.of[reader] for reader in group)))

    def roughly(self, group: Sequence[int]) -> float:
        """Return how often a group is to be expected on one ballot, by how many votes each has: fast, and too low."""
        expected = self._falling[len(group)]
        for reader in group:
            expected *= len(self.of[reader]) / self._votes
        return expected

    def expected(self, group: Sequence[int]) -> float:
        """Return the same by topic, by time, and for dense votes, too, where nobody can be twice on one ballot."""
        times = set.intersection(*map(self._times, group))
        rates = [self._rate(reader) for reader in group]
        total = 0.0
        for (time, kind, size), count in self._sizes.items():
            if time in times:
                chance = float(count)
                for rate in rates:
                    chance *= min(1.0, rate.get(kind, 0.0) * size)
                total += chance
        return total

    def score(self, together: int, expected: float, size: int) -> float:
        """Return how improbable it is, as a logarithm, beyond what the best group of that size reaches by chance."""
        if together <= expected:
            return _NEVER
        surprise = together * log(together / expected) - (together - expected)
        return surprise - log(comb(len(self.of), size)) - _CHANCE


def find_lockstep(ballots: Iterable[Ballot]) -> list[tuple[int, ...]]:
    """Return the groups of readers in lockstep, of ballots the oldest first; each reader is in at most one."""
    votes = _collect(ballots)
    if len(votes.of) < _LEAST_READERS:
        return []
    best: dict[int, tuple[float, list[int]]] = {}
    for reader in votes.of:
        best[reader] = max((_tested(votes, group) for group in _groups(votes, reader)), default=(_NEVER, []))
    # What readers who are alike reach, though they do not act together.
    scores = [max(score, 0.0) for score, _ in best.values()]
    usual = quantiles(scores, n=4)[-1]
    joined = Components()
    members = set[int]()
    for score, group in best.values():
        if score > max(0.0, _STANDING_OUT * usual) and _is_close(votes, group):
            members.update(group)
            for other in group:
                joined.join(str(group[0]), str(other))
    groups = defaultdict(list)
    for reader in sorted(members):
        groups[joined.root(str(reader))].append(reader)
    return [tuple(group) for group in groups.values() if len(group) <= len(votes.of) // _SHARE]


def _collect(ballots: Iterable[Ballot]) -> _Ballots:
    kept = [ballot for ballot in ballots if len(ballot.readers) > 1]
    frequent = {topic for topic, _ in Counter(ballot.topic for ballot in kept).most_common(_TOPICS)}
    votes = _Ballots(kept, [(ballot.vote, ballot.topic if ballot.topic in frequent else "") for ballot in kept])
    for number, ballot in enumerate(kept):
        for reader in ballot.readers:
            votes.of[reader].add(number)
    return votes


def _groups(votes: _Ballots, reader: int) -> Iterable[list[int]]:
    """Yield the groups that a reader may be in, grown from the readers whom they vote with the most improbably."""
    company = Counter[int]()
    for number in votes.of[reader]:
        company.update(votes.ballots[number].readers)
    del company[reader]
    seeds = sorted(
        (
            (votes.score(count, votes.roughly([reader, other]), 2), other)
            for other, count in company.items()
            if count >= _LEAST_TOGETHER
        ),
        reverse=True,
    )
    for _, other in seeds[:_TRIES]:
        group = _grown(votes, [reader, other])
        if len(group) >= LEAST_VOTERS:
            yield group


def _grown(votes: _Ballots, group: list[int]) -> list[int]:
    """Add to a group whoever makes it the least probable, as long as anybody does."""
    best = _NEVER
    together = set.intersection(*(votes.of[reader] for reader in group))
    while len(group) < min(len(votes.of) // _SHARE, _LARGEST):
        company = Counter[int]()
        for number in together:
            company.update(votes.ballots[number].readers)
        for reader in group:
            del company[reader]
        nearest = [(other, count) for other, count in company.most_common(_NEXT) if count >= _LEAST_TOGETHER]
        if not nearest:
            break
        score, other = max(
            (votes.score(count, votes.roughly([*group, other]), len(group) + 1), other) for other, count in nearest
        )
        if len(group) >= LEAST_VOTERS and score < best:
            break
        best, group = score, [*group, other]
        together &= votes.of[other]
    return group


def _tested(votes: _Ballots, group: list[int]) -> tuple[float, list[int]]:
    """Return how improbable a group is, and the group."""
    together = votes.together(group)
    if votes.score(together, votes.roughly(group), len(group)) <= 0:
        return _NEVER, group
    return votes.score(together, votes.expected(group), len(group)), group


def _is_close(votes: _Ballots, group: list[int]) -> bool:
    """Return whether each votes with the others at least every second time that these vote alike."""
    together = votes.together(group)
    return all(2 * together >= votes.together([other for other in group if other != reader]) for reader in group)
