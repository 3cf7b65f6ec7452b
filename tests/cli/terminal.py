"""Running the command in a terminal, each of its two outputs there or in a file."""

import os
import pty
import re
import sys
import threading
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Final
from unittest.mock import patch

from otel_training.cli.main import main

STYLE: Final = re.compile(r"\x1b\[[\d;]*m")
SHOW_CURSOR: Final = "\x1b[?25h"


@dataclass
class Printed:
    """What a command printed, where."""

    code: int
    screen: str
    """What the terminal got, in order."""
    out: str
    """The file in place of stdout."""
    err: str
    """The file in place of stderr."""

    @property
    def shown(self) -> str:
        """What stands in the terminal once the progress bar is gone, without colours."""
        return STYLE.sub("", self.screen.rpartition(SHOW_CURSOR)[2].lstrip("\r").replace("\x1b[1A\x1b[2K", ""))


def run_in_terminal(argv: Sequence[str], work: Path, terminal: Sequence[str], width: int = 80) -> Printed:
    """Run a command whose stdout, stderr, both or neither is a terminal; what is not is a file."""
    return call_in_terminal(lambda: main(list(argv)), work, terminal, width)


def call_in_terminal(call: Callable[[], int], work: Path, terminal: Sequence[str], width: int = 80) -> Printed:
    """Call what prints, as `run_in_terminal` runs a command."""
    files = {name: work / f"{name}.printed" for name in ("stdout", "stderr")}
    screen: list[bytes] = []
    with _pty(screen) as follower, patch.dict(os.environ, COLUMNS=str(width), TERM="xterm"):
        targets = {name: os.dup(follower) if name in terminal else _create(files[name]) for name in files}
        opened = {name: os.fdopen(target, "w", encoding="utf-8") for name, target in targets.items()}
        with (
            opened["stdout"],
            opened["stderr"],
            patch.object(sys, "stdout", opened["stdout"]),
            patch.object(sys, "stderr", opened["stderr"]),
        ):
            code = call()
    out, err = (file.read_text("utf-8") if name not in terminal else "" for name, file in files.items())
    return Printed(code, b"".join(screen).decode().replace("\r\n", "\n"), out, err)


def _create(path: Path) -> int:
    return os.open(path, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600)


@contextmanager
def _pty(screen: list[bytes]) -> Iterator[int]:
    leader, follower = pty.openpty()
    reader = threading.Thread(target=read_to_end, args=(leader, screen))
    reader.start()
    try:
        yield follower
    finally:
        os.close(follower)
        reader.join()
        os.close(leader)


def read_to_end(leader: int, screen: list[bytes]) -> None:
    """Read what a terminal gets, until nobody has it open any more."""
    try:
        while block := os.read(leader, 1 << 16):
            screen.append(block)
    except OSError:
        pass  # Linux's way to say that nobody has it open
