"""The screen of the loop: headings, commands in processes of their own, and what they print."""

import json
import shlex
import shutil
import subprocess
import sys
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Final

from rich.console import Console
from rich.text import Text

from otel_training.conventions import COMMAND
from otel_training.errors import TrainingError

WIDTH: Final = 100
INDENT: Final = 4
_CLI: Final = (sys.executable, "-m", "otel_training.cli")
_STYLES: Final = {r"SIMULATED|\bFAIL\b|rolled? back": "bold red", r"\bPASS\b": "bold green"}


@dataclass(frozen=True, slots=True)
class Screen:
    """Where a story is shown; its commands run in a folder."""

    work: Path
    environment: Mapping[str, str]
    console: Console = field(
        default_factory=lambda: Console(highlight=False, width=min(WIDTH, shutil.get_terminal_size((WIDTH, 0)).columns))
    )

    def head(self, title: str) -> None:
        """Begin a step; all of it is stamped."""
        start, stamp = f"── {title} ", " SIMULATED ──"
        self.tell("")
        self.tell(start.ljust(self.console.width - len(stamp), "─") + stamp, 0, "bold")

    def tell(self, text: str, indent: int = 2, style: str = "") -> None:
        """Print lines, broken between words."""
        marked = Text(text, style=style)
        for pattern, own in _STYLES.items():
            marked.highlight_regex(pattern, own)
        for line in marked.wrap(self.console, self.console.width - indent):
            line.rstrip()
            self.console.print(Text(" " * indent) + line)

    def detail(self, line: str) -> None:
        """Print a line that a program printed."""
        self.tell(line, INDENT, "dim")

    def run(self, *argv: str, code: int = 0, says: str = "", until: str = "") -> None:
        """Run a command and show what it prints, up to a line that begins with `until`.

        Raises `TrainingError` where it ends with another exit code, or does not say what it has to.
        """
        self._prompt(argv)
        done = subprocess.run(  # noqa: S603 - our own
            [*_CLI, *argv], env=self.environment, cwd=self.work, stdout=subprocess.PIPE, stderr=subprocess.STDOUT,
            text=True, check=False,
        )  # fmt: skip
        is_planned = done.returncode == code and says in " ".join(done.stdout.split())
        lines = done.stdout.rstrip().splitlines()
        ends = (number for number, line in enumerate(lines) if until and line.startswith(until))
        shown = lines[: next(ends, None)] if is_planned else lines
        self.tell("\n".join(shown).rstrip(), INDENT)
        if len(shown) < len(lines):
            self.detail(f"… {len(lines) - len(shown)} lines more")
        if done.returncode:
            self.detail(f"exit code {done.returncode}")
        if not is_planned:
            plan = f"exit code {code}" + (f" and {says!r}" if says else "")
            raise TrainingError(f"The loop is broken: `{shlex.join([COMMAND, *argv])}` was to end with {plan}.")

    def rows(self, *argv: str) -> list[dict[str, Any]]:
        """Read what a command prints as JSON, and show nothing."""
        argv = (*_CLI, *argv, "--json")
        text = subprocess.check_output(argv, env=self.environment, cwd=self.work, text=True)  # noqa: S603 - our own
        return [json.loads(line) for line in text.splitlines()]

    @contextmanager
    def running(self, *argv: str) -> Iterator[str]:
        """Run a command that goes on; yields the first line that it prints on stderr."""
        self._prompt(argv)
        with subprocess.Popen(  # noqa: S603 - our own
            [*_CLI, *argv], env=self.environment, cwd=self.work, stderr=subprocess.PIPE, text=True
        ) as process:
            try:
                yield process.stderr.readline() if process.stderr else ""
            finally:
                process.terminate()

    def _prompt(self, argv: tuple[str, ...]) -> None:
        self.tell("")
        self.tell(f"$ {shlex.join([COMMAND, *argv])}", 2, "bold cyan")
