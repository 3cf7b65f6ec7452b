"""The queue: what is most worth a reviewer's look, with its texts, and how far reviewers agree."""

import json
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import combinations

from otel_training.dataset.funnel import Filters
from otel_training.dataset.passages import Piece, mark_passages
from otel_training.store.client import Row, Store, read_query


@dataclass(frozen=True, slots=True)
class Insight:
    """One insight of an answer, with the votes on it."""

    text: str
    category: str | None
    likes: int
    dismissals: int


@dataclass(frozen=True, slots=True)
class Item:
    """One extraction for a reviewer to decide on."""

    extraction_id: str
    timestamp: str
    topic: str
    source_url: str
    source_truncated: bool
    is_corrected: bool
    quality_score: float | None
    net: int
    viewers: int
    cost: str | None  # in USD; None where a call of it has no price
    reasons: Sequence[str]  # what brought it up
    pieces: Sequence[Piece]
    insights: Sequence[Insight]
    newer: Sequence[Insight] = ()  # what today's model answers, `newer_model`, where it was asked
    newer_model: str = ""


@dataclass(frozen=True, slots=True)
class Agreement:
    """How far the two reviewers agree who share the most decisions."""

    both: int  # how many extractions both have decided
    agreed: int
    kappa: float | None
    """Agreement beyond chance, 1 at the most; None where both always say the same, so that chance would agree, too."""


@dataclass(frozen=True, slots=True)
class Queue:
    """The items that come next, and how far the reviewers are."""

    items: Sequence[Item]
    accepted: int  # extractions whose last decision was so
    rejected: int
    agreement: Agreement | None


def read_queue(store: Store, reviewer: str, limit: int, filters: Filters) -> Queue:
    """Read the `limit` items that are most worth a look of this reviewer, by the export's thresholds and votes."""
    parameters = filters.parameters()
    rows = list(store.rows(filters.query("review_queue"), reviewer=reviewer, limit=limit, **parameters))
    ids = [row["extraction_id"] for row in rows]
    texts = {row["extraction_id"]: row for row in store.rows(read_query("review_texts"), ids=ids)}
    votes = {row["insight"]: row for row in store.rows(filters.query("review_votes"), ids=ids, **parameters)}
    newer = {row["extraction_id"]: row for row in store.rows(read_query("trial_newer"), ids=ids)}
    decisions = list(store.rows(read_query("review_counts")))
    counts = Counter({row["extraction_id"]: row["decision"] for row in decisions}.values())
    return Queue(list(_items(rows, texts, votes, newer)), counts[1], counts[0], agreement(decisions))


def _items(
    rows: Iterable[Row], texts: Mapping[str, Row], votes: Mapping[str, Row], newer: Mapping[str, Row]
) -> Iterator[Item]:
    for row in rows:
        text = texts[row["extraction_id"]]
        insights = [_insight(insight, votes) for insight in text["insights"]]
        source = text["source_content"] or _text_of_messages(text["messages"])
        yield Item(
            row["extraction_id"], text["timestamp"], row["topic"], text["source_url"], text["source_truncated"],
            text["is_corrected"], row["quality_score"], row["net"], row["viewers"],
            None if row["cost"] is None else str(row["cost"]), row["reasons"],
            mark_passages(source, [insight.text for insight in insights]), insights,
            *_newer(newer.get(row["extraction_id"])),
        )  # fmt: skip


def _newer(row: Row | None) -> tuple[list[Insight], str]:
    if row is None:
        return [], ""
    return [Insight(item["text"], item["category"], 0, 0) for item in json.loads(row["answer"])], row["model"]


def _insight(insight: Row, votes: Mapping[str, Row]) -> Insight:
    counts = votes.get(insight["insight"], {"likes": 0, "dismissals": 0})
    return Insight(insight["text"], insight["category"], counts["likes"], counts["dismissals"])


def _text_of_messages(messages: str) -> str:
    """Return the texts that the user sent, one after the other; captured messages are JSON."""
    captured = json.loads(messages) if messages else []
    contents = [message.get("content") for message in captured if message.get("role") == "user"]
    return "\n\n".join(text for content in contents for text in _texts(content))


def _texts(content: object) -> list[str]:
    if isinstance(content, str):
        return [content]
    blocks = content if isinstance(content, list) else []
    return [block["text"] for block in blocks if isinstance(block, dict) and isinstance(block.get("text"), str)]


def agreement(decisions: Iterable[Mapping[str, object]]) -> Agreement | None:
    """Compare the reviewers that share the most decisions; None where no extraction has two.

    Cohen, A coefficient of agreement for nominal scales (1960): (observed - expected) / (1 - expected).
    """
    by_extraction: dict[object, dict[str, object]] = {}
    for row in decisions:
        by_extraction.setdefault(row["extraction_id"], {})[str(row["reviewer"])] = row["decision"]
    pairs = Counter(pair for by in by_extraction.values() for pair in combinations(sorted(by), 2))
    if not pairs:
        return None
    first, second = pairs.most_common(1)[0][0]
    shared = [(by[first], by[second]) for by in by_extraction.values() if first in by and second in by]
    agreed, count = sum(mine == theirs for mine, theirs in shared), len(shared)
    mine, theirs = (Counter(labels) for labels in zip(*shared, strict=True))
    expected = sum(mine[label] * theirs[label] for label in mine) / count**2
    return Agreement(count, agreed, None if expected == 1 else round((agreed / count - expected) / (1 - expected), 3))
