"""The feed's second program: show the cards, take what readers do with them.

Run as `uvicorn otel_training.demo.backend:app`. All it knows of otel_training is the middleware.
"""

from typing import Literal

from fastapi import FastAPI, HTTPException
from pydantic import BaseModel

import otel_training
from otel_training.demo.cards import read_cards

app = FastAPI()
app.add_middleware(otel_training.TrainingMiddleware)


class Metadata(BaseModel):
    """The part of an engagement that says which reader it is."""

    user_id: int


class Engagement(BaseModel):
    """A reader's action on a card."""

    insight_id: str
    action: Literal["like", "x", "bookmark", "share", "unlike", "unx", "unbookmark", "unshare"]
    metadata: Metadata


class Card(BaseModel):
    """An insight as the feed shows it."""

    id: str
    text: str
    category: str


class Page(BaseModel):
    """A page of the feed, and how many pages there are."""

    items: list[Card]
    pages: int


@app.get("/api/feed")
def show_feed(user_id: int, page: int = 1) -> Page:
    """Show a page of the feed, without the cards that this reader dismissed."""
    feed = read_cards()
    return Page(items=[Card(**card) for card in feed.page(user_id, page)], pages=feed.pages())


@app.post("/api/feed/engage")
def engage(body: Engagement) -> dict[str, bool]:
    """Apply a reader's action on a card."""
    feed = read_cards()
    if not feed.has(body.insight_id):
        raise HTTPException(404, "no such card")
    feed.engage(body.metadata.user_id, body.insight_id, body.action)
    return {"ok": True}
