"""Exit codes of all commands."""

from enum import IntEnum


class ExitCode(IntEnum):
    """How a command ended; one that returns nothing ended with `OK`."""

    OK = 0
    FAILED = 1
    USAGE = 2
    """Wrong usage: an unknown command or option, or a value that it cannot take."""
    INTERRUPTED = 130
