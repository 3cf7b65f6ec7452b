"""What a record's content becomes: one finisher a kind, run on the writer thread.

Each reads the JSON that capture took, computes ids over the unredacted text, redacts, and
returns attributes and a body. Raises `MalformedError` where the content is not what it must be.
"""

import uuid
import zlib
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from typing import Final, TypeAlias

import orjson

from otel_training import conventions as names
from otel_training._turn import Turn
from otel_training.conventions import Action, Kind
from otel_training.privacy.identity import Key, insight_digests, pseudonym, text_sha256
from otel_training.privacy.redact import Redactor
from otel_training.privacy.rules import Rules
from otel_training.privacy.url import clean_url
from otel_training.record.record import JSON, Record, Scalar
from otel_training.record.values import clean, clean_text

Attributes: TypeAlias = dict[str, Scalar | None]

INSIGHT_KEYS: Final = ("insights", "extracted_insights", "items")
"""The names under which an answer may hold its insights."""
SOURCE_KEYS: Final = ("results", "sources", "items", "documents", "hits")
"""The names under which a search's answer may hold its sources."""
QUERY_KEYS: Final = ("query", "q", "search")
ID_LIMIT: Final = 256
_ID_BITS: Final = 512
UNZIPPED_LIMIT: Final = 8 << 20
_GZIP: Final = b"\x1f\x8b"
_ACTIONS: Final = frozenset(action.value for action in Action)
LINKS_REMEMBERED: Final = 100_000


class MalformedError(ValueError):
    """The content is not JSON of the expected shape."""


@dataclass(frozen=True, slots=True)
class Finished:
    """What is left to write of a record."""

    kind: Kind
    attributes: Attributes
    body: JSON = None
    redaction: str = ""
    """The pass's version, or `none` or `full`."""
    redactions: Mapping[str, int] = field(default_factory=dict)
    """What was replaced, by type."""


@dataclass(slots=True)
class Finisher:
    """What finishing needs beside the record itself."""

    key: Key
    content_limit: int
    rules: Rules = field(default_factory=Rules)
    linked: dict[tuple[str, str], None] = field(default_factory=dict)
    """Pairs of app id and text that were told already, oldest first: once per process."""
    turn: Turn | None = None
    """Beside a host's threads."""

    def finish(self, record: Record) -> Iterator[Finished]:
        """Turn one captured record into what is written of it."""
        match record.kind:
            case Kind.EXTRACTION:
                yield self._extraction(record)
            case Kind.LLM_CALL:
                yield self._llm_call(record)
            case Kind.FEEDBACK:
                yield self._feedback(record)
            case Kind.IMPRESSION:
                yield from self._impression(record)
            case Kind.QUERY:
                yield self._query(record)
            case Kind.CORRECTION:
                yield self._correction(record)
            case _:
                yield Finished(record.kind, dict(record.attributes))

    def _extraction(self, record: Record) -> Finished:
        content = read(record.content)
        if not isinstance(content, dict):
            raise MalformedError
        redactor = Redactor(self.rules, self.turn)
        url = _text(content.get("source_url")) or ""
        source = _text(content.get("source_content"))
        items = content.get("insights")
        insights = [self._insight(item, url, redactor) for item in items] if isinstance(items, list) else []
        attributes: Attributes = {
            **record.attributes,
            names.TOPIC: redactor.text(_text(content.get("topic")) or ""),
            names.SOURCE_URL: stored_url(url, self.rules),
            names.OUTPUT_SHA256: text_sha256(answer_text(items)) if isinstance(items, list) else None,
        }
        body: JSON = {
            names.INPUT: None if source is None else redactor.text(source)[: self.content_limit],
            names.OUTPUT: insights if isinstance(items, list) else None,
        }
        return Finished(Kind.EXTRACTION, attributes, body, self.rules.name, redactor.counts)

    @staticmethod
    def _insight(item: JSON, url: str, redactor: Redactor) -> JSON:
        found = item if isinstance(item, dict) else {}
        text = _text(found.get("text")) or ""
        category = _text(found.get("category"))
        derived, digest = insight_digests(url, text)
        return {
            "insight_id": as_id(found.get("id")) or derived,
            "derived_id": derived,
            "text": redactor.text(text),
            "category": None if category is None else redactor.text(category),
            "text_sha256": digest,
        }

    def _llm_call(self, record: Record) -> Finished:
        content = read(record.content)
        if not isinstance(content, dict):
            raise MalformedError
        redactor = Redactor(self.rules, self.turn)
        answer, digest = _answer(content.get("outputs"))
        messages, tools = content.get("input"), content.get("tools")
        attributes: Attributes = {
            **record.attributes,
            names.OUTPUT_SHA256: digest,
            names.PROMPT_VERSION: _prompt_version(messages),
        }
        body: dict[str, JSON] = {
            names.INPUT: redactor.value(messages),
            names.OUTPUT: None if answer is None else redactor.text(answer),
        }
        if tools is not None:
            body[names.TOOLS] = redactor.value(tools)
        return Finished(Kind.LLM_CALL, attributes, body, self.rules.name, redactor.counts)

    def _feedback(self, record: Record) -> Finished:
        content = read(record.content)
        if not isinstance(content, dict):
            raise MalformedError
        target, action = as_id(content.get("insight_id")), content.get("action")
        if target is None or not isinstance(action, str):
            raise MalformedError
        metadata = content.get("metadata")
        named = metadata.get("user_id") if isinstance(metadata, dict) else None
        attributes: Attributes = {
            **record.attributes,
            names.INSIGHT_ID: target,
            names.ACTION: action if action in _ACTIONS else Action.OTHER.value,
            **self._reader(record.user_id, named, record.fallback_user_id),
        }
        return Finished(Kind.FEEDBACK, attributes)

    def _impression(self, record: Record) -> Iterator[Finished]:
        shown = feed_items(read(record.content))
        if shown is None:
            raise MalformedError
        ids = [identity for item in shown if (identity := item_id(item)) is not None]
        if ids:
            attributes: Attributes = {
                **record.attributes,
                names.INSIGHT_IDS: orjson.dumps(ids).decode(),
                **self._reader(record.user_id, record.fallback_user_id),
            }
            yield Finished(Kind.IMPRESSION, attributes)
        yield from self._links(shown)

    def _query(self, record: Record) -> Finished:
        content = read(record.content)
        asked = content if isinstance(content, dict) else {}
        text = next((found for key in QUERY_KEYS if (found := _text(asked.get(key)))), None)
        redactor = Redactor(self.rules, self.turn)
        attributes: Attributes = {
            **record.attributes,
            names.QUERY_ID: record.event_id,
            **source_figures(read(record.answer) if record.answer else None),
            **self._reader(record.user_id, asked.get("user_id"), record.fallback_user_id),
        }
        body: JSON = {names.INPUT: None if text is None else redactor.text(text)}
        return Finished(Kind.QUERY, attributes, body, self.rules.name, redactor.counts)

    def _correction(self, record: Record) -> Finished:
        items = read(record.content)
        if not isinstance(items, list):
            raise MalformedError
        redactor = Redactor(self.rules, self.turn)
        insights = [self._insight(item, "", redactor) for item in items]
        return Finished(
            Kind.CORRECTION, dict(record.attributes), {names.OUTPUT: insights}, self.rules.name, redactor.counts
        )

    def _links(self, shown: list[dict[str, JSON]]) -> Iterator[Finished]:
        for item in shown:
            identity, text = item_id(item), _text(item.get("text"))
            if identity is None or not text:
                continue
            attributes: Attributes = {
                names.LINK_ID: identity,
                names.TEXT_SHA256: text_sha256(text),
                names.SOURCE_URL: stored_url(_text(item.get("source_url")) or _text(item.get("url")) or "", self.rules),
            }
            if self._is_new(identity, str(attributes[names.TEXT_SHA256])):
                yield Finished(Kind.LINK, attributes)

    def _is_new(self, identity: str, digest: str) -> bool:
        pair = (identity, digest)
        if pair in self.linked:
            return False
        if len(self.linked) >= LINKS_REMEMBERED:
            del self.linked[next(iter(self.linked))]
        self.linked[pair] = None
        return True

    def _reader(self, *candidates: object) -> Attributes:
        reader = next((found for one in candidates if (found := as_id(one)) is not None), None)
        if reader is None:
            return {}
        return {names.USER_HASH: pseudonym(self.key, reader), names.USER_KEY_ID: self.key.id}


def read(content: bytes | dict[str, JSON]) -> JSON:
    """Parse JSON, gzipped or not, where it is not yet parsed; raises `MalformedError` for anything else."""
    if isinstance(content, dict):
        return content
    try:
        parsed: JSON = orjson.loads(_unzipped(content))
    except (orjson.JSONDecodeError, zlib.error) as error:
        raise MalformedError from error
    return parsed


def _unzipped(content: bytes) -> bytes:
    """Undo what a host's gzip middleware did below ours; no JSON text begins like gzip."""
    if not content.startswith(_GZIP):
        return content
    return zlib.decompressobj(zlib.MAX_WBITS | 16).decompress(content, UNZIPPED_LIMIT)


def stored_url(url: str, rules: Rules | None = None) -> str:
    """Return a URL as it is kept, under `content=none`, too: the same for an extraction and what links to it."""
    return Redactor(rules or Rules()).redacted(clean_url(url.strip()))


def as_id(value: object) -> str | None:
    """Return an id as text: `1` is `"1"` and `0` is an id; true, 1.5, "" and null are none."""
    if type(value) is str and len(value) <= ID_LIMIT:
        return clean(value).strip() or None
    if isinstance(value, bool):
        return None
    if isinstance(value, int):
        return int.__repr__(value) if int.bit_length(value) <= _ID_BITS else None
    if type(value) is uuid.UUID:
        return str(value)
    if isinstance(value, str):
        return clean_text(value, ID_LIMIT).strip() or None
    return None


def item_id(item: dict[str, JSON]) -> str | None:
    """Return the app's id of an item: `insight_id`, else `id`."""
    return as_id(item.get("insight_id")) or as_id(item.get("id"))


def feed_items(answer: JSON) -> list[dict[str, JSON]] | None:
    """Find the items of a feed's answer: a list, or a list that a mapping holds, rather one with texts.

    Returns None when the answer has no such list.
    """
    held = list(answer.values()) if isinstance(answer, dict) else [answer]
    lists = [found for found in held if isinstance(found, list)]
    found = [[item for item in one if isinstance(item, dict) and item_id(item) is not None] for one in lists]
    with_text = (items for items in found if any(_text(item.get("text")) for item in items))
    best = next(with_text, None) or next((items for items in found if items), None)
    return best if best is not None else [] if [] in lists else None


def source_figures(answer: JSON) -> Attributes:
    """Count a search's sources and say how good they are: a list, or the list that a mapping holds."""
    if isinstance(answer, dict):
        answer = next((answer[key] for key in SOURCE_KEYS if isinstance(answer.get(key), list)), None)
    if not isinstance(answer, list):
        return {}
    sources = [one for one in answer if isinstance(one, dict)]
    scores = [score for one in sources if (score := _quality(one)) is not None]
    passed = [found for one in sources if isinstance(found := one.get("passed_filters"), bool)]
    return {
        names.QUERY_COUNT: len(answer),
        names.SOURCE_QUALITY_MEAN: sum(scores) / len(scores) if scores else None,
        names.SOURCE_QUALITY_MIN: min(scores, default=None),
        names.SOURCE_QUALITY_RATIO: sum(passed) / len(passed) if passed else None,
    }


def _quality(source: dict[str, JSON]) -> float | None:
    found = (source.get(key) for key in names.QUALITY_KEYS)
    return next((float(one) for one in found if isinstance(one, (int, float)) and not isinstance(one, bool)), None)


def answer_text(items: list[JSON]) -> str:
    """Return the text by which a call's answer and an extraction's insights are compared."""
    told = (item.get("text") if isinstance(item, dict) else item for item in items)
    texts = [clean(text) if isinstance(text, str) else text for text in told]
    return orjson.dumps(texts).decode()


def _answer(outputs: JSON) -> tuple[str | None, str | None]:
    """Choose the answer among a call's texts: the first that holds insights, else the first; and its digest."""
    texts = [one for one in outputs if isinstance(one, str)] if isinstance(outputs, list) else []
    digests = [(text, digest) for text in texts if (digest := _answer_sha256(text)) is not None]
    return digests[0] if digests else (texts[0] if texts else None, None)


def _prompt_version(messages: JSON) -> str | None:
    """Digest the system prompt: it changes when the prompt does."""
    first = messages[0] if isinstance(messages, list) and messages else None
    if not isinstance(first, dict) or first.get("role") != "system":
        return None
    return text_sha256(orjson.dumps(first.get("content")).decode())[:12]


def _answer_sha256(answer: str) -> str | None:
    """Digest a call's answer as `answer_text` does; None when it holds no list of insights."""
    try:
        parsed = read(_unfenced(answer).encode())
    except MalformedError:
        return None
    if isinstance(parsed, dict):
        parsed = next((parsed[key] for key in INSIGHT_KEYS if key in parsed), None)
    return text_sha256(answer_text(parsed)) if isinstance(parsed, list) else None


def _unfenced(answer: str) -> str:
    """Take a Markdown fence off a JSON answer."""
    stripped = answer.strip()
    if not stripped.startswith("```"):
        return stripped
    return stripped.split("\n", 1)[-1].rsplit("```", 1)[0]


def _text(value: JSON) -> str | None:
    return clean(value) if isinstance(value, str) else None
