"""The drain: how fast the command takes records of 9 kB into the embedded store."""

import sys
import time
from pathlib import Path

import orjson

import otel_training
from otel_training.folder import find_folder
from otel_training.pipeline import process
from otel_training.pipeline.process import install
from otel_training.record.clock import event_id
from otel_training.spool.segments import open_segment
from otel_training.store.client import Store, embedded_dsn
from otel_training.store.drain import drain
from otel_training.store.migrate import migrate
from tests.bench.child import measured, middle, tell
from tests.bench.results import Row
from tests.bench.workload import SOURCE, URL, bare

BATCH = 1_000


def rows(*, quick: bool) -> list[Row]:
    """Drain as many records as some days of an app leave behind."""
    rounds = [measured("drain", 4_000 if quick else 20_000) for _ in range(1 if quick else 3)]
    return [Row("drain into the embedded store, records of 9 kB", middle(rounds, "rate"), "rows/s", ">= 5000")]


def run(count: int) -> None:
    """Fill the data folder, open the store, and time the drain alone."""
    otel_training.extraction(bare)("chips", URL, SOURCE)
    otel_training.flush(10)
    install()  # finishes the segment
    folder = find_folder(process.settings())
    (path,) = folder.local.glob("*.jsonl")
    copied(path, folder.local, count)
    store = Store(embedded_dsn(folder.store))
    migrate(store)
    began = time.perf_counter()
    done = drain(store, folder)
    seconds = time.perf_counter() - began
    assert done == count + 1
    tell(rate=done / seconds)


def copied(path: Path, directory: Path, count: int, batch: int = BATCH) -> None:
    """Write `count` records like the one of a segment, each with an id of its own, as segments of `batch`."""
    header, line = path.read_bytes().splitlines(keepends=True)
    attributes = {attribute["key"]: attribute["value"] for attribute in orjson.loads(line)["attributes"]}
    identity = attributes["training.event.id"]["stringValue"].encode()
    for done in range(0, count, batch):
        segment = open_segment(directory, header)
        some = range(min(batch, count - done))
        segment.append(b"".join(line.replace(identity, event_id().encode()) for _ in some))
        segment.close()


if __name__ == "__main__":
    run(int(sys.argv[1]))
