"""The options `item=` and `action=`, as they are declared."""

from typing import Any

import pytest

import otel_training
from otel_training.asgi.naming import ACTION, ITEM, parse_naming
from otel_training.record.record import COMMON, Naming


async def later(card: Any) -> Any:
    """An async function."""
    return card


def test_reads_a_mapping() -> None:
    """Names have paths, actions have words, one or several, true and 1 among them."""
    naming = parse_naming(
        "action", {"insight_id": "card.id", "action": "kind", "like": ["Up", True], "x": "down", "unx": 0}, ACTION
    )

    assert naming == Naming(
        {"insight_id": "card.id", "action": "kind"}, {"up": "like", "true": "like", "down": "x", "0": "unx"}
    )


def test_takes_a_function_as_it_is() -> None:
    """And nothing where nothing is declared."""
    assert (Naming(read=dict), COMMON) == (parse_naming("item", dict, ITEM), parse_naming("item", None, ITEM))


@pytest.mark.parametrize(
    ("option", "value", "error", "words"),
    [
        ("item", {"uid": "id"}, ValueError, "'uid': its keys are insight_id, text, source_url"),
        ("item", {"like": "up"}, ValueError, "its keys are"),
        ("action", {"reader": "user"}, ValueError, "insight_id, action, user_id, like, x, "),
        ("item", {"insight_id": 5}, ValueError, "dotted path"),
        ("item", {"insight_id": ""}, ValueError, "dotted path"),
        ("item", "card.id", TypeError, "mapping"),
        ("action", later, TypeError, "not async"),
        ("user", {"id": "user.id"}, ValueError, "one key, `user_id`"),
        ("user", {"user_id": 5}, ValueError, "dotted path"),
        ("user", "user.id", TypeError, "function of the ASGI scope"),
    ],
)
def test_refuses_what_can_never_work(option: str, value: Any, error: type[Exception], words: str) -> None:
    """Where the middleware is added, by what it may be."""
    with pytest.raises(error, match=words):
        otel_training.TrainingMiddleware(lambda scope, receive, send: None, **{option: value})  # type: ignore[arg-type, return-value]
