"""The answer of a model's call: the texts in it, by whose digests it is compared with what an extraction returned."""

import json
import re
from collections.abc import Iterable, Iterator, Sequence
from hashlib import blake2b
from typing import Any, Final

import orjson

from otel_training.events.finisher import Finisher
from otel_training.privacy.identity import Key, text_sha256
from otel_training.privacy.json_text import OPENING, json_spans
from otel_training.privacy.normal import normal_text
from otel_training.privacy.redact import Redactor
from otel_training.record.record import JSON

STEM: Final = 24  # characters of a beginning by which a text is known though the app cut the rest
TEXTS_LIMIT: Final = 256
_LOOKED_AT: Final = 200
_BEGIN: Final = 12
"""Characters that are searched first: most do not stand there, and that shows in a twentieth of the time."""
_TAGGED: Final = re.compile(r">\s*([^<>]+?)\s*</")
_BULLET: Final = re.compile(r"\s*(?:\d{1,3}[.)]\s)?")
_CORE: Final = re.compile(r"\w(?:.*\w)?", re.DOTALL)
_PLAIN: Final = re.compile(r"[\w ,.;:%()'-]+")


def choose_answer(outputs: list[JSON]) -> str | None:
    """Choose the answer among a call's texts and tools' arguments: all that hold JSON, else the first."""
    texts = [output for output in outputs if isinstance(output, str)]
    with_json = [text for text in texts if next(json_spans(text), None) is not None]
    return "\n".join(with_json) if with_json else next(iter(texts), None)


def texts_of(answer: str) -> tuple[list[str], int]:
    """Return the texts in an answer, of its JSON, else its tags, else its lines; and how many items hold them."""
    values = [value for value, _, _ in json_spans(answer)]
    texts, items = strings_in(values)
    if not values and not OPENING.search(answer):
        texts = _TAGGED.findall(answer) or [_BULLET.sub("", line, count=1) for line in answer.splitlines()]
        items = len(texts)
        texts.append(answer)
    return texts[:TEXTS_LIMIT], items


def strings_in(values: list[Any]) -> tuple[list[str], int]:
    """Return the strings in JSON, those of JSON in a string as well; and how many items of lists have some."""
    strings: list[str] = []
    items, waiting = 0, [*values]
    for value in waiting:
        if len(strings) >= TEXTS_LIMIT:
            break
        children = list(value.values()) if isinstance(value, dict) else value
        texts = [child for child in children if isinstance(child, str)]
        items += bool(texts) if isinstance(value, dict) else len(texts)
        strings += texts
        waiting += [child for child in children if isinstance(child, (dict, list))]
        waiting += [inner for text in texts if text[:1] in ("[", "{") for inner, _, _ in json_spans(text)]
    return strings, items


def comparable(text: str) -> str:
    """Return a text's form for comparison, without regard to white space, case, and marks around it."""
    return _without_edges(normal_text(text)).casefold()


def beginning(text: str) -> str:
    """Return the beginning by which a text is known though the app stripped it, or cut it and added dots."""
    return _without_edges(comparable(text)[:STEM])


def digests(key: Key, redactor: Redactor, texts: Sequence[str]) -> dict[str, str]:
    """Return keyed digests by text, but blank ones: 8 hex digits of its beginning, 8 of all of it.

    Of secrets in a text only the type counts: whoever has the key cannot try which they were.
    """
    return {text: _digest(key, redactor.normal_form(text)) for text in texts if text and not text.isspace()}


def joined(digests: Iterable[str]) -> str | None:
    """Return digests as one attribute, blanks between; None without any."""
    return " ".join(digests) or None


def quoted(texts: Iterable[str], sources: list[str]) -> Iterator[str]:
    """Yield the texts that stand in a source, escaped or not: by their longest run without marks."""
    for text in texts:
        run = max(_PLAIN.findall(text, 0, _LOOKED_AT), key=len, default=text).strip()
        if any(form[:_BEGIN] in source and form in source for form in _spellings(run) for source in sources):
            yield text


def prompt_version(messages: list[JSON], finisher: Finisher) -> str | None:
    """Digest the system prompt: it changes when the prompt does."""
    first = next(iter(messages), None)
    if not isinstance(first, dict) or first.get("role") != "system":
        return None
    return text_sha256(orjson.dumps(first.get("content")).decode(), finisher.rules.custom)[:12]


def prefill(messages: list[JSON]) -> str:
    """Return the beginning of the answer that the app itself wrote, as the last turn of the conversation."""
    match messages[-1:]:
        case [{"role": "assistant", "content": str(content)}]:
            return content
        case [{"role": "assistant", "content": [*_, {"type": "text", "text": str(text)}]}]:
            return text
        case _:
            return ""


def sent_texts(messages: list[JSON]) -> list[str]:
    """Return the messages sent to the model, except its own, as JSON whose escapes are undone once."""
    sent = [message for message in messages if isinstance(message, dict) and message.get("role") != "assistant"]
    return [orjson.dumps(message.get("content")).decode().replace("\\\\", "\\") for message in sent]


def _spellings(run: str) -> Iterator[str]:
    yield run
    # Of these characters no one is escaped.
    if not (run.isascii() and _PLAIN.match(run)) and (escaped := json.dumps(run)[1:-1]) != run:
        yield escaped


def _digest(key: Key, text: str) -> str:
    """Digest the comparable form of a text in normal form."""
    whole = _without_edges(text).casefold()
    stem = _without_edges(whole[:STEM])
    first = _hash(key, stem)
    return first + (first if stem == whole else _hash(key, whole))


def _hash(key: Key, text: str) -> str:
    return blake2b(text.encode("utf-8", "surrogatepass"), key=key.secret, digest_size=4).hexdigest()


def _without_edges(text: str) -> str:
    """Return a text without bullets, quotes, dots and blanks around it; one without any word as it is."""
    core = _CORE.search(text)
    return text if core is None else core[0]
