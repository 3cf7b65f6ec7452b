"""The draft: what an example offers to a target's row, or why it has no row there."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any, Final

from otel_training.dataset.example import Example, Message
from otel_training.dataset.target import Target
from otel_training.dataset.trim import trim

NO_PAIR: Final = "without a correction, or an insight that readers surely dismissed beside one that they did not"
NO_LABEL: Final = "with as many likes as dismissals"
SEVERAL_TURNS: Final = "whose prompt has several turns"


@dataclass(frozen=True, slots=True)
class Draft:
    """What a row is written of."""

    system: str
    turns: list[Message]
    """The prompt without the system's."""
    answer: str
    rejected: str
    """The worse answer of a pair; empty where the target has none."""
    label: bool
    """Whether the answer is wanted."""
    record: Mapping[str, Any]
    """The extraction in its own format."""


def draft_of(example: Example, target: Target) -> Draft | str:
    """Return what a target's row of an example is written of, or why there is none, after a count of examples."""
    chat = _merged(example.messages)
    system = chat.pop(0)["content"] if chat[0]["role"] == "system" else ""
    answer, rejected = chat.pop()["content"], ""
    corrected, net = example.provenance["corrected"], example.net
    if target.has("rejected"):
        pair = edit_pair(example)
        if pair is None:
            return NO_PAIR
        answer, rejected = pair
    if target.has("label") and not (corrected or net):
        return NO_LABEL
    if target.has("prompt_text", "user_text") and len(chat) != 1:
        return SEVERAL_TURNS
    return Draft(system, chat, answer, rejected, corrected or net > 0, _record(example))


def edit_pair(example: Example) -> tuple[str, str] | None:
    """Return the better and the worse answer to one prompt: what a person, or readers who surely dismissed, changed.

    That readers like one insight and dismiss another makes no pair: one answer holds both.
    """
    answer = example.messages[-1]["content"]
    if example.provenance["corrected"]:
        return (answer, example.uncorrected) if answer != example.uncorrected else None
    trimmed = trim(example)
    return (trimmed.messages[-1]["content"], trimmed.uncorrected) if trimmed.uncorrected else None


def _merged(messages: Iterable[Message]) -> list[Message]:
    """Return a chat whose turns alternate: those of one role in a row are one to Claude, and an error to trainers."""
    merged: list[Message] = []
    for message in messages:
        if merged and merged[-1]["role"] == message["role"]:
            merged[-1] = message | {"content": f"{merged[-1]['content']}\n\n{message['content']}"}
        else:
            merged.append(message)
    return merged


def _record(example: Example) -> Mapping[str, Any]:
    insights = [{"text": insight.text, "category": insight.category} for insight in example.insights]
    own = {"stage": "extraction", "source_content": example.source_content, "extracted_insights": insights}
    return {**example.provenance, **own, "insight_count": len(insights)}
