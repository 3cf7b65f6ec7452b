"""The serving program of the end-to-end test: a feed and an engage route, and one middleware."""

import os
import sqlite3

from fastapi import FastAPI
from pydantic import BaseModel

import otel_training

app = FastAPI()
app.add_middleware(otel_training.TrainingMiddleware)


class Engagement(BaseModel):
    """A reader's action."""

    insight_id: str
    action: str
    metadata: dict[str, int | str]


@app.get("/api/feed")
def feed(ids: str, user_id: int) -> dict[str, object]:
    """Show the asked-for cards."""
    with sqlite3.connect(os.environ["APP_DATABASE"]) as database:
        texts = dict(database.execute("SELECT id, text FROM insights"))
    return {"reader": user_id, "items": [{"id": card, "text": texts[card]} for card in ids.split(",") if card]}


@app.post("/api/feed/engage")
def engage(body: Engagement) -> dict[str, bool]:
    """Take a reader's action; the app refuses what it does not know."""
    return {"ok": bool(body.action)}
