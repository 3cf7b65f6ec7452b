"""The feed's second program: show the cards, take what readers do with them.

Run as `uvicorn otel_training.demo.backend:app`. All it knows of otel_training is the middleware.
"""

from typing import Literal

from fastapi import FastAPI, HTTPException
from pydantic import BaseModel

import otel_training
from otel_training.demo.cards import cards

app = FastAPI()
app.add_middleware(otel_training.TrainingMiddleware)


class Metadata(BaseModel):
    """Who engages."""

    user_id: int


class Engagement(BaseModel):
    """What a reader does with a card."""

    insight_id: str
    action: Literal["like", "x", "bookmark", "share", "unlike", "unx", "unbookmark", "unshare"]
    metadata: Metadata


class Card(BaseModel):
    """One insight, as it is shown."""

    id: str
    text: str
    category: str


class Page(BaseModel):
    """A page of the feed, and how many there are."""

    items: list[Card]
    pages: int


@app.get("/api/feed")
def show_feed(user_id: int, page: int = 1) -> Page:
    """Show a page of the feed, without what this reader dismissed."""
    feed = cards()
    return Page(items=[Card(**card) for card in feed.page(user_id, page)], pages=feed.pages())


@app.post("/api/feed/engage")
def engage(body: Engagement) -> dict[str, bool]:
    """Take a reader's action on a card."""
    feed = cards()
    if not feed.has(body.insight_id):
        raise HTTPException(404, "no such card")
    feed.engage(body.metadata.user_id, body.insight_id, body.action)
    return {"ok": True}
