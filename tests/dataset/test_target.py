"""The targets: the whole row of each, as its documentation shows it."""

from datetime import date
from typing import Any

import pytest

from otel_training.dataset.draft import Draft, draft_of
from otel_training.dataset.parts import read_row, write_row
from otel_training.dataset.target import read_target, target_names
from tests.dataset.examples import ANSWER, SYSTEM, USER, example

ASSISTANT = {"role": "assistant", "content": ANSWER}
KEPT = {"role": "assistant", "content": '{"insights": [{"text": "Orders rose", "category": "market"}]}'}
CHAT = {"messages": [SYSTEM, USER, ASSISTANT]}
ROWS: dict[str, Any] = {
    "openai": CHAT,
    "together": CHAT,
    "trl-messages": CHAT,
    "hf": CHAT,
    "parquet": CHAT,
    "openai-dpo": {
        "input": {"messages": [SYSTEM, USER]}, "preferred_output": [KEPT], "non_preferred_output": [ASSISTANT],
    },
    "trl": {"prompt": [SYSTEM, USER], "completion": [ASSISTANT]},
    "trl-dpo": {"prompt": [SYSTEM, USER], "chosen": [KEPT], "rejected": [ASSISTANT]},
    "trl-kto": {"prompt": [SYSTEM, USER], "completion": [ASSISTANT], "label": False},
    "bedrock": {"system": "Extract as JSON.", "messages": [USER, ASSISTANT]},
    "bedrock-nova": {
        "schemaVersion": "bedrock-conversation-2024",
        "system": [{"text": "Extract as JSON."}],
        "messages": [
            {"role": "user", "content": [{"text": "Orders at ..."}]},
            {"role": "assistant", "content": [{"text": ANSWER}]},
        ],
    },
    "bedrock-prompt": {"prompt": "Extract as JSON.\n\nOrders at ...", "completion": ANSWER},
    "vertex": {
        "systemInstruction": {"parts": [{"text": "Extract as JSON."}]},
        "contents": [
            {"role": "user", "parts": [{"text": "Orders at ..."}]}, {"role": "model", "parts": [{"text": ANSWER}]},
        ],
    },
    "csv": {"system": "Extract as JSON.", "prompt": "Orders at ...", "completion": ANSWER},
    "raw": {
        "timestamp": "2026-01-02T03:04:05Z", "stage": "extraction", "topic": "chips",
        "source_url": "https://news.example/1", "source_content": "Orders at ...",
        "extracted_insights": [
            {"text": "Orders rose", "category": "market"}, {"text": "A plant opens", "category": None},
        ],
        "quality_score": 8.0, "passed_filters": True, "insight_count": 2,
    },
}  # fmt: skip


def row(name: str, **changes: Any) -> dict[str, Any]:
    """The row of an example."""
    draft = draft_of(example(**changes), read_target(name))
    assert isinstance(draft, Draft)
    return write_row(draft, read_target(name))


@pytest.mark.parametrize("name", target_names())
def test_writes_the_row_of_each_target(name: str) -> None:
    """Prompt and answer alone, in its fields' order, and its own check finds nothing."""
    written = row(name)

    assert list(ROWS[name].items()) == list(written.items())
    assert [] == read_row(written, read_target(name)).problems


@pytest.mark.parametrize("name", target_names())
def test_an_example_without_a_system_prompt_has_none(name: str) -> None:
    """The key is left out; a table's cell is empty."""
    written = row(name, prompt=(USER,))

    assert "Extract as JSON." not in str(written)
    assert [] == read_row(written, read_target(name)).problems
    assert ("" if name == "csv" else None) == written.get("system")


@pytest.mark.parametrize("name", target_names())
def test_says_where_its_rules_are_from(name: str) -> None:
    """With the day on which they stood there."""
    target = read_target(name)

    assert "" not in {target.title, target.source, target.status}
    assert date(2026, 11, 1) <= date.fromisoformat(target.date)
