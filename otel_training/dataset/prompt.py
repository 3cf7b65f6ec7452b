"""The prompt that examples share: what a model that was trained on them is asked with, another source in its place."""

import re
from collections import Counter
from collections.abc import Iterable
from typing import Final, NamedTuple

from otel_training.dataset.example import Example

SOURCE: Final = "{source_content}"
TOPIC: Final = "{topic}"


class Prompt(NamedTuple):
    """The system's prompt and the user's, `{source_content}` and `{topic}` where an example has its own."""

    system: str
    template: str
    rows: int
    """How many examples have it; `of` all of them."""
    of: int
    has_url: bool = False
    """Whether theirs name the source's URL, too: its lines are left out, a candidate is not given it."""


def shared_prompt(examples: Iterable[Example]) -> Prompt:
    """Return the prompt of most examples; `rows` is 0 where none holds its source, and the source alone stands for it.

    The topic becomes a place only where more examples share the prompt so: where all have one topic, it is a word.
    """
    plain, topical, total = Counter[Prompt](), Counter[Prompt](), 0
    for example in examples:
        total += 1
        *before, last = example.messages[:-1]
        system = before[0]["content"] if [message["role"] for message in before] == ["system"] else ""
        head, source, tail = last["content"].partition(example.source_content or SOURCE)
        if len(before) > bool(system) or not source:
            continue
        short = [_without_line(text, example.provenance["source_url"]) for text in (head, tail)]
        has_url = short != [head, tail]
        plain[Prompt(system, SOURCE.join(short), 0, 0, has_url)] += 1
        short = [_with_topic(text, example.provenance["topic"]) for text in short]
        topical[Prompt(system, SOURCE.join(short), 0, 0, has_url)] += 1
    if not plain:
        return Prompt("", SOURCE, 0, total)
    best = max(plain.most_common(1) + topical.most_common(1), key=lambda pair: pair[1])
    return best[0]._replace(rows=best[1], of=total)


def _without_line(text: str, url: str | None) -> str:
    return "".join(line for line in text.splitlines(keepends=True) if not url or url not in line)


def _with_topic(text: str, topic: str | None) -> str:
    """Put the placeholder where the topic stands as words of their own."""
    return re.sub(rf"(?<!\w){re.escape(topic)}(?!\w)", lambda _: TOPIC, text) if topic else text
