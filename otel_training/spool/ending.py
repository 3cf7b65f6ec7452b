"""The end of a program: it waits until everything captured is written, while that makes progress."""

import logging
import time
from typing import Final

from otel_training.spool.writer import Writer

_log = logging.getLogger("otel_training")

WARN_SECONDS: Final = 2.0
STALL_SECONDS: Final = 5.0
LONGEST_SECONDS: Final = 30.0
_LOOK_SECONDS: Final = 0.05


def write_all(writer: Writer) -> bool:
    """Wait until everything captured so far is written: memory dies with the program.

    Gives up after 30 s, after 5 s without progress, after 2 s where the disk refuses. Returns
    whether all of it is written.
    """
    if writer.is_untouched():
        return True
    writer.gives_way = False
    try:
        return _wait_for_mark(writer) and writer.flush_sink(time.monotonic() + WARN_SECONDS)
    finally:
        writer.gives_way = True


def _wait_for_mark(writer: Writer) -> bool:
    began = progressed_at = time.monotonic()
    mark, progress, warned = writer.mark(), writer.written, False
    while not mark.wait(_LOOK_SECONDS):
        writer.write_if_alone()
        now = time.monotonic()
        if writer.written != progress:
            progress, progressed_at = writer.written, now
        if now - began > LONGEST_SECONDS or now - progressed_at > STALL_SECONDS:
            break
        if now - began > WARN_SECONDS:
            if writer.is_failing:
                break
            if not warned:
                _log.warning(
                    "otel_training writes %d captured records to the disk before the program ends; at most %d s",
                    len(writer.queue),
                    LONGEST_SECONDS,
                )
                warned = True
    return mark.is_set()
