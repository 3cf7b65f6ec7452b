"""The search."""

from hypothesis import example, given
from hypothesis import strategies as st

from otel_training.conventions import Content
from otel_training.privacy.rules import Rules, make_rules
from otel_training.privacy.search import find_secrets, look_at
from tests.privacy.test_engine import without_re2
from tests.privacy.test_redact import TEXTS

RULES = Rules()
CUT = [
    "a sk-ant-api03-abc",
    "defgh12345678 b",
    "mail bob@news",
    ".example",
    "+44 20 7946",
    "0958",
    "pass",
    "word: x1y2z3w4",
]


def looked(texts: list[str], rules: Rules) -> tuple[list[object], list[list[object]]]:
    """Search the first text where one look at all sees that something may be, and the others that it calls clean."""
    places, clean = look_at(texts, rules)
    return [*find_secrets(texts[0], rules, None, places)], [[*find_secrets(text, rules)] for text in clean]


@given(st.lists(TEXTS, min_size=1, max_size=5))
@example(CUT)
@example(["", "?to=bob%40news.example", "\\u0070assword: x1y2z3w4", "٠٣٠١٢٣٤٥٦٧٨", "x" * 70_000])
def test_one_look_at_many_texts_misses_nothing_in_any(texts: list[str]) -> None:
    """No text borrows from its neighbours, by either engine."""
    alone = [*find_secrets(texts[0], RULES)]
    with_it = looked(texts, RULES)
    with without_re2():
        without = looked(texts, RULES)

    assert [(alone, [[]] * len(clean)) for _, clean in (with_it, without)] == [with_it, without]


def test_one_look_tells_which_texts_are_clean() -> None:
    """Beside a text full of secrets, and beside one that has some; not where a pattern of the user's own is."""
    texts = ["bob@news.example, +44 20 7946 0958", "Two plants open.", "jo@a.example", "Orders rose by 4 %.", "%41bc"]

    assert ["Two plants open.", "Orders rose by 4 %."] == look_at(texts, RULES)[1]
    assert (None, []) == look_at(texts, make_rules(Content.REDACTED, "plants", ""))
