"""Trust: whose votes are not counted, by all votes that the store holds."""

from dataclasses import dataclass, replace
from typing import Final

from otel_training.dataset.funnel import Doubts, Filters
from otel_training.dataset.lockstep import Ballot, find_lockstep
from otel_training.dataset.piles import LOYAL, Voters, find_piles
from otel_training.store.client import Store, read_query

_NEWEST: Final = 30_000
"""Ballots that are looked at."""
_MOST: Final = 10


@dataclass(frozen=True, slots=True)
class Influence:
    """What hangs on one reader."""

    pseudonym: str
    votes: int
    likes: int
    dismissals: int
    decided: int
    """Insights that more readers like than dismiss by this one vote, or do not."""
    lockstep: int
    """The number of the group that they are in lockstep with; 0 for none."""


def with_doubts(store: Store, filters: Filters) -> Filters:
    """Return the filters with whose votes the store doubts: in lockstep, on one source, on what was not shown."""
    lockstep = () if filters.count_lockstep else tuple(read_lockstep(store))
    piles = () if filters.count_lockstep else tuple(read_piles(store))
    unshown = read_unshown(store) if filters.only_shown else 0
    return replace(filters, doubts=replace(filters.doubts, lockstep=lockstep, piles=piles, unshown=unshown))


def read_lockstep(store: Store) -> list[tuple[int, ...]]:
    """Return the groups of readers in lockstep."""
    rows = store.rows(read_query("trust_ballots"), limit=_NEWEST)
    return find_lockstep(Ballot(row["topic"], row["vote"], row["readers"]) for row in rows)


def read_piles(store: Store) -> list[tuple[int, ...]]:
    """Return the groups of readers who pile on one source."""
    rows = store.rows(read_query("trust_piles"), loyal=LOYAL)
    return find_piles(
        Voters(**row | {"sites": {site: int(count) for site, count in row["sites"].items()}}) for row in rows
    )


def read_unshown(store: Store) -> int:
    """Count the votes on what was not shown to who voted; 0 where the app does not report what it shows."""
    row = store.row(read_query("trust_shown"), opted_out=[], lockstep=[], every_vote=True)
    return int(row["unshown"]) if row["is_reported"] else 0


def read_influence(store: Store, doubts: Doubts) -> list[Influence]:
    """Return the readers in lockstep, then those on whose votes the most hangs."""
    groups = {reader: number for number, group in enumerate(doubts.lockstep, 1) for reader in group}
    rows = store.rows(read_query("trust_influence"), lockstep=list(groups), limit=_MOST + len(groups))
    return [Influence(lockstep=groups.get(row.pop("reader"), 0), **row) for row in rows]
