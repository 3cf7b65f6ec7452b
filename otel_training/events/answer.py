"""The answer of a model's call, and the digests by which it is compared with what an extraction returned."""

import orjson

from otel_training.events.host_json import MalformedError, read_json
from otel_training.privacy.identity import text_sha256
from otel_training.record.fields import INSIGHT_KEYS, text_key
from otel_training.record.record import JSON
from otel_training.record.values import clean


def insights_text(items: list[JSON]) -> str:
    """Return the text by which a call's answer and an extraction's insights are compared."""
    key = text_key(item for item in items if isinstance(item, dict)) or "text"
    values = (item.get(key) if isinstance(item, dict) else item for item in items)
    return orjson.dumps([clean(value) if isinstance(value, str) else value for value in values]).decode()


def choose_answer(outputs: JSON) -> tuple[str | None, str | None]:
    """Choose the answer among a call's texts: the first that holds insights, else the first; and its digest."""
    texts = [output for output in outputs if isinstance(output, str)] if isinstance(outputs, list) else []
    digests = [(text, digest) for text in texts if (digest := _insights_sha256(text)) is not None]
    return digests[0] if digests else (texts[0] if texts else None, None)


def prompt_version(messages: JSON) -> str | None:
    """Digest the system prompt: it changes when the prompt does."""
    first = messages[0] if isinstance(messages, list) and messages else None
    if not isinstance(first, dict) or first.get("role") != "system":
        return None
    return text_sha256(orjson.dumps(first.get("content")).decode())[:12]


def _insights_sha256(answer: str) -> str | None:
    """Digest the insights of an answer as those of an extraction; None when it holds no list of them."""
    try:
        parsed = read_json(_unfenced(answer).encode())
    except MalformedError:
        return None
    if isinstance(parsed, dict):
        parsed = next((parsed[key] for key in INSIGHT_KEYS if key in parsed), None)
    return text_sha256(insights_text(parsed)) if isinstance(parsed, list) else None


def _unfenced(answer: str) -> str:
    """Take a Markdown fence off a JSON answer."""
    stripped = answer.strip()
    if not stripped.startswith("```"):
        return stripped
    return stripped.split("\n", 1)[-1].rsplit("```", 1)[0]
