"""The insights that a feed's answer shows."""

from typing import Any

import pytest

from otel_training.events.feed import feed_items

ONE, TWO = {"id": "a", "text": "One"}, {"id": "b", "text": "Two"}
BOTH = [ONE, TWO]
TOPICS = [{"id": 1, "name": "Energy"}, {"id": 2, "name": "Health"}]


def shown(answer: Any) -> list[tuple[Any, ...]] | None:
    """Ids and texts of what is found."""
    items = feed_items(answer)
    return None if items is None else [(item.id, *item.texts) for item in items]


@pytest.mark.parametrize("key", ["insight_id", "insightId", "id", "uuid", "_id"])
def test_knows_the_names_of_ids(key: str) -> None:
    """Each of them, beside whatever else."""
    assert [("7", "One")] == shown([{key: 7, "text": "One", "rank": 3, "topic_id": 9}])


def test_takes_the_most_exact_name() -> None:
    """An `id` may be the card's own."""
    assert [("a", "One")] == shown([{"id": 17, "insightId": "a", "uuid": "u", "text": "One"}])


@pytest.mark.parametrize("key", ["text", "insight", "headline", "title", "content", "summary", "statement", "aussage"])
def test_knows_the_names_of_texts(key: str) -> None:
    """The same as in the result of an extraction."""
    assert [("a", "One")] == shown([{"id": "a", key: "One", "type": "market", "url": "https://x.example"}])


def test_takes_all_that_may_be_the_text() -> None:
    """Where there are several; `text` alone where it is there."""
    assert [("a", "One", "Long"), ("b", "Two")] == shown(
        [{"id": "a", "headline": "One", "summary": "Long"}, {"id": "b", "text": "Two", "summary": "Long"}]
    )


@pytest.mark.parametrize(
    "answer",
    [
        BOTH,
        {"total": 2, "whatever": BOTH},
        {"data": {"items": BOTH}},
        {"data": {"feed": {"edges": [{"cursor": "x", "node": item} for item in BOTH]}}},
        {"cards": [{"insight": item} for item in BOTH]},
        {"cards": [{"id": 17 + at, "insight": item} for at, item in enumerate(BOTH)]},
        {"cards": [{"id": 17, "title": "Card", "insight": item} for item in BOTH]},
        {"cards": [{"rank": 1, "node": {"insight": item}} for item in BOTH]},
        {"data": [{"type": "insights", "id": item["id"], "attributes": {"text": item["text"]}} for item in BOTH]},
        {"topics": TOPICS, "cards": BOTH},
        {"topics": TOPICS, "whatever": BOTH},
        {"topics": [{"id": 1, "title": "Energy"}], "other": [{"id": "a", "title": "One"}, {"id": "b", "title": "Two"}]},
        {"menu": [{"id": 1, "title": "Energy"}], "whatever": BOTH},
        {"menu": [{"id": 1, "text": "Energy"}], "cards": BOTH},
        {"items": [{"id": 1, "price": 3}], "whatever": BOTH},
        {"sections": [{"id": 1, "title": "Energy", "cards": [item]} for item in BOTH]},
        {"pages": [{"items": [item]} for item in BOTH]},
        {"posts": [{"id": 1, "headline": "Orders rise", "insights": BOTH}]},
        [{"topic": "energy", "items": [ONE]}, {"topic": "health", "items": [TWO]}],
        {"whatever": [{**item, "notes": [{"id": "c", "text": "No"}]} for item in BOTH]},
        {"cards": [{**item, "source": {"id": 5, "title": "Reuters"}} for item in BOTH]},
        {"title": "My feed", "id": "feed", "next": [], "whatever": BOTH},
        {"items": [*BOTH, {"text": "an advertisement"}, None, 3]},
    ],
)  # fmt: skip
def test_finds_what_is_nested(answer: Any) -> None:
    """Wherever the list stands, whatever stands beside it and whatever wraps its items."""
    assert [("a", "One"), ("b", "Two")] == shown(answer)


@pytest.mark.parametrize(
    ("answer", "ids"),
    [
        ({"topics": TOPICS, "cards": [{"id": "a"}]}, ["a"]),
        ({"items": [{"node": {"id": "a"}}]}, ["a"]),
        ({"cards": [{"id": "a", "source": {"id": 5, "title": "Reuters"}}]}, ["a"]),
        ({"id": "a", "text": "the only one", "tags": ["x"]}, ["a"]),
        ({"data": {"insight": {"id": "a", "text": "the only one"}}}, ["a"]),
    ],
)
def test_needs_no_text_and_no_list_where_there_is_no_doubt(answer: Any, ids: list[str]) -> None:
    """A list of cards by its name; one card as the whole answer."""
    assert ids == [line[0] for line in shown(answer) or ()]


@pytest.mark.parametrize(
    "answer",
    [[], {"items": []}, {"next": [], "total": 0}, {"topics": TOPICS, "cards": []}, {"menu": TOPICS, "items": []}],
)
def test_an_empty_feed_shows_nothing(answer: Any) -> None:
    """Which is no loss."""
    assert [] == shown(answer)


@pytest.mark.parametrize(
    "answer",
    [
        "hello", 7, None, {}, ["a"], {"insight_ids": ["a"]},
        {"topics": TOPICS},
        {"topics": TOPICS, "cards": None},
        {"menu": TOPICS, "cards": [{"kicker": "One"}]},
        {"menu": TOPICS, "whatever": [{"uid": "a", "headline": "One"}]},
        {"energy": [ONE], "health": [TWO]},
        {"cards": [{"source": {"id": 5, "title": "Reuters"}}]},
        {"id": 1, "title": "My feed", "count": 0},
        {"articles": [{"id": 1, "title": "Orders rise", "insights": ["One", "Two"]}]},
    ],
)  # fmt: skip
def test_finds_nothing_where_there_is_doubt(answer: Any) -> None:
    """Rather than what is not the feed."""
    assert None is shown(answer)


def test_reads_the_source_beside_the_insight_or_around_it() -> None:
    """The insight's own first."""
    answer: Any = [
        {"insight": ONE, "source_url": "https://x.example/1"},
        {"insight": {**TWO, "link": "https://x.example/2"}, "url": "https://x.example/card"},
    ]

    assert ["https://x.example/1", "https://x.example/2"] == [item.url for item in feed_items(answer) or ()]


def test_ends_at_a_depth() -> None:
    """An answer nested in any depth takes no longer than its first levels."""
    deep: Any = BOTH
    for _ in range(900):
        deep = {"data": [deep]}

    assert None is shown(deep)
