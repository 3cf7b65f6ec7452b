"""The texts of an answer: found wherever they stand, and in linear time."""

import json
from collections.abc import Sequence
from itertools import count, pairwise
from time import process_time
from typing import Any

import pytest

from otel_training.conventions import Kind
from otel_training.events.answer import digests, quoted, texts_of
from otel_training.events.finish import finish
from otel_training.events.finisher import Finisher
from otel_training.privacy.engine import engine
from otel_training.privacy.identity import Key
from otel_training.privacy.json_text import json_spans
from otel_training.privacy.redact import Redactor
from otel_training.record.record import JSON, Record


@pytest.mark.parametrize(
    ("answer", "values"),
    [
        ('See [1], [x](u) and {or}: {"a": [1]} [2]', [{"a": [1]}]),
        ('Answer as {"insights": [...]}.\n{"insights": ["A"]}', [{"insights": ["A"]}]),
        ('{"insights": ["A"], ["B"]', []),
        ('The 5" screen: ["A"]', [["A"]]),
        ('["A"]{"b": "\\"]}"} ', [["A"], {"b": '"]}'}]),
    ],
)
def test_finds_whole_json_in_prose(answer: str, values: list[object]) -> None:
    """Not footnotes, links, schemes with dots, or pieces of what is broken off."""
    assert values == [value for value, _, _ in json_spans(answer)]


def test_finds_json_in_a_string_and_counts_items() -> None:
    """A tool's argument may be JSON in a string; items are objects with texts, and texts in lists."""
    items = [{"text": "A", "by": {"name": "B"}}, {"text": "C"}, {"n": 1}]

    assert (["A", "C", "B"], 3) == texts_of(json.dumps({"found": items}))
    assert ([json.dumps(items), "A", "C", "B"], 4) == texts_of(json.dumps({"found": json.dumps(items)}))


UNITS = ["[", '{"', '{"a":', '["', ">", "> ", "{ ", '["x\\', '{"a":1,]', "<a>b", "1. ", '"', "\\", '{"a":"b"}', " \n-"]


@pytest.mark.slow
@pytest.mark.parametrize("unit", UNITS)
def test_takes_time_in_proportion_to_the_text(unit: str) -> None:
    """Four times the text takes far less than sixteen times as long."""
    seconds = []
    for size in (50_000, 200_000):
        text = unit * (size // len(unit))
        best = 60.0
        for _ in range(3):
            start = process_time()
            texts_of(text)
            best = min(best, process_time() - start)
        seconds.append(best)

    assert all(long < 10 * short + 0.02 for short, long in pairwise(seconds))


def test_texts_without_secrets_are_searched_as_one(monkeypatch: pytest.MonkeyPatch) -> None:
    """Of an answer of two hundred texts, for all their digests, the engine looks through a few long ones."""
    kind = type(engine())
    choose, looks = kind.choose, count()

    def counted(self: Any, text: bytes) -> Sequence[int]:
        next(looks)
        return choose(self, text)

    monkeypatch.setattr(kind, "choose", counted)
    texts = [f"Orders rose by {index} in quarter {index}" for index in range(200)]
    content: dict[str, JSON] = {"input": [], "outputs": [json.dumps({"insights": texts})]}
    list(finish(Record(Kind.LLM_CALL, "0" * 32, 1, content=content), Finisher(Key(b"a test's"), 1_000)))

    assert next(looks) in range(1, 10)


def test_texts_that_begin_alike_have_one_half_of_their_digests_in_common() -> None:
    """A short text, such as a category, is its own beginning."""
    texts = ["Orders rose by a quarter in May", "Orders rose by a quarter in June", "Market"]
    may, june, market = digests(Key(b"a test's"), Redactor(), texts).values()

    assert (may[:8] == june[:8], may[8:] == june[8:], market[:8] == market[8:]) == (True, False, True)


def test_a_text_is_quoted_where_all_of_its_longest_run_stands_in_a_source() -> None:
    """Escaped, too; its beginning alone is not enough."""
    texts = ["Orders rose by a quarter", "Orders rose by a third", "Größere Aufträge"]

    assert [texts[0], texts[2]] == list(quoted(texts, ["Orders rose by a quarter.", json.dumps("Größere Aufträge")]))
