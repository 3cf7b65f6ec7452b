"""The prompt of a candidate: what the app asks Claude, read from captured prompts, with places for topic and source."""

import re
from collections import Counter
from collections.abc import Iterable, Mapping
from typing import Any, Final, NamedTuple

from otel_training.dataset.example import TEMPLATE_SYSTEM, Example, answer_json

CONTENT: Final = "{source_content}"
TOPIC: Final = "{topic}"
URL: Final = "{source_url}"
_JSON: Final = re.compile(r"\bjson\b", re.IGNORECASE)
_SHAPE: Final = 'Answer with JSON alone: {"insights": [{"text": "...", "category": "..."}]}'


class Prompt(NamedTuple):
    """A system prompt, and the template of the user's message."""

    system: str
    frame: str
    """All of that message around the source, with places for source, topic and URL."""
    has_shape: bool
    """Whether it says itself that the answer is JSON; else ours is asked for."""
    captured: int = 0
    """Of how many prompts it was read; 0 where it is ours."""

    @property
    def template(self) -> str:
        """The frame as a candidate is asked by it: without lines about the URL, which it is not given."""
        lines = (line for line in self.frame.split("\n") if URL not in line or CONTENT in line)
        return "\n".join(lines).replace(URL, "").strip()

    def source_of(self, example: Example) -> str:
        """Return all of the source that the model saw: what is kept beside the prompt may be cut."""
        text = _user_text(example)
        before, _, after = (_fill(part, example.provenance) for part in self.frame.partition(CONTENT))
        is_fit = text.startswith(before) and text.endswith(after)
        middle = text[len(before) : len(text) - len(after)] if is_fit and len(text) > len(before) + len(after) else ""
        return middle or example.source_content or text

    def question_of(self, example: Example) -> str:
        """Return the user's message of an example."""
        before, _, after = (_fill(part, example.provenance) for part in self.template.partition(CONTENT))
        return f"{before}{self.source_of(example)}{after}"

    def answer_of(self, example: Example) -> str:
        """Return the answer of an example in the shape that the prompt asks for."""
        return example.messages[-1]["content"] if self.has_shape else answer_json(example.insights)


OURS: Final = Prompt(TEMPLATE_SYSTEM, f"Topic: {TOPIC}\n\n{CONTENT}", has_shape=False)


def read_prompt(examples: Iterable[Example]) -> Prompt:
    """Return what most captured prompts have in common; `OURS` where that is less than half of them."""
    counts = Counter(_frame(example) for example in examples if example.prompt == "captured")
    frames = {frame: count for frame, count in counts.items() if frame is not None}
    if not frames:
        return OURS
    (system, frame), count = max(frames.items(), key=lambda item: (item[1], item[0]))
    if 2 * count < counts.total():
        return OURS
    if _JSON.search(system + frame):
        return Prompt(system, frame, has_shape=True, captured=count)
    return Prompt(f"{system}\n\n{_SHAPE}".strip(), frame, has_shape=False, captured=count)


def _fill(part: str, provenance: Mapping[str, Any]) -> str:
    return part.replace(TOPIC, provenance["topic"]).replace(URL, provenance["source_url"])


def _frame(example: Example) -> tuple[str, str] | None:
    """Return system prompt and frame of an example; None where its source is not to be seen in its prompt."""
    *before, _ = example.messages
    systems = [message["content"] for message in before if message["role"] == "system"]
    text, source = _user_text(example), example.source_content
    # What is beyond a cut source is no part of the frame.
    if len(before) - len(systems) != 1 or text.count(source) != 1 or example.provenance["source_truncated"]:
        return None
    prefix, _, suffix = text.partition(source)
    frame = f"{prefix}{CONTENT}{suffix}"
    for place, value in ((URL, example.provenance["source_url"]), (TOPIC, example.provenance["topic"])):
        if value:
            frame = re.sub(rf"(?<![\w{{]){re.escape(value)}(?!\w)", place, frame)
    return "\n\n".join(systems), frame


def _user_text(example: Example) -> str:
    return "\n\n".join(message["content"] for message in example.messages[:-1] if message["role"] == "user")
