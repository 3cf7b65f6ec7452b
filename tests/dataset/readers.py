"""Readers as they may be, by a seed: what each is shown, and how they vote on it; never tuned to what is measured."""

import math
import random
from collections import Counter, defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field

from otel_training.dataset.piles import LOYAL, Voters

LIKE, DISMISS = "like", "x"
_FEED = 20
"""Insights of one feed."""


@dataclass
class Population:
    """Who was shown each insight, and who voted how, by their numbers."""

    topics: list[int]
    shown: list[set[int]]
    votes: list[dict[int, str]] = field(default_factory=list)

    def passes(self, without: frozenset[tuple[int, int]] = frozenset(), viewers: int = 10) -> list[bool]:
        """Return of each insight whether it passes the filters, without some readers on some insights."""
        verdicts = []
        for insight, (shown, votes) in enumerate(zip(self.shown, self.votes, strict=True)):
            counted = [vote for reader, vote in votes.items() if (insight, reader) not in without]
            seen = sum((insight, reader) not in without for reader in shown)
            verdicts.append(counted.count(LIKE) > counted.count(DISMISS) and seen >= viewers)
        return verdicts


def population(  # noqa: PLR0913 - what readers differ in
    seed: int, readers: int, insights: int, *, topics: int = 8, taste: float = 0, alike: float = 0, stay: float = 1
) -> Population:
    """Let readers differ in how much they read and like, in the topics that they like, in whom they are like, and when.

    `taste` is how much more they like one topic, `alike` how far what no topic tells decides, `stay` for which part of
    the time each reads.
    """
    chance = random.Random(seed)
    reads = [min(0.95, 0.4 * math.exp(chance.gauss(0, 0.5))) for _ in range(readers)]
    likes = [0.12 * math.exp(chance.gauss(0, 0.4)) for _ in range(readers)]
    favourite = [chance.randrange(topics) for _ in range(readers)]
    character = [chance.gauss(0, 1) for _ in range(readers)]
    comes = [chance.uniform(-stay, 1) if stay < 1 else 0 for _ in range(readers)]
    readership = Population([], [])
    for number in range(insights):
        topic, quality, kind = chance.randrange(topics), chance.gauss(0, 0.6), chance.gauss(0, 1)
        here = [reader for reader in range(readers) if stay >= 1 or 0 <= number / insights - comes[reader] < stay]
        shown = {reader for reader in here if chance.random() < reads[reader]}
        votes = {}
        for reader in shown:
            appeal = quality + alike * kind * character[reader] + (taste if favourite[reader] == topic else 0)
            draw, wanted = chance.random(), min(0.9, likes[reader] * math.exp(appeal))
            if draw < wanted:
                votes[reader] = LIKE
            elif draw < wanted + 0.14 * math.exp(-appeal):
                votes[reader] = DISMISS
        readership.topics.append(topic)
        readership.shown.append(shown)
        readership.votes.append(votes)
    return readership


def collude(readership: Population, readers: Iterable[int], targets: Iterable[int], vote: str = LIKE) -> None:
    """Let some readers, who voted as all others do until now, vote alike on what they want decided."""
    for insight in targets:
        for reader in readers:
            readership.shown[insight].add(reader)
            readership.votes[insight][reader] = vote


def targets(readership: Population, readers: set[int], count: int, *, passing: bool = False) -> list[int]:
    """Choose by chance what others have seen, and have pass the filters or not; take away that some saw it, too."""
    verdicts = readership.passes(
        frozenset((insight, reader) for insight in range(len(readership.topics)) for reader in readers)
    )
    open_to = [
        insight
        for insight, verdict in enumerate(verdicts)
        if verdict == passing and len(readership.shown[insight] - readers) >= 10
    ]
    chosen = random.Random(count).sample(open_to, min(count, len(open_to)))
    for insight in chosen:
        readership.shown[insight] -= readers
        for reader in readers:
            readership.votes[insight].pop(reader, None)
    return chosen


def pile_on(  # noqa: PLR0913, PLR0917 - who, on what, how
    readership: Population, seed: int, first: int, readers: int, insights: Sequence[int], share: float, vote: str = LIKE
) -> None:
    """Let so many new readers come for some insights alone, each for a part of them by chance."""
    chance = random.Random(seed)
    for reader in range(first, first + readers):
        chosen = [insight for insight in insights if chance.random() < share] or [chance.choice(insights)]
        collude(readership, [reader], chosen, vote)


def voters(readership: Population, sites: int) -> list[Voters]:
    """Return the votes as piles are looked for in them, where insight n is of source n modulo so many."""
    groups: dict[tuple[str, str, int], list[tuple[int, Counter[str]]]] = defaultdict(list)
    spread: dict[tuple[int, str], Counter[str]] = defaultdict(Counter)
    for insight, votes in enumerate(readership.votes):
        for reader, vote in votes.items():
            spread[reader, vote][str(insight % sites)] += 1
    for (reader, vote), counts in spread.items():
        ((site, most),) = counts.most_common(1)
        own = site if most >= LOYAL * counts.total() else ""
        groups[vote, own, counts.total()].append((reader, counts))
    return [
        Voters(vote, own, votes, len(group), [reader for reader, _ in group] if own else [],
               sum((counts for _, counts in group), Counter()))
        for (vote, own, votes), group in groups.items()
    ]  # fmt: skip


def feeds(readership: Population) -> list[tuple[int, list[int]]]:
    """Return what each reader was shown at once: the reader, and the insights."""
    shown = defaultdict(list)
    for insight, readers in enumerate(readership.shown):
        for reader in sorted(readers):
            shown[insight // _FEED, reader].append(insight)
    return [(reader, insights) for (_, reader), insights in sorted(shown.items())]
