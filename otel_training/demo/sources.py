"""The demo's sources: news-like texts of our own invention."""

import json
from dataclasses import dataclass
from importlib.resources import files


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
    blocked: bool = False
    """Whether the stand-in refuses it, as a content filter would."""


def read_sources() -> list[Source]:
    """Read the sources, in the order in which they came in."""
    rows = json.loads(files(__package__).joinpath("sources.json").read_text(encoding="utf-8"))
    return [Source(**{**row, "facts": tuple(Fact(**fact) for fact in row["facts"])}) for row in rows]
