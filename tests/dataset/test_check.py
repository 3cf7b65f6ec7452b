"""The check: texts, rows together, and the file."""

import json
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from otel_training.dataset.check import Check, fix_of
from otel_training.dataset.target import read_target, target_names


def chat(answer: str = "A", prompt: str = "P", system: str = "S") -> dict[str, Any]:
    """A row of OpenAI's."""
    texts = {"system": system, "user": prompt, "assistant": answer}
    return {"messages": [{"role": role, "content": text} for role, text in texts.items()]}


def pair(better: str, worse: str) -> dict[str, Any]:
    """A row of TRL's."""
    prompt = [{"role": "user", "content": "P"}]
    return {"prompt": prompt, **{
        name: [{"role": "assistant", "content": text}] for name, text in (("chosen", better), ("rejected", worse))
    }}  # fmt: skip


KEYS = sorted({key for name in target_names() for place in read_target(name).fields for key in place.split(".")})
JSON = st.recursive(
    st.one_of(
        st.none(),
        st.booleans(),
        st.integers(),
        st.floats(),
        st.text(st.characters()),
        st.sampled_from(["user", "assistant"]),
    ),
    lambda inner: st.one_of(
        st.lists(inner, max_size=3),
        st.dictionaries(
            st.sampled_from([*KEYS, "role", "content", "parts", "text", "category", "x"]), inner, max_size=5
        ),
    ),
    max_leaves=12,
)


@pytest.mark.parametrize("name", target_names())
@settings(max_examples=60)
@given(rows=st.lists(JSON, max_size=3))
def test_takes_whatever_a_row_is(name: str, rows: list[Any]) -> None:
    """Rows of any shape are rows that break a rule, or good ones; none stops the check."""
    check = Check(read_target(name), others=frozenset({1}))
    broken = [check.row(row) for row in rows]

    assert check.rows == broken.count([])
    assert [] == [problem for problem in check.file(0) if not fix_of(problem.rule)]
    assert [] == [problem for problems in broken for problem in problems if not fix_of(problem.rule)]


def rules(name: str, *rows: Any, size: int = 0, **options: Any) -> list[list[str]]:
    """The rules that each row breaks, and last the file, but for its number of rows."""
    check = Check(read_target(name), **options)
    broken = [[problem.rule for problem in check.row(row)] for row in rows]
    return [*broken, [problem.rule for problem in check.file(size) if problem.rule != "rows"]]


@pytest.mark.parametrize("text", ["a\x00b", "\ud800", "\udc80 end"])
@pytest.mark.parametrize("place", ["answer", "prompt", "system"])
def test_finds_characters_that_break_readers(text: str, place: str) -> None:
    """NUL, and half of a surrogate pair."""
    assert [["characters"], []] == rules("openai", chat(**{place: text}))


@pytest.mark.parametrize(
    ("answer", "system", "is_broken"),
    [
        ('{"insights": []}', "S", False),
        ("[]", "S", False),
        ('["a", ', "S", True),
        ("{'insights': []}", "S", True),
        ('{"insights": [{"text": "a"}, {"te', "S", True),
        ('[{"text": "a"}]\n\nNothing else.', "S", False),
        ('{"text": "a"}\n{"text": "b"}\n', "S", False),
        ('{"text": "a"}\n{"text": "b', "S", True),
        ("A text.", "S", False),
        ("A text.", "Answer with JSON alone.", True),
        ("7", "Answer as json", True),
        ('Here it is:\n["a"]', "Answer as JSON", False),
        ('```json\n{"a": 1}\n```', "Answer as JSON", False),
        ("```json\n[]\n```", "Answer as JSON", False),
        ('```json\n{"a": \n```', "S", True),
        ("[" * 100_000, "S", True),
    ],
)
def test_finds_answers_that_are_not_the_json_they_should_be(*, answer: str, system: str, is_broken: bool) -> None:
    """As their prompt or their beginning says; words around it are an answer's own."""
    assert [["answer"] if is_broken else [], []] == rules("openai", chat(answer, system=system))


def test_a_source_about_json_asks_for_none() -> None:
    """Without a system prompt the beginning of the user's says how to answer."""
    row = chat("A text.", prompt="Say it. " + "x" * 2000 + " JSON")
    del row["messages"][0]

    assert [[], []] == rules("openai", row)


@pytest.mark.parametrize(
    ("better", "worse", "broken"),
    [("a", "b", []), ("a", " a\n", ["equal"]), ('{"a": 1}', '{"a":1}', ["equal"]), ("1", "1.5", [])],
)
def test_a_pair_of_equal_answers_is_none(better: str, worse: str, broken: list[str]) -> None:
    """However they are spaced."""
    assert [broken, []] == rules("trl-dpo", pair(better, worse))


def test_a_row_twice_is_a_duplicate() -> None:
    """Whatever the order of its keys."""
    again = {"messages": [dict(reversed(message.items())) for message in chat()["messages"]]}

    assert [[], ["duplicate"], [], []] == rules("openai", chat(), again, chat("B"))


def test_cells_that_a_spreadsheet_runs() -> None:
    """Formulas of every spreadsheet."""
    cells = ["=1", "+1", "-1", "@a", "\ta", "'=1"]
    rows = [{"system": "", "prompt": cell, "completion": "A"} for cell in cells]

    assert [["formula"]] * 5 + [[], []] == rules("csv", *rows)


def test_the_file_as_a_whole() -> None:
    """Too few rows, too many bytes, labels of one kind."""
    row = {
        "prompt": [{"role": "user", "content": "P"}],
        "completion": [{"role": "assistant", "content": "A"}],
        "label": True,
    }
    few = Check(read_target("openai"))

    assert ["rows"] == [problem.rule for problem in few.file(0)]
    assert [[], ["labels"]] == rules("trl-kto", row)
    assert [[], [], []] == rules("trl-kto", row, row | {"label": False})
    assert [[], ["bytes"]] == rules("openai", chat(), size=1 << 30)
    assert [[]] == rules("trl-kto")


def test_rows_that_a_trainer_cuts_by_default() -> None:
    """TRL's 1,024 tokens; not where its setting is said."""
    row = {
        "prompt": [{"role": "user", "content": "wörd " * 1000}],
        "completion": [{"role": "assistant", "content": "A"}],
    }

    assert [[], ["length"]] == rules("trl", row)
    assert [[], []] == rules("trl", row, max_length=2048)
    assert [[], ["length"]] == rules("openai", chat("a" * 100), max_length=10)


def test_a_pairs_answers_are_read_one_by_one() -> None:
    """The longer one counts."""
    assert [[], []] == rules("trl-dpo", pair("a" * 3000, "b" * 4000))
    assert [[], ["length"]] == rules("trl-dpo", pair("a", "b" * 4100))


def test_rows_that_are_longer_than_a_provider_reads() -> None:
    """They are cut without a word, the answer first."""
    assert [["tokens"], []] == rules("openai", chat(json.dumps(["word"] * 100_000)))


def test_each_rule_says_what_to_do() -> None:
    """A sentence for each."""
    assert all(fix_of(rule) for rule in ("rows", "keys", "leak"))
