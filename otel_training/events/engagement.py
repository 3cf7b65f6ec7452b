"""Engagement: the reactions that a request reports, under the names that apps have for them."""

from collections.abc import Mapping, Sequence
from typing import Final, NamedTuple

from otel_training.conventions import Action
from otel_training.events.feed import first_id
from otel_training.events.naming import Object, as_word, rename
from otel_training.record.fields import ID_KEYS, as_id
from otel_training.record.record import JSON, Shape

_OWN_IDS: Final = ("insight_id", "insightId")
_TARGETS: Final = ("insight", "item_id", "itemId", "item", "card_id", "cardId", "card", "id", "uuid", "_id")
_WORDS: Final = ("action", "type", "event", "reaction", "kind", "verb", "event_type", "eventType", "vote")
_READERS: Final = ("user_id", "userId", "reader_id", "readerId", "user", "reader")
_READER_IDS: Final = ("user_id", "id", "sub")
_ENVELOPES: Final = ("data", "event", "payload", "reaction", "engagement", "feedback")
_SWITCHES: Final = ("value", "active", "on", "state", "selected", "checked")
_ACTIONS: Final[Mapping[str, Action]] = {
    **{action.value: action for action in Action}, "dismiss": Action.X, "undismiss": Action.UNX,
    "save": Action.BOOKMARK, "unsave": Action.UNBOOKMARK,
}  # fmt: skip


class Reaction(NamedTuple):
    """What a reader did."""

    insight_id: str
    word: str
    action: Action | None  # None where the word is no action of ours
    reader: str | None


def read_reactions(content: JSON, shape: Shape) -> list[Reaction | None]:
    """Read the reactions of a request: its own, or those in the list that it holds; None is one not recognised."""
    whole = _read(content, shape)
    if whole is not None and whole.action is not None:
        return [whole]
    outer = _reader(content, shape) if isinstance(content, dict) else None
    read = [_read(element, shape) for element in _elements(content)]
    if not any(read):
        return [whole]
    return [reaction and reaction._replace(reader=reaction.reader or outer) for reaction in read]


def _elements(content: JSON) -> list[JSON]:
    """Return what a batch holds: the only list of objects, or the object in an envelope."""
    if isinstance(content, list):
        return content
    fields = content if isinstance(content, dict) else {}
    lists = [
        value
        for value in fields.values()
        if isinstance(value, list) and any(isinstance(inner, dict) for inner in value)
    ]
    wrapped: list[JSON] = [value for key in _ENVELOPES if isinstance(value := fields.get(key), dict)]
    return lists[0] if len(lists) == 1 else wrapped if len(wrapped) == 1 else []


def _read(content: JSON, shape: Shape) -> Reaction | None:
    content = {} if content is None else content
    given = rename({**content, **_parameters(shape)}, shape.naming) if isinstance(content, dict) else None
    if given is None:
        return None
    target, word = _target(given), _word(given, shape)
    return (
        None if target is None or word is None else Reaction(target, word, _action(word, shape), _reader(given, shape))
    )


def _parameters(shape: Shape) -> Object:
    """Return the path's parameters without the action, which is `shape.word`; a function of the app's gets all."""
    return {
        name: value for name, value in shape.parameters.items() if name != "action" or shape.naming.read is not None
    }


def _action(word: str, shape: Shape) -> Action | None:
    return _ACTIONS.get(shape.naming.words.get(word.lower(), word.lower()))


def _target(given: Object) -> str | None:
    own = [key for key in _OWN_IDS if key in given]
    return _id_in([given], own[:1] or _TARGETS, ID_KEYS)


def _word(given: Object, shape: Shape) -> str | None:
    """Return the action's word: one that is known, else the only one; None in doubt."""
    naming = shape.naming
    words: list[str] = []
    for value in [given[key] for key in (("action",) if "action" in naming.paths else _WORDS) if key in given]:
        # True and 1 are words where the app has declared that they are.
        is_word = isinstance(value, str) or (isinstance(value, int) and as_word(value) in naming.words)
        if is_word and (word := as_id(as_word(value))):
            words.append(word)
    known = next((word for word in (*words, shape.word) if _action(word, shape)), None)
    if known and "action" not in given and _is_off(given, known):
        return None
    if "action" in shape.parameters:
        words.append(shape.word)
    return known or (words[0] if len(words) == 1 or (words and "action" in given) else None)


def _is_off(given: Object, word: str) -> bool:
    """Return whether a switch is turned off: `{"liked": false}` may be an undo, or no more than a state."""
    return any(value is False and (key in _SWITCHES or key.startswith(word.lower())) for key, value in given.items())


def _reader(given: Object, shape: Shape) -> str | None:
    metadata = given.get("metadata")
    is_declared = "user_id" in shape.naming.paths
    holders = [metadata, given] if isinstance(metadata, dict) and not is_declared else [given]
    names = _READERS[:1] if is_declared else _READERS
    return _id_in(holders, names, _READER_IDS)


def _id_in(holders: Sequence[Object], names: Sequence[str], keys: Sequence[str]) -> str | None:
    """Return the first id under some names, or under the keys of an object that stands there."""
    for holder in holders:
        for name in names:
            value = holder.get(name)
            identity = first_id(value, keys) if isinstance(value, dict) else as_id(value)
            if identity is not None:
                return identity
    return None
