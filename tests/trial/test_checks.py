"""Checks of answers that need no judge."""

import pytest

from otel_training.trial.checks import agreement, checks_of, passes
from tests.trial.examples import insights

SOURCE = "Orders of chips rose by 12 % in May. Mira Holt leaves the board. 股价上涨三成。"
RISE, HOLT = "Orders of chips rose by 12 %", "Mira Holt leaves the board"


@pytest.mark.parametrize(
    ("answer", "reference", "expected"),
    [
        (insights(RISE, HOLT), insights(HOLT, RISE), {"text": 1, "count": 1, "category": 1}),
        (insights(RISE), insights(RISE, HOLT), {"text": 2 / 3, "count": 1 / 2, "category": 1}),
        (insights(RISE, category="Market"), insights(RISE), {"text": 1, "count": 1, "category": 1}),
        (insights(RISE, category=None), insights(RISE), {"text": 1, "count": 1, "category": 0}),
        (insights(RISE), insights(RISE, category=None), {"text": 1, "count": 1}),
        (insights("Bananas"), insights(RISE), {"text": 0, "count": 1}),
        # Said twice it counts once.
        (insights(RISE, RISE), insights(RISE, HOLT), {"text": 1 / 2, "count": 1, "category": 1}),
        ((), insights(RISE), {"text": 0, "count": 0}),
        ((), (), {"text": 1, "count": 1}),
        # Without a word that counts, equal texts are equal.
        (insights("Up!"), insights("up"), {"text": 1, "count": 1, "category": 1}),
        (insights("Up"), insights("on"), {"text": 0, "count": 1}),
    ],
)
def test_compares_with_the_reference(answer: object, reference: object, expected: object) -> None:
    """Each insight is matched once, the most alike first."""
    assert expected == agreement(answer, reference)  # type: ignore[arg-type]


@pytest.mark.parametrize(
    ("texts", "expected"),
    [
        ((RISE, HOLT), {"length": 1, "count": 1, "grounded": 1}),
        ((RISE, "Bananas are yellow"), {"length": 1, "count": 1, "grounded": 0.5}),
        (("股价上涨",), {"length": 1, "count": 1, "grounded": 1}),
        ((RISE * 20,), {"length": 0, "count": 1, "grounded": 1}),
        ((RISE,) * 6, {"length": 1, "count": 0, "grounded": 1}),
        ((), {"length": 1, "count": 1}),
    ],
)
def test_checks_support_and_measure(texts: tuple[str, ...], expected: object) -> None:
    """Beside a reference of one insight."""
    assert expected == checks_of(SOURCE, insights(*texts), insights(RISE))


FINE = {"length": 1.0, "count": 1.0, "grounded": 1.0}


@pytest.mark.parametrize(
    ("score", "own", "other", "expected"),
    [
        (7.0, FINE, FINE, True),
        (6.9, FINE, FINE, False),
        (9.0, FINE | {"grounded": 0.4}, FINE, False),
        # In another language than the source neither can be held against the other.
        (9.0, FINE | {"grounded": 0.0}, FINE | {"grounded": 0.0}, True),
        (9.0, FINE | {"grounded": 0.0}, {"length": 1.0, "count": 1.0}, True),
        (9.0, {"length": 1.0, "count": 1.0}, FINE, True),
        (9.0, FINE | {"length": 0.0}, FINE, False),
        (9.0, FINE | {"count": 0.0}, FINE, False),
        (None, FINE, FINE, None),
    ],
)
def test_passes_judge_and_checks(score: float | None, own: object, other: object, expected: object) -> None:
    """An unreadable judgement is neither."""
    assert expected == passes(score, own, other)  # type: ignore[arg-type]
