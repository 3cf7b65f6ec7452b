"""Exit codes of all commands."""

from enum import IntEnum


class ExitCode(IntEnum):
    """How a command ended; one that returns nothing ended with `OK`."""

    OK = 0
    FAILED = 1
    USAGE = 2
    INTERRUPTED = 130
