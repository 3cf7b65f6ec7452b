"""Supporting passages."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from otel_training.dataset.passages import Piece, grounding, mark_passages


@pytest.mark.parametrize(
    ("source", "insights", "expected"),
    [
        (
            "Orders rose. Chips, too.\nMira Holt left the board on Friday.",
            ["Mira Holt leaves the board", "Orders rose 12 %"],
            [("Orders rose. ", (1,)), ("Chips, too.\n", ()), ("Mira Holt left the board on Friday.", (0,))],
        ),
        ("Sales: 3 % up. Costs: 5 % up.", ["5 % more costs"], [("Sales: 3 % up. ", ()), ("Costs: 5 % up.", (0,))]),
        ("股价上涨三成。 公司裁员。", ["股价上涨"], [("股价上涨三成。 ", (0,)), ("公司裁员。", ())]),
        ("Nothing of it.", ["Chip orders rose"], [("Nothing of it.", ())]),
        ("Nothing of it.", ["", "a"], [("Nothing of it.", ())]),
        ("", ["Chip orders rose"], []),
    ],
)
def test_marks_the_sentences_that_hold_most_of_an_insights_words(
    source: str, insights: list[str], expected: list[tuple[str, tuple[int, ...]]]
) -> None:
    """At least half of them; short words do not count, figures do."""
    assert [Piece(text, places) for text, places in expected] == mark_passages(source, insights)


@given(st.text(), st.lists(st.text(), max_size=3))
def test_leaves_no_character_out(source: str, insights: list[str]) -> None:
    """The pieces of a source are the source."""
    assert source == "".join(piece.text for piece in mark_passages(source, insights))


@pytest.mark.parametrize(
    ("insights", "share"),
    [
        (["Mira Holt left the board"], 1.0),
        (["Mira Holt left the company"], 0.75),
        (["Mira Holt left the board", "Orders fell"], 0.5),
        (["AI up"], 1.0),
        (["AI off"], 0.0),
        ([], 1.0),
    ],
)
def test_an_answer_is_as_grounded_as_the_least_of_its_insights(insights: list[str], share: float) -> None:
    """What has short words alone is looked for as it stands."""
    assert share == grounding("Orders rose, AI up. Mira Holt left the board on Friday.", insights)
