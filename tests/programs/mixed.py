"""Captures records of all kinds and tells each, one by one; `fork` mode forks halfway, `killed` mode flushes there."""

import os
import sys

import otel_training

FLUSHED = 400
"""After so many records a program that will be killed flushes, once."""


@otel_training.extraction
def extract(topic: str, source_content: str) -> list[str]:
    """Answer one insight."""
    return [f"{topic} {len(source_content)}"]


def capture(name: str, number: int) -> None:
    """Capture one record of one of four kinds, named so that it can be found."""
    match number % 4:
        case 0:
            extract(name, "word " * 1000)
        case 1:
            otel_training.record_feedback(name, "like", user_id=7)
        case 2:
            otel_training.record_impressions([name], user_id=7)
        case _:
            otel_training.record_score(name, "quality_score", 5)
    os.write(1, f"{name}.\n".encode())


def main() -> None:
    """Capture `count` records; a forked child captures the second half under its own names."""
    prefix, count, mode = sys.argv[1], int(sys.argv[2]), sys.argv[3]
    child = 0
    for number in range(count):
        if mode == "fork" and number == count // 2:
            child = os.fork()
            prefix += "" if child else "child"
        capture(f"{prefix}{number}", number)
        if mode == "killed" and number == FLUSHED:
            os.write(1, b"flushed\n" if otel_training.flush(60) else b"not flushed\n")
    if mode == "fork" and not child:
        # Without `atexit`: who ends so has to flush.
        os._exit(not otel_training.flush(30))
    if child:
        os.waitpid(child, 0)


if __name__ == "__main__":
    main()
