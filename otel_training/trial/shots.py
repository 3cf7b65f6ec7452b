"""Few-shot examples: the few of the train pool that stand for all of it, within a budget of tokens."""

import hashlib
from collections import Counter
from collections.abc import Iterable, Sequence
from typing import Final, NamedTuple

from otel_training.dataset.example import Example
from otel_training.dataset.tokens import Count
from otel_training.trial.prompt import Prompt

TOKEN_BUDGET: Final = 4000
_NO_CATEGORY: Final = ("",)


class Shot(NamedTuple):
    """A question and its answer, as the model reads them."""

    extraction_id: str
    question: str
    answer: str
    tokens: int


def choose_shots(  # noqa: PLR0913, PLR0917 - a pool, and what is taken of it
    pool: Iterable[Example], prompt: Prompt, count: int, budget: int, seed: str, tokens: Count
) -> list[Shot]:
    """Choose `count` examples, fewer where the budget ends: each time of the topic, then of the categories, seen least.

    Among equals what readers liked most, then by a hash with the `seed`: the same pool gives the same shots.
    """
    topics, categories = Counter[str](), Counter[str]()
    ranked = sorted(pool, key=lambda example: (-example.provenance["net"], _hash(seed, example.extraction_id)))
    waiting = [(example, _shot(example, prompt, tokens)) for example in ranked]
    shots: list[Shot] = []
    while len(shots) < count and (waiting := [pair for pair in waiting if pair[1].tokens <= budget]):
        # Short ones, where there are any: long ones would leave no room for the others.
        share = budget // (count - len(shots))
        fitting = [pair for pair in waiting if pair[1].tokens <= share] or waiting
        best = min(fitting, key=lambda pair: _seen(pair[0], topics, categories))
        waiting.remove(best)
        example, shot = best
        budget -= shot.tokens
        shots.append(shot)
        topics[example.provenance["topic"]] += 1
        categories.update(_categories(example))
    return shots


def _shot(example: Example, prompt: Prompt, tokens: Count) -> Shot:
    question, answer = prompt.question_of(example), prompt.answer_of(example)
    return Shot(example.extraction_id, question, answer, tokens(question) + tokens(answer))


def _seen(example: Example, topics: Counter[str], categories: Counter[str]) -> tuple[int, float]:
    own = _categories(example)
    return topics[example.provenance["topic"]], sum(categories[category] for category in own) / len(own)


def _categories(example: Example) -> Sequence[str]:
    return sorted({insight.category or "" for insight in example.insights}) or _NO_CATEGORY


def _hash(seed: str, name: str) -> str:
    return hashlib.sha256(f"{seed}\0{name}".encode()).hexdigest()
