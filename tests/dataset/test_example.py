"""The example: one extraction as a chat."""

import json
from pathlib import Path
from typing import Any

import pytest

import otel_training
from otel_training.dataset.example import Insight, read_example
from tests.dataset.captured import manifest


@pytest.mark.slow
def test_prefers_the_captured_call_whose_answer_was_returned(tmp_path: Path, command: Any) -> None:
    """Prompt and answer are those of the first matching call; a judge's call is not one."""

    @otel_training.extraction
    def asked(topic: str, source_url: str, source_content: str) -> list[str]:
        handle = otel_training.current()
        for prompt, output in (
            ("first", '["A"]'),
            ("second", ' ["A"] '),
            ("retry", '["B"]'),
            ("judge", '{"score": 8}'),
        ):
            messages = [{"role": "user", "content": [{"type": "text", "text": prompt}]}]
            handle.llm_call(model="m", input=[{"role": "system", "content": "S"}, *messages], output=output)
        handle.score(8)
        return ["A"]

    asked("t", "u", "text")
    for reader in range(10):
        otel_training.record_feedback(otel_training.insight_id("u", "A"), "like", user_id=reader)
    command("export", "--out", "t.jsonl")

    (line,) = (tmp_path / "t.jsonl").read_text(encoding="ascii").splitlines()
    assert [("system", "S"), ("user", "first"), ("assistant", '["A"]')] == [
        (message["role"], message["content"]) for message in json.loads(line)["messages"]
    ]
    assert "captured" == manifest(tmp_path / "t.manifest.json")["rows"][0]["prompt"]


ROW = {
    "extraction_id": "e", "topic": "", "source_content": "text", "insights": [], "correction": [],
    "messages": "", "output": "",
    "model": "m", "prompt_reason": "",
    "timestamp": "", "source_url": "", "source_truncated": False, "corrected": False,
    "quality_score": 8, "passed_filters": None, "net": 1, "viewers": 10,
}  # fmt: skip


@pytest.mark.parametrize(
    ("messages", "prompt"),
    [
        ('[{"role":"user","content":"P"}]', "captured"),
        ('[{"role":"user","content":[{"type":"image"}]}]', "template"),
        ('[{"role":"user","content":[]}]', "template"),
        ('[{"role":"user","content":7}]', "template"),
        ('[{"role":"developer","content":"P"}]', "template"),
        ('"P"', "template"),
        ("[7]", "template"),
        ("[]", "template"),
    ],
)
def test_falls_back_to_the_template_for_a_prompt_that_is_no_text(messages: str, prompt: str) -> None:
    """Only messages of text make a chat."""
    example = read_example({**ROW, "messages": messages, "output": "A"})

    assert example is not None
    assert (prompt, "" if prompt == "captured" else "no_text") == (example.prompt, example.reason)


def test_makes_no_example_without_any_prompt() -> None:
    """Neither source content nor a usable call: no row."""
    assert read_example({**ROW, "source_content": None, "messages": "[7]", "output": "A"}) is None


SENT = [
    {"role": "system", "content": [{"type": "text", "text": "Extract"}, {"type": "text", "text": " insights."}]},
    {"role": "user", "content": "Of this."},
    {"role": "assistant", "content": '{"insights": ['},
]


def test_a_prefilled_beginning_is_part_of_the_answer() -> None:
    """Blocks of text are joined as they were sent, and the last turn is one answer."""
    example = read_example({**ROW, "messages": json.dumps(SENT), "output": '"A"]}'})

    assert example is not None
    assert [("system", "Extract insights."), ("user", "Of this."), ("assistant", '{"insights": ["A"]}')] == [
        (message["role"], message["content"]) for message in example.messages
    ]


def test_blank_insights_are_no_answer() -> None:
    """The template's answer has none, and what has no other is no sample."""
    votes = {"likes": 2, "dismissals": 1}
    insights = [{"text": text, "category": None, **votes} for text in (" ", "A")]
    example = read_example({**ROW, "insights": insights})

    assert example is not None
    assert ((Insight("A", None, 2, 1),), "") == (example.insights, example.uncorrected)
    assert {"insights": [{"text": "A", "category": None}]} == json.loads(example.messages[-1]["content"])


CORRECTED = {
    **ROW,
    "corrected": True,
    "insights": [{"text": "A", "category": None}],
    "correction": [{"text": "B", "category": "c"}],
}
ANSWER = {"insights": [{"text": "B", "category": "c"}]}


@pytest.mark.parametrize(
    ("call", "before"),
    [
        ({"messages": '[{"role":"user","content":"P"}]', "output": '["A","C"]'}, '["A"]'),
        ({}, '{"insights": [{"text": "A", "category": null}]}'),
    ],
    ids=["captured", "template"],
)
def test_a_correction_takes_the_answers_place_and_the_answer_is_kept_beside(call: dict[str, str], before: str) -> None:
    """Both are there, for a pair of them; a person's insights have no votes."""
    example = read_example({**CORRECTED, **call})

    assert example is not None
    assert ((Insight("B", "c"),), before, ANSWER) == (
        example.insights, example.uncorrected, json.loads(example.messages[-1]["content"]),
    )  # fmt: skip
