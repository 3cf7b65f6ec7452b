"""Trimming: an answer without the insights that readers surely dismissed, where nothing else in it speaks of them."""

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace
from typing import Any, Final

from otel_training.dataset.example import Example, Insight
from otel_training.dataset.kept import kept_answer, place_of, places_of, texts_in, whole_of
from otel_training.dataset.passages import SUPPORTED, grounding
from otel_training.dataset.share import share_of
from otel_training.privacy.json_text import json_spans

_FENCE: Final = re.compile(r"```\w*|\s+")
_WHOLE: Final = re.compile(r"(?<![\w.,-])[0-9]{1,4}(?![\w,-]|\.[0-9])")
"""A whole number that stands by itself."""


def trim(example: Example) -> Example:
    """Return an example without the insights that readers surely dismissed, which its provenance names as `trimmed`.

    It stays as it is where there are none; where nothing would be left, or its form cannot be trimmed safely, its
    provenance names them as `untrimmed`. What a person corrected has no votes, and stays.
    """
    dismissed = [insight.text for insight in example.insights if _is_dismissed(insight)]
    if not dismissed:
        return example
    *prompt, last = example.messages
    kept = tuple(insight for insight in example.insights if not _is_dismissed(insight))
    answer = _without(last["content"], [insight.text for insight in kept], dismissed)
    if answer is None:
        return replace(example, provenance={**example.provenance, "untrimmed": dismissed})
    return replace(
        example,
        messages=[*prompt, {**last, "content": answer}],
        insights=kept,
        uncorrected=last["content"],
        provenance={**example.provenance, "trimmed": dismissed},
    )


def _is_dismissed(insight: Insight) -> bool:
    """Return whether most readers dismiss it, certain at 95 %."""
    low = share_of(insight.dismissals, insight.likes + insight.dismissals).low
    return low is not None and low > 1 / 2


def _without(answer: str, kept: Sequence[str], dropped: Sequence[str]) -> str | None:
    """Return an answer with the kept insights alone; None where words, a count or a list beside would then be wrong."""
    better = kept_answer(answer, kept) if kept else answer
    prose = answer
    for _, start, end in reversed(spans := list(json_spans(answer))):
        prose = prose[:start] + prose[end:]
    values = [value for value, _, _ in spans]
    counts = {len(kept) + len(dropped)}
    places = places_of(values, [*kept, *dropped])
    # Of several calls of a tool each may be an insight.
    around = values[:1] if len(values) == 1 else [value for value in values if place_of(value, places) is None]
    beside = [part for value in around for part in _beside(value, places, counts)]
    texts = " \n".join(value for value in beside if isinstance(value, str))
    figures = {value for value in beside if type(value) in {int, float}} | set(map(int, _WHOLE.findall(texts)))
    is_counted = bool(figures & counts)
    is_parallel = any(isinstance(value, list) and len(value) in counts for value in beside)
    left = {whole_of(text) for text in texts_in([value for value, _, _ in json_spans(better)])}
    is_whole = better == answer or any(whole_of(text) in left for text in dropped)
    if _FENCE.sub("", prose) or is_counted or is_parallel or is_whole:
        return None
    return None if any(grounding(texts, [text]) >= SUPPORTED for text in dropped) else better


def _beside(value: Any, places: Mapping[str, int], counts: set[int]) -> Iterator[Any]:
    """Yield what stands around the lists of insights, and note how long these are."""
    if isinstance(value, dict):
        for item in value.values():
            yield from _beside(item, places, counts)
    elif isinstance(value, list) and any(place_of(item, places) is not None for item in value):
        counts.add(len(value))
    elif isinstance(value, list):
        yield value
        for item in value:
            yield from _beside(item, places, counts)
    else:
        yield value
