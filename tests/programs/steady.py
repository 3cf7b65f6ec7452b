"""Captures feedback at a steady rate and tells each name with its time: `steady.py PREFIX SECONDS RATE [MODE]`.

`fork` makes a child now and then that captures, too; `pool` and `processes` capture in workers.
"""

import concurrent.futures
import multiprocessing
import os
import sys
import threading
import time

import otel_training


def capture(prefix: str, seconds: float, rate: float) -> None:
    """Capture at a rate and tell what was captured."""
    end, number = time.monotonic() + seconds, 0
    while time.monotonic() < end:
        name = f"{prefix}-{os.getpid()}-{number}"
        otel_training.record_feedback(name, "like")
        os.write(1, f"{name} {time.time()}.\n".encode())
        number += 1
        time.sleep(1 / rate)


def forking(prefix: str, forks: int) -> None:
    """Fork again and again while two threads capture; each child captures, and ends without `atexit`."""
    threads = [
        threading.Thread(target=capture, args=(f"{prefix}{letter}", forks * 0.03, 200), daemon=True) for letter in "ab"
    ]
    for thread in threads:
        thread.start()
    for number in range(forks):
        if not (child := os.fork()):
            name = f"{prefix}-child-{number}"
            otel_training.record_feedback(name, "like")
            os.write(1, f"{name} {time.time()}.\n".encode())
            os._exit(0 if otel_training.flush(0.5) in (True, False) else 1)
        threading.Thread(target=os.waitpid, args=(child, 0), daemon=True).start()
        time.sleep(0.02)
    for thread in threads:
        thread.join()
    time.sleep(1)


def main() -> None:
    """Run as asked."""
    prefix, seconds, rate, mode = sys.argv[1], float(sys.argv[2]), float(sys.argv[3]), sys.argv[4]
    if mode == "fork":
        forking(prefix, int(seconds))
    elif mode == "processes":
        workers = [
            multiprocessing.Process(target=capture, args=(f"{prefix}{letter}", seconds, rate)) for letter in "ab"
        ]
        for worker in workers:
            worker.start()
        capture(prefix, seconds, rate)
        for worker in workers:
            worker.join()
    elif mode == "pool":
        with concurrent.futures.ProcessPoolExecutor(2) as pool:
            list(pool.map(capture, (f"{prefix}a", f"{prefix}b"), (seconds, seconds), (rate, rate)))
    else:
        capture(prefix, seconds, rate)


if __name__ == "__main__":
    main()
