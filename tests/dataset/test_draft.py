"""The draft: what an example offers to a target, or why it has no row there."""

import pytest

from otel_training.dataset.draft import NO_LABEL, NO_PAIR, SEVERAL_TURNS, Draft, draft_of, edit_pair
from otel_training.dataset.example import Example, Insight
from otel_training.dataset.target import read_target
from tests.dataset.examples import ANSWER, SYSTEM, USER, example

KEPT = '{"insights": [{"text": "Orders rose", "category": "market"}]}'
TURNS = (USER, {"role": "assistant", "content": "Which?"}, USER)


def voted(*votes: tuple[int, int]) -> tuple[Insight, ...]:
    """Both insights, with so many likes and dismissals."""
    return tuple(Insight(text, None, *vote) for text, vote in zip(("Orders rose", "A plant opens"), votes, strict=True))


@pytest.mark.parametrize(
    ("given", "pair"),
    [
        (example(), (KEPT, ANSWER)),
        (example(insights=voted((0, 0), (0, 4))), (KEPT, ANSWER)),
        (example(insights=voted((0, 0), (0, 3))), None),
        (example(insights=voted((9, 0), (3, 5))), None),
        (example(insights=voted((9, 0), (0, 0))), None),
        (example(insights=voted((0, 9), (0, 9))), None),
        (example(answer="no JSON"), None),
        (example(answer="fixed", uncorrected="first"), ("fixed", "first")),
        (example(answer="same", uncorrected="same"), None),
    ],
    ids=["dismissed", "four", "three", "disputed", "liked", "all", "unseen", "corrected", "uncorrected"],
)
def test_a_pair_is_an_edit_of_one_answer(given: Example, pair: tuple[str, str] | None) -> None:
    """By a person, or by readers who surely dismissed an insight, and left another; liking one is none."""
    assert pair == edit_pair(given)


@pytest.mark.parametrize(
    ("target", "given", "reason"),
    [
        ("openai-dpo", example(insights=()), NO_PAIR),
        ("trl-dpo", example(insights=()), NO_PAIR),
        ("trl-kto", example(insights=voted((3, 2), (0, 1))), NO_LABEL),
        ("csv", example(TURNS), SEVERAL_TURNS),
        ("bedrock-prompt", example(TURNS), SEVERAL_TURNS),
    ],
)
def test_says_why_there_is_no_row(target: str, given: Example, reason: str) -> None:
    """One reason, to be counted."""
    assert reason == draft_of(given, read_target(target))


@pytest.mark.parametrize(
    ("given", "label"),
    [
        (example(insights=voted((1, 0), (0, 0)), net=-9), True),
        (example(insights=voted((0, 0), (0, 1)), net=9), False),
        (example(insights=(*voted((2, 0), (0, 3)), Insight("Orders  rose", None, 2, 0))), False),
        (example(insights=voted((0, 9), (0, 9)), uncorrected="x"), True),
    ],
    ids=["liked", "dismissed", "twice the same", "corrected"],
)
def test_readers_and_corrections_label_an_answer(given: Example, *, label: bool) -> None:
    """By the votes that are counted; a person's answer is wanted whatever readers made of the one before."""
    draft = draft_of(given, read_target("trl-kto"))

    assert isinstance(draft, Draft)
    assert label == draft.label


def test_turns_of_one_role_in_a_row_are_one() -> None:
    """As Claude reads them."""
    second = {"role": "user", "content": "More"}
    draft = draft_of(example((SYSTEM, SYSTEM, USER, second)), read_target())

    assert isinstance(draft, Draft)
    assert ("Extract as JSON.\n\nExtract as JSON.", [{"role": "user", "content": "Orders at ...\n\nMore"}]) == (
        draft.system, draft.turns,
    )  # fmt: skip
