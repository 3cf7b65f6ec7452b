"""The feed's first program: have Claude read the sources of each topic, store the insights that pass.

Run as `python -m otel_training.demo.automation`. All it knows of otel_training is the decorator.
"""

import asyncio
import os
from collections.abc import Awaitable, Callable
from itertools import groupby
from typing import Final, TypeAlias, TypedDict

import anthropic
from pydantic import BaseModel, ValidationError

import otel_training
from otel_training.demo.cards import Cards, read_cards
from otel_training.demo.sources import Source, read_incoming

MODEL: Final = os.environ.get("FEED_MODEL", "claude-haiku-5-5")
GOOD_ENOUGH: Final = 5
AT_ONCE: Final = 4
SYSTEM: Final = (
    "You read news for a feed. Name the two or three insights of the article that a reader would remember, "
    "each one self-contained sentence with a category of one word. Rate from 0 to 10 how sound and how "
    "newsworthy the article is."
)

claude = anthropic.AsyncAnthropic()


class Insight(BaseModel):
    """The text and the category of a card."""

    text: str
    category: str


class Reading(BaseModel):
    """The answer that Claude is asked for: an article's insights, and how good the article is."""

    insights: list[Insight]
    quality_score: float


class Extraction(TypedDict):
    """What an extraction returns."""

    insights: list[dict[str, str]]
    quality_score: float
    passed_filters: bool


@otel_training.extraction
async def extract(topic: str, source_url: str, source_content: str) -> Extraction:
    """Have Claude name the insights of an article, and decide whether they are good enough to be shown."""
    message = await claude.messages.create(
        model=MODEL, max_tokens=4000, system=SYSTEM,
        messages=[{"role": "user", "content": f"Topic: {topic}\nURL: {source_url}\n\n{source_content}"}],
        output_config={"format": {"type": "json_schema", "schema": anthropic.transform_schema(Reading)}},
    )  # fmt: skip
    text = "".join(block.text for block in message.content if block.type == "text")
    return extraction_of(Reading.model_validate_json(text))


def extraction_of(reading: Reading) -> Extraction:
    """Decide whether an article's insights are good enough to be shown."""
    return {
        "insights": [insight.model_dump() for insight in reading.insights],
        "quality_score": reading.quality_score,
        "passed_filters": bool(reading.insights) and reading.quality_score >= GOOD_ENOUGH,
    }


Extract: TypeAlias = Callable[[str, str, str], Awaitable[Extraction]]


async def attempt(extract: Extract, source: Source, slots: asyncio.Semaphore) -> Extraction | None:
    """Extract from one source; None when it failed, which must not stop the others."""
    async with slots:
        try:
            return await extract(source.topic, source.url, source.text)
        except (anthropic.APIError, ValidationError):
            return None


def store(extractions: list[Extraction | None], feed: Cards) -> int:
    """Store the insights of extractions that passed, under ids of the feed's own; return how many."""
    passed = [
        (rank, insight)
        for rank, extraction in enumerate(extractions)
        if extraction is not None and extraction["passed_filters"]
        for insight in extraction["insights"]
    ]
    for rank, insight in passed:
        feed.add(insight["text"], insight["category"], rank)
    return len(passed)


async def handle_topic(extract: Extract, topic: str, sources: list[Source], feed: Cards) -> None:
    """Extract from a topic's sources, and store the insights that pass."""
    slots = asyncio.Semaphore(AT_ONCE)
    extractions = await asyncio.gather(*(attempt(extract, source, slots) for source in sources))
    stored = store(extractions, feed)
    failed = extractions.count(None)
    print(f"{topic}: {len(sources)} sources, {failed} failed, {stored} cards stored", flush=True)  # noqa: T201


async def main(extract: Extract) -> None:
    """Handle every topic, one after another."""
    async with claude:
        for topic, sources in groupby(read_incoming(), lambda source: source.topic):
            await handle_topic(extract, topic, list(sources), read_cards())


if __name__ == "__main__":
    asyncio.run(main(extract))
