"""What readers saw and did: actions, impressions, and the links that a feed shows between ids and texts."""

from collections.abc import Iterator
from typing import Final

import orjson

from otel_training import conventions as names
from otel_training.conventions import Action, Kind, Loss
from otel_training.events.event import Event, beside, to_event
from otel_training.events.finisher import Attributes, Finisher
from otel_training.events.host_json import MalformedError, as_text, read_json, stored_url
from otel_training.events.keys import keys_of
from otel_training.privacy.identity import insight_sha256
from otel_training.record.fields import as_id
from otel_training.record.record import JSON, Record

_ACTIONS: Final = frozenset(action.value for action in Action)


def feedback(record: Record, finisher: Finisher) -> Iterator[Event]:
    """Finish a reader's action; of the request's metadata only the reader is kept, as pseudonym."""
    content = read_json(record.content)
    if not isinstance(content, dict):
        raise MalformedError(Loss.UNRECOGNISED, keys_of(content))
    target, action = as_id(content.get("insight_id")), content.get("action")
    word = as_id(action) if isinstance(action, str) else None
    if target is None or word is None:
        raise MalformedError(Loss.UNRECOGNISED, keys_of(content))
    metadata = content.get("metadata")
    reader = metadata.get("user_id") if isinstance(metadata, dict) else None
    attributes: Attributes = {
        **record.attributes,
        names.INSIGHT_ID: target,
        names.ACTION: known if (known := word.lower()) in _ACTIONS else finisher.redactor().replace_secrets(word),
        **finisher.reader_attributes(record.user_id, reader, record.fallback_user_id),
    }
    yield to_event(record, attributes)


def impression(record: Record, finisher: Finisher) -> Iterator[Event]:
    """Finish what a feed showed: the ids in their places, and each pair of id and text that is new."""
    content = read_json(record.content)
    items = feed_items(content)
    if items is None:
        raise MalformedError(Loss.UNRECOGNISED, keys_of(content))
    ids: list[JSON] = [identity for item in items if (identity := item_id(item)) is not None]
    if ids:
        attributes: Attributes = {
            **record.attributes,
            names.INSIGHT_IDS: orjson.dumps(ids).decode(),
            **finisher.reader_attributes(record.user_id, record.fallback_user_id),
        }
        yield to_event(record, attributes)
    yield from _links(record, items, finisher)


def _links(record: Record, items: list[dict[str, JSON]], finisher: Finisher) -> Iterator[Event]:
    for item in items:
        identity, text = item_id(item), as_text(item.get("text"))
        if identity is None or not text:
            continue
        digest = insight_sha256(text)
        url = as_text(item.get("source_url")) or as_text(item.get("url")) or ""
        attributes: Attributes = {
            names.LINK_ID: identity,
            names.TEXT_SHA256: digest,
            names.SOURCE_URL: stored_url(url, finisher.rules),
        }
        if finisher.is_new_link(identity, digest):
            yield to_event(beside(record, Kind.LINK), attributes)


def item_id(item: dict[str, JSON]) -> str | None:
    """Return the app's id of an item: `insight_id`, else `id`."""
    return as_id(item.get("insight_id")) or as_id(item.get("id"))


def feed_items(answer: JSON) -> list[dict[str, JSON]] | None:
    """Find the items of a feed's answer: a list, or a list that a mapping holds, rather one with texts.

    Returns None when the answer has no such list.
    """
    values = list(answer.values()) if isinstance(answer, dict) else [answer]
    lists = [value for value in values if isinstance(value, list)]
    feeds = [[item for item in items if isinstance(item, dict) and item_id(item) is not None] for items in lists]
    with_text = (items for items in feeds if any(as_text(item.get("text")) for item in items))
    best = next(with_text, None) or next((items for items in feeds if items), None)
    return best if best is not None else [] if [] in lists else None
