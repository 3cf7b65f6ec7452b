"""Checks of an answer without a judge: what can be computed is not asked."""

from collections.abc import Mapping, Sequence
from itertools import product
from typing import Final

from otel_training.dataset.example import Insight
from otel_training.dataset.passages import mark_passages, words_of
from otel_training.events.answer import comparable

PASS_SCORE: Final = 7.0
"""The judge's score from which on an answer passes: the export's least quality."""
_ALIKE: Final = 0.3
"""Two insights with less in common say different things."""
_GROUNDED: Final = 0.5
_TIMES: Final = 3
_LEAST_LENGTH: Final = 400
_LEAST_COUNT: Final = 5
_LOOKED_AT: Final = 64


def agreement(answer: Sequence[Insight], reference: Sequence[Insight]) -> dict[str, float]:
    """Compare an answer with the reference by field, 0 to 1; `category` is missing where the reference has none.

    `text` is how much of both sides' words is matched, insight by insight; `category` the share of matched ones that
    have the same; `count` the lesser number by the greater.
    """
    most = max(len(answer), len(reference))
    if not most:
        return {"text": 1.0, "count": 1.0}
    matches = _matches(answer, reference)
    fields = {
        "text": 2 * sum(alike for alike, _, _ in matches) / (len(answer) + len(reference)),
        "count": min(len(answer), len(reference)) / most,
    }
    named = [(ours.category, theirs.category) for _, ours, theirs in matches if theirs.category]
    if named:
        fields["category"] = sum((ours or "").casefold() == theirs.casefold() for ours, theirs in named) / len(named)
    return fields


def checks_of(source: str, answer: Sequence[Insight], reference: Sequence[Insight]) -> dict[str, float]:
    """Check an answer: whether its `length` and `count` are near those of the reference, and what share is `grounded`.

    That is of insights that a sentence of the source supports; it is missing where there is none.
    """
    texts = [insight.text for insight in answer]
    longest = max((len(insight.text) for insight in reference), default=0)
    checks = {
        "length": float(all(len(text) <= max(_TIMES * longest, _LEAST_LENGTH) for text in texts)),
        "count": float(len(texts) <= max(_TIMES * len(reference), _LEAST_COUNT)),
    }
    if texts:
        supported = {place for piece in mark_passages(source, texts) for place in piece.insights}
        checks["grounded"] = len(supported) / len(texts)
    return checks


def passes(score: float | None, own: Mapping[str, float], other: Mapping[str, float]) -> bool | None:
    """Return whether an answer passes judge and checks; None where the judge's score is unreadable.

    Insights in another language than their source share no words with it: grounding is held against an answer only
    where the other arm's shows that it can be had.
    """
    if score is None:
        return None
    has_ground = own.get("grounded", 1.0) >= _GROUNDED or other.get("grounded", 0.0) < _GROUNDED
    return score >= PASS_SCORE and has_ground and bool(own["length"] and own["count"])


def _matches(answer: Sequence[Insight], reference: Sequence[Insight]) -> list[tuple[float, Insight, Insight]]:
    """Pair the insights of both sides, the most alike first, each once."""
    ours, theirs = answer[:_LOOKED_AT], reference[:_LOOKED_AT]
    alike = sorted(
        ((_similarity(a.text, b.text), -i, -j) for (i, a), (j, b) in product(enumerate(ours), enumerate(theirs))),
        reverse=True,
    )
    matches, left, right = [], set[int](), set[int]()
    for share, i, j in alike:
        if share >= _ALIKE and i not in left and j not in right:
            left.add(i)
            right.add(j)
            matches.append((share, ours[-i], theirs[-j]))
    return matches


def _similarity(a: str, b: str) -> float:
    """Return Dice's coefficient of two texts' words."""
    if comparable(a) == comparable(b):
        return 1.0
    ours, theirs = words_of(a), words_of(b)
    return 2 * len(ours & theirs) / (len(ours) + len(theirs)) if ours or theirs else 0.0
