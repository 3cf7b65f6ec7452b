"""Routes: a method and a path template."""

from typing import Any

import pytest

import otel_training
from otel_training.asgi.routes import ACTION, ITEM, parse_naming, parse_route
from otel_training.record.record import COMMON, Naming, Shape


def test_matches_templates() -> None:
    """A parameter of a route's path stands for one segment."""
    route = parse_route("post|PUT /users/{user_id}/engage.now/")

    assert [True, True, True, False, False, False] == [
        route.match({"method": method, "path": path}) is not None
        for method, path in [
            ("POST", "/users/7/engage.now"), ("PUT", "/users/x y/engage.now"), ("PUT", "/users/7/engage.now/"),
            ("GET", "/users/7/engage.now"), ("POST", "/users/7/8/engage.now"), ("POST", "/users/7/engage-now"),
        ]
    ]  # fmt: skip


@pytest.mark.parametrize(
    ("path", "root", "seen"),
    [
        ("/v1/api/feed", "/v1", True),
        ("/v1/api/feed", "/v1/", True),
        ("/api/feed", "/v1", True),
        ("/v1x/api/feed", "/v1", False),
        ("/v1/api/feed", "", False),
    ],
)
def test_matches_inside_a_mounted_app(path: str, root: str, seen: bool) -> None:  # noqa: FBT001 - a case
    """In a mounted app, or behind a prefix, the path begins with the root path."""
    route = parse_route("GET /api/feed")

    assert seen == (route.match({"method": "GET", "path": path, "root_path": root}) is not None)


@pytest.mark.parametrize(
    ("text", "path", "parameters", "word"),
    [
        ("POST|DELETE /insights/{insight_id}/like/", "/insights/a b/like", {"insight_id": "a b"}, "like"),
        ("POST|DELETE /{insight_id:int}/{action}", "/7/save", {"insight_id": "7", "action": "save"}, "save"),
        ("POST /v2/{x-y}/{1}/engage", "/v2/a/b/engage", {}, "engage"),
        ("POST /", "/", {}, ""),
    ],
)
@pytest.mark.parametrize("method", ["POST", "DELETE"])
def test_reads_the_path(text: str, path: str, parameters: dict[str, str], word: str, method: str) -> None:
    """What stands in it, by name, and the last segment as a word: `DELETE` undoes what it says."""
    shape = parse_route(text).match({"method": method, "path": path, "root_path": ""})

    undone = f"un{word}" if method == "DELETE" else word
    action = {"action": undone} if "action" in parameters else {}
    assert (Shape(text, {**parameters, **action}, undone) if method in text else None) == shape


@pytest.mark.parametrize("text", ["", "POST /{a}/{a}", "/api", "POST api", "P0ST /api", "POST"])
def test_refuses_a_route_that_is_none(text: str) -> None:
    """A mistyped route is an error where the middleware is added."""
    with pytest.raises(ValueError, match="route"):
        parse_route(text)


def test_one_route_may_have_several_methods() -> None:
    """`GET|POST /api/search` is both."""
    route = parse_route("GET|POST /api/search")

    assert [True, True, False] == [
        route.match({"method": method, "path": "/api/search"}) is not None for method in ("GET", "POST", "PUT")
    ]


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
