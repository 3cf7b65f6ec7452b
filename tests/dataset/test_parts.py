"""The parts of a row: what anybody's row breaks, by its rule."""

from typing import Any

import pytest

from otel_training.dataset.parts import read_row
from otel_training.dataset.target import read_target

USER, ASSISTANT, SYSTEM = ({"role": role, "content": role} for role in ("user", "assistant", "system"))
PAIR = {
    "input": {"messages": [USER]},
    "preferred_output": [ASSISTANT],
    "non_preferred_output": [{**ASSISTANT, "content": "b"}],
}
NOVA = {
    "schemaVersion": "bedrock-conversation-2024",
    "messages": [{"role": "user", "content": [{"text": "a"}]}, {"role": "assistant", "content": [{"text": "b"}]}],
}
VERTEX = {"contents": [{"role": "user", "parts": [{"text": "a"}]}, {"role": "model", "parts": [{"text": "b"}]}]}


def chat(*messages: Any, **keys: Any) -> dict[str, Any]:
    """A row of messages."""
    return {"messages": list(messages), **keys}


BROKEN: list[tuple[str, Any, list[str]]] = [
    ("openai", [], ["object"]),
    ("openai", {}, ["missing"]),
    ("openai", {"messages": None}, ["missing"]),
    ("openai", {"messages": "text"}, ["content"]),
    ("openai", {"messages": ["text"]}, ["content"]),
    ("openai", {"messages": []}, ["empty"]),
    ("openai", chat(USER, ASSISTANT, id=1), ["keys"]),
    ("openai", chat(USER, ASSISTANT, parallel_tool_calls=False, tools=[]), ["keys"]),
    ("openai", {"prompt": "a", "completion": "b"}, ["keys", "missing"]),
    ("openai", chat(USER, ASSISTANT, prompt="a"), ["keys"]),
    ("openai", chat(USER, ASSISTANT, system="dropped"), ["keys", "system"]),
    ("openai", chat(USER, {**ASSISTANT, "weight": 0.5}), ["keys"]),
    ("openai", chat(USER, {**ASSISTANT, "tool_calls": [{"id": "call_1"}]}), ["keys"]),
    ("openai", chat(USER, {"role": "assistant", "content": {"insights": []}}), ["content"]),
    ("openai", chat(USER, {"role": "assistant", "content": [{"type": "text", "text": "a"}]}), ["content"]),
    ("openai", chat(USER, {"role": "assistant", "content": None}), ["content"]),
    ("openai", chat(USER, {"role": "assistant"}), ["content"]),
    ("openai", chat(USER, {"role": "assistant", "content": 7}), ["content"]),
    ("openai", chat(USER, {"role": "assistant", "content": ""}), ["empty"]),
    ("openai", chat(USER, {"role": "assistant", "content": " \n"}), ["empty"]),
    ("openai", chat(USER), ["order"]),
    ("openai", chat(ASSISTANT), ["order"]),
    ("openai", chat(USER, ASSISTANT, USER), ["order"]),
    ("openai", chat(USER, USER, ASSISTANT), ["order"]),
    ("openai", chat(USER, ASSISTANT, ASSISTANT), ["order"]),
    ("openai", chat(SYSTEM, ASSISTANT), ["order"]),
    ("openai", chat(USER, SYSTEM, ASSISTANT), ["system"]),
    ("openai", chat(SYSTEM, SYSTEM, USER, ASSISTANT), ["system"]),
    ("openai", chat({**USER, "role": "human"}, ASSISTANT), ["role", "order"]),
    ("openai", chat({**USER, "role": "developer"}, USER, ASSISTANT), ["role"]),
    ("openai", chat(USER, {**ASSISTANT, "role": ["assistant"]}), ["role", "order"]),
    (
        "openai-dpo",
        {"input": USER, "preferred_completion": [], "non_preferred_completion": []},
        ["keys"] * 2 + ["missing"] * 3,
    ),
    ("openai-dpo", PAIR | {"input": {"messages": [USER], "tools": []}}, ["keys"]),
    ("openai-dpo", PAIR | {"input": {"messages": [USER, ASSISTANT]}}, ["order"]),
    ("openai-dpo", PAIR | {"preferred_output": [ASSISTANT, ASSISTANT]}, ["order"]),
    ("openai-dpo", PAIR | {"preferred_output": [USER]}, ["order"]),
    ("openai-dpo", PAIR | {"preferred_output": "a"}, ["content"]),
    ("trl", {"prompt": "a", "completion": "b"}, []),
    ("trl-dpo", {"prompt": "a", "chosen": "b", "rejected": "c"}, []),
    ("trl", {"prompt": "a", "completion": [ASSISTANT]}, ["content"]),
    ("trl", {"prompt": [USER], "completion": "b"}, ["content"]),
    ("trl", {"prompt": "", "completion": " "}, ["empty", "empty"]),
    ("openai-dpo", PAIR | {"input": {"messages": "a"}}, ["content"]),
    ("trl-kto", {"prompt": [USER], "completion": [ASSISTANT], "label": 1}, ["content"]),
    ("trl-kto", {"prompt": [USER], "completion": [ASSISTANT]}, ["missing"]),
    ("bedrock", chat(SYSTEM, USER, ASSISTANT), ["role"]),
    ("bedrock", chat(USER, ASSISTANT, system=""), []),
    ("bedrock", chat(USER, ASSISTANT, system=[{"text": "a"}]), ["content"]),
    ("bedrock-prompt", {"prompt": [USER], "completion": [ASSISTANT]}, ["content", "content"]),
    ("vertex", VERTEX | {"systemInstruction": "a"}, ["content"]),
    ("bedrock-nova", NOVA, []),
    ("bedrock-nova", NOVA | {"schemaVersion": "2"}, ["content"]),
    ("bedrock-nova", NOVA | {"system": "a"}, ["content"]),
    ("bedrock-nova", NOVA | chat(USER, ASSISTANT), ["content", "content"]),
    ("vertex", VERTEX | {"systemInstruction": {"parts": []}}, ["content"]),
    ("vertex", chat(USER, {**ASSISTANT, "role": "model"}), ["keys", "missing"]),
    ("vertex", {"contents": [USER, ASSISTANT]}, ["keys", "content", "keys", "role", "content"]),
    ("csv", {"system": "", "prompt": "a", "completion": ""}, ["empty"]),
    ("raw", {"source_content": "a", "extracted_insights": []}, ["missing"] * 7 + ["empty"]),
    ("raw", {"source_content": "a", "extracted_insights": ["b"]}, ["missing"] * 7 + ["content"]),
]


@pytest.mark.parametrize(("name", "row", "rules"), BROKEN, ids=[f"{case[0]}-{at}" for at, case in enumerate(BROKEN)])
def test_names_what_a_row_breaks(name: str, row: Any, rules: list[str]) -> None:
    """Each of it, whatever stands where a text, a list or an object should."""
    assert sorted(rules) == sorted(problem.rule for problem in read_row(row, read_target(name)).problems)
