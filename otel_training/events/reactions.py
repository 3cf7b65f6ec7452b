"""Feedback and impressions, and the links between ids and texts that a feed shows."""

from collections.abc import Iterator

import orjson

from otel_training import conventions as names
from otel_training.conventions import Kind, Loss
from otel_training.events.engagement import read_reactions
from otel_training.events.event import Event, beside, to_event
from otel_training.events.feed import Item, feed_items
from otel_training.events.finisher import Attributes, Finisher
from otel_training.events.host_json import MalformedError, keys_of, read_json, read_lines, stored_url
from otel_training.privacy.identity import insight_sha256
from otel_training.privacy.redact import Redactor
from otel_training.record.record import JSON, Record


def feedback(record: Record, finisher: Finisher) -> Iterator[Event]:
    """Finish what readers did; of a request's metadata only the reader is kept, as pseudonym."""
    content = _request(record)
    reactions = read_reactions(content, record.shape)
    for number, reaction in enumerate(filter(None, reactions)):
        action = reaction.action
        attributes: Attributes = {
            **record.attributes,
            names.INSIGHT_ID: reaction.insight_id,
            names.ACTION: finisher.redactor(record).replace_secrets(reaction.word) if action is None else action.value,
            **finisher.reader_attributes(record.user_id, reaction.reader, record.fallback_user_id),
        }
        # One request may undo what it did before: of a reader's votes the last one counts.
        own = beside(record, Kind.FEEDBACK)._replace(time=record.time + number) if number else record
        yield to_event(own, attributes)
    if None in reactions:
        held = {**content, **record.shape.parameters} if isinstance(content, dict) else content
        raise MalformedError(Loss.UNRECOGNISED, keys_of(held), reactions.count(None))


def _request(record: Record) -> JSON:
    """Read the body of a request; without one, what its path holds is all."""
    try:
        return read_json(record.content)
    except MalformedError:
        if not record.shape.parameters:
            raise
        return {}


def impression(record: Record, finisher: Finisher) -> Iterator[Event]:
    """Finish what a feed showed: the ids in their places, and what each stands for where that is new."""
    content = read_lines(record.content) if record.shape.are_lines else read_json(record.content)
    items = feed_items(content, record.shape.naming)
    if items is None:
        raise MalformedError(Loss.UNRECOGNISED, keys_of(content))
    if items:
        attributes: Attributes = {
            **record.attributes,
            names.INSIGHT_IDS: orjson.dumps([item.id for item in items]).decode(),
            **finisher.reader_attributes(record.user_id, record.fallback_user_id),
        }
        yield to_event(record, attributes)
    yield from _links(record, items, finisher)


def _links(record: Record, items: list[Item], finisher: Finisher) -> Iterator[Event]:
    shown: dict[str, dict[tuple[str, str], None]] = {}
    for item in items:
        for text in item.texts if item.id else ():
            shown.setdefault(item.id or "", {})[insight_sha256(text, finisher.rules.custom), item.url] = None
    for identity, pairs in shown.items():
        # Before the rest: most feeds show again what they showed.
        if not finisher.is_new_link(identity, frozenset(pairs), record.time):
            continue
        for digest, url in pairs:
            attributes: Attributes = {
                names.LINK_ID: identity,
                names.TEXT_SHA256: digest,
                names.SOURCE_URL: stored_url(url, Redactor(finisher.rules)),
            }
            yield to_event(beside(record, Kind.LINK), attributes)
