"""The screen of the loop: headings, commands in processes of their own, and what they print."""

import shlex
import shutil
import subprocess
import sys
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Final

from rich.console import Console
from rich.text import Text

from otel_training.conventions import COMMAND
from otel_training.errors import TrainingError

WIDTH: Final = 100
INDENT: Final = 4
CLI: Final = (sys.executable, "-m", "otel_training.cli")
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
        start, stamp = f"\n── {title} ", " SIMULATED ──"
        self.tell(start.ljust(self.console.width + 1 - len(stamp), "─") + stamp, 0, "bold")

    def prompt(self, *argv: str) -> None:
        """Show a command as its user types it."""
        self.tell(f"\n$ {shlex.join([COMMAND, *argv])}", style="bold cyan")

    def detail(self, line: str) -> None:
        """Print a line that a program printed."""
        self.tell(line, INDENT, "dim")

    def tell(self, text: str, indent: int = 2, style: str = "") -> None:
        """Print lines, broken between words."""
        marked = Text(text, style=style)
        for pattern, own in _STYLES.items():
            marked.highlight_regex(pattern, own)
        for line in marked.wrap(self.console, self.console.width - indent):
            line.rstrip()
            self.console.print(Text(" " * indent) + line if line else "")

    def run(self, *argv: str, code: int = 0, says: str = "", until: str = "") -> None:
        """Run a command and show what it prints, up to a line that begins with `until`.

        Raises `TrainingError` where it ends with another exit code, or does not say what it has to.
        """
        self.prompt(*argv)
        done = subprocess.run(  # noqa: S603 - our own
            [*CLI, *argv], env=self.environment, cwd=self.work, stdout=subprocess.PIPE, stderr=subprocess.STDOUT,
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
