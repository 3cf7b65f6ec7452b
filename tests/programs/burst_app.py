"""An app that captures a burst of long extractions on its event loop, within one request."""

from burst import capture
from fastapi import FastAPI

import otel_training

app = FastAPI()
app.add_middleware(otel_training.TrainingMiddleware)


@app.post("/burst")
async def burst(count: int) -> int:
    """Capture them and answer at once."""
    capture("app", count)
    return count
