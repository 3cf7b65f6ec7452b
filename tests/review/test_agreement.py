"""Agreement of two reviewers."""

import pytest

from otel_training.review.agreement import Agreement, agreement


def _decisions(*pairs: tuple[int, int, int]) -> list[dict[str, object]]:
    """So many extractions that a first and a second reviewer decided as said."""
    every = [pair for *pair, count in pairs for _ in range(count)]
    return [
        {"extraction_id": str(number), "reviewer": reviewer, "decision": decision}
        for number, pair in enumerate(every)
        for reviewer, decision in zip("ab", pair, strict=True)
    ]


@pytest.mark.parametrize(
    ("decisions", "expected"),
    [
        # 35 of 50 agree, by chance 25 would: (0.7 - 0.5) / (1 - 0.5)
        (_decisions((1, 1, 20), (1, 0, 5), (0, 1, 10), (0, 0, 15)), Agreement(50, 35, 0.4)),
        (_decisions((1, 1, 5), (0, 0, 5)), Agreement(10, 10, 1.0)),
        (_decisions((1, 0, 5), (0, 1, 5)), Agreement(10, 0, -1.0)),
        (_decisions((1, 1, 3)), Agreement(3, 3, None)),
        ([{"extraction_id": "1", "reviewer": "a", "decision": 1}], None),
        ([], None),
    ],
)
def test_is_cohens_kappa(decisions: list[dict[str, object]], expected: Agreement | None) -> None:
    """Of two who always say the same there is none: chance alone would agree, too."""
    assert expected == agreement(decisions)


def test_is_of_the_pair_that_shares_most() -> None:
    """A third reviewer with fewer shared decisions is left out."""
    third = [{"extraction_id": "0", "reviewer": "c", "decision": 0}]

    assert Agreement(2, 2, None) == agreement([*_decisions((1, 1, 2)), *third])
