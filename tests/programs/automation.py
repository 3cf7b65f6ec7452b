"""The extracting program of the end-to-end test: runs what a plan says, ids given afterwards."""

import asyncio
import json
import sqlite3
import sys
from pathlib import Path
from typing import Any

import otel_training


@otel_training.extraction
async def extract(topic: str, source_url: str, source_content: str) -> dict[str, Any]:
    """Answer what the plan says for this source."""
    await asyncio.sleep(0)
    answer = ANSWERS[source_url]
    if answer is None:
        raise RuntimeError("the model is overloaded")
    return answer


async def handle_topic(topic: str, sources: list[dict[str, Any]]) -> None:
    """Extract from every source of a topic, as the app's topic handler does."""
    for source in sources:
        try:
            answer = await extract(topic, source["url"], source["content"])
        except RuntimeError:
            continue
        if source.get("late_quality") is not None:
            otel_training.current().score(source["late_quality"])
        store(source, answer)


def store(source: dict[str, Any], answer: dict[str, Any]) -> None:
    """Store the insights under ids of the app's own."""
    with sqlite3.connect(DATABASE) as database:
        for identity, insight in zip(source["ids"], answer["insights"], strict=True):
            database.execute("INSERT INTO insights VALUES (?, ?)", (identity, insight["text"]))


PLAN = json.loads(Path(sys.argv[1]).read_text(encoding="utf-8"))
DATABASE = sys.argv[2]
ANSWERS = {source["url"]: source["answer"] for sources in PLAN.values() for source in sources}

if __name__ == "__main__":
    with sqlite3.connect(DATABASE) as database:
        database.execute("CREATE TABLE insights (id TEXT, text TEXT)")
    for topic, sources in PLAN.items():
        asyncio.run(handle_topic(topic, sources))
