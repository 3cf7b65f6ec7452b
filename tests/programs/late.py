"""An app that captures when it is told to end."""

import contextlib
from collections.abc import AsyncIterator

from fastapi import FastAPI

import otel_training


@contextlib.asynccontextmanager
async def life(app: FastAPI) -> AsyncIterator[None]:
    """Like a hundred insights at the end."""
    yield
    for number in range(100):
        otel_training.record_feedback(number, "like")


app = FastAPI(lifespan=life)
app.add_middleware(otel_training.TrainingMiddleware)
