"""The example: one extraction as a chat, prompt and answer."""

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Final, TypeAlias

import orjson

from otel_training.dataset.kept import kept_answer

Message: TypeAlias = dict[str, str]

TEMPLATE_VERSION: Final = "1"
TEMPLATE_SYSTEM: Final = (
    "Extract the insights from the source text. Answer with JSON alone: "
    '{"insights": [{"text": "...", "category": "..."}]}'
)
_ROLES: Final = frozenset({"system", "user", "assistant"})


@dataclass(frozen=True, slots=True)
class Example:
    """One row of a training file, and where it comes from."""

    extraction_id: str
    messages: list[Message]
    prompt: str
    """`captured`, or `template` where no call of a model stands for it."""
    reason: str
    """Why it is a template: what `v_prompts` says, or `no_text`; empty where the prompt was captured."""
    provenance: Mapping[str, Any]

    def line(self) -> bytes:
        """Return the row in OpenAI's chat format, ASCII alone.

        U+2028 and U+0085 inside a text would cut the line in two for many readers.
        """
        return (json.dumps({"messages": self.messages}, ensure_ascii=True) + "\n").encode("ascii")


def read_example(row: Mapping[str, Any]) -> Example | None:
    """Turn a row of `export.sql` into an example; None when it has no usable prompt."""
    captured = _captured_chat(row)
    messages = captured or _template_chat(row)
    if messages is None:
        return None
    reason = "" if captured else row["prompt_reason"] or "no_text"
    columns = ("timestamp", "topic", "source_url", "source_truncated", "quality_score", "net", "viewers", "corrected")
    provenance = {name: row[name] for name in columns} | {"model": row["model"] if captured else ""}
    return Example(row["extraction_id"], messages, "captured" if captured else "template", reason, provenance)


def _captured_chat(row: Mapping[str, Any]) -> list[Message] | None:
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
    answer = prefill + row["output"]
    kept = _insights_json(row) if row["corrected"] else kept_answer(answer, [item["text"] for item in _insights(row)])
    return [*chat, {"role": "assistant", "content": kept}]


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


def _template_chat(row: Mapping[str, Any]) -> list[Message] | None:
    """Return the chat that the template makes of the source's content and the returned insights."""
    if not row["source_content"]:
        return None
    topic = f"Topic: {row['topic']}\n\n" if row["topic"] else ""
    return [
        {"role": "system", "content": TEMPLATE_SYSTEM},
        {"role": "user", "content": topic + row["source_content"]},
        {"role": "assistant", "content": _insights_json(row)},
    ]


def _insights_json(row: Mapping[str, Any]) -> str:
    return json.dumps({"insights": _insights(row)}, ensure_ascii=False)


def _insights(row: Mapping[str, Any]) -> list[dict[str, Any]]:
    return [item for item in row["insights"] if item["text"].strip()]
