"""The cases of an evaluation: held-out examples with what Claude answered, and the answers that people decided on."""

import hashlib
import re
import unicodedata
from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass
from decimal import Decimal
from typing import Any, Final

from otel_training.dataset.example import Example, Insight
from otel_training.dataset.site import site_of
from otel_training.dataset.snapshot import Snapshot, read_rows
from otel_training.routing.answer import read_answer
from otel_training.store.client import Store, read_query
from otel_training.trial.prompt import Prompt, read_prompt

ENOUGH: Final = 50
"""Test rows without which no verdict is possible."""
SPLIT: Final = "test"
_LENGTHS: Final = ((2_000, "short"), (8_000, "medium"))
_WORD: Final = re.compile(r"\w+")
_LOOKED_AT: Final = 2_000
_LEAST_WORDS: Final = 3
_FREQUENT: Final = {
    "de": "der die das und ist nicht mit von ein eine auf für", "en": "the of and to in is that for with was on as",
    "es": "el la los las que y del por con una para se", "fr": "le les des et du une est dans pour que au sur",
    "it": "il di che la per del della un una sono non gli", "nl": "de het een van en is dat op te niet voor met",
    "pt": "o os as que do da em um uma não para com",
}  # fmt: skip
"""By language the words that its texts are full of."""


@dataclass(frozen=True, slots=True)
class Case:
    """One held-out example: what is asked, what Claude answered, and what it should have answered."""

    example: str
    source: str
    """The unit that is resampled: its URL, else the example itself."""
    topic: str
    source_url: str
    source_content: str
    slices: Mapping[str, str]
    reference: tuple[Insight, ...]
    """What the app kept of the answer, or what a person made of it."""
    baseline: tuple[Insight, ...]
    """What the app kept of the answer before a person corrected it."""
    model: str
    cost: Decimal | None
    seconds: float | None
    reported: float | None
    """The score that the extractor gave itself."""


@dataclass(frozen=True, slots=True)
class Gold:
    """An answer that people decided on: `label` says whether they accepted it."""

    extraction_id: str
    topic: str
    source_content: str
    answer: tuple[Insight, ...]
    label: bool


def read_cases(store: Store, snapshot: Snapshot) -> list[Case]:
    """Read the held-out examples of a dataset, in an order that is random, and the same each time."""
    query = read_query("trial_baseline")
    baseline = {
        row["extraction_id"]: row for row in store.rows(query, dataset_id=snapshot.dataset_id, split=SPLIT)
    }  # fmt: skip
    examples = [row.example for row in read_rows(store, snapshot, SPLIT)]
    prompt = read_prompt(examples)
    cases = [case_of(example, prompt, baseline.get(example.extraction_id, {})) for example in examples]
    # Random, and the same each time: a part of them stands for all.
    return sorted(cases, key=lambda case: hashlib.sha256(f"{snapshot.dataset_id}{case.example}".encode()).digest())


def read_gold(store: Store, limit: int) -> list[Gold]:
    """Read answers that people accepted or rejected, as they were then."""
    decided = {row["extraction_id"]: row for row in store.rows(read_query("trial_gold"), limit=limit)}
    gold = []
    for row in store.rows(read_query("review_texts"), ids=list(decided)):
        answer = tuple(Insight(item["text"], item["category"]) for item in row["insights"])
        decision, source = decided[row["extraction_id"]], row["source_content"] or row["messages"]
        gold.append(Gold(row["extraction_id"], decision["topic"], source, answer, bool(decision["label"])))
    return sorted(gold, key=lambda item: item.extraction_id)


def language_of(text: str) -> str:
    """Return the language of a text by its most frequent words, else its script, such as `greek`."""
    text = text[:_LOOKED_AT]
    letters = (unicodedata.name(letter, "").partition(" ")[0] for letter in text if letter.isalpha())
    scripts = Counter(letters)
    if scripts and (script := scripts.most_common(1)[0][0]) != "LATIN":
        return script.lower()
    words = Counter(_WORD.findall(text.casefold()))
    counts = {name: sum(words[word] for word in frequent.split()) for name, frequent in _FREQUENT.items()}
    best = max(counts, key=counts.__getitem__)
    return best if counts[best] >= _LEAST_WORDS else "unknown"


def case_of(example: Example, prompt: Prompt, baseline: Mapping[str, Any]) -> Case:
    """Return the case of an example, by what is known of what it cost."""
    origin = example.provenance
    source = prompt.source_of(example)
    length = next((name for most, name in _LENGTHS if len(source) < most), "long")
    cost, url = baseline.get("cost"), origin["source_url"]
    before = _read_insights(example.uncorrected) if example.uncorrected else None
    return Case(
        example.extraction_id,
        url or example.extraction_id,
        origin["topic"],
        url,
        source,
        {"topic": origin["topic"], "domain": site_of(url), "length": length, "language": language_of(source)},
        example.insights,
        example.insights if before is None else before,
        origin["model"],
        None if cost is None else Decimal(cost),
        baseline.get("seconds"),
        origin["quality_score"],
    )


def _read_insights(text: str) -> tuple[Insight, ...] | None:
    """Read the insights of an answer, wherever its JSON stands; None where it has none."""
    insights = read_answer(text).insights
    return (
        None if insights is None else tuple(Insight(text, kind) for text, kind, _ in insights if text and text.strip())
    )
