"""Sample-ratio mismatch: whether as many sources came to each arm as were to come.

By a test that holds however often one looks (Lindon and Malek, Anytime-valid inference for multinomial count data,
NeurIPS 2022): how many times as likely are the counts by a Dirichlet mixture of shares nearby? Of healthy experiments
at most the share `ALARM` ever comes to `1 / ALARM`.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from math import exp, inf, lgamma, log
from typing import Final

from otel_training.store.client import Store, read_query

ALARM: Final = 0.01
_NEAR: Final = 30.0
"""How near the mixture is, in sources: 100 would see 53 % in place of 50 soonest, 2 an arm that gets nothing."""


@dataclass(frozen=True, slots=True)
class Assigned:
    """How many sources came to each arm while these shares were in force."""

    weights: Mapping[str, float]
    """By arm; they need not sum up to anything."""
    sources: Mapping[str, int]


def read_assigned(store: Store, candidate: str) -> tuple[Assigned, ...]:
    """Read how sources came to the arms of a candidate's newest experiment."""
    rows = store.rows(read_query("trial_assigned"), candidate=candidate)
    return tuple(Assigned(dict(row["weights"]), dict(row["came"])) for row in rows)


def mismatch(assigned: Iterable[Assigned]) -> float | None:
    """Return p at any look; None where nothing can be said. Below `ALARM` the assignment is broken."""
    logs = [evidence for each in assigned if (evidence := _evidence(each)) is not None]
    return exp(min(0.0, -sum(logs))) if logs else None


def _evidence(assigned: Assigned) -> float | None:
    """Return the logarithm of how many times as likely other shares are; None where there was no choice."""
    total, count = sum(assigned.weights.values()), sum(assigned.sources.values())
    shares = {arm: weight / total for arm, weight in assigned.weights.items() if weight > 0}
    if shares and any(came and arm not in shares for arm, came in assigned.sources.items()):
        return inf
    if len(shares) < 2 or not count:  # noqa: PLR2004 - two arms
        return None
    evidence = lgamma(_NEAR) - lgamma(_NEAR + count)
    for arm, share in shares.items():
        came = assigned.sources.get(arm, 0)
        evidence += lgamma(_NEAR * share + came) - lgamma(_NEAR * share) - came * log(share)
    return evidence
