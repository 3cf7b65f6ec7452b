"""The disk: what a record takes in the store, where no two texts are alike."""

import random

import otel_training
from otel_training.pipeline import process
from otel_training.store.session import open_drained
from tests.bench.child import Figures, measured, tell
from tests.bench.results import Row
from tests.bench.workload import LENGTH, RESULT, articles

COUNT = 1_000
PAUSE = 50
_TAKEN = """
SELECT table, sum(bytes_on_disk) / sum(rows) AS bytes FROM system.parts
WHERE active AND database = currentDatabase() GROUP BY table
"""


def rows(*, quick: bool) -> list[Row]:
    """Capture, drain, and ask the engine; no shorter when it must be quick."""
    taken: Figures = measured("disk")
    calls = taken["extractions"] + taken["insights"] * len(RESULT["insights"])
    return [
        Row("on disk, an extraction of 9 kB with its insights", calls, "bytes"),
        Row("on disk, a reader's action", taken["feedback"], "bytes"),
    ]


def run() -> None:
    """Extract from texts made of the articles' words in any order, and react."""
    random.seed(7)
    words = articles().split()

    @otel_training.extraction
    def extract(topic: str, source_url: str, source_content: str) -> object:
        texts = [" ".join(random.sample(words, 13)) for _ in RESULT["insights"]]
        return {**RESULT, "insights": [{"text": text, "category": "market"} for text in texts]}

    for number in range(COUNT):
        text = " ".join(random.choices(words, k=LENGTH // 5))[:LENGTH]
        extract(f"topic {number % 40}", f"https://news.example/{random.getrandbits(40)}", text)
        for _ in range(10):
            otel_training.record_feedback(f"{random.getrandbits(60)}", "like", user_id=random.getrandbits(20))
        if number % PAUSE == 0:
            otel_training.flush(10)
    with open_drained(process.settings()) as (store, _):
        for table in ("extractions", "insights", "feedback"):
            store.run(f"OPTIMIZE TABLE {table} FINAL")
        tell(**{row["table"]: row["bytes"] for row in store.rows(_TAKEN)})


if __name__ == "__main__":
    run()
