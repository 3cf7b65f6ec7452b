"""An app under a server that captures in each of its workers while it serves."""

import threading
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

from fastapi import FastAPI
from steady import capture

# Where a server preloads, this is before its workers are forked.
capture("import", 0.02, 200)


@asynccontextmanager
async def lifespan(_app: FastAPI) -> AsyncIterator[None]:
    """Capture as long as the worker lives."""
    threading.Thread(target=capture, args=("w", 60, 200), daemon=True).start()
    yield


app = FastAPI(lifespan=lifespan)
