"""The web: a FastAPI app's engage route under uvicorn, bare and with the middleware."""

import contextlib
import os
import socket
import subprocess
import sys
import time
from collections.abc import Iterator

from fastapi import FastAPI
from pydantic import BaseModel

import otel_training
from tests.bench.child import ROOT, Figures, environment, folder, interleaved, measured, middle, ratio
from tests.bench.results import Row
from tests.ports import free_port


class Engagement(BaseModel):
    """The body of an engage request."""

    insight_id: str
    action: str
    metadata: dict[str, int]


def make_app() -> FastAPI:
    """Make the app, with our middleware where the variant says so."""
    app = FastAPI()

    @app.post("/api/feed/engage")
    async def engage(body: Engagement) -> dict[str, bool]:
        return {"ok": body.action == "like"}

    if os.environ["BENCH_VARIANT"] == "ours":
        app.add_middleware(otel_training.TrainingMiddleware)
    return app


def rows(*, quick: bool) -> list[Row]:
    """Compare throughput at 16 connections and latency at one."""
    seconds = 1 if quick else 3
    runs = interleaved(1 if quick else 7, ("bare", "ours"), lambda variant: loaded(variant, seconds))
    bare, ours = runs["bare"], runs["ours"]
    return [
        # No bar: why it is what it is stands in README.md.
        Row("FastAPI engage, requests/s at 16 connections", ratio(ours, bare, "rate"), "x bare"),
        Row("FastAPI engage, p99 at 1 connection later by", middle(ours, "p99") - middle(bare, "p99"), "ms", "<= 1"),
        Row("FastAPI engage, p50 at 1 connection later by", middle(ours, "p50") - middle(bare, "p50"), "ms"),
        Row("FastAPI engage, bare", middle(bare, "rate"), "requests/s"),
    ]


def loaded(variant: str, seconds: int) -> Figures:
    """Serve one variant and load it, first by one connection, then by sixteen."""
    with served(variant) as port:
        measured("load", port, 1, 0.5)
        single = measured("load", port, 1, seconds)
        many = measured("load", port, 16, seconds)
    return {"p50": single["p50"], "p99": single["p99"], "rate": many["rate"]}


@contextlib.contextmanager
def served(variant: str) -> Iterator[int]:
    """Serve a variant by uvicorn, one process; gives its port."""
    port = free_port()
    program = [sys.executable, "-m", "uvicorn", "--factory", "tests.bench.web:make_app", "--no-access-log"]
    options = ["--port", str(port), "--log-level", "warning"]
    with folder() as home:
        env = {**environment(home), "BENCH_VARIANT": variant}
        with subprocess.Popen([*program, *options], cwd=ROOT, env=env) as process:
            try:
                _wait(port)
                yield port
            finally:
                process.terminate()


def _wait(port: int) -> None:
    for _ in range(200):
        with contextlib.suppress(ConnectionRefusedError), socket.create_connection(("127.0.0.1", port)):
            return
        time.sleep(0.05)
    raise TimeoutError(port)
