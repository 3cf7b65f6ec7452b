"""What an app kept of a model's answer: the answer without the rest, in the model's own shape."""

import json
import re
from collections.abc import Iterable, Mapping
from typing import Any, Final

from otel_training.events.answer import beginning, comparable
from otel_training.privacy.json_text import json_spans

_NUMBER: Final = re.compile(r"<([A-Z]+)_\d+>")
_INDENT: Final = re.compile(r"\n( +)")


def kept_answer(answer: str, texts: Iterable[str]) -> str:
    """Return the answer with the insights that the app kept alone, in its order; as it is where all were kept.

    Left as it is, too, where it is no JSON, or where a text is not to be seen in it.
    """
    spans = list(json_spans(answer))
    values = [value for value, _, _ in spans]
    places = places_of(values, texts)
    keys = frozenset(_keys_of(values, places))
    kept = _kept(values, places, keys)
    if kept == values or {place_of(text, places) for text in texts_in(kept)} - {None} != set(places.values()):
        return answer
    if len(spans) == 1:
        ((_, start, end),) = spans
        return f"{answer[:start]}{_like(answer[start:end], kept[0])}{answer[end:]}"
    # Calls of a tool, a line each.
    return "\n".join(json.dumps(value, ensure_ascii=False) for value in kept)


def places_of(values: Any, texts: Iterable[str]) -> dict[str, int]:
    """Return the place of each insight among texts, by its form in an answer's JSON."""
    answered = {whole_of(text) for text in texts_in(values)}
    places: dict[str, int] = {}
    for place, text in enumerate(texts):
        # One that the app cut is known by its beginning alone, which others may share.
        places.setdefault(whole if (whole := whole_of(text)) in answered else _beginning(text), place)
    return places


def _kept(value: Any, places: Mapping[str, int], keys: frozenset[str]) -> Any:
    """Return JSON whose lists of insights hold what has a place, sorted by it."""
    if isinstance(value, dict):
        return {key: _kept(item, places, keys) for key, item in value.items()}
    if not isinstance(value, list):
        return value
    ranks = {index: place for index, item in enumerate(value) if (place := place_of(item, places)) is not None}
    if not ranks:
        rest = value if not any(_is_insight(item, keys) for item in value) else []
        return [_kept(item, places, keys) for item in rest]
    return [value[index] for index in sorted(ranks, key=ranks.__getitem__)]


def place_of(item: Any, places: Mapping[str, int]) -> int | None:
    """Return the place of an insight, which is a text or has one; None for what the app did not keep."""
    for text in item.values() if isinstance(item, dict) else (item,):
        if isinstance(text, str):
            place = places.get(whole_of(text), places.get(_beginning(text)))
            if place is not None:
                return place
    return None


def _is_insight(item: Any, keys: frozenset[str]) -> bool:
    return isinstance(item, dict) and any(isinstance(item.get(key), str) for key in keys)


def _keys_of(value: Any, places: Mapping[str, int]) -> Iterable[str]:
    """Yield the keys under which kept texts stand."""
    for item in value.values() if isinstance(value, dict) else value:
        if isinstance(item, (dict, list)):
            yield from _keys_of(item, places)
    if isinstance(value, dict):
        yield from (key for key, text in value.items() if isinstance(text, str) and place_of(text, places) is not None)


def texts_in(value: Any) -> Iterable[str]:
    """Yield the texts of JSON."""
    if isinstance(value, (dict, list)):
        for item in value.values() if isinstance(value, dict) else value:
            yield from texts_in(item)
    elif isinstance(value, str):
        yield value


def whole_of(text: str) -> str:
    """Return a text's comparable form; each record counts its placeholders for itself."""
    return comparable(_NUMBER.sub(r"<\1>", text))


def _beginning(text: str) -> str:
    return beginning(_NUMBER.sub(r"<\1>", text))


def _like(text: str, value: Any) -> str:
    """Write JSON with the line ends and blanks that it had."""
    indent = _INDENT.search(text)
    compact = (",", ":") if '":' in text and '": ' not in text else None
    return json.dumps(value, ensure_ascii=False, indent=len(indent[1]) if indent else None, separators=compact)
