"""The cases of an evaluation."""

import pytest

from otel_training.trial.case import language_of


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("The orders of the maker rose and it is good for all", "en"),
        ("Die Aufträge sind nicht mit der Zahl und für das Werk", "de"),
        ("Les usines et la demande des clients est dans le rapport pour que", "fr"),
        ("Заказы выросли на треть", "cyrillic"),
        ("股价上涨三成", "cjk"),
        ("12 % a1 b2", "unknown"),
        ("", "unknown"),
    ],
)
def test_names_the_language_of_a_source(text: str, expected: str) -> None:
    """By its most frequent words, else by its script."""
    assert expected == language_of(text)
