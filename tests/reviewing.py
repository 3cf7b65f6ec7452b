"""Running `otel-training review`, and finding a browser for it."""

import re
import shutil
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Final

from tests.served import environment

BROWSER: Final = next(filter(None, map(shutil.which, ("chromium", "chromium-browser", "google-chrome"))), None)


@contextmanager
def reviewing(home: Path, cwd: Path, *options: str, **extra: str) -> Iterator[tuple[str, subprocess.Popen[str]]]:
    """Run the command; yields the address that it prints. It opens a browser only where `BROWSER` is given."""
    quiet = [] if "BROWSER" in extra else ["--no-browser"]
    command = subprocess.Popen(
        [sys.executable, "-m", "otel_training.cli", "review", *quiet, *options],
        env=environment(OTEL_TRAINING_HOME=str(home), **extra),
        cwd=cwd, stderr=subprocess.PIPE, text=True,
    )  # fmt: skip
    try:
        assert command.stderr is not None
        line = command.stderr.readline()
        (address,) = re.findall(r"http\S+", line) or sys.exit(line + command.communicate()[1])
        yield address, command
    finally:
        command.kill()
        command.communicate()
