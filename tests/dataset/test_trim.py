"""Trimming: an answer without what readers surely dismissed."""

import json
from typing import Any

import pytest

from otel_training.dataset.draft import draft_of
from otel_training.dataset.example import Insight
from otel_training.dataset.parts import write_row
from otel_training.dataset.target import read_target, target_names
from otel_training.dataset.trim import trim
from tests.dataset.examples import ANSWER, INSIGHTS, example

ITEMS = [{"text": insight.text, "category": insight.category} for insight in INSIGHTS]
KEPT = [ITEMS[0]]
BAD = INSIGHTS[1].text


def trimmed(answer: str) -> str:
    """The answer after trimming; empty where it stays whole."""
    after = trim(example(answer=answer))
    assert (after.provenance.get("trimmed") == [BAD]) != (after.provenance.get("untrimmed") == [BAD])
    return after.messages[-1]["content"] if "trimmed" in after.provenance else ""


@pytest.mark.parametrize(
    ("answer", "left"),
    [
        ({"insights": ITEMS}, {"insights": KEPT}),
        (ITEMS, KEPT),
        ([item["text"] for item in ITEMS], [KEPT[0]["text"]]),
        (
            {"insights": ITEMS, "quality_score": 8, "topic": "chips"},
            {"insights": KEPT, "quality_score": 8, "topic": "chips"},
        ),
        ({"a": KEPT, "b": [ITEMS[1]], "ok": True}, {"a": KEPT, "b": [], "ok": True}),
        ({"insights": ITEMS, "insight_count": 2}, None),
        ({"insights": ITEMS, "count": "2"}, None),
        ({"insights": ITEMS, "count": 2.0}, None),
        ({"insights": ITEMS, "note": "2 insights were there."}, None),
        (
            {"insights": ITEMS, "day": "2026-02-02", "size": "2.5"},
            {"insights": KEPT, "day": "2026-02-02", "size": "2.5"},
        ),
        ({"insights": ITEMS, "scores": [7, 3]}, None),
        ({"insights": ITEMS, "summary": "Orders rose, and a plant opens."}, None),
        ({"insights": ITEMS, "best": BAD}, None),
        ({"first": ITEMS[0], "second": ITEMS[1]}, None),
        ({"a": {"count": 1, "items": KEPT}, "b": {"count": 1, "items": [ITEMS[1]]}}, None),
    ],
    ids=[
        "ours",
        "list",
        "texts",
        "score",
        "groups",
        "count",
        "counted in text",
        "counted in a float",
        "counted in words",
        "no count",
        "parallel",
        "summary",
        "again",
        "keys",
        "group counts",
    ],
)
def test_leaves_out_what_readers_dismissed_where_nothing_else_speaks_of_it(answer: Any, left: Any) -> None:
    """What stays is JSON as before; a count, a list or words beside it would be wrong afterwards."""
    text = trimmed(json.dumps(answer))

    assert (left is not None, left) == (bool(text), json.loads(text) if text else None)


@pytest.mark.parametrize(
    ("frame", "is_safe"),
    [("```json\n{}\n```", True), ("{}\n", True), ("Two insights:\n{}", False), ("{}\nThe plant opens soon.", False)],
)
def test_words_around_an_answer_may_speak_of_it(frame: str, is_safe: bool) -> None:  # noqa: FBT001 - a parameter
    """A fence does not."""
    text = trimmed(frame.replace("{}", ANSWER))

    assert (frame.replace("{}", json.dumps({"insights": KEPT})) if is_safe else "") == text


@pytest.mark.parametrize("calls", [[{"insights": KEPT}, {"insights": [ITEMS[1]]}], ITEMS])
def test_calls_of_a_tool_are_trimmed_each(calls: list[Any]) -> None:
    """One JSON a line."""
    left = [{"insights": KEPT}, {"insights": []}] if "insights" in calls[0] else KEPT

    assert left == [json.loads(line) for line in trimmed("\n".join(map(json.dumps, calls))).splitlines()]


def test_stays_as_it_is_where_nothing_is_sure_or_nothing_would_be_left() -> None:
    """Three of three are not sure; what a person wrote has no votes."""
    unsure = example(insights=(INSIGHTS[0], Insight(BAD, None, 0, 3)))
    nothing = trim(example(insights=tuple(insight._replace(likes=0, dismissals=9) for insight in INSIGHTS)))

    assert unsure == trim(unsure)
    assert (ANSWER, [insight.text for insight in INSIGHTS]) == (
        nothing.messages[-1]["content"], nothing.provenance["untrimmed"],
    )  # fmt: skip


@pytest.mark.parametrize("name", target_names())
def test_every_target_writes_what_is_left(name: str) -> None:
    """Of a pair the whole is the worse answer."""
    draft = draft_of(trim(example()), read_target(name))
    assert not isinstance(draft, str)
    row = json.dumps(write_row(draft, read_target(name)))

    assert (True, draft.rejected == ANSWER) == ("Orders rose" in row, read_target(name).has("rejected"))
    assert (BAD in row) == read_target(name).has("rejected")
