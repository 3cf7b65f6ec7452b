"""Captures a burst of long extractions and ends in one of many ways; `name` tells whose each is."""

import concurrent.futures
import multiprocessing
import os
import sys
from typing import Any

import otel_training

TEXT = "Orders at the largest maker of chip machines rose in the third quarter, said the company. " * 89


@otel_training.extraction
def extract(topic: str, source_url: str, source_content: str) -> list[str]:
    """Answer one insight."""
    return [f"{topic} of {source_url}"]


def capture(name: str, count: int) -> None:
    """Capture extractions of 8 kB in a loop."""
    for number in range(count):
        extract(name, f"https://news.example/{name}/{number}", TEXT)


def in_processes(method: str, count: int) -> None:
    """Capture in two children of `multiprocessing`, half in each."""
    context: Any = multiprocessing.get_context(method)
    children = [context.Process(target=capture, args=(name, count // 2)) for name in "ab"]
    for child in children:
        child.start()
    for child in children:
        child.join()


def in_threads(count: int) -> None:
    """Capture in a pool that nobody shuts down."""
    pool = concurrent.futures.ThreadPoolExecutor(8)
    for number in range(count):
        pool.submit(extract, "pool", f"https://news.example/pool/{number}", TEXT)


def in_fork(count: int) -> None:
    """Capture in parent and child at once, half in each."""
    child = os.fork()
    capture("parent" if child else "child", count // 2)
    if child:
        os.waitpid(child, 0)


def main(way: str, count: int) -> None:
    """Capture in the way that is asked for."""
    if way == "loop":
        capture("loop", count)
    elif way == "fork":
        in_fork(count)
    elif way == "threads":
        in_threads(count)
    else:
        in_processes(way, count)


if __name__ == "__main__":
    main(sys.argv[1], int(sys.argv[2]))
