"""What a request says that readers did."""

from typing import Any

import pytest

from otel_training.events.engagement import read_reactions
from otel_training.record.record import Shape

LIKE = {"insight_id": "a", "action": "like"}
NO_PATH = Shape()
IN_PATH = Shape("POST /insights/{insight_id}/like", {"insight_id": "a"}, "like")
BY_ACTION = Shape("POST /{insight_id}/{action}", {"insight_id": "a", "action": "save"}, "save")


def read(content: Any, shape: Shape = NO_PATH) -> list[Any]:
    """Id, action and reader of each reaction."""
    return [
        None
        if reaction is None
        else (reaction.insight_id, reaction.word if reaction.action is None else reaction.action.value, reaction.reader)
        for reaction in read_reactions(content, shape)
    ]


@pytest.mark.parametrize(
    "target",
    [
        *({key: "a"} for key in ("insight_id", "insightId", "id", "uuid", "_id")),
        *({key: "a"} for key in ("item_id", "itemId", "card_id", "cardId")),
        {"id": "event-1", "insight_id": "a"},
        {"id": "event-1", "card": {"id": "a"}},
        {"insight": "a"},
        {"insight": {"id": "a", "text": "One"}},
    ],
)  # fmt: skip
@pytest.mark.parametrize(
    "word", [{"action": "like"}, {"type": "like"}, {"type": "card", "event": "LIKE"}, {"kind": "Like"}]
)
@pytest.mark.parametrize(
    "reader",
    [
        {"metadata": {"user_id": 1}}, {"metadata": {"userId": "1"}}, {"user_id": 1}, {"userId": 1}, {"reader": 1},
        {"user": {"id": 1}}, {"metadata": {"user_id": 1}, "user_id": 2}, {"metadata": [], "user_id": 1},
    ],
)  # fmt: skip
def test_knows_common_names(target: Any, word: Any, reader: Any) -> None:
    """Each of them, wherever there is no doubt."""
    assert [("a", "like", "1")] == read({**target, **word, **reader})


@pytest.mark.parametrize(
    ("word", "action"),
    [
        ("LIKE", "like"), ("Dismiss", "x"), ("undismiss", "unx"), ("save", "bookmark"), ("UNSAVE", "unbookmark"),
        ("x", "x"), ("upvote", "upvote"), ("Applaud", "Applaud"),
    ],
)  # fmt: skip
def test_knows_words_for_the_actions(word: str, action: str) -> None:
    """In any case; others are kept as they came."""
    assert [("a", action, None)] == read({"insight_id": "a", "action": word})


@pytest.mark.parametrize(
    ("content", "shape", "reactions"),
    [
        ({}, IN_PATH, [("a", "like", None)]),
        (None, IN_PATH, [("a", "like", None)]),
        ({"user_id": 7}, IN_PATH, [("a", "like", "7")]),
        ({"liked": True}, IN_PATH, [("a", "like", None)]),
        ({"type": "card"}, IN_PATH, [("a", "like", None)]),
        ({"action": "share"}, IN_PATH, [("a", "share", None)]),
        ({}, IN_PATH._replace(word="unlike"), [("a", "unlike", None)]),
        ({}, BY_ACTION, [("a", "bookmark", None)]),
        ({}, BY_ACTION._replace(word="applaud"), [("a", "applaud", None)]),
        ({"type": "LIKE"}, BY_ACTION._replace(word="react"), [("a", "like", None)]),
        ({"id": "b"}, BY_ACTION, [("a", "bookmark", None)]),
        ({"insight_id": "b"}, BY_ACTION, [("a", "bookmark", None)]),
        ({"liked": False}, IN_PATH, [None]),
        ({"value": False}, BY_ACTION, [None]),
        ({}, IN_PATH._replace(word="engage"), [None]),
        ({"id": "a"}, Shape(word="like"), [("a", "like", None)]),
    ],
)
def test_reads_the_path(content: Any, shape: Shape, reactions: list[Any]) -> None:
    """What stands in it needs no body; a switch that is off is in doubt."""
    assert reactions == read(content, shape)


@pytest.mark.parametrize(
    "content",
    [
        [LIKE, {"id": "b", "type": "save"}],
        {"events": [LIKE, {"id": "b", "type": "save"}]},
        {"id": "batch-1", "type": "batch", "events": [LIKE, {"id": "b", "type": "save"}], "tags": ["x"], "old": []},
    ],
)
@pytest.mark.parametrize("reader", [None, 7])
def test_reads_a_batch(content: Any, reader: int | None) -> None:
    """A list of reactions, or the only one that an object holds, which may name the reader of all."""
    if isinstance(content, list):
        content = [{**reaction, "reader": reader} for reaction in content]
    else:
        content = {**content, "user_id": reader}

    name = None if reader is None else str(reader)
    assert [("a", "like", name), ("b", "bookmark", name)] == read(content)


def test_a_reader_of_one_reaction_wins_over_that_of_all() -> None:
    """A batch may be of several readers."""
    assert [("a", "like", "1"), ("a", "x", "7")] == read(
        {"user_id": 7, "events": [{**LIKE, "user_id": 1}, {"insight_id": "a", "action": "x"}]}
    )


@pytest.mark.parametrize("key", ["data", "event", "payload", "reaction"])
def test_opens_an_envelope(key: str) -> None:
    """Of which there is one."""
    assert [("a", "like", "7")] == read({"user_id": 7, key: LIKE, "context": {"id": "c", "type": "page"}})


@pytest.mark.parametrize(
    ("content", "reactions"),
    [
        (
            [LIKE, {"card": 1, "verb": "like"}, 3, LIKE],
            [("a", "like", None), ("1", "like", None), None, ("a", "like", None)],
        ),
        ([LIKE, {"nr": 1, "verb": "like"}], [("a", "like", None), None]),
        ({**LIKE, "history": [{"id": "b", "type": "x"}]}, [("a", "like", None)]),
        ([], [None]),
        ({}, [None]),
        ("like", [None]),
        (7, [None]),
        (None, [None]),
        ({"insight_id": True, "action": "like"}, [None]),
        ({"insight_id": None, "id": "event-1", "action": "like"}, [None]),
        ({"insight_id": "a", "action": 5}, [None]),
        ({"insight_id": "a", "type": "card", "kind": "large"}, [None]),
        ({"id": "a", "type": "like", "value": False}, [None]),
        ({"read": [{"id": "a", "type": "like"}], "unread": [{"id": "b", "type": "like"}]}, [None]),
        ({"data": LIKE, "event": LIKE}, [None]),
    ],
)
def test_leaves_out_what_it_does_not_recognise(content: Any, reactions: list[Any]) -> None:
    """Of a batch the others are kept; in doubt there is none."""
    assert reactions == read(content)
