"""The queue of extractions to review."""

from typing import TYPE_CHECKING, Any

import pytest

import otel_training
from otel_training.dataset.funnel import Filters
from otel_training.dataset.passages import Piece
from otel_training.dataset.trust import with_doubts
from otel_training.folder import DataFolder, make_folder
from otel_training.pipeline import process
from otel_training.pipeline.pipeline import make_finisher
from otel_training.pipeline.settings import settings_in_force
from otel_training.privacy.identity import pseudonym
from otel_training.review.decisions import Decision, Verdict, decide, keep_in
from otel_training.review.queue import Agreement, Insight, Queue, read_queue
from otel_training.store.session import open_drained
from tests.stores import lay_store

if TYPE_CHECKING:
    from otel_training.record.record import JSON


from otel_training.review.queue import agreement

pytestmark = pytest.mark.slow


@otel_training.extraction
def extract(topic: str, source_url: str, source_content: str, score: float) -> dict[str, Any]:
    """Answer one insight."""
    return {"insights": [{"text": f"{topic} orders rose", "category": "market"}], "quality_score": score}


@pytest.fixture
def extractions(folder: DataFolder) -> dict[str, str]:
    """Extractions of known scores and votes; returns their ids by topic."""
    lay_store(folder)
    ids = {}
    for topic, score, actions in (
        ("plain", 2, []), ("near", 6.5, []), ("loved", 1, ["like"]), ("hated", 9.5, ["x", "x"]), ("again", 2, []),
    ):  # fmt: skip
        extract(topic, f"https://news.example/{topic}", f"Yes. {topic} orders rose.", score)
        ids[topic] = otel_training.current().id
        for reader, action in enumerate(actions):
            insight = otel_training.insight_id(f"https://news.example/{topic}", f"{topic} orders rose")
            otel_training.record_feedback(insight, action, user_id=reader)
    # The same answer to the same source: an exact duplicate.
    extract("again", "https://news.example/again", "Yes. again orders rose.", 2)
    ids["again"] = otel_training.current().id
    assert process.flush(30)
    return ids


def _queue(folder: DataFolder, reviewer: str) -> Queue:
    key = make_finisher(settings_in_force(), make_folder(folder)).key
    with open_drained(settings_in_force()) as (store, _):
        return read_queue(store, pseudonym(key, reviewer), 10, with_doubts(store, Filters()))


def _decide(folder: DataFolder, reviewer: str, *decisions: Decision) -> None:
    finisher = make_finisher(settings_in_force(), make_folder(folder))
    for decision in decisions:
        decide(decision, reviewer, finisher, keep_in(settings_in_force(), folder))


def _reasons(queue: Queue) -> list[tuple[str, list[str]]]:
    return [(item.topic, list(item.reasons)) for item in queue.items]


def test_what_is_most_worth_a_look_comes_first(folder: DataFolder, extractions: dict[str, str]) -> None:
    """Where readers contradict the score, then what is near the threshold; of duplicates one."""
    queue = _queue(folder, "mira")
    disagreement = ["score and readers disagree", "prompt not captured"]

    assert [
        ("hated", disagreement), ("loved", disagreement), ("near", ["near the threshold", "prompt not captured"]),
        ("again", ["prompt not captured"]), ("plain", ["prompt not captured"]),
    ] == _reasons(queue)  # fmt: skip
    hated = queue.items[0]
    assert [Piece("Yes. ", ()), Piece("hated orders rose.", (0,))] == hated.pieces
    assert [Insight("hated orders rose", "market", 0, 2)] == hated.insights
    assert (extractions["hated"], 9.5, -2, 2, None) == (
        hated.extraction_id, hated.quality_score, hated.net, hated.viewers, hated.cost,
    )  # fmt: skip
    assert (0, 0, None) == (queue.accepted, queue.rejected, queue.agreement)


def test_a_reviewer_decides_once_and_another_is_asked_last(folder: DataFolder, extractions: dict[str, str]) -> None:
    """What one has decided, its duplicates with it, comes to the other as a second opinion."""
    accepted = Decision(extractions["again"], Verdict.ACCEPT)
    _decide(folder, "mira", accepted, Decision(extractions["hated"], Verdict.REJECT))

    mine, others = _queue(folder, "mira"), _queue(folder, "noor")

    assert ["loved", "near", "plain"] == [item.topic for item in mine.items]
    assert ["loved", "near", "plain", "hated", "again"] == [item.topic for item in others.items]
    assert "a second opinion" == others.items[-1].reasons[0]
    assert (1, 1, None) == (mine.accepted, mine.rejected, mine.agreement)
    _decide(folder, "noor", accepted, Decision(extractions["hated"], Verdict.ACCEPT))
    assert Agreement(2, 1, 0.0) == _queue(folder, "mira").agreement


def test_an_undone_decision_never_was(folder: DataFolder, extractions: dict[str, str]) -> None:
    """The extraction comes up again, and counts as neither."""
    target = extractions["hated"]
    _decide(folder, "mira", Decision(target, Verdict.REJECT), Decision(target, Verdict.UNDO))

    queue = _queue(folder, "mira")

    assert target == queue.items[0].extraction_id
    assert (0, 0) == (queue.accepted, queue.rejected)


def test_an_edited_answer_is_shown_as_it_was_written(folder: DataFolder, extractions: dict[str, str]) -> None:
    """To the next reviewer, with its secrets replaced as in any record."""
    written: list[JSON] = [{"text": "Ask mira@news.example about orders", "category": None}]
    _decide(folder, "mira", Decision(extractions["hated"], Verdict.ACCEPT, written))

    item = next(item for item in _queue(folder, "noor").items if item.topic == "hated")

    assert item.is_corrected
    assert [Insight("Ask <EMAIL_1> about orders", None, 0, 0)] == item.insights


def _decisions(*pairs: tuple[int, int, int]) -> list[dict[str, object]]:
    """So many extractions that a first and a second reviewer decided as said."""
    every = [pair for *pair, count in pairs for _ in range(count)]
    return [
        {"extraction_id": str(number), "reviewer": reviewer, "decision": decision}
        for number, pair in enumerate(every)
        for reviewer, decision in zip("ab", pair, strict=True)
    ]


@pytest.mark.parametrize(
    ("decisions", "expected"),
    [
        # 35 of 50 agree, by chance 25 would: (0.7 - 0.5) / (1 - 0.5)
        (_decisions((1, 1, 20), (1, 0, 5), (0, 1, 10), (0, 0, 15)), Agreement(50, 35, 0.4)),
        (_decisions((1, 1, 5), (0, 0, 5)), Agreement(10, 10, 1.0)),
        (_decisions((1, 0, 5), (0, 1, 5)), Agreement(10, 0, -1.0)),
        (_decisions((1, 1, 3)), Agreement(3, 3, None)),
        ([{"extraction_id": "1", "reviewer": "a", "decision": 1}], None),
        ([], None),
    ],
)
def test_is_cohens_kappa(decisions: list[dict[str, object]], expected: Agreement | None) -> None:
    """Of two who always say the same there is none: chance alone would agree, too."""
    assert expected == agreement(decisions)


def test_is_of_the_pair_that_shares_most() -> None:
    """A third reviewer with fewer shared decisions is left out."""
    third = [{"extraction_id": "0", "reviewer": "c", "decision": 0}]

    assert Agreement(2, 2, None) == agreement([*_decisions((1, 1, 2)), *third])
