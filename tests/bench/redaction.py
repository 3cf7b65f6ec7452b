"""Redaction: what it costs on prose, and at worst."""

import time
from typing import Any

from otel_training.privacy.redact import Redactor
from tests.bench.child import measured, tell
from tests.bench.results import Row
from tests.bench.workload import LENGTH, SOURCE, articles

ADVERSARIAL = 100_000
UNITS = (
    "a", "1", "@", ".", "-", ":", " 1", "a@", "eyJ", "eyJ-", "1.", "a@a.", "+1 ", "sk-", "0-0", "00 ", "://", "token=",
    "key:", "Bearer ", "-----BEGIN PRIVATE KEY-----", "4 ", "41-", "(", "a.", "é", "\n", "aa@bb.cc ", "1.1.1.1 ",
    "4111 1111 1111 1111 ", "+49 30 123456 ", "::", "a:b:c:", "password: x1", "https://a:b@c ", "(212) 555-0100 ",
)  # fmt: skip


def rows(*, quick: bool) -> list[Row]:
    """Measure articles of 8,000 characters and the worst of many texts of 100,000."""
    found = cost(1 if quick else 3)
    return [
        Row("redaction of 8 kB of articles", found["articles"], "ms", "<= 2"),
        Row(f"redaction of 100 kB at worst ({found['worst']!r} repeated)", found["adversarial"], "ms", "<= 30"),
    ]


def cost(rounds: int) -> dict[str, Any]:
    """Measure in a process of its own."""
    found = [measured("redaction") for _ in range(rounds)]
    units = {unit: min(one["units"][unit] for one in found) for unit in UNITS}
    worst = max(units, key=lambda unit: units[unit])
    return {
        "articles": min(one["articles"] for one in found),
        "source": min(one["source"] for one in found),
        "worst": worst,
        "adversarial": units[worst],
        "units": units,
    }


def taken(text: str) -> float:
    """Redact a text; return the CPU time in milliseconds."""
    began = time.thread_time_ns()
    Redactor().redact(text)
    return (time.thread_time_ns() - began) / 1e6


def run() -> None:
    """Redact all texts: the mean of all articles, each of the adversarial ones."""
    whole = articles()
    cuts = [whole[at : at + LENGTH] for at in range(0, len(whole) - LENGTH + 1, LENGTH)]
    taken(whole)
    tell(
        articles=sum(min(taken(cut) for _ in range(5)) for cut in cuts) / len(cuts),
        source=min(taken(SOURCE) for _ in range(5)),
        units={unit: taken((unit * ADVERSARIAL)[:ADVERSARIAL]) for unit in UNITS},
    )


if __name__ == "__main__":
    run()
