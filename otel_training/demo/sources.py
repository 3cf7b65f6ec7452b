"""The demo's sources: news-like texts of our own invention."""

import json
import os
import random
from dataclasses import dataclass
from importlib.resources import files
from typing import Any, Final

EDITION: Final = "FEED_EDITION"
"""The environment variable that says which sources came in: `2:300` for the first 300 of the second edition."""
EDITIONS: Final = 4
MOST: Final = 400  # sources of an edition


@dataclass(frozen=True, slots=True)
class Fact:
    """A sentence of a source that is worth a card."""

    text: str
    category: str


@dataclass(frozen=True, slots=True)
class Source:
    """One article; all but topic, URL and text is known to the stand-in alone."""

    topic: str
    url: str
    text: str
    facts: tuple[Fact, ...]
    quality: float
    blocked: bool = False  # whether the stand-in refuses it, as a content filter would
    edition: int = 0  # 0 for the demo's own


def read_sources() -> list[Source]:
    """Read the sources, in the order in which they came in."""
    rows = _read("sources.json")
    return [Source(**{**row, "facts": tuple(Fact(**fact) for fact in row["facts"])}) for row in rows]


def read_edition(edition: int, size: int = MOST) -> list[Source]:
    """Write so many sources of an edition, by chance, and the same each time; those of a topic stand together."""
    words = _read("editions.json")
    return sorted((_write(words, edition, number) for number in range(size)), key=lambda source: source.topic)


def read_incoming() -> list[Source]:
    """Read the sources that the environment names, else the demo's own."""
    edition, _, size = os.environ.get(EDITION, "").partition(":")
    return read_edition(int(edition), int(size)) if edition else read_sources()


def read_all() -> list[Source]:
    """Read the sources of all editions."""
    return read_sources() + [source for number in range(EDITIONS) for source in read_edition(number + 1)]


def _read(name: str) -> Any:
    return json.loads(files(__package__).joinpath(name).read_text(encoding="utf-8"))


def _write(words: dict[str, Any], edition: int, number: int) -> Source:
    chance = random.Random(f"{edition} {number}")  # noqa: S311 - a script, no secret
    topic = sorted(words["facts"])[number % len(words["facts"])]

    def invent() -> str:
        return f"{chance.choice(words['firsts'])}{chance.choice(words['lasts'])}"

    def fill(template: str) -> str:
        chosen = {name: chance.choice(words[name]) for name in ("place", "person", "month")}
        n, m = chance.randint(101, 980), chance.randint(11, 97)
        return template.format(firm=firm, other=invent(), n=n, m=m, **chosen)

    firm, name = invent(), f"{edition}{number:03}"
    templates = chance.sample(words["facts"][topic], chance.randint(2, 3))
    facts = tuple(Fact(fill(template), category) for template, category in templates)
    sentences = [*(fact.text for fact in facts), *map(fill, chance.sample(words["fillers"], 6))]
    chance.shuffle(sentences)
    url = f"https://{chance.choice(words['outlets'])}{number % 37}.example/{topic}/{firm.lower()}?id={name}"
    quality = round(chance.triangular(4, 9.8, 8.5), 1)
    return Source(topic, url, f"News of {firm}, No. {name}. {' '.join(sentences)}", facts, quality, edition=edition)
