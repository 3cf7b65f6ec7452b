"""What an app kept of an answer."""

import json
from typing import Any

import pytest

from otel_training.dataset.kept import kept_answer

ALPHA = {"text": "Alpha is the first of these.", "category": "market"}
BETA = {"text": "Beta is said to be the second one.", "category": "supply", "why": {"page": 3}}
BETTER = {"text": "Beta is said to be the second best.", "category": "supply"}
GAMMA = {"text": "Γάμμα, the third.", "score": 7}
ALL = [ALPHA, BETA, BETTER, GAMMA]
TEXTS = [str(item["text"]) for item in ALL]


@pytest.mark.parametrize(
    ("texts", "items"),
    [
        (TEXTS[1:2], [BETA]),
        (TEXTS[:3], [ALPHA, BETA, BETTER]),
        (TEXTS[::-1], ALL[::-1]),
        (["  alpha is the first of these  "], [ALPHA]),
        (["Beta is said to be the second o…", TEXTS[0]], [BETA, BETTER, ALPHA]),
    ],
)
def test_drops_what_the_app_dropped_and_sorts_as_it_did(texts: list[str], items: list[Any]) -> None:
    """The model's own fields stay; of two that begin alike, a text that was cut could be either."""
    answer = json.dumps({"found": ALL, "sources": ["a", "b"]}, ensure_ascii=False)

    assert {"found": items, "sources": ["a", "b"]} == json.loads(kept_answer(answer, texts))


@pytest.mark.parametrize(
    ("answer", "kept"),
    [
        (json.dumps(ALL, indent=2), json.dumps([ALPHA], indent=2)),
        ("```json\n[%s]\n```\nAnything [1] else?", "```json\n[%s]\n```\nAnything [1] else?"),
        (json.dumps(TEXTS, separators=(",", ":")), json.dumps(TEXTS[:1])),
        ("\n".join(map(json.dumps, ALL)), json.dumps(ALPHA)),
        (json.dumps({"a": [ALPHA], "b": [GAMMA], "tags": ["x"]}), json.dumps({"a": [ALPHA], "b": [], "tags": ["x"]})),
        ("- Alpha is the first of these.\n- Other", "- Alpha is the first of these.\n- Other"),
        (json.dumps(ALL)[:-1], json.dumps(ALL)[:-1]),
    ],
    ids=["indented", "in a fence", "texts", "several tool calls", "groups", "no JSON", "broken off"],
)
def test_keeps_the_models_own_shape(answer: str, kept: str) -> None:
    """Fence, prose, indentation, keys, nesting, one JSON a line; and what is no whole JSON stays as it is."""
    if "%s" in answer:
        answer, kept = answer % json.dumps(ALPHA) + "", kept % json.dumps(ALPHA)
        answer = answer.replace("]\n```", f", {json.dumps(BETA)}]\n```")

    assert kept == kept_answer(answer, TEXTS[:1])


@pytest.mark.parametrize("texts", [TEXTS, [], [*TEXTS[:1], "Something that the answer does not hold"]])
def test_leaves_an_answer_of_which_all_was_kept_or_too_little_is_seen(texts: list[str]) -> None:
    """To the byte: whatever its blanks and escapes are."""
    answer = ' {"insights" :\t' + json.dumps(ALL) + "}\n"

    assert answer == kept_answer(answer, texts)


def test_placeholders_are_counted_by_each_record() -> None:
    """The same secret has another number in the prompt's record than in the insights'."""
    answer = json.dumps(["Ask <EMAIL_2> or <EMAIL_1> today.", "Nobody <PHONE_1> asks."])

    assert '["Ask <EMAIL_2> or <EMAIL_1> today."]' == kept_answer(answer, ["Ask <EMAIL_1> or <EMAIL_2> today."])
