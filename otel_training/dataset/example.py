"""The example: one extraction as prompt and answer, which each target writes in its way."""

import json
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Final, NamedTuple, TypeAlias

import orjson

from otel_training.dataset.kept import kept_answer

Message: TypeAlias = dict[str, str]

TEMPLATE_VERSION: Final = "1"
TEMPLATE_SYSTEM: Final = (
    "Extract the insights from the source text. Answer with JSON alone: "
    '{"insights": [{"text": "...", "category": "..."}]}'
)
_ROLES: Final = frozenset({"system", "user", "assistant"})
_ENCODE: Final = json.JSONEncoder(ensure_ascii=False).encode


class Insight(NamedTuple):
    """An insight of an example's answer, with its readers' votes; one that a person wrote has none."""

    text: str
    category: str | None
    likes: int = 0
    dismissals: int = 0


@dataclass(frozen=True, slots=True)
class Example:
    """One extraction as prompt and answer, and where it comes from; each target writes a row of it."""

    extraction_id: str
    messages: list[Message]
    """The prompt, and last the answer that the app kept, or what a person made of it."""
    prompt: str
    """`captured`, or `template` where no call of a model stands for it."""
    reason: str
    """Why it is a template: what `v_prompts` says, or `no_text`; empty where the prompt was captured."""
    insights: tuple[Insight, ...]
    """Those of the answer."""
    uncorrected: str
    """The answer before a person corrected it, or it was trimmed; empty where neither is so."""
    source_content: str
    provenance: Mapping[str, Any]
    split: str = ""
    """`train`, `validation` or `test`; empty where nothing was split."""

    @property
    def net(self) -> int:
        """Likes - dismissals over its insights, of votes that are counted."""
        once = {" ".join(insight.text.split()): insight for insight in self.insights}
        return sum(insight.likes - insight.dismissals for insight in once.values())


def read_example(row: Mapping[str, Any]) -> Example | None:
    """Turn a row of `export.sql` into an example; None when it has no usable prompt."""
    returned = _insights(row["insights"])
    captured = _captured_chat(row, returned)
    chat = captured or _template_chat(row, returned)
    if chat is None:
        return None
    reason = "" if captured else row["prompt_reason"] or "no_text"
    insights = _insights(row["correction"]) if row["corrected"] else returned
    answer = answer_json(insights) if row["corrected"] else chat[-1]["content"]
    columns = (
        "timestamp", "topic", "source_url", "source_truncated", "quality_score", "passed_filters", "net", "viewers",
        "corrected",
    )  # fmt: skip
    return Example(
        row["extraction_id"],
        [*chat[:-1], {"role": "assistant", "content": answer}],
        "captured" if captured else "template",
        reason,
        insights,
        chat[-1]["content"] if row["corrected"] else "",
        row["source_content"] or "",
        {name: row[name] for name in columns} | {"model": row["model"] if captured else ""},
    )


def _captured_chat(row: Mapping[str, Any], insights: Iterable[Insight]) -> list[Message] | None:
    """Return the captured call as a chat that ends with its answer."""
    if not row["messages"] or not row["output"]:
        return None
    captured = orjson.loads(row["messages"])
    if not isinstance(captured, list):
        return None
    messages = [_chat_message(message) for message in captured]
    chat = [message for message in messages if message is not None]
    if len(chat) != len(captured) or not chat:
        return None
    # The beginning of the answer, where the app wrote it itself.
    prefill = chat.pop()["content"] if chat[-1]["role"] == "assistant" else ""
    answer = kept_answer(prefill + row["output"], [insight.text for insight in insights])
    return [*chat, {"role": "assistant", "content": answer}]


def _chat_message(message: object) -> Message | None:
    """Return a captured message with its content as text; None where it is no message of a chat."""
    if not isinstance(message, dict) or message.get("role") not in _ROLES:
        return None
    content = _text_of_content(message.get("content"))
    return None if content is None else {"role": message["role"], "content": content}


def _text_of_content(content: object) -> str | None:
    """Return a message's text, of content blocks those of type text; None for anything else."""
    if isinstance(content, str):
        return content
    if not isinstance(content, Sequence):
        return None
    texts = [
        block.get("text") if isinstance(block, dict) and block.get("type") == "text" else None for block in content
    ]
    return "".join(map(str, texts)) if texts and None not in texts else None


def _template_chat(row: Mapping[str, Any], insights: Iterable[Insight]) -> list[Message] | None:
    """Return the chat that the template makes of the source's content and the returned insights."""
    if not row["source_content"]:
        return None
    topic = f"Topic: {row['topic']}\n\n" if row["topic"] else ""
    return [
        {"role": "system", "content": TEMPLATE_SYSTEM},
        {"role": "user", "content": topic + row["source_content"]},
        {"role": "assistant", "content": answer_json(insights)},
    ]


def answer_json(insights: Iterable[Insight]) -> str:
    """Return insights as the answer of our template."""
    items = [{"text": insight.text, "category": insight.category} for insight in insights]
    return _ENCODE({"insights": items})


def _insights(items: Iterable[Mapping[str, Any]]) -> tuple[Insight, ...]:
    return tuple(Insight(**item) for item in items if item["text"].strip())
