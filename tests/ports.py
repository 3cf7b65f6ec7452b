"""Ports for servers that tests start."""

import contextlib
import os
import random
import socket
from typing import Final

FIRST: Final = 20_000
"""They end below those that the system gives to outgoing connections meanwhile."""
PORTS: Final = 3_000
"""Of each of four processes that run tests: two must not be given the same before either listens."""
_taken: Final[set[int]] = set()


def free_port() -> int:
    """A port that nobody listens on, and that was not given to anybody before."""
    first = FIRST + PORTS * (int(os.environ.get("PYTEST_XDIST_WORKER", "gw0")[2:]) % 4)
    while True:
        port = random.randrange(first, first + PORTS)
        with socket.socket() as probe, contextlib.suppress(OSError):
            probe.bind(("127.0.0.1", port))
            if port not in _taken:
                _taken.add(port)
                return port
