"""The view of prompts: which call of a model asked for what an extraction returned."""

import json
from collections.abc import Callable
from contextlib import closing
from typing import Any, NamedTuple

import pytest

import otel_training
from otel_training.folder import DataFolder
from otel_training.pipeline import process
from otel_training.store.client import Store, embedded_dsn
from otel_training.store.drain import drain
from otel_training.store.settle import settle

pytestmark = [pytest.mark.slow, pytest.mark.usefixtures("migrated")]

ORDERS = {"text": "Chip orders rose 12 % at the largest maker, “most” of it for “AI”.", "category": "market"}
PLANTS = {"text": 'Two plants open in May; their "yield" is said to be\nhigher than ever.', "category": "supply"}
SHORT = {"text": "Öl fiel.", "category": "energy"}
ALL = [ORDERS, PLANTS, SHORT]
WHOLE = json.dumps({"insights": ALL})
PROMPT = "Extract the insights of: Orders at the largest maker of chips ..."


VIEWED = "SELECT extraction_id, call_event_id, reason FROM v_prompts ORDER BY extraction_id"
SETTLED = (
    "SELECT extraction_id, call_event_id, prompt_reason AS reason FROM examples FINAL "
    "WHERE outcome = 'ok' AND insight_count > 0 ORDER BY extraction_id"
)


class Call(NamedTuple):
    """A call of a model; its name stands where the model's does."""

    name: str
    output: str | None
    prompt: Any = PROMPT


def judging(prompt: str = json.dumps(ALL), *fields: str) -> tuple[str, str]:
    """Answer and prompt of a call that judges the insights."""
    items = [{name: item[name] for name in ("text", *fields)} | {"score": 8} for item in ALL]
    return json.dumps({"insights": items}), f"Judge these: {prompt}"


@pytest.fixture
def chosen(folder: DataFolder) -> Callable[..., dict[str, tuple[str, str]]]:
    """Capture extractions by their names, and return the name of each one's call, and the reason if it has none."""

    def chosen(cases: dict[str, tuple[list[Call], list[Any]]], source: str | None = "Orders") -> Any:
        for name, (calls, returned) in cases.items():
            with otel_training.extraction(task=name, source_content=source) as extraction:
                for call in calls:
                    extraction.llm_call(model=call.name, input=call.prompt, output=call.output)  # type: ignore[arg-type]
                extraction.result(returned)
        assert process.flush(30)
        with closing(Store(embedded_dsn(folder.store))) as store:
            drain(store, folder)
            settle(store)
            rows = store.rows(
                "SELECT e.task AS task, c.model AS model, p.reason AS reason FROM v_prompts AS p "
                "LEFT JOIN v_extractions AS e ON e.extraction_id = p.extraction_id "
                "LEFT JOIN v_llm_calls AS c ON c.event_id = p.call_event_id"
            )
            assert list(store.rows(VIEWED)) == list(store.rows(SETTLED))
            return {row["task"]: (row["model"], row["reason"]) for row in rows}

    return chosen


def test_an_answer_holds_the_insights_however_it_is_wrapped(chosen: Any) -> None:
    """Fences, prose, tags, a prefilled beginning, keys of the app's own, nesting, several tool uses, NaN beside."""
    prefilled = [{"role": "user", "content": PROMPT}, {"role": "assistant", "content": WHOLE[:20]}]
    blocks = [prefilled[0], {"role": "assistant", "content": [{"type": "text", "text": WHOLE[:30]}]}]
    answers = {
        "bare": WHOLE,
        "indented": json.dumps(ALL, indent=2, ensure_ascii=False),
        "list": json.dumps(ALL),
        "fence": f"```json\n{WHOLE}\n```",
        "fence in a line": f"```{WHOLE}```",
        "prose before": f"Here [1]:\n{WHOLE}",
        "prose around": f"Sure:\n```json\n{WHOLE}\n```\nAnything else {{or not}}?",
        "tags": f"<answer>{WHOLE}</answer>",
        "backslash in prose": f"The pattern \\d+ \\ of:\n{WHOLE}",
        "own key": json.dumps({"found": ALL}),
        "nested": json.dumps({"result": {"by": [{"insights": ALL}]}}),
        "NaN": f'{{"score": NaN, "found": {json.dumps(ALL)}}}',
        "tools": "I save them.\n" + "\n".join(map(json.dumps, ALL)),
        "own fields": json.dumps([{"claim": i["text"]} for i in ALL]),
    }
    cases = {name: ([Call("m", answer)], ALL) for name, answer in answers.items()}
    cases["prefilled"] = ([Call("m", WHOLE[20:], prefilled)], ALL)
    cases["prefilled blocks"] = ([Call("m", WHOLE[30:], blocks)], ALL)

    assert dict.fromkeys(cases, ("m", "")) == chosen(cases)


def test_an_answer_holds_what_the_app_changed(chosen: Any) -> None:
    """Dropped, cut off, reordered, stripped, cut short, renamed, without fields."""
    padded = json.dumps([{"text": f"  {item['text']}\u00a0\n"} for item in ALL])
    returned: dict[str, list[Any]] = {
        "filtered": [PLANTS],
        "the first": ALL[:1],
        "reordered": ALL[::-1],
        "texts": [item["text"] for item in ALL],
        "without its marks": [ORDERS | {"text": ORDERS["text"].rstrip(".”")}, {"text": f"„{SHORT['text']}“"}],
        "cut short": [{"text": ORDERS["text"][:30] + "…"}, {"text": PLANTS["text"][:40] + "..."}],
        "collapsed": [{"text": " ".join(PLANTS["text"].split())}],
        "other categories": [{**ORDERS, "category": "x"}],
        "the model's marks": ["- " + ORDERS["text"].rstrip(".")],
        "capitals": [{"text": SHORT["text"].upper()}],
        "a blank beside": [*ALL, {"text": " "}],
    }
    cases: dict[str, tuple[list[Call], list[Any]]] = {
        name: ([Call("m", WHOLE)], kept) for name, kept in returned.items()
    }
    cases["stripped"] = ([Call("m", padded)], [item["text"].strip() for item in ALL])
    secrets = "Ask bob@x.example, or call +44 20 7946 0958, or ann@x.example about all of it."
    cases["redacted"] = ([Call("m", json.dumps([secrets]), "Of ann@x.example:")], [secrets])

    assert dict.fromkeys(cases, ("m", "")) == chosen(cases)


def test_a_judges_call_is_never_the_example(chosen: Any) -> None:
    """Whatever it repeats, and whether it comes before or after; alone it is none either."""
    asked = Call("asked", WHOLE)
    judges = {
        "scores": Call("judge", '{"scores": [8, 7, 9]}', PROMPT),
        "no text": Call("judge", '[{"score": 8}, {"score": 1}]'),
        "other texts": Call("judge", json.dumps([{"text": "Well put.", "score": 8}] * 3)),
        "echo": Call("judge", *judging()),
        "echo with categories": Call("judge", *judging(json.dumps(ALL), "category")),
        "echo of lines": Call("judge", *judging("\n".join(item["text"] for item in ALL))),
        "choice": Call("judge", json.dumps([ORDERS]), f"Which is the best? {WHOLE}"),
    }
    cases = {}
    for name, judge in judges.items():
        cases[f"{name} after"] = ([asked, judge], ALL if name != "choice" else [ORDERS])
        cases[f"{name} before"] = ([judge, asked], ALL if name != "choice" else [ORDERS])
    expected = dict.fromkeys(cases, ("asked", ""))
    alone: dict[str, tuple[list[Call], list[Any]]] = {
        f"{name} alone": ([judge], ALL if name != "choice" else [ORDERS]) for name, judge in judges.items()
    }
    reasons = {
        f"{name} alone": ("", "other_answer" if name in ("scores", "no text", "other texts") else "judge")
        for name in judges
    }

    assert expected | reasons == chosen(cases | alone)


def test_what_is_quoted_from_the_source_makes_no_judge(chosen: Any) -> None:
    """An insight may begin as the passage does that the answer quotes beside it, which stands in the prompt."""
    source = "Chip orders at the largest maker rose 12 % in May. Two plants open in Dresden and Ohio in June."
    insights = [
        {
            "text": "Chip orders at the largest maker are up by an eighth",
            "quote": "Chip orders at the largest maker rose 12 %",
        },
        {"text": "Two plants open in Dresden, another in Ohio", "quote": "Two plants open in Dresden and Ohio"},
    ]
    asked = Call("asked", json.dumps(insights), f"Extract, with quotations: {source}")
    echo = json.dumps([{"text": item["text"], "score": 8} for item in insights])
    judge = Call("judge", echo, f"Judge these: {json.dumps(insights)}")
    cases: Any = {
        "alone": ([asked], insights),
        "judged": ([judge, asked, judge], insights),
        "judge alone": ([judge], insights),
    }

    assert {"alone": ("asked", ""), "judged": ("asked", ""), "judge alone": ("", "judge")} == chosen(cases, source)


def test_of_texts_that_the_source_has_the_call_with_the_same_fields_asked(chosen: Any) -> None:
    """Every prompt shows quoted insights: then fields, the number of items and the order decide."""
    source = "\n".join(item["text"] for item in ALL)
    asked, judge = Call("asked", WHOLE, source), Call("judge", judging()[0], source + judging()[1])
    choice = Call("choice", json.dumps([ORDERS]), source)
    cases = {
        "alone": ([asked], ALL),
        "judge after": ([asked, judge], ALL),
        "judge before": ([judge, asked], ALL),
        "choice before": ([choice, asked], [ORDERS]),
        "equals": ([asked, asked._replace(name="again")], ALL),
    }

    assert dict.fromkeys(cases, ("asked", "")) == chosen(cases, source)


def test_a_retry_is_the_example_where_its_answer_was_used(chosen: Any) -> None:
    """The first answer is no JSON, holds others, or is broken off; the second is what was returned."""
    used = Call("used", WHOLE)
    firsts = {
        "refusal": "I cannot.",
        "others": json.dumps([{"text": "Something else."}]),
        "cut": WHOLE[:90],
        "none": None,
        "open end": WHOLE[:-2],
        "comma": WHOLE[:-2] + ",]}",
        "fewer": json.dumps({"insights": ALL[:2]}),
    }
    cases = {name: ([Call("first", first), used], ALL) for name, first in firsts.items()}
    for name, first in firsts.items():
        turns = [("user", PROMPT), ("assistant", first or "-"), ("user", "That is no JSON: answer again.")]
        repaired = used._replace(prompt=[{"role": role, "content": text} for role, text in turns])
        cases[f"{name}, repaired"] = ([Call("first", first), repaired], ALL)

    assert dict.fromkeys(cases, ("used", "")) == chosen(cases)


@pytest.mark.parametrize("source", ["Orders", None])
def test_says_why_there_is_none(chosen: Any, source: str | None) -> None:
    """No call, or an answer with others, a part, or nothing; what returned no insight has no row."""
    cases: dict[str, tuple[list[Call], list[Any]]] = {
        "others": ([Call("m", '["Else"]')], ALL),
        "one lacks": ([Call("m", WHOLE)], [*ALL, "Else"]),
        "part of a word": ([Call("m", '["Cheaper"]')], ["Cheap"]),
        "failed": ([Call("m", None)], ALL),
        "blank": ([Call("m", WHOLE)], ["", " \n"]),
    }
    expected = dict.fromkeys(cases, ("", "other_answer")) | {"no call": ("", "no_call")}

    assert expected == chosen(cases | {"no call": ([], ALL), "empty": ([Call("m", WHOLE)], [])}, source)


def test_an_answer_without_json_holds_its_lines_and_tags(chosen: Any) -> None:
    """Bullets, numbers, XML as prompts for Claude like it, and a text that is the whole answer."""
    texts = [item["text"].replace("\n", " ") for item in ALL]
    answers = {
        "bullets": "Here they are:\n" + "\n".join(f"- {text}" for text in texts),
        "numbers": "\n".join(f"{place}. {text}" for place, text in enumerate(texts, 1)),
        "tags": "".join(f"<insight>\n{text}\n</insight>" for text in texts),
    }
    cases: dict[str, tuple[list[Call], list[Any]]] = {
        name: ([Call("m", answer)], texts) for name, answer in answers.items()
    }
    cases["whole"] = ([Call("m", "First line.\nSecond line.")], ["First line.\nSecond line."])

    assert dict.fromkeys(cases, ("m", "")) == chosen(cases)


def test_records_of_earlier_versions_keep_their_prompts(folder: DataFolder) -> None:
    """They have one digest of all texts, of the answer and of what was returned."""
    with closing(Store(embedded_dsn(folder.store))) as store:
        store.run(
            "INSERT INTO extractions (extraction_id, ts, outcome, insight_count, output_sha256) "
            "VALUES ('e', '2026-01-01', 'ok', 1, 'd'), ('other', '2026-01-01', 'ok', 1, 'else')"
        )
        store.run(
            "INSERT INTO llm_calls (extraction_id, event_id, ts, output_sha256) "
            "VALUES ('e', 'judge', '2026-01-01', ''), ('e', 'call', '2026-01-01', 'd'), "
            "('other', 'no', '2026-01-01', 'd')"
        )
        rows = list(store.rows("SELECT extraction_id, call_event_id, reason FROM v_prompts ORDER BY extraction_id"))

    assert [("e", "call", ""), ("other", "", "other_answer")] == [tuple(row.values()) for row in rows]
