"""Few-shot examples."""

from otel_training.trial.prompt import OURS
from otel_training.trial.shots import choose_shots
from tests.trial.examples import captured

POOL = [
    captured("a1", "x " * 10, topic="a", net=9),
    captured("a2", "x " * 10, topic="a", net=8),
    captured("a3", "x " * 10, topic="a", category="people", net=1),
    captured("b1", "x " * 10, topic="b", category="people", net=2),
    captured("b2", "x " * 10, topic="b", net=1),
    captured("long", "x " * 400, topic="c", net=99),
]


def chosen(count: int, budget: int = 4000, seed: str = "d", pool: object = POOL) -> list[str]:
    """The ids of what is chosen, counting words as tokens."""
    shots = choose_shots(pool, OURS, count, budget, seed, lambda text: len(text.split()))  # type: ignore[arg-type]
    return [shot.extraction_id for shot in shots]


def test_stands_for_all_topics_then_categories_then_the_best_liked() -> None:
    """Each time of the topic that was seen least, then of the categories, then what readers liked most."""
    assert ["long", "b1", "a1", "a3", "b2"] == chosen(5)


def test_is_the_same_each_time() -> None:
    """In whatever order the pool comes; among equals the dataset decides."""
    alike = [captured(name, "x", topic=name) for name in "abcdefgh"]

    assert chosen(3, pool=alike) == chosen(3, pool=alike[::-1])
    assert chosen(3, pool=alike) != chosen(3, seed="e", pool=alike)


def test_keeps_to_the_budget() -> None:
    """Short ones come first where a long one would leave no room; what fits nowhere is left out."""
    assert ["a1", "b1"] == chosen(2, budget=100)
    assert ["a1"] == chosen(2, budget=30)
    assert [] == chosen(2, budget=5)
