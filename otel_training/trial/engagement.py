"""Engagement: what readers made of each arm's answers, as votes on them."""

from collections.abc import Mapping
from dataclasses import dataclass
from math import hypot, log, sqrt
from typing import Final

from otel_training.dataset.share import Share, share_of
from otel_training.store.client import Store, read_query

_TUNED_TO: Final = 200
"""Votes at which the bounds are tightest."""


@dataclass(frozen=True, slots=True)
class Votes:
    """Likes and dismissals of an arm: each reader has one on an insight, each insight counts once."""

    likes: int = 0
    dismissals: int = 0

    def share(self, alpha: float) -> Share:
        """Return the share of likes; its bounds hold together, for the chance `alpha`, however often one looks.

        They are Wilson's, with the quantile of a normal mixture (Robbins 1970) in the place of a single look's.
        """
        total = self.likes + self.dismissals
        looks = sqrt((1 + _TUNED_TO / total) * (log(1 + total / _TUNED_TO) + 2 * log(1 / alpha))) if total else 0
        return share_of(self.likes, total, looks)


NO_VOTES: Final = Votes()


def read_votes(store: Store, candidate: str) -> dict[str, Votes]:
    """Read what readers said in the experiments of a candidate, of `baseline` and `candidate`."""
    rows = store.rows(read_query("trial_votes"), candidate=candidate)
    return {row["side"]: Votes(row["likes"], row["dismissals"]) for row in rows}


def fewer_likes(votes: Mapping[str, Votes], alpha: float) -> tuple[float, float, float] | None:
    """Return how much smaller the candidate's share of likes is than the baseline's, between Newcombe's bounds.

    None where readers said nothing of either.
    """
    theirs, ours = (votes.get(side, NO_VOTES).share(alpha) for side in ("baseline", "candidate"))
    return difference(theirs, ours)


def difference(theirs: Share, ours: Share) -> tuple[float, float, float] | None:
    """Return how much larger the first share is, between Newcombe's bounds (1998, method 10)."""
    if ours.share is None or ours.low is None or ours.high is None:
        return None
    if theirs.share is None or theirs.low is None or theirs.high is None:
        return None
    fewer = theirs.share - ours.share
    lower = fewer - hypot(theirs.share - theirs.low, ours.high - ours.share)
    return fewer, lower, fewer + hypot(theirs.high - theirs.share, ours.share - ours.low)
