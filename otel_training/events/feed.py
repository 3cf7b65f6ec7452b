"""The feed: the insights that an answer shows, wherever they stand in it and whatever they are wrapped in."""

from collections import defaultdict
from collections.abc import Iterable, Iterator
from typing import Final, NamedTuple

from otel_training.events.host_json import as_text
from otel_training.events.naming import Object, rename
from otel_training.record.fields import ID_KEYS, INSIGHT_KEYS, OBVIOUS_KEYS, TEXT_KEYS, as_id, text_key
from otel_training.record.record import COMMON, JSON, Naming

_URL_KEYS: Final = ("source_url", "url", "link", "href")
_FEEDS: Final = frozenset(
    {"", "items", "insights", "cards", "feed", "results", "data", "entries", "posts", "edges", "nodes", "stories"}
)
"""The names of lists that are a feed; "" is an answer that is itself a list."""
_OTHERS: Final = frozenset(
    {"topics", "categories", "tags", "filters", "facets", "sources", "authors", "users", "comments", "related", "links"}
)
"""The names of lists that stand beside a feed or inside it."""
_WRAPPERS: Final = ("insight", "item", "card", "node", "data", "attributes", "content", "finding", "post", "entry")
"""The names under which what a list shows may wrap an insight."""
_DEPTH: Final = 6
_WRAPS: Final = 3


class Item(NamedTuple):
    """One insight as a feed shows it."""

    id: str | None
    texts: tuple[str, ...]  # candidates for its text: only one that an extraction returned will match
    url: str
    certainty: int  # 2 where it must be an insight, 1 where it has a text that may be one's, else 0


def feed_items(answer: JSON, naming: Naming = COMMON) -> list[Item] | None:
    """Find the insights that an answer shows, those with an id; None where it is in doubt which they are."""
    lists = _read_lists(answer, naming)
    if naming is not COMMON:
        named = [item for items in lists.values() for item in items if item.id is not None]
        return named if named or not all(lists.values()) else None
    feeds = {path: items for path, items in lists.items() if _name(path) not in _OTHERS}
    ranks = {path: _rank(path, items) for path, items in feeds.items()}
    highest = max(ranks.values(), default=0)
    if highest == 0 and isinstance(answer, dict) and (item := _read(answer, naming)).id and item.certainty > 1:
        return [item]
    best = [feeds[path] for path, rank in ranks.items() if rank == highest]
    shown = best[0] if len(best) == 1 else []
    with_id = [item for item in shown if item.id is not None]
    return with_id if with_id or (best and not any(best)) else None


def first_id(fields: Object, keys: Iterable[str] = ID_KEYS) -> str | None:
    """Return the id that stands under the first of some names that has one."""
    return next((identity for key in keys if (identity := as_id(fields.get(key))) is not None), None)


def _read_lists(answer: JSON, naming: Naming) -> dict[str, list[Item]]:
    """Read the lists of objects in an answer, and the empty ones, by the paths to them."""
    lists: dict[str, list[Item]] = defaultdict(list)
    for path, values in _lists(answer, "", _DEPTH):
        objects = [_read(value, naming) for value in values if isinstance(value, dict)]
        if objects or not values:
            lists[path] += objects
    return lists


def _lists(value: JSON, path: str, depth: int, *, in_item: bool = False) -> Iterator[tuple[str, list[JSON]]]:
    """Yield the lists in an answer, also those of groups and pages; none that an insight itself has."""
    if isinstance(value, list):
        yield path, value
        for item in value:
            if isinstance(item, dict):
                yield from _lists(item, path, depth - 1, in_item=True)
    elif isinstance(value, dict) and depth > 0 and not (in_item and _is_insight(value)):
        for key, inner in value.items():
            yield from _lists(inner, f"{path}.{key}", depth - 1, in_item=in_item)


def _name(path: str) -> str:
    return path.rpartition(".")[2].lower()


def _rank(path: str, items: list[Item]) -> int:
    """Return how surely a list is the feed: by its items' texts and its own name."""
    certainty = max((item.certainty for item in items), default=0)
    if _name(path) in _FEEDS:
        return 5 + certainty if certainty else 3 + bool(items)
    return (bool(items), 2, 5)[certainty]


def _read(value: Object, naming: Naming) -> Item:
    given = rename(value, naming)
    is_group = naming is COMMON and _is_group(value)
    if given is None or is_group or ("insight_id" in naming.paths and as_id(given["insight_id"]) is None):
        return Item(None, (), "", 0)
    fields, identity = _open(given, 0 if "text" in naming.paths else _WRAPS)
    if "insight_id" in naming.paths:
        identity = as_id(given["insight_id"])
    key = "text" if fields.get("text") and isinstance(fields["text"], str) else text_key([fields])
    texts = (text for name in (TEXT_KEYS if key is None else [key]) if (text := as_text(fields.get(name))))
    holders = (given,) if "source_url" in naming.paths else (fields, given)
    urls = (url for holder in holders for key in _URL_KEYS if (url := as_text(holder.get(key))))
    return Item(identity, tuple(texts), next(urls, ""), _certainty(fields))


def _is_insight(fields: Object) -> bool:
    return _certainty(fields) > 1 and not _is_group(fields)


def _is_group(fields: Object) -> bool:
    """Return whether an object holds insights, as an article or a section does, and so is none."""
    return any(isinstance(fields.get(key), list) for key in INSIGHT_KEYS)


def _certainty(fields: Object) -> int:
    if any(map(fields.get, OBVIOUS_KEYS)) and any(as_text(fields.get(key)) for key in OBVIOUS_KEYS):
        return 2
    return int(any(as_text(fields.get(key)) for key in TEXT_KEYS if key in fields))


def _open(value: Object, depth: int) -> tuple[Object, str | None]:
    """Return the insight that an object is or wraps, and its id: its own, else that of what wraps it."""
    identity = first_id(value)
    is_whole = identity is not None and _certainty(value) > 0
    if depth == 0 or (is_whole and not isinstance(value.get("insight"), dict)):
        return value, identity
    inner = [key for key in _WRAPPERS if isinstance(value.get(key), dict)]
    for key in inner:
        fields, inner_id = _open(value[key], depth - 1)  # type: ignore[arg-type]  # it was looked at
        if _certainty(fields) or (identity is None and inner_id is not None):
            return fields, inner_id or identity
    return value, identity
