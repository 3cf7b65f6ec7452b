"""Objects of a host under the names that it declared."""

import uuid
from collections.abc import Callable
from typing import Any

import pytest

from otel_training._guard import guard
from otel_training.events.engagement import read_reactions
from otel_training.events.feed import feed_items
from otel_training.record.record import Naming, Shape

PATHS = Naming({"insight_id": "finding.uid", "text": "finding.claim.short", "source_url": "finding.origin"})
CARDS: Any = [
    {"id": 17, "title": "Card", "finding": {"uid": "a", "claim": {"short": "One"}, "origin": "https://x.example/1"}},
    {"id": 18, "title": "Card", "finding": {"uid": 7, "claim": {}, "url": "https://x.example/2"}},
    {"id": 19, "title": "an advertisement"},
]


def by_hand(card: Any) -> Any:
    """Name things by code; of topics it raises."""
    return {"id": uuid.UUID(int=card["finding"]["uid"]), "headline": card["finding"]["claim"].title()}


@pytest.mark.parametrize(
    "answer",
    [CARDS, {"topics": [{"id": 1, "title": "Energy"}], "topical": CARDS[:1], "links": CARDS[1:]}],
)
def test_reads_items_at_declared_paths(answer: Any) -> None:
    """Wherever they stand; what has no id at the path is no insight, whatever else it has."""
    assert [("a", ("One",), "https://x.example/1"), ("7", ("Card",), "")] == [
        (item.id, item.texts, item.url) for item in feed_items(answer, PATHS) or ()
    ]


def test_finds_by_common_names_what_is_not_declared() -> None:
    """Also inside of what wraps it."""
    naming = Naming({"insight_id": "finding.uid"})

    assert [("a", ("One",), "u")] == [
        (item.id, item.texts, item.url)
        for item in feed_items([{"finding": {"uid": "a", "id": 5, "headline": "One", "url": "u"}}], naming) or ()
    ]


def test_reads_items_by_a_function() -> None:
    """What it raises of is no insight; what it gives may be of any library."""
    answer: Any = {"topics": [{"id": 1}, 3], "cards": [{"finding": {"uid": 1, "claim": "one"}}]}

    assert [(str(uuid.UUID(int=1)), ("One",))] == [
        (item.id, item.texts) for item in feed_items(answer, Naming(read=by_hand)) or ()
    ]


@pytest.mark.parametrize(
    ("answer", "shown"), [({"topics": [{"id": 1}], "cards": []}, []), ({"topics": [{"id": 1}]}, None)]
)
@pytest.mark.parametrize("naming", [PATHS, Naming(read=by_hand)])
def test_an_empty_feed_is_no_loss(answer: Any, shown: Any, naming: Naming) -> None:
    """One without what was declared is."""
    assert shown == feed_items(answer, naming)


EVENTS = [{"nuggetId": 5, "kind": "Up", "reader": "r"}, {"nuggetId": 6, "kind": "fwd", "reader": {"id": 7}, "id": 1}]
KINDS = {"up": "like", "true": "like", "0": "unlike"}


@pytest.mark.parametrize(
    "naming",
    [
        Naming({"insight_id": "nuggetId", "action": "kind", "user_id": "reader"}, KINDS),
        Naming({"insight_id": "nuggetId"}, KINDS),
        Naming(read=lambda event: {"insight_id": event["nuggetId"], "type": {"Up": "like"}.get(event["kind"], "fwd"),
                                   "user": event["reader"]}),
    ],
)  # fmt: skip
@pytest.mark.parametrize("content", [EVENTS, {"id": "batch", "type": "like", "events": EVENTS}])
def test_reads_actions_as_they_were_declared(naming: Naming, content: Any) -> None:
    """Also those of a batch; a word that is not declared is kept as it came."""
    read = read_reactions(content, Shape(naming=naming))

    assert [("5", "like", "r"), ("6", "fwd", "7")] == [
        reaction
        and (reaction.insight_id, reaction.word if reaction.action is None else reaction.action.value, reaction.reader)
        for reaction in read
    ]


@pytest.mark.parametrize(
    ("value", "action"), [(True, "like"), (0, "unlike"), ("up", "like"), (False, None), (None, None)]
)
def test_takes_for_a_word_what_was_declared(value: Any, action: str | None) -> None:
    """True, 0 and the like, too."""
    naming = Naming({"action": "liked"}, KINDS)
    (read,) = read_reactions({"id": "a", "liked": value, "type": "x"}, Shape(naming=naming))

    assert action == (read and read.action)


def test_takes_nothing_else_for_a_declared_id() -> None:
    """In doubt there is none."""
    naming = Naming({"insight_id": "card.id", "user_id": "who.id"})
    like: Any = {"id": "event-1", "type": "like", "user_id": 5, "metadata": {"user_id": 6}}

    assert [None] == read_reactions(like, Shape(naming=naming))
    (read,) = read_reactions({**like, "card": {"id": "a"}, "who": {"id": 7}}, Shape(naming=naming))
    assert read is not None
    assert ("a", "7") == (read.insight_id, read.reader)


def test_gives_a_function_what_the_path_holds() -> None:
    """Beside the body, the action as its method has it."""
    seen: list[Any] = []
    path = Shape("", {"insight_id": "a", "action": "unlike"}, "unlike", Naming(read=seen.append))

    assert [None] == read_reactions({"note": "n"}, path)
    assert [{"note": "n", "insight_id": "a", "action": "unlike"}] == seen


def fails(card: Any) -> Any:
    """Break in a way of its own."""
    raise OSError


@pytest.mark.parametrize("read", [fails, lambda card: card["nosuch"], lambda card: None, lambda card: "a"])
def test_a_failing_function_recognises_nothing(read: Callable[[Any], Any], monkeypatch: pytest.MonkeyPatch) -> None:
    """In production an error of it is swallowed."""
    monkeypatch.setattr(guard, "raising", False)

    assert (None, [None]) == (feed_items(CARDS, Naming(read=read)), read_reactions({}, Shape(naming=Naming(read=read))))
